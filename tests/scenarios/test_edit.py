"""Editing a subscription in place: what is named changes, the rest stays, and the answer reads it back."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.model.cadence import EVERY_DAY, WEEKDAYS, Frequency
from bot.model.change import ChangeKind
from bot.model.channel import ChannelSettings
from bot.model.subscription import SourceChoice, Subscription
from bot.ports import Store
from tests.builders import GENERAL, NOW, TODAY
from tests.changing import set_settings
from tests.scenarios.asking import FakeSource, Person

LATER = NOW + timedelta(days=3)
"""A Friday, 11:00 in Berlin."""

FIRST = 'subscribe "world models" --daily 09:00 --max 5 --min-upvotes 3 --tz Asia/Tokyo'


async def mine(store: Store, number: int = 1) -> Subscription:
    return next(each for each in await store.subscriptions.of_channel(GENERAL) if each.number == number)


@pytest.fixture
async def ana(store: Store) -> Person:
    await Person(store).asks(FIRST)
    return Person(store, now=LATER)


async def test_new_hours_count_from_now_and_everything_else_stays(store: Store, ana: Person) -> None:
    before = await mine(store)
    said = await ana.reads("edit 1 --weekly fri 16:00")
    after = await mine(store)
    assert (after.cadence.frequency, after.cadence.at, after.cadence.weekdays) == (
        Frequency.WEEKLY,
        time(16),
        frozenset({4}),
    )
    assert after.next_due == datetime(2026, 6, 26, 7, tzinfo=UTC)
    assert (after.query, after.cap, after.min_upvotes, after.sources, after.floor_on, after.cadence.timezone) == (
        before.query,
        before.cap,
        before.min_upvotes,
        before.sources,
        before.floor_on,
        "Asia/Tokyo",
    )
    assert "hours: weekdays at 09:00 Asia/Tokyo → Fridays at 16:00 Asia/Tokyo" in said
    assert "Next digest: Fri 26 Jun, 16:00." in said


async def test_a_new_query_starts_afresh_and_keeps_its_hours(store: Store, ana: Person) -> None:
    before = await mine(store)
    said = await ana.reads('edit 1 "flow matching"')
    after = await mine(store)
    assert (before.floor_on, after.floor_on) == (TODAY, LATER.date())
    assert (after.cadence, after.next_due) == (before.cadence, before.next_due)
    assert 'query: "world models" → "flow matching"' in said
    assert 'I look for: the phrase "flow matching", in title or abstract.' in said


@pytest.mark.parametrize(
    ("flags", "hours"),
    [
        ("--daily 10:30", (Frequency.DAILY, time(10, 30), WEEKDAYS)),
        ("--days daily", (Frequency.DAILY, time(9), EVERY_DAY)),
        ("--weekly", (Frequency.WEEKLY, time(9), frozenset({0}))),
        ("--weekly wed", (Frequency.WEEKLY, time(9), frozenset({2}))),
    ],
)
async def test_what_a_cadence_leaves_out_stays(
    flags: str, hours: tuple[Frequency, time, frozenset[int]], store: Store, ana: Person
) -> None:
    await ana.asks(f"edit 1 {flags}")
    cadence = (await mine(store)).cadence
    assert (cadence.frequency, cadence.at, cadence.weekdays) == hours


async def test_one_day_moves_what_is_weekly_and_several_make_it_daily(store: Store, ana: Person) -> None:
    await ana.asks("edit 1 --weekly fri 16:00")
    await ana.asks("edit 1 --days tue")
    moved = (await mine(store)).cadence
    assert (moved.frequency, moved.at, moved.weekdays) == (Frequency.WEEKLY, time(16), frozenset({1}))
    await ana.asks("edit 1 --days tue,thu")
    moved = (await mine(store)).cadence
    assert (moved.frequency, moved.at, moved.weekdays) == (Frequency.DAILY, time(16), frozenset({1, 3}))


async def test_what_was_set_can_be_taken_back(store: Store, ana: Person) -> None:
    await ana.asks("edit 1 --upvoted-only --source hf,arxiv")
    said = await ana.reads("edit 1 --tz none --max none --min-upvotes 0 --no-upvoted-only --source hf")
    after = await mine(store)
    assert (after.cadence.timezone, after.cap, after.min_upvotes, after.upvoted_only) == (None, None, 0, False)
    assert after.sources == (SourceChoice("huggingface"),)
    assert after.next_due == datetime(2026, 6, 22, 7, tzinfo=UTC)
    for change in (
        "hours: weekdays at 09:00 Asia/Tokyo → weekdays at 09:00 Europe/Berlin",
        "at most: 5 a digest → the channel's cap",
        "from: Hugging Face and arXiv → Hugging Face",
        "upvotes: at least 3 → any",
        "papers: only what Hugging Face lists → all",
    ):
        assert change in said


async def test_following_the_channels_zone_is_a_change_even_where_the_hours_stay(store: Store, ana: Person) -> None:
    await set_settings(store, GENERAL, ChannelSettings(timezone="Asia/Tokyo"))
    assert "time zone: the channel's" in await ana.reads("edit 1 --tz none")
    assert "time zone: its own" in await ana.reads("edit 1 --tz Asia/Tokyo")


async def test_instant_and_back_again(store: Store, ana: Person) -> None:
    assert "The next digest comes with the next new paper" in await ana.reads("edit 1 --instant")
    after = await mine(store)
    assert (after.cadence.frequency, after.next_due) == (Frequency.INSTANT, None)
    await ana.asks("edit 1 --daily")
    after = await mine(store)
    assert (after.cadence.at, after.cadence.weekdays) == (time(9), WEEKDAYS)
    assert after.next_due == datetime(2026, 6, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize("flags", ["--max 5", '"World-Model"', "--daily 09:00 --tz Asia/Tokyo", "--no-upvoted-only"])
async def test_an_edit_that_changes_nothing_says_so_and_makes_no_change(flags: str, store: Store, ana: Person) -> None:
    before = await mine(store)
    reply = await ana.asks(f"edit 1 {flags}")
    assert (reply.ok, reply.document.actions) == (True, ())
    assert "is so already; I changed nothing." in await ana.reads(f"edit 1 {flags}")
    assert await mine(store) == before
    assert [each.kind for each in await store.changes.latest(GENERAL, 9)].count(ChangeKind.EDITED) == 0


async def test_a_number_alone_shows_the_subscription_as_a_command_that_changes_nothing(ana: Person) -> None:
    await ana.asks("edit 1 --upvoted-only")
    shown = await ana.reads("edit 1")
    command = next(line.strip() for line in shown.splitlines() if "/papers edit 1 " in line)
    assert "is so already" in await ana.reads(command)
    await ana.asks("edit 1 --weekly thu 07:30")
    shown = await ana.reads("edit 1")
    assert "--weekly thu 07:30" in shown
    await ana.asks("edit 1 --instant")
    assert "--instant" in await ana.reads("edit 1")


async def test_a_query_that_the_channel_has_already_is_refused_with_its_number(store: Store, ana: Person) -> None:
    await ana.asks("subscribe kraken")
    reply = await ana.asks('edit 2 "World-Models" --max 3')
    assert (reply.ok, reply.understood) == (False, True)
    assert 'already has "world models" (#1)' in await ana.reads('edit 2 "World-Models"')
    assert (await mine(store, 2)).cap is None


async def test_an_unknown_number_or_source_is_refused(store: Store, ana: Person) -> None:
    assert "There is #1" in await ana.reads("edit 9 --max 5")
    alone = Person(store, sources=(FakeSource("huggingface"),))
    assert "not configured" in await alone.reads("edit 1 --source arxiv")
    assert (await mine(store)).version == 1


async def test_an_edit_of_a_paused_subscription_leaves_it_paused(store: Store, ana: Person) -> None:
    await ana.asks("pause 1")
    assert "It is paused; /papers resume 1 lets it go on." in await ana.reads("edit 1 --daily 17:00")
    after = await mine(store)
    assert (after.is_active, after.cadence.at) == (False, time(17))


async def test_an_edit_can_be_undone(store: Store, ana: Person) -> None:
    before = await mine(store)
    reply = await ana.asks('edit 1 "flow matching" --weekly fri 16:00 --max none')
    (undo,) = reply.document.actions
    assert (undo.label, undo.verb) == ("Undo", "undo")
    (change,) = await store.changes.latest(GENERAL, 1)
    assert (change.id, change.by, change.kind) == (undo.target, "ana", ChangeKind.EDITED)
    await store.changes.undo(change, "ana", LATER, "UTC")
    after = await mine(store)
    assert (after.query, after.cadence, after.cap, after.floor_on) == (
        before.query,
        before.cadence,
        before.cap,
        before.floor_on,
    )
