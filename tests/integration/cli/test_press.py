"""`press`: the buttons of an answer from the command line."""

import json
from pathlib import Path

import pytest

from tests.console import Console

NO_LONGER_GOOD = "This button is no longer good"


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path, {})


def button(console: Console, label: str, *words: str) -> str:
    actions = json.loads(console("papers", "--as", "json", *words).out)["actions"]
    (found,) = (action["id"] for action in actions if action["label"] == label)
    return str(found)


def test_without_a_channel_the_operator_presses_where_the_button_acts(console: Console) -> None:
    undo = button(console, "Undo", "--channel", "console:away/tea", "subscribe", "teapots")
    pressed = console("press", undo)
    assert (pressed.status, pressed.out) == (
        0,
        "Undone by @local: teapots (#1) is gone again. What was posted stays.\n",
    )
    assert "No subscriptions" in console("papers", "--channel", "console:away/tea", "list").out


def test_with_a_channel_the_button_is_looked_for_in_its_workspace_alone(console: Console) -> None:
    undo = button(console, "Undo", "subscribe", "teapots")
    for channel in ("console:away/general", "slack:local/general"):
        pressed = console("press", undo, "--channel", channel)
        assert pressed.status == 1
        assert pressed.out.startswith(NO_LONGER_GOOD)
    assert console("press", undo, "--channel", "console:local/tea").status == 0


def test_the_answer_of_a_press_can_be_read_by_a_script(console: Console) -> None:
    console("papers", "subscribe", "teapots")
    confirm = button(console, "Remove all", "unsubscribe", "all")
    assert console("press", confirm, "--user", "bo").status == 1
    reply = json.loads(console("press", "--as", "json", confirm).out)
    assert (reply["verb"], reply["ok"], reply["visibility"]) == ("unsubscribe", True, "channel")
    again = json.loads(console("press", "--as", "json", confirm).out)
    assert (again["ok"], again["text"].split("\n")[0]) == (False, "That was done already.")


def test_what_is_no_button_is_answered_politely(console: Console) -> None:
    pressed = console("press", "nonsense")
    assert pressed.status == 1
    assert pressed.out.startswith(NO_LONGER_GOOD)


def test_the_shell_presses_the_buttons_of_the_last_answer_by_their_numbers(console: Console) -> None:
    ended = console("shell", stdin="subscribe teapots\n2\n2\n")
    assert "Type a number to press: 1 Change · 2 Undo" in ended.out
    assert "Undone by @local: teapots (#1) is gone again." in ended.out
    assert "The last answer has no button; a number presses one." in ended.out


def test_a_number_without_a_button_leaves_the_buttons_of_the_last_answer(console: Console) -> None:
    ended = console("shell", stdin="subscribe teapots\n9\n0002\n0\n2\n")
    assert ended.out.count("No button has this number.\n\nType a number to press: 1 Change · 2 Undo") == 3
    assert "Undone by @local: teapots (#1) is gone again." in ended.out
