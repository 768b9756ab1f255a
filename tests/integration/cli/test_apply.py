"""`apply`, `channels`, and `import` of a file: config as code from the command line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.console import Console

FLEET = """version: 1
templates:
  vision:
    settings: {timezone: Europe/Berlin}
    subscriptions: [{query: '"diffusion models"', daily: 09:00}]
  llm:
    subscriptions: [{query: agents, weekly: mon}]
channels:
  slack:T123/C456: {use: vision, subscriptions: [{query: teapots}]}
  discord:1/2: {use: vision}
  console:local/general: {use: [vision, llm]}
"""
CHANNELS = ["console:local/general", "discord:1/2", "slack:T123/C456"]
KEYS = ["channel", "timezone", "subscriptions", "last_digest", "next_digest", "fault"]
SUBSCRIPTION_KEYS = [
    "number",
    "query",
    "cadence",
    "timezone",
    "max",
    "min_upvotes",
    "upvoted_only",
    "sources",
    "paused",
    "last_run",
    "next",
    "ping",
]


@pytest.fixture
def console(tmp_path: Path) -> Console:
    (tmp_path / "fleet.yaml").write_text(FLEET, encoding="utf-8")
    return Console(tmp_path, {})


def test_a_dry_run_shows_every_channel_and_changes_nothing(console: Console) -> None:
    ended = console("apply", "fleet.yaml", "--dry-run")
    assert (ended.status, ended.err) == (0, "")
    assert all(channel in ended.out for channel in CHANNELS)
    assert '- add "diffusion models" · daily 09:00 · source huggingface' in ended.out
    assert ended.out.endswith("Dry run, nothing was changed: 3 of 3 channels would change.\n")
    assert console("channels", "--json").json == []


def test_apply_changes_what_is_in_the_file_and_a_second_time_nothing(console: Console) -> None:
    console("papers", "--channel", "slack:T123/C789", "subscribe", "kettles")
    ended = console("apply", "fleet.yaml")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.endswith("3 channels: 3 changed, 0 as before.\n")
    first = console("channels", "--json").json
    assert [each["channel"] for each in first] == [*CHANNELS, "slack:T123/C789"]
    assert [each["query"] for each in first[0]["subscriptions"]] == ['"diffusion models"', "agents"]
    again = console("apply", "fleet.yaml")
    assert (again.status, again.out) == (0, "3 channels: 0 changed, 3 as before.\n")
    assert console("channels", "--json").json == first


def test_what_apply_did_can_be_undone_by_what_it_prints(console: Console) -> None:
    told = console("apply", "fleet.yaml").out
    (undo,) = (line for line in told.splitlines() if "--channel slack:T123/C456" in line)
    ended = console(*undo.partition("paperround ")[2].split())
    assert ended.status == 0, ended.out
    assert [each["channel"] for each in console("channels", "--json").json] == CHANNELS[:2]


def test_every_mistake_of_a_fleet_is_told_before_anything_is_changed(console: Console) -> None:
    wrong = FLEET.replace("use: [vision, llm]", "use: [vison]").replace("weekly: mon", "weekly: moon")
    (console.folder / "fleet.yaml").write_text(wrong, encoding="utf-8")
    for arguments in (("apply", "fleet.yaml"), ("apply", "fleet.yaml", "--dry-run")):
        ended = console(*arguments)
        assert (ended.status, ended.out) == (2, "")
        assert "templates.llm.subscriptions[1].weekly (line 7): I don't know the weekday" in ended.err
        assert "channels.console:local/general.use[1] (line 11): there is no template `vison`." in ended.err
    assert console("channels", "--json").json == []


def test_nothing_of_a_file_steers_the_terminal(console: Console) -> None:
    hostile = r"""{"ti\e]0;owned\atle\x9b2J\u202e": 1, version: "\e[2J"}"""
    (console.folder / "fleet.yaml").write_text(hostile, encoding="utf-8")
    ended = console("apply", "fleet.yaml")
    assert (ended.status, ended.out) == (2, "")
    assert "ti]0;ownedtle2J (line 1): I don't know this key." in ended.err
    assert ended.err.replace("\n", "").isprintable()


def test_a_person_s_own_channel_is_not_for_a_fleet(console: Console) -> None:
    (console.folder / "fleet.yaml").write_text("version: 1\nchannels: {console:local/@ana: {}}\n", encoding="utf-8")
    ended = console("apply", "fleet.yaml")
    assert (ended.status, ended.out) == (2, "")
    assert "a person's own" in ended.err


@pytest.mark.parametrize("arguments", [("apply", "nothing.yaml"), ("papers", "import", "nothing.yaml")])
def test_a_file_that_cannot_be_read_is_a_failure(arguments: tuple[str, ...], console: Console) -> None:
    ended = console(*arguments)
    assert ended.status == 1
    assert "nothing.yaml: No such file or directory." in (ended.out + ended.err).replace("`", "")


def test_when_the_database_fails_in_the_middle_it_is_told_how_far_it_came_and_a_rerun_goes_on(
    console: Console,
) -> None:
    console("channels")
    with closing(sqlite3.connect(console.folder / "paperround.db")) as database:
        database.execute(
            # An overflow: an error of the database, and no constraint that somebody else's change would break.
            "CREATE TRIGGER away BEFORE INSERT ON channel WHEN NEW.platform = 'discord' "
            "BEGIN SELECT abs(-9223372036854775807 - 1); END"
        )
        ended = console("apply", "fleet.yaml")
        assert ended.status == 1
        assert "done before that: 1 of 3 channels; run it again to go on." in ended.err
        assert [each["channel"] for each in console("channels", "--json").json] == CHANNELS[2:]
        database.execute("DROP TRIGGER away")
    assert console("apply", "fleet.yaml").out.endswith("3 channels: 2 changed, 1 as before.\n")


def test_channels_tells_scripts_and_people_how_each_stands(console: Console) -> None:
    console("papers", "subscribe", "teapots", "--daily", "07:30")
    console("papers", "subscribe", "kettles")
    console("papers", "pause", "2")
    (channel,) = console("channels", "--json").json
    assert list(channel) == KEYS
    assert [list(each) for each in channel["subscriptions"]] == [SUBSCRIPTION_KEYS] * 2
    assert (channel["channel"], channel["timezone"]) == ("console:local/general", "UTC")
    assert (channel["last_digest"], channel["fault"]) == (None, None)
    assert channel["next_digest"] == channel["subscriptions"][0]["next"]
    assert channel["next_digest"].endswith("T07:30:00Z")
    assert channel["subscriptions"][1]["paused"]["by"] == "local"
    assert channel["subscriptions"][1]["next"] is None
    said = console("channels").out.splitlines()
    assert "- #1 teapots · weekdays 07:30 UTC" in said
    assert "- #2 kettles · weekdays 07:30 UTC · paused" in said
    assert "last digest: none yet" in said
    assert said[-1] == "1 channel, no fault."


def test_export_into_a_file_and_import_of_it_change_nothing(console: Console) -> None:
    console("papers", "subscribe", '"world models" -survey')
    file = console.folder / "channel.yaml"
    file.write_text(console("papers", "export").out, encoding="utf-8")
    assert "nothing to change" in console("papers", "import", "channel.yaml").out
    assert console("papers", "--channel", "console:local/tea", "import", "--yes", "channel.yaml").status == 0
    assert console("papers", "--channel", "console:local/tea", "export").out == file.read_text(encoding="utf-8")


def test_import_shows_the_difference_and_its_button_applies_it(console: Console) -> None:
    file = console.folder / "channel.yaml"
    file.write_text("version: 1\nsubscriptions: [{query: teapots}]\n", encoding="utf-8")
    shown = console("papers", "--as", "json", "import", "channel.yaml").json
    assert "add teapots" in shown["text"]
    (apply,) = shown["actions"]
    assert apply["label"] == "Apply"
    assert console("press", apply["id"]).status == 0
    assert "teapots" in console("papers", "list").out
    assert console("press", apply["id"]).status == 1


def test_the_shell_reads_files_too_and_goes_on_after_a_wrong_one(console: Console) -> None:
    (console.folder / "channel.yaml").write_text("version: 1\nsubscriptions: [{query: teapots}]\n", encoding="utf-8")
    (console.folder / "picture.yaml").write_bytes(b"\xff\xfe\x00")
    ended = console("shell", stdin="import nothing.yaml\nimport picture.yaml\nimport channel.yaml --yes\nlist\n")
    assert ended.status == 0
    assert "No such file or directory" in ended.out
    assert "picture.yaml is no text in UTF-8." in ended.out
    assert "#1 teapots" in ended.out
