"""`SubscriptionStore.change` and the `Changes` port: what people do to a channel, told and undone."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from adapters.sql.address import address_of
from adapters.sql.engine import Database
from adapters.sql.store import SqlStore
from adapters.sql.tables import change as changes
from bot.model.cadence import Cadence, Frequency
from bot.model.change import ChangeId, ChangeKind, ChannelPlan, NewChange, UndoResult
from bot.model.channel import Channel, ChannelSettings, Platform
from bot.model.delivery import DeliveryState
from bot.model.subscription import Pause, PauseReason, SourceChoice, Subscription, SubscriptionState
from bot.query.parse import parse
from tests.builders import GENERAL, NOW
from tests.conformance.deliveries import TOMORROW, a_new_subscription, an_enqueued

LATER = NOW + timedelta(minutes=5)
ANOTHER = Channel(Platform.CONSOLE, "local", "tea")


def a_change(kind: ChangeKind = ChangeKind.SUBSCRIBED, *, by: str = "ana", at: datetime = NOW) -> NewChange:
    return NewChange(id=ChangeId(secrets.token_urlsafe(16)), by=by, at=at, kind=kind)


async def added(store: SqlStore, *queries: str, change: NewChange | None = None) -> tuple[Subscription, ...]:
    plan = ChannelPlan(add=tuple((a_new_subscription(query), TOMORROW) for query in queries))
    made = await store.subscriptions.change(GENERAL, plan, change or a_change())
    assert made is not None
    return made


async def undo(store: SqlStore, change: NewChange, *, at: datetime = LATER) -> tuple[UndoResult, str]:
    found = await store.changes.find(change.id, "console", "local")
    assert found is not None
    undone = await store.changes.undo(found, "bo", at, "UTC")
    return undone.result, undone.by


async def texts(store: SqlStore) -> list[str]:
    return [str(each.query) for each in await store.subscriptions.of_channel(GENERAL)]


async def test_a_change_is_told_with_who_did_it_and_when(store: SqlStore) -> None:
    change = a_change(by="ana")
    await added(store, "teapot", change=change)
    (told,) = await store.changes.latest(GENERAL, 5)
    assert (told.id, told.by, told.at, told.kind, told.numbers) == (change.id, "ana", NOW, ChangeKind.SUBSCRIBED, (1,))


async def test_the_newest_changes_of_a_channel_come_first_up_to_the_limit(store: SqlStore) -> None:
    first, second, third = (a_change() for _ in range(3))
    for query, change in (("teapot", first), ("kettle", second), ("samovar", third)):
        await added(store, query, change=change)
    assert [each.id for each in await store.changes.latest(GENERAL, 2)] == [third.id, second.id]


async def test_what_nobody_did_leaves_no_change_behind(store: SqlStore) -> None:
    made = a_change()
    await added(store, "teapot", change=made)
    lost = Pause(by="paperround", reason=PauseReason.ACCESS, since=LATER)
    assert await store.subscriptions.pause(GENERAL, lost) == (1,)
    assert await store.subscriptions.resume(GENERAL, {1: TOMORROW}, LATER.date()) == (1,)
    assert await store.subscriptions.pause_workspace("console", "local", lost) == (GENERAL,)
    assert [each.id for each in await store.changes.latest(GENERAL, 5)] == [made.id]


async def test_changes_of_long_ago_are_purged_and_what_they_made_stays(store: SqlStore) -> None:
    old, late = a_change(), a_change(at=LATER)
    await added(store, "teapot", change=old)
    await added(store, "kettle", change=late)
    assert await store.changes.purge(NOW) == 0
    assert await store.changes.purge(LATER) == 1
    assert [each.id for each in await store.changes.latest(GENERAL, 5)] == [late.id]
    assert await texts(store) == ["teapot", "kettle"]


async def test_what_is_added_has_the_next_numbers_and_its_clock(store: SqlStore) -> None:
    await added(store, "teapot")
    made = await added(store, "kettle", "stove")
    assert [(each.number, each.next_due, each.creator) for each in made] == [(2, TOMORROW, "ana"), (3, TOMORROW, "ana")]


async def test_a_query_is_there_once_and_a_plan_is_carried_out_wholly_or_not_at_all(store: SqlStore) -> None:
    await added(store, "teapot")
    plan = ChannelPlan(
        add=((a_new_subscription("kettle"), TOMORROW), (a_new_subscription("Teapots"), TOMORROW)),
        settings=ChannelSettings(cap=3),
    )
    assert await store.subscriptions.change(GENERAL, plan, a_change()) is None
    assert await texts(store) == ["teapot"]
    assert (await store.subscriptions.settings(GENERAL)).cap == ChannelSettings().cap
    assert len(await store.changes.latest(GENERAL, 5)) == 1


async def test_a_change_planned_from_an_older_version_changes_nothing(store: SqlStore) -> None:
    (old,) = await added(store, "teapot")
    edit = ChannelPlan(edit=(replace(old, cap=9),))
    assert await store.subscriptions.change(GENERAL, edit, a_change(ChangeKind.EDITED)) == ()
    assert await store.subscriptions.change(GENERAL, edit, a_change(ChangeKind.EDITED)) is None
    assert await store.subscriptions.change(GENERAL, ChannelPlan(remove=(old,)), a_change()) is None
    assert [each.version for each in await store.subscriptions.of_channel(GENERAL)] == [2]


async def test_everything_that_a_person_chooses_can_be_edited(store: SqlStore) -> None:
    (old,) = await added(store, "teapot")
    wanted = replace(
        old,
        query=parse("kettle -survey"),
        cadence=Cadence(frequency=Frequency.WEEKLY, weekdays=frozenset({4}), timezone="Asia/Tokyo"),
        cap=7,
        min_upvotes=10,
        upvoted_only=False,
        sources=(SourceChoice("arxiv", "cs.CV"),),
        floor_on=LATER.date(),
        next_due=TOMORROW + timedelta(days=3),
    )
    await store.subscriptions.change(GENERAL, ChannelPlan(edit=(wanted,)), a_change(ChangeKind.EDITED))
    (stored,) = await store.subscriptions.of_channel(GENERAL)
    assert stored == replace(wanted, version=2)


async def test_an_edit_that_changes_nothing_leaves_no_change_behind(store: SqlStore) -> None:
    (old,) = await added(store, "teapot")
    await store.subscriptions.change(GENERAL, ChannelPlan(edit=(old,)), a_change(ChangeKind.EDITED))
    assert [each.kind for each in await store.changes.latest(GENERAL, 5)] == [ChangeKind.SUBSCRIBED]


async def test_pausing_cancels_the_delivery_that_nobody_waits_for(store: SqlStore) -> None:
    made = await added(store, "teapot")
    assert await store.outbox.enqueue(an_enqueued(*made))
    pause = Pause(by="bo", reason=PauseReason.PERSON, since=LATER)
    paused = replace(made[0], state=SubscriptionState.PAUSED, pause=pause)
    await store.subscriptions.change(GENERAL, ChannelPlan(edit=(paused,)), a_change(ChangeKind.PAUSED))
    assert [each.state for each in await store.outbox.pending(LATER)] == []
    assert (await store.subscriptions.of_channel(GENERAL))[0].pause == pause


async def test_every_kind_of_change_can_be_undone(store: SqlStore) -> None:
    kettle, stove = await added(store, "kettle", "stove")
    before = (await store.subscriptions.of_channel(GENERAL), await store.subscriptions.settings(GENERAL))
    pause = Pause(by="bo", reason=PauseReason.PERSON, since=NOW)
    plan = ChannelPlan(
        add=((a_new_subscription("teapot"), TOMORROW),),
        edit=(replace(kettle, cap=1, state=SubscriptionState.PAUSED, pause=pause),),
        remove=(stove,),
        settings=ChannelSettings(timezone="Europe/Berlin", cap=3, mutes=(parse("survey"),), quiet_notes=False),
    )
    change = a_change(ChangeKind.IMPORTED)
    await store.subscriptions.change(GENERAL, plan, change)
    assert await undo(store, change) == (UndoResult.UNDONE, "")
    subscriptions = await store.subscriptions.of_channel(GENERAL)
    assert [replace(each, version=1) for each in subscriptions] == list(before[0])
    assert await store.subscriptions.settings(GENERAL) == before[1]


async def test_undoing_twice_has_one_effect(store: SqlStore) -> None:
    change = a_change()
    await added(store, "teapot", change=change)
    await undo(store, change)
    await added(store, "kettle")
    assert await undo(store, change) == (UndoResult.ALREADY_UNDONE, "bo")
    assert await texts(store) == ["kettle"]


async def test_what_was_changed_since_is_not_undone(store: SqlStore) -> None:
    change = a_change()
    (made,) = await added(store, "teapot", change=change)
    edited = ChannelPlan(edit=(replace(made, cap=9),))
    await store.subscriptions.change(GENERAL, edited, a_change(ChangeKind.EDITED, by="cy"))
    assert await undo(store, change) == (UndoResult.CHANGED_SINCE, "cy")
    assert await texts(store) == ["teapot"]


async def test_a_change_of_something_else_does_not_stand_in_the_way(store: SqlStore) -> None:
    change = a_change()
    await added(store, "teapot", change=change)
    await added(store, "kettle", change=a_change(by="cy"))
    assert await undo(store, change) == (UndoResult.UNDONE, "")
    assert await texts(store) == ["kettle"]


async def test_a_removed_query_that_somebody_subscribed_again_is_not_doubled_by_undo(store: SqlStore) -> None:
    (made,) = await added(store, "teapot")
    change = a_change(ChangeKind.UNSUBSCRIBED)
    await store.subscriptions.change(GENERAL, ChannelPlan(remove=(made,)), change)
    await added(store, "teapots", change=a_change(by="cy"))
    assert await undo(store, change) == (UndoResult.CHANGED_SINCE, "cy")
    assert [each.number for each in await store.subscriptions.of_channel(GENERAL)] == [2]


async def test_a_clock_that_would_lie_in_the_past_goes_to_the_next_instant(store: SqlStore) -> None:
    due = datetime(2026, 6, 16, 9, 3, tzinfo=UTC)
    plan = ChannelPlan(add=((a_new_subscription("teapot"), due),))
    (made,) = await store.subscriptions.change(GENERAL, plan, a_change()) or ()
    change = a_change(ChangeKind.UNSUBSCRIBED)
    await store.subscriptions.change(GENERAL, ChannelPlan(remove=(made,)), change)
    await undo(store, change)
    (back,) = await store.subscriptions.of_channel(GENERAL)
    assert back.next_due == datetime(2026, 6, 17, 9, tzinfo=UTC)


async def test_undoing_a_subscription_cancels_what_it_had_on_its_way(store: SqlStore) -> None:
    change = a_change()
    made = await added(store, "teapot", change=change)
    assert await store.outbox.enqueue(an_enqueued(*made))
    await undo(store, change)
    assert DeliveryState.PENDING not in {each.state for each in await store.outbox.pending(LATER)}


async def test_the_operator_s_shell_finds_where_a_change_was_made(store: SqlStore) -> None:
    change = a_change()
    await added(store, "teapot", change=change)
    found = await store.changes.channel_of(change.id)
    assert found == GENERAL
    assert found.platform is Platform.CONSOLE
    assert await store.changes.channel_of(ChangeId("unknown")) is None


async def test_another_workspace_does_not_find_a_change(store: SqlStore) -> None:
    change = a_change()
    await added(store, "teapot", change=change)
    assert await store.changes.find(change.id, "console", "other") is None
    assert await store.changes.find(change.id, "slack", "local") is None
    assert await store.changes.find(ChangeId("unknown"), "console", "local") is None
    assert await store.changes.latest(ANOTHER, 5) == ()


async def test_pauses_that_are_over_are_found(store: SqlStore) -> None:
    kettle, stove, teapot = await added(store, "kettle", "stove", "teapot")

    def paused(each: Subscription, until: datetime | None) -> Subscription:
        pause = Pause(by="bo", reason=PauseReason.PERSON, since=NOW, until=until)
        return replace(each, state=SubscriptionState.PAUSED, pause=pause)

    plan = ChannelPlan(edit=(paused(kettle, LATER), paused(stove, TOMORROW), paused(teapot, None)))
    await store.subscriptions.change(GENERAL, plan, a_change(ChangeKind.PAUSED))
    assert [each.number for each in await store.subscriptions.over(LATER)] == [1]


async def test_what_an_older_program_changed_can_be_undone_though_it_knew_fewer_columns(
    store: SqlStore, store_url: str
) -> None:
    (made,) = await added(store, "teapot")
    edit = a_change(ChangeKind.EDITED)
    assert await store.subscriptions.change(GENERAL, ChannelPlan(edit=(replace(made, cap=3),)), edit) == ()
    database = Database(address_of(store_url))
    try:
        async with database.write() as connection:
            (row,) = await connection.execute(select(changes).where(changes.c.id == edit.id))
            for image in (row.before, row.after):
                del image["subscriptions"]["1"]["ping"]
            values = {"before": row.before, "after": row.after}
            await connection.execute(update(changes).where(changes.c.id == edit.id).values(**values))
    finally:
        await database.close()
    assert await undo(store, edit) == (UndoResult.UNDONE, "")
    (back,) = await store.subscriptions.of_channel(GENERAL)
    assert back.cap == made.cap


async def test_the_role_that_a_subscription_calls_is_stored_changed_and_taken_away(store: SqlStore) -> None:
    new = replace(a_new_subscription(), ping="4242")
    made = await store.subscriptions.change(GENERAL, ChannelPlan(add=((new, TOMORROW),)), a_change())
    assert made is not None
    assert made[0].ping == "4242"
    for ping in ("77", ""):
        (known,) = await store.subscriptions.of_channel(GENERAL)
        plan = ChannelPlan(edit=(replace(known, ping=ping),))
        assert await store.subscriptions.change(GENERAL, plan, a_change(ChangeKind.EDITED)) == ()
        assert [each.ping for each in await store.subscriptions.of_channel(GENERAL)] == [ping]
