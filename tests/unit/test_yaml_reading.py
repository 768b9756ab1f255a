"""Files of subscriptions: what they say, and every mistake in them at once."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import FileError, NotUnderstoodError
from bot.fleet.fleet import read_fleet
from bot.fleet.form import ChannelForm
from bot.fleet.read import MAX_LENGTH, read_channel
from bot.model.cadence import Cadence, Frequency
from bot.model.channel import Channel, ChannelSettings, Platform, WhoCanManage
from bot.model.subscription import SourceChoice
from tests.unit.files import GRAMMAR, a_grammar

FULL = """
version: 1
settings:
  timezone: europe/berlin
  max: 7
  who-can-manage: managers
  quiet-notes: no
  mutes: [blockchain, 'author:"Mallory"', Blockchain]
subscriptions:
  - query: '"world models" -survey'
    daily: 10:00
    days: [mon, wed]
    tz: Asia/Tokyo
    max: 5
    source: [hf, jsonl]
    min-upvotes: 10
    upvoted-only: yes
    paused-until: 2026-12-01
  - query: trending
    weekly: fri 16:00
  - query: no
    instant: on
    paused: true
  - query: teapots
"""


def read(text: str) -> ChannelForm:
    return read_channel(text, GRAMMAR)


def mistakes(text: str) -> list[str]:
    with pytest.raises(FileError) as caught:
        read(text)
    assert isinstance(caught.value, NotUnderstoodError)
    return list(caught.value.problems)


def the_mistake(text: str) -> str:
    (mistake,) = mistakes(text)
    return mistake


def with_subscription(text: str) -> str:
    return f"version: 1\nsubscriptions:\n  - {text}\n"


def test_a_file_says_what_commands_say() -> None:
    form = read(FULL)
    assert form.settings.applied_to(ChannelSettings()) == ChannelSettings(
        timezone="Europe/Berlin",
        cap=7,
        who_can_manage=WhoCanManage.MANAGERS,
        mutes=form.settings.values["mutes"],
        quiet_notes=False,
    )
    assert [str(mute) for mute in form.settings.values["mutes"]] == ["blockchain", "author:mallory"]
    assert form.subscriptions is not None
    first, second, third, fourth = form.subscriptions
    assert first.query.typed == '"world models" -survey'
    assert first.cadence == Cadence(at=time(10), weekdays=frozenset({0, 2}), timezone="Asia/Tokyo")
    assert (first.cap, first.min_upvotes, first.upvoted_only) == (5, 10, True)
    assert first.sources == (SourceChoice("huggingface"), SourceChoice("jsonl"))
    assert (first.is_paused, first.paused_until) == (True, date(2026, 12, 1))
    assert str(second.cadence) == "fri 16:00"
    assert (str(third.query), third.cadence.frequency, third.is_paused) == ("no", Frequency.INSTANT, True)
    assert fourth.cadence == Cadence()


def test_what_a_file_does_not_name_stays_as_it_is() -> None:
    form = read("version: 1\nsettings:\n  max: 3\n")
    assert form.subscriptions is None
    before = ChannelSettings(timezone="Asia/Tokyo", quiet_notes=False)
    assert form.settings.applied_to(before) == ChannelSettings(timezone="Asia/Tokyo", quiet_notes=False, cap=3)
    assert read("version: 1\nsubscriptions:\n").subscriptions == ()


def test_the_default_time_zone_can_be_named() -> None:
    form = read("version: 1\nsettings: {timezone: default}\n")
    assert form.settings.applied_to(ChannelSettings(timezone="Asia/Tokyo")).timezone is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("2026-12-01T09:30:00+02:00", datetime(2026, 12, 1, 7, 30, tzinfo=UTC)),
        ("2026-12-01T07:30:00Z", datetime(2026, 12, 1, 7, 30, tzinfo=UTC)),
    ],
)
def test_a_pause_ends_on_a_day_or_at_a_moment(typed: str, meant: date) -> None:
    (form,) = read(with_subscription(f"{{query: teapots, paused-until: '{typed}'}}")).subscriptions or ()
    assert (form.is_paused, form.paused_until) == (True, meant)


@pytest.mark.parametrize("typed", ["tomorrow", "2026-12-01T09:30:00", "0001-01-01", "9999-12-31T23:59:59-12:00", "12"])
def test_the_end_of_a_pause_that_is_no_time_of_ours_is_a_mistake(typed: str) -> None:
    said = the_mistake(with_subscription(f"{{query: teapots, paused-until: '{typed}'}}"))
    assert said.startswith("subscriptions[1].paused-until (line 3): I don't understand")


def test_every_mistake_is_told_at_once_with_its_place_and_line() -> None:
    text = """
version: 1
setings: {}
settings:
  timezone: Europe/Berlinn
  max: 99
subscriptions:
  - query: '"world models'
    dayly: 09:00
  - query: teapots
    daily: 25:00
    source: hf,arxiv:cs.XX
  - daily: 09:00
"""
    places = [each.partition(")")[0] + ")" for each in mistakes(text)]
    assert places == [
        "setings (line 3)",
        "settings.timezone (line 5)",
        "settings.max (line 6)",
        "subscriptions[1].query (line 8)",
        "subscriptions[1].dayly (line 9)",
        "subscriptions[2].daily (line 11)",
        "subscriptions[2].source (line 12)",
        "subscriptions[3].query (line 13)",
    ]
    said = mistakes(text)
    assert said[0].endswith("I don't know this key. Did you mean `settings`?")
    assert said[1].endswith("I don't know the time zone `Europe/Berlinn`. Did you mean `Europe/Berlin`?")
    assert said[2].endswith("`max` takes a number from 1 to 25, not `99`.")
    assert said[4].endswith("Did you mean `daily`?")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 2\n", "version (line 1): this program reads version 1"),
        ("subscriptions: []\n", "version (line 1): it is missing; write `version: 1` at the top."),
        ("", "The file is empty."),
        ("# nothing\n", "The file is empty."),
        ("teapots\n", "line 1: there must be a mapping here, with the keys `version`, `settings`, `subscriptions`."),
        ("- a\n- b\n", "line 1: there must be a mapping here"),
        (with_subscription("teapots"), "subscriptions[1] (line 3): there must be a mapping here"),
        (with_subscription("query: [a, b]"), "subscriptions[1].query (line 3): there must be a text here"),
        (with_subscription("query:"), "subscriptions[1].query (line 3): it has no value."),
        (with_subscription("{query: a, max: }"), "subscriptions[1].max (line 3): it has no value."),
        (
            with_subscription("{query: a, paused: maybe}"),
            "subscriptions[1].paused (line 3): I don't know `maybe` here.",
        ),
        (with_subscription("{query: a, weekly: mon, daily: 09:00}"), "contradict each other"),
        (with_subscription("{query: a, instant: yes, days: mon}"), "contradict each other"),
        (with_subscription("{query: a, paused: no, paused-until: 2026-12-01}"), "Leave one of them out."),
        (with_subscription("{query: a, source: twitter}"), "subscriptions[1].source (line 3): I don't know the source"),
        (with_subscription("{query: a, source: page}"), ""),
        ("version: 1\nsubscriptions: teapots\n", "subscriptions (line 2): there must be a list here"),
        ("version: 1\nsettings: {who-can-manage: bob}\n", "Choose `everyone` or `managers`."),
        ("version: 1\nsettings: {mutes: ['\"']}\n", "settings.mutes[1] (line 2): There is nothing to look for"),
    ],
)
def test_what_is_wrong_is_said_with_the_way_out(text: str, said: str) -> None:
    if said:
        assert said in the_mistake(text)
    else:
        assert read(text).subscriptions


def test_a_query_is_there_once() -> None:
    text = "version: 1\nsubscriptions:\n- query: teapots\n- query: Teapot\n"
    assert the_mistake(text) == (
        "subscriptions[2].query (line 4): this is the query of subscriptions[1] again; a channel has it once."
    )


def test_a_key_is_there_once() -> None:
    assert the_mistake(with_subscription("{query: a, query: b}")) == (
        "subscriptions[1].query (line 3): this key is there already, in line 3."
    )


def test_a_source_that_nobody_fetches_here_is_refused_at_its_place() -> None:
    said = mistakes(with_subscription("{query: a, source: jsonl}") + "  - {query: b, source: arxiv}\n")
    assert len(said) == 1
    assert said[0].startswith("subscriptions[2].source (line 4): The source `arxiv` is not configured here")


# --- what is YAML and is not read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x\n", "line 1: anchors (`&x`) are not read"),
        ("b: *x\n", "line 1: aliases (`*x`) are not read"),
        ("a: !!python/object/apply:os.system ['true']\n", "line 1: tags (`tag:yaml.org,2002:python/object"),
        ("<<: {version: 1}\n", "I don't know this key"),
        ("version: 1\n---\nversion: 1\n", "line 2: a second document begins"),
        ("[" * 9 + "]" * 9, "line 1: lists and mappings stand more than 8 deep"),
        ("[" * 60_000, "line 1: lists and mappings stand more than 8 deep"),
        ("? [a]\n: b\n", "a key is a word, not a list or a mapping."),
        ("a: 'b\n", "line 1: this is no YAML"),
        ("a:\n\tb: c\n", "this is no YAML"),
        ("a: \ud800\n", "This is no YAML"),
        ("a: \x00\n", "This is no YAML"),
        ("x" * (MAX_LENGTH + 1), "The file has 65,537 characters; at most 65,536 are read."),
    ],
)
def test_what_is_dangerous_or_no_yaml_is_refused(text: str, said: str) -> None:
    assert any(said in each for each in mistakes(text))


def test_a_query_in_double_quotes_with_words_behind_is_told_how_to_quote() -> None:
    said = the_mistake(with_subscription('query: "world models" -survey'))
    assert said.startswith("line 3: this is no YAML")
    assert """`query: '"world models" -survey'`""" in said


def test_of_very_many_mistakes_the_first_are_told() -> None:
    said = mistakes("version: 1\nsubscriptions:\n" + "- teapots\n" * 90)
    assert len(said) == 21
    assert said[-1] == "And 70 more mistakes."
    assert mistakes("version: 1\nsubscriptions:\n" + "- teapots\n" * 900)[-1] == "And 80 more mistakes at least."


# --- fleets ----------------------------------------------------------------------------------------------------------

FLEET = """
version: 1
templates:
  vision:
    settings: {timezone: Europe/Berlin, max: 5}
    subscriptions:
      - {query: diffusion, daily: 09:00}
      - {query: '"world models"', daily: 09:00}
  llm:
    settings: {max: 8}
    subscriptions: [{query: agents}]
channels:
  slack:T123/C456:
    use: vision
    subscriptions:
      - {query: teapots}
      - {query: Diffusion, weekly: mon}
  console:local/general: {use: [vision, llm], settings: {timezone: Asia/Tokyo}}
  console:local/tea: {settings: {max: 3}}
"""


def test_a_channel_has_what_its_templates_say_and_then_its_own() -> None:
    first, second, third = read_fleet(FLEET, GRAMMAR)
    assert first.channel == Channel(Platform.SLACK, "T123", "C456")
    assert [(each.query.typed, str(each.cadence)) for each in first.form.subscriptions or ()] == [
        ("Diffusion", "mon 09:00"),
        ('"world models"', "weekdays 09:00"),
        ("teapots", "weekdays 09:00"),
    ]
    assert second.form.settings.values == {"timezone": "Asia/Tokyo", "cap": 8}
    assert [str(each.query) for each in second.form.subscriptions or ()] == ["diffusion", '"world model"', "agent"]
    assert third.form.subscriptions is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\n", "channels (line 1): it is missing"),
        ("version: 1\nchannels: []\n", "channels (line 2): there must be a mapping here"),
        ("version: 1\nchannels: {general: {}}\n", "channels.general (line 2): 'general' is not platform:workspace/"),
        ("version: 1\nchannels: {irc:a/b: {}}\n", "channels.irc:a/b (line 2): 'irc' is no platform"),
        (
            "version: 1\ntemplates: {vision: {}}\nchannels: {console:a/b: {use: vison}}\n",
            "channels.console:a/b.use (line 3): there is no template `vison`. Did you mean `vision`?",
        ),
        (
            "version: 1\nchannels: {console:a/b: {use: [x]}}\n",
            "channels.console:a/b.use[1] (line 2): there is no template `x`. Define it below `templates:`.",
        ),
        ("version: 1\ntemplates: []\nchannels: {}\n", "templates (line 2): there must be a mapping here"),
        ("version: 1\ntemplates: {a: {use: b}}\nchannels: {}\n", "templates.a.use (line 2): I don't know this key."),
        ("version: 1\nchannels: {console:a/b: {}, console:a/b: {}}\n", "this key is there already"),
    ],
)
def test_mistakes_of_a_fleet_are_told_with_their_places(text: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        read_fleet(text, GRAMMAR)
    (mistake,) = caught.value.problems
    assert said in mistake


# --- what people begin with ------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]


def test_the_examples_are_read() -> None:
    everywhere = a_grammar("huggingface", "arxiv")
    assert len(read_fleet((ROOT / "config" / "fleet.example.yaml").read_text(encoding="utf-8"), everywhere)) == 2
    page = (ROOT / "docs" / "fleet.md").read_text(encoding="utf-8")
    channel, fleet = re.findall(r"(?ms)^```yaml\n(.*?)^```$", page)
    assert read_channel(channel, everywhere).subscriptions
    assert len(read_fleet(fleet, everywhere)) == 2


@given(
    st.one_of(
        st.text(max_size=200),
        st.text(alphabet="ab:-[]{},'\"\n #&*!|>%@`?~0\ud800\x00\x85\u2028\t", max_size=200),
        st.text(max_size=100).map(lambda text: f"version: 1\nsubscriptions:\n- query: {text}\n  daily: {text}\n"),
        st.text(max_size=100).map(lambda text: f"version: 1\nsettings: {{max: {text}, timezone: {text}}}\n"),
        st.text(max_size=100).map(lambda text: f"version: 1\nsettings: {{mutes: [{text}]}}\n"),
    )
)
def test_every_text_is_a_file_or_has_mistakes(text: str) -> None:
    for read_file in (read_channel, read_fleet):
        with suppress(FileError):
            assert read_file(text, GRAMMAR) is not None
