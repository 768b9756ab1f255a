"""What forms have in common: hours as fields of their own, and mistakes by the names of fields."""

import pytest

from bot.commands.catalog import command_named
from bot.commands.filling import (
    DAILY,
    INSTANT,
    WEEKLY,
    Hours,
    hour_options,
    hours_in,
    option_of,
    taken_back,
    words_in_form,
)
from bot.commands.parse import parse
from bot.errors import CommandError, RefusedError


@pytest.mark.parametrize(
    ("values", "hours"),
    [
        ({}, Hours(often=DAILY, days="weekdays")),
        ({"daily": "09:00"}, Hours(often=DAILY, days="weekdays", at="09:00")),
        ({"daily": "09:00", "days": "mon,wed"}, Hours(often=DAILY, days="mon,wed", at="09:00")),
        ({"weekly": "fri 16:00"}, Hours(often=WEEKLY, days="fri", at="16:00")),
        ({"instant": "true"}, Hours(often=INSTANT, days="weekdays")),
    ],
)
def test_what_flags_say_of_hours_stands_in_fields(values: dict[str, str], hours: Hours) -> None:
    assert hours_in(values) == hours


@pytest.mark.parametrize(
    ("hours", "options"),
    [
        (Hours(often=DAILY, days="mon,wed", at="09:00"), {"daily": "09:00", "days": "mon,wed"}),
        (Hours(often=DAILY), {"daily": ""}),
        (Hours(often=WEEKLY, days="fri", at="16:00"), {"weekly": "fri 16:00"}),
        (Hours(often=WEEKLY, days="Weekdays", at="16:00"), {"weekly": "16:00"}),
        (Hours(often=WEEKLY, days="fri,thu,wed,tue,mon", at=""), {"weekly": ""}),
        (Hours(often=WEEKLY, days="mon,fri", at="16:00"), {"weekly": "mon fri 16:00"}),
        (Hours(often=INSTANT, days="mon", at="16:00"), {"instant": True}),
    ],
)
def test_what_was_filled_in_is_what_flags_would_say(hours: Hours, options: dict[str, str | bool]) -> None:
    assert dict(hour_options(hours)) == options


@pytest.mark.parametrize(("name", "back"), [("max", "none"), ("min-upvotes", "0"), ("tz", "none"), ("source", "")])
def test_a_field_that_was_emptied_takes_back_what_it_had(name: str, back: str) -> None:
    command = command_named("edit")
    assert command is not None
    (parameter,) = (each for each in command.parameters if each.name == name)
    assert taken_back(parameter) == back


def test_a_mistake_is_told_by_the_name_of_its_field() -> None:
    with pytest.raises(CommandError) as caught:
        parse("subscribe agents --max 999")
    assert option_of(caught.value) == "max"
    said = words_in_form(caught.value)
    assert "“Papers in a digest, at most”" in said
    assert "--max" not in said


def test_a_refusal_that_is_about_no_field_keeps_its_words() -> None:
    refused = RefusedError("There is no #9 here.", hint="`/papers list` shows what there is.")
    assert option_of(refused) == ""
    assert words_in_form(refused) == "There is no #9 here. `/papers list` shows what there is."
