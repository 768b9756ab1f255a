"""What a file changes in a channel: numbers, clocks and pauses; and that what is written is read back."""

import string
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import QueryError
from bot.fleet.plan import Doing, Planned, Present, planned
from bot.fleet.read import read_channel
from bot.fleet.write import write_channel
from bot.model.cadence import Cadence, Frequency
from bot.model.change import ChannelPlan
from bot.model.channel import MAX_CAP, ChannelSettings, WhoCanManage
from bot.model.subscription import Pause, PauseReason, SourceChoice, Subscription, SubscriptionState
from bot.query.ast import Query
from bot.query.mute import mute_of
from bot.query.parse import parse
from tests.builders import GENERAL, NOW, a_subscription
from tests.unit.files import GRAMMAR

ZONE = "Europe/Berlin"
TOMORROW_AT_NINE = datetime(2026, 6, 17, 7, tzinfo=UTC)
TEN = "version: 1\nsubscriptions: [{query: teapots, daily: 10:00}]\n"


def plan(text: str, *known: Subscription, settings: ChannelSettings | None = None, at: datetime = NOW) -> Planned:
    present = Present(channel=GENERAL, settings=settings or ChannelSettings(), subscriptions=known)
    return planned(read_channel(text, GRAMMAR), present, Doing(by="ana", at=at, default_zone=ZONE))


def paused(
    known: Subscription, until: datetime | None = None, reason: PauseReason = PauseReason.PERSON
) -> Subscription:
    pause = Pause(by="bo", reason=reason, since=NOW - timedelta(days=3), until=until)
    return replace(known, pause=pause, state=SubscriptionState.PAUSED)


def file_of(*known: Subscription, settings: ChannelSettings | None = None) -> str:
    return write_channel(settings or ChannelSettings(), known, ZONE)


def test_what_is_new_is_added_with_its_clock() -> None:
    ((new, due),) = plan(TEN).plan.add
    assert (str(new.query), new.creator, new.channel, due) == (
        "teapot",
        "ana",
        GENERAL,
        datetime(2026, 6, 16, 8, tzinfo=UTC) + timedelta(days=1),
    )
    assert plan(TEN).difference.added[0]["daily"] == "10:00"


def test_a_query_that_means_the_same_keeps_its_number_and_its_floor() -> None:
    known = a_subscription(7, "Teapot", next_due=TOMORROW_AT_NINE)
    done = plan(TEN, known)
    (edited,) = done.plan.edit
    assert (done.plan.add, done.plan.remove) == ((), ())
    assert (edited.number, edited.floor_on, edited.version) == (7, known.floor_on, known.version)
    assert edited.next_due == datetime(2026, 6, 17, 8, tzinfo=UTC)
    (change,) = done.difference.changed
    assert [(each.key, each.before, each.after) for each in change.values] == [
        ("query", "Teapot", "teapots"),
        ("daily", "09:00", "10:00"),
    ]


def test_what_only_the_channel_has_is_removed() -> None:
    kept, gone = a_subscription(1, "teapots", cadence=Cadence(at=time(10))), a_subscription(2, '"world models"')
    done = plan(TEN, kept, gone)
    assert (done.plan.remove, done.plan.edit, done.plan.add) == ((gone,), (), ())
    assert done.difference.removed == ((2, '"world models"'),)
    assert done.difference.kept == 1


def test_a_file_without_a_list_of_subscriptions_leaves_them_alone() -> None:
    done = plan("version: 1\nsettings: {max: 5}\n", a_subscription())
    assert (done.plan.remove, done.plan.edit) == ((), ())
    assert done.plan.settings == ChannelSettings(cap=5)
    assert done.difference.kept == 1


def test_a_new_time_zone_moves_the_clocks_that_follow_it() -> None:
    follows = a_subscription(1, "teapots", next_due=TOMORROW_AT_NINE)
    own = a_subscription(2, "kettles", cadence=Cadence(timezone=ZONE), next_due=TOMORROW_AT_NINE)
    done = plan("version: 1\nsettings: {timezone: Asia/Tokyo}\n", follows, own)
    assert done.plan.edit == (replace(follows, next_due=datetime(2026, 6, 17, tzinfo=UTC)),)
    assert (done.difference.changed, done.difference.kept) == ((), 2)


def test_what_does_not_change_its_hours_keeps_its_clock() -> None:
    known = a_subscription(1, "teapots", next_due=NOW - timedelta(minutes=1))
    (edited,) = plan("version: 1\nsubscriptions: [{query: teapots, max: 3}]\n", known).plan.edit
    assert (edited.cap, edited.next_due) == (3, known.next_due)


def test_a_pause_is_made_and_ended() -> None:
    active = a_subscription(1, "teapots", cadence=Cadence(at=time(10)), next_due=NOW - timedelta(days=9))
    (edited,) = plan("version: 1\nsubscriptions: [{query: teapots, daily: 10:00, paused: yes}]\n", active).plan.edit
    assert edited.pause == Pause(by="ana", reason=PauseReason.PERSON, since=NOW)
    assert edited.state is SubscriptionState.PAUSED
    (resumed,) = plan(TEN, paused(active)).plan.edit
    assert (resumed.pause, resumed.is_active, resumed.floor_on) == (None, True, NOW.date())
    assert resumed.next_due == datetime(2026, 6, 17, 8, tzinfo=UTC)


def test_a_pause_that_is_there_already_stays_as_it_is() -> None:
    known = paused(a_subscription(1, "teapots"))
    assert plan(file_of(known), known).plan == ChannelPlan()


def test_a_pause_until_a_day_ends_when_that_day_begins_in_the_channels_zone() -> None:
    text = "version: 1\nsubscriptions: [{query: teapots, tz: Asia/Tokyo, paused-until: 2026-07-01}]\n"
    ((new, _),) = plan(text).plan.add
    assert new.pause == Pause(
        by="ana", reason=PauseReason.PERSON, since=NOW, until=datetime(2026, 6, 30, 22, tzinfo=UTC)
    )


def test_a_day_on_which_a_pause_ends_moves_with_the_channels_zone() -> None:
    known = paused(a_subscription(1, "teapots"), until=datetime(2026, 6, 30, 22, tzinfo=UTC))
    text = file_of(known).replace("timezone: default", "timezone: Asia/Tokyo")
    (edited,) = plan(text, known).plan.edit
    assert edited.pause is not None
    assert edited.pause.until == datetime(2026, 6, 30, 15, tzinfo=UTC)
    assert file_of(edited, settings=ChannelSettings(timezone="Asia/Tokyo")) == text


def test_a_pause_whose_end_is_over_is_none() -> None:
    text = "version: 1\nsubscriptions: [{query: teapots, paused-until: 2026-07-01}]\n"
    ((new, _),) = plan(text, at=datetime(2026, 6, 30, 22, tzinfo=UTC)).plan.add
    assert new.pause is None


def test_lost_access_is_no_choice_and_stays() -> None:
    known = paused(a_subscription(1, "teapots"), reason=PauseReason.ACCESS)
    assert "paused" not in file_of(known).partition("subscriptions:")[2]
    assert not plan(file_of(known), known).difference
    (edited,) = plan("version: 1\nsubscriptions: [{query: teapots, max: 3}]\n", known).plan.edit
    assert edited.pause == known.pause
    (edited,) = plan("version: 1\nsubscriptions: [{query: teapots, paused: yes}]\n", known).plan.edit
    assert edited.pause == Pause(by="ana", reason=PauseReason.PERSON, since=NOW)


def test_a_difference_is_known_again_and_another_is_another() -> None:
    known = a_subscription(1, "teapots")
    assert plan(TEN, known).difference.seen_as == plan(TEN, known).difference.seen_as
    assert plan(TEN, known).difference.seen_as != plan(TEN, replace(known, cap=3)).difference.seen_as


def test_the_text_is_what_people_read() -> None:
    settings = ChannelSettings(timezone=ZONE, mutes=(mute_of("author:Mallory"), mute_of("block chain")))
    known = (
        a_subscription(
            1, '"world models" -survey', cap=5, sources=(SourceChoice("huggingface"), SourceChoice("jsonl"))
        ),
        paused(
            a_subscription(3, "trending", cadence=Cadence(frequency=Frequency.WEEKLY, weekdays=frozenset({4}))),
            until=datetime(2026, 7, 31, 22, tzinfo=UTC),
        ),
        paused(a_subscription(4, "no", cadence=Cadence(frequency=Frequency.INSTANT), upvoted_only=True, min_upvotes=9)),
    )
    assert (
        file_of(*known, settings=settings).partition("\n\n")[2]
        == """settings:
  timezone: Europe/Berlin
  max: 10
  who-can-manage: everyone
  quiet-notes: true
  mutes:
  - 'author:mallory'
  - '"block chain"'

subscriptions:
- query: '"world models" -survey'
  daily: '09:00'
  max: 5
  source: huggingface,jsonl

- query: trending
  weekly: 'fri 09:00'
  source: huggingface
  paused-until: '2026-08-01'

- query: 'no'
  instant: true
  source: huggingface
  min-upvotes: 9
  upvoted-only: true
  paused: true
"""
    )


# --- what is written is read back ------------------------------------------------------------------------------------

ZONES = (None, "Europe/Berlin", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia")
HOURS = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def a_query(text: str) -> Query | None:
    try:
        return parse(text)
    except QueryError:
        return None


QUERIES = (
    st.one_of(
        st.sampled_from(
            ["trending", '"world models" -survey', "null", "~", "yes", "1e3", "0x10", "12:30", "cat:cs.CL"]
        ),
        st.text(min_size=1, max_size=40),
        st.text(alphabet=string.ascii_letters + string.digits + "\"':#&*!|>%@`-[]{},? ", min_size=1, max_size=40),
    )
    .map(a_query)
    .filter(lambda query: query is not None)
)
CADENCES = st.one_of(
    st.builds(
        Cadence,
        at=HOURS,
        weekdays=st.frozensets(st.integers(0, 6), min_size=1),
        timezone=st.sampled_from(ZONES),
    ),
    st.builds(
        Cadence,
        frequency=st.just(Frequency.WEEKLY),
        at=HOURS,
        weekdays=st.integers(0, 6).map(lambda day: frozenset({day})),
        timezone=st.sampled_from(ZONES),
    ),
    st.builds(Cadence, frequency=st.just(Frequency.INSTANT), timezone=st.sampled_from(ZONES)),
)
UNTIL = st.one_of(
    st.none(),
    st.dates(date(2026, 6, 18), date(2030, 1, 1)).map(
        lambda day: datetime.combine(day, time(), tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    ),
    st.datetimes(datetime(2026, 6, 18), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
)


@st.composite
def subscriptions(draw: st.DrawFn) -> tuple[Subscription, ...]:
    queries = draw(st.lists(QUERIES, max_size=5, unique=True))
    made = []
    for number, query in enumerate(queries, 1):
        assert query is not None
        known = replace(
            a_subscription(number, cadence=draw(CADENCES)),
            query=query,
            cap=draw(st.none() | st.integers(1, MAX_CAP)),
            min_upvotes=draw(st.integers(0, 10_000)),
            upvoted_only=draw(st.booleans()),
            sources=draw(st.sampled_from([(SourceChoice("huggingface"),), (SourceChoice("jsonl"),)])),
            ping=draw(st.sampled_from(["", "7", "123", "1" * 20])),
        )
        made.append(paused(known, until=draw(UNTIL)) if draw(st.booleans()) else known)
    return tuple(made)


SETTINGS = st.builds(
    ChannelSettings,
    timezone=st.sampled_from(ZONES),
    cap=st.integers(1, MAX_CAP),
    who_can_manage=st.sampled_from(WhoCanManage),
    mutes=st.lists(
        st.sampled_from(["survey", "block chain", "author:Mallory", "trending", "null"]).map(mute_of), unique=True
    ).map(tuple),
    quiet_notes=st.booleans(),
)


@given(subscriptions(), SETTINGS)
def test_a_file_that_is_imported_into_an_empty_channel_is_exported_alike(
    known: tuple[Subscription, ...], settings: ChannelSettings
) -> None:
    text = file_of(*known, settings=settings)
    done = plan(text)
    made = [
        replace(
            a_subscription(number, cadence=new.cadence),
            query=new.query,
            cap=new.cap,
            min_upvotes=new.min_upvotes,
            upvoted_only=new.upvoted_only,
            sources=new.sources,
            ping=new.ping,
            pause=new.pause,
        )
        for number, (new, _) in enumerate(done.plan.add, 1)
    ]
    assert file_of(*made, settings=done.plan.settings) == text


@given(subscriptions(), SETTINGS)
def test_a_channel_that_is_what_its_file_says_does_not_change(
    known: tuple[Subscription, ...], settings: ChannelSettings
) -> None:
    done = plan(file_of(*known, settings=settings), *known, settings=settings)
    assert not done.difference
    assert done.plan == ChannelPlan()


@pytest.mark.parametrize("text", ["- a", "a: b", "'", '"', "#", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "? a"])
def test_whatever_is_typed_in_a_query_survives_the_file(text: str) -> None:
    known = a_subscription(1, f"teapot {text}" if a_query(f"teapot {text}") else "teapot")
    assert not plan(file_of(known), known).difference
