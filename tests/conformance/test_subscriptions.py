"""Subscriptions: added, changed and paused, each with what depends on it, and only in its own channel."""

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta

from adapters.sql.store import SqlStore, open_store
from bot.model.cadence import Cadence, Frequency
from bot.model.change import ChangeKind, ChannelPlan
from bot.model.channel import Channel, ChannelSettings, Platform, WhoCanManage
from bot.model.delivery import Kind
from bot.model.subscription import Pause, PauseReason, SourceChoice, SubscriptionState
from bot.query.parse import parse
from tests.builders import GENERAL, NOW, TODAY, a_paper, a_sighting
from tests.changing import add, change, edit, pause_some, remove, set_settings
from tests.conformance.deliveries import TOMORROW, a_new_subscription, an_enqueued, subscribe
from tests.rows import change_numbers

OTHER = Channel(Platform.SLACK, "T1", "C1")
FOREIGN = Channel(Platform.SLACK, "T2", "C1")
INSTANT = Cadence(frequency=Frequency.INSTANT)
BY_BO = Pause(by="bo", reason=PauseReason.PERSON, since=NOW, until=TOMORROW, detail="holiday")


async def test_a_subscription_reads_back_as_it_was_added(store: SqlStore) -> None:
    cadence = Cadence(frequency=Frequency.WEEKLY, at=time(16, 30), weekdays=frozenset({4}), timezone="America/New_York")
    sources = (SourceChoice("huggingface"), SourceChoice("arxiv", "cs.CV"))
    new = a_new_subscription('"World Models" (agents OR robots) -survey', cadence=cadence, sources=sources)
    added = await add(store, new, NOW, TOMORROW)
    assert added is not None
    assert await store.subscriptions.of_channel(GENERAL) == (added,)
    assert (added.query, added.query.typed, added.cadence) == (new.query, new.query.typed, cadence)
    assert (added.cap, added.min_upvotes, added.upvoted_only, added.sources) == (5, 2, True, sources)
    assert (added.number, added.creator, added.state, added.pause) == (1, "ana", SubscriptionState.ACTIVE, None)
    assert (added.created_at, added.floor_on, added.next_due) == (NOW, TODAY, TOMORROW)


async def test_words_keep_the_way_they_were_typed(store: SqlStore) -> None:
    await subscribe(store, '"Diffusion Models"')
    (subscription,) = await store.subscriptions.of_channel(GENERAL)
    assert [leaf.typed for leaf, _ in subscription.query.leaves() if hasattr(leaf, "typed")] == ["Diffusion Models"]


async def test_the_same_query_is_refused_whatever_its_spelling(store: SqlStore) -> None:
    await subscribe(store, '"world models" agents')
    assert await add(store, a_new_subscription('AGENT "World-Model"'), NOW, None) is None
    assert len(await store.subscriptions.of_channel(GENERAL)) == 1


async def test_the_same_query_is_refused_while_paused(store: SqlStore) -> None:
    await subscribe(store)
    await store.subscriptions.pause(GENERAL, BY_BO)
    assert await add(store, a_new_subscription(), NOW, None) is None


async def test_two_channels_may_have_the_same_query(store: SqlStore) -> None:
    assert (await subscribe(store)).number == 1
    assert (await subscribe(store, channel=OTHER)).number == 1


async def test_a_number_is_never_used_again(store: SqlStore) -> None:
    await subscribe(store, "a")
    await subscribe(store, "b")
    await remove(store, GENERAL, [2], NOW)
    assert (await subscribe(store, "c")).number == 3


async def test_a_refused_query_uses_up_no_number(store: SqlStore) -> None:
    await subscribe(store, "a")
    await add(store, a_new_subscription("a"), NOW, None)
    assert (await subscribe(store, "b")).number == 2


async def test_two_processes_that_add_at_once_give_each_its_number(store: SqlStore, store_url: str) -> None:
    async with open_store(store_url) as other:
        words = [f"word{n}" for n in "abcdefgh"]
        added = await asyncio.gather(
            *(add((store, other)[n % 2], a_new_subscription(w), NOW, None) for n, w in enumerate(words))
        )
    assert sorted(each.number for each in added if each) == list(range(1, 9))


async def test_of_two_processes_that_add_one_query_at_once_one_wins(store: SqlStore, store_url: str) -> None:
    async with open_store(store_url) as other:
        stores = (store, other, store, other)
        added = await asyncio.gather(*(add(each, a_new_subscription(), NOW, None) for each in stores))
    assert [each.number for each in added if each] == [1]


async def test_a_channel_nobody_set_has_the_defaults(store: SqlStore) -> None:
    assert await store.subscriptions.settings(GENERAL) == ChannelSettings()
    await subscribe(store)
    assert await store.subscriptions.settings(GENERAL) == ChannelSettings()


async def test_settings_are_kept(store: SqlStore) -> None:
    settings = ChannelSettings(timezone="Asia/Tokyo", cap=3, who_can_manage=WhoCanManage.MANAGERS)
    await set_settings(store, GENERAL, settings)
    assert await store.subscriptions.settings_of([GENERAL, OTHER]) == {GENERAL: settings, OTHER: ChannelSettings()}


async def test_on_discord_managers_manage_until_somebody_says_otherwise(store: SqlStore) -> None:
    channel = Channel(Platform.DISCORD, "G", "1")
    assert (await store.subscriptions.settings(channel)).who_can_manage is WhoCanManage.MANAGERS
    await subscribe(store, channel=channel)
    assert (await store.subscriptions.settings(channel)).who_can_manage is WhoCanManage.MANAGERS
    await set_settings(store, channel, ChannelSettings(who_can_manage=WhoCanManage.EVERYONE))
    assert (await store.subscriptions.settings(channel)).who_can_manage is WhoCanManage.EVERYONE


async def test_settings_of_many_channels_come_at_once(store: SqlStore) -> None:
    channels = [Channel(Platform.DISCORD, "G", str(number)) for number in range(450)]
    await set_settings(store, channels[449], ChannelSettings(cap=3))
    found = await store.subscriptions.settings_of(iter(channels))
    assert len(found) == 450
    assert found[channels[449]].cap == 3


async def test_an_edit_replaces_whatever_a_person_chooses(store: SqlStore) -> None:
    made = await subscribe(store)
    wanted = replace(
        made,
        query=parse("robots"),
        cadence=Cadence(at=time(7), timezone="Asia/Tokyo"),
        cap=9,
        min_upvotes=0,
        upvoted_only=False,
        sources=(SourceChoice("arxiv", "cs.RO"),),
        floor_on=date(2026, 6, 19),
        next_due=TOMORROW,
    )
    assert await edit(store, wanted)
    assert await store.subscriptions.of_channel(GENERAL) == (replace(wanted, version=made.version + 1),)


async def test_an_edit_of_an_older_version_changes_nothing(store: SqlStore) -> None:
    made = await subscribe(store)
    assert await edit(store, replace(made, query=parse("b")))
    edited = await store.subscriptions.of_channel(GENERAL)
    assert not await edit(store, replace(made, query=parse("c")))
    assert await store.subscriptions.of_channel(GENERAL) == edited


async def test_an_edit_into_a_query_the_channel_has_changes_nothing(store: SqlStore) -> None:
    await subscribe(store, "a")
    second = await subscribe(store, "b")
    assert not await edit(store, replace(second, query=parse("a")))
    assert (await store.subscriptions.of_channel(GENERAL))[1] == second


async def test_what_becomes_instant_posts_nothing_at_once(store: SqlStore) -> None:
    made = await subscribe(store)
    await store.papers.ingest([a_paper(1)], NOW)
    assert await edit(store, replace(made, cadence=INSTANT, next_due=None))
    assert await store.subscriptions.instant() == ()
    await store.papers.ingest([a_paper(2)], NOW)
    assert len(await store.subscriptions.instant()) == 1


async def test_a_pause_keeps_who_and_why(store: SqlStore) -> None:
    await subscribe(store, "a")
    await subscribe(store, "b")
    await pause_some(store, GENERAL, [2], BY_BO)
    first, second = await store.subscriptions.of_channel(GENERAL)
    assert (first.state, second.state, second.pause) == (SubscriptionState.ACTIVE, SubscriptionState.PAUSED, BY_BO)


async def test_a_channel_that_lost_access_pauses_what_nobody_had_paused(store: SqlStore) -> None:
    await subscribe(store, "a")
    await subscribe(store, "b")
    await pause_some(store, GENERAL, [1], BY_BO)
    assert await store.subscriptions.pause(GENERAL, replace(BY_BO, reason=PauseReason.ACCESS)) == (2,)
    assert [each.pause and each.pause.reason for each in await store.subscriptions.of_channel(GENERAL)] == [
        PauseReason.PERSON,
        PauseReason.ACCESS,
    ]


async def test_what_is_paused_is_not_paused_again(store: SqlStore) -> None:
    await subscribe(store, "a")
    await store.subscriptions.pause(GENERAL, BY_BO)
    access = replace(BY_BO, reason=PauseReason.ACCESS)
    assert await store.subscriptions.pause(GENERAL, access) == ()
    assert (await store.subscriptions.of_channel(GENERAL))[0].pause == BY_BO


async def test_a_workspace_is_paused_as_a_whole_and_no_other(store: SqlStore) -> None:
    second = Channel(Platform.SLACK, "T1", "C2")
    for channel in (OTHER, second, FOREIGN, GENERAL):
        await subscribe(store, channel=channel)
    assert await store.subscriptions.pause_workspace("slack", "T1", BY_BO) == (OTHER, second)
    assert {each.channel for each in await store.subscriptions.active()} == {GENERAL, FOREIGN}


async def test_resuming_starts_the_clock_and_the_floor_anew(store: SqlStore) -> None:
    paused = await subscribe(store, "a")
    await subscribe(store, "b")
    await pause_some(store, GENERAL, [1], BY_BO)
    assert await store.subscriptions.resume(GENERAL, {1: TOMORROW, 2: TOMORROW}, date(2026, 6, 20)) == (1,)
    first, second = await store.subscriptions.of_channel(GENERAL)
    assert (first.state, first.pause, first.next_due) == (SubscriptionState.ACTIVE, None, TOMORROW)
    assert first.floor_on == date(2026, 6, 20)
    assert first.version > paused.version
    assert second.next_due == NOW


async def test_what_is_removed_is_gone_and_nothing_else(store: SqlStore) -> None:
    await subscribe(store, "a")
    second = await subscribe(store, "b")
    await remove(store, GENERAL, [1])
    assert await store.subscriptions.of_channel(GENERAL) == (second,)


async def test_the_subscriptions_of_a_workspace_are_counted_paused_ones_too(store: SqlStore) -> None:
    second = Channel(Platform.SLACK, "T1", "C2")
    for channel in (OTHER, second, FOREIGN, GENERAL):
        await subscribe(store, channel=channel)
    await store.subscriptions.pause(OTHER, BY_BO)
    assert await store.subscriptions.count("slack", "T1") == 2
    assert await store.subscriptions.count("slack", "T3") == 0


async def test_no_method_reaches_another_channel(store: SqlStore) -> None:
    mine = await subscribe(store, channel=OTHER)
    assert await store.subscriptions.pause(FOREIGN, BY_BO) == ()
    assert await store.subscriptions.resume(FOREIGN, {1: NOW}, TODAY) == ()
    for plan in (ChannelPlan(remove=(mine,)), ChannelPlan(edit=(replace(mine, cap=9),))):
        assert await change(store, FOREIGN, plan, ChangeKind.EDITED) is None
    assert await store.subscriptions.of_channel(FOREIGN) == ()
    assert await store.subscriptions.of_channel(OTHER) == (mine,)


async def test_whole_channels_are_due_together_longest_first(store: SqlStore) -> None:
    late = await subscribe(store, "a", channel=OTHER, next_due=NOW - timedelta(hours=2))
    first = await subscribe(store, "a", next_due=NOW)
    second = await subscribe(store, "b", next_due=NOW - timedelta(hours=1))
    await subscribe(store, "c", next_due=TOMORROW)
    await subscribe(store, "d", cadence=INSTANT, next_due=None)
    assert await store.subscriptions.due(NOW, 10) == (late, first, second)
    assert await store.subscriptions.due(NOW, 1) == (late,)


async def test_what_is_paused_is_never_due(store: SqlStore) -> None:
    await subscribe(store)
    await store.subscriptions.pause(GENERAL, BY_BO)
    assert await store.subscriptions.due(TOMORROW, 10) == ()


async def test_an_instant_subscription_waits_for_its_own_sources(store: SqlStore, store_url: str) -> None:
    await store.papers.ingest([a_paper(1)], NOW)
    subscription = await subscribe(store, cadence=INSTANT, next_due=None)
    assert await store.subscriptions.instant() == ()
    await store.papers.ingest([a_paper(2, listed=(a_sighting(source="arxiv"),))], NOW)
    assert await store.subscriptions.instant() == ()
    await store.papers.ingest([a_paper(3)], NOW)
    (candidate,) = await store.subscriptions.instant()
    assert candidate.subscription == subscription
    assert candidate.change == (await change_numbers(store_url))["huggingface"]
    assert candidate.last_instant_at is None


async def test_an_answered_change_is_not_answered_again(store: SqlStore) -> None:
    subscription = await subscribe(store, cadence=INSTANT, next_due=None)
    await store.papers.ingest([a_paper(1)], NOW)
    (candidate,) = await store.subscriptions.instant()
    answer = an_enqueued(subscription, kind=Kind.INSTANT, next_due=None, seen_change=candidate.change)
    assert await store.outbox.enqueue(answer)
    assert await store.subscriptions.instant() == ()
    await store.papers.ingest([a_paper(2)], NOW)
    (again,) = await store.subscriptions.instant()
    assert again.last_instant_at == NOW


async def test_resuming_an_instant_subscription_posts_nothing_at_once(store: SqlStore) -> None:
    await subscribe(store, cadence=INSTANT, next_due=None)
    await store.subscriptions.pause(GENERAL, BY_BO)
    await store.papers.ingest([a_paper(1)], NOW)
    await store.subscriptions.resume(GENERAL, {1: None}, TODAY)
    assert await store.subscriptions.instant() == ()


async def test_the_categories_that_active_subscriptions_name_are_known(store: SqlStore) -> None:
    await subscribe(store, "cat:cs.RO robots -cat:cs.CR")
    await subscribe(store, "agents", sources=(SourceChoice("arxiv", "stat.ML"), SourceChoice("huggingface")))
    await subscribe(store, "cat:cs.SD speech", channel=OTHER)
    await store.subscriptions.pause(OTHER, BY_BO)
    assert await store.subscriptions.categories() == {"cs.RO", "stat.ML"}
