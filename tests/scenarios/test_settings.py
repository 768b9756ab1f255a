"""Settings of a channel: shown, changed one or several at once, obeyed by its digests, undone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.console.render import render
from bot.clock import FixedClock
from bot.commands.dispatch import dispatch_options
from bot.commands.handlers.setting import MOST_MUTES
from bot.commands.request import Requester
from bot.commands.services import Services
from bot.model.change import ChangeKind
from bot.model.channel import ChannelSettings, WhoCanManage
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from bot.query.mute import mute_of
from tests.builders import GENERAL, NOW
from tests.changing import set_settings
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import Person
from tests.scenarios.library import LIGHTHOUSES, TEAPOTS, fill, id_of


async def current(store: Store) -> ChannelSettings:
    return await store.subscriptions.settings(GENERAL)


async def test_alone_it_shows_every_setting_and_changes_nothing(store: Store) -> None:
    said = await Person(store).reads("settings")
    assert said.splitlines()[:5] == [
        "timezone: Europe/Berlin (the default)",
        "max: 10 papers a digest",
        "who-can-manage: everyone here",
        "mute: nothing",
        "quiet-notes: on",
    ]
    assert await store.changes.latest(GENERAL, 1) == ()


async def test_a_new_zone_moves_the_subscriptions_that_follow_it_and_no_others(store: Store) -> None:
    person = Person(store)
    for command in ("teapots", "kraken --tz Asia/Tokyo", "umbrellas --instant", "doorbells"):
        await person.asks(f"subscribe {command}")
    await person.asks("pause 4")
    before = [each.next_due for each in await store.subscriptions.of_channel(GENERAL)]
    said = await person.reads("settings timezone america/new_york")
    after = [each.next_due for each in await store.subscriptions.of_channel(GENERAL)]
    assert (await current(store)).timezone == "America/New_York"
    assert after == [datetime(2026, 6, 16, 13, tzinfo=UTC), *before[1:]]
    assert "timezone: Europe/Berlin (the default) → America/New_York" in said
    assert "Next digest: Tue 16 Jun, 09:00." in said


async def test_the_default_zone_can_be_taken_again(store: Store) -> None:
    person = Person(store)
    await person.asks("settings timezone Asia/Tokyo")
    assert "Asia/Tokyo → Europe/Berlin (the default)" in await person.reads("settings timezone none")
    assert (await current(store)).timezone is None


async def test_the_cap_is_obeyed_by_the_next_digest(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks('subscribe "world model"')
    assert "max: 10 papers a digest → 1 paper a digest" in await person.reads("settings max 1")
    tomorrow = NOW + timedelta(days=1)
    await enqueue_due(store, FixedClock(tomorrow), default_zone="UTC")
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(tomorrow))
    assert platform.papers == [id_of(TEAPOTS)]


@pytest.mark.parametrize("value", ["0", "26", "many"])
async def test_a_cap_out_of_range_is_not_understood(value: str, store: Store) -> None:
    reply = await Person(store).asks(f"settings max {value}")
    assert (reply.ok, reply.understood) == (False, False)
    assert await current(store) == ChannelSettings()


async def test_only_a_manager_sets_who_can_manage(store: Store) -> None:
    assert not (await Person(store, is_manager=False).asks("settings who-can-manage managers")).ok
    assert (await current(store)).who_can_manage is WhoCanManage.EVERYONE
    assert (await Person(store).asks("settings who-can-manage managers")).ok
    assert (await current(store)).who_can_manage is WhoCanManage.MANAGERS


@pytest.mark.parametrize("mute", ["lighthouse", '"a lighthouse"', "author:Ada Byron", "“Lighthouses”"])
async def test_what_is_muted_is_in_no_digest_and_no_preview(mute: str, store: Store) -> None:
    await fill(store, TEAPOTS, LIGHTHOUSES)
    person = Person(store)
    await person.asks('subscribe "world model"')
    await person.asks(f"settings mute {mute}")
    assert (await person.asks("preview 1")).papers == (id_of(TEAPOTS),)
    await person.asks("run 1")
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(NOW))
    assert platform.papers == [id_of(TEAPOTS)]


async def test_a_preview_and_a_run_name_the_mute_that_leaves_nothing(store: Store) -> None:
    await fill(store, TEAPOTS, LIGHTHOUSES)
    person = Person(store)
    await person.asks('subscribe "world model"')
    await person.asks("settings mute model")
    for command in ("preview 1", "run 1"):
        said = await person.reads(command)
        assert "2 new papers matched and were muted here by model." in said
        assert "/papers settings unmute model lets such papers through again." in said
        assert "none" not in said
    await person.asks("settings unmute model")
    assert (await person.asks("preview 1")).papers == (id_of(TEAPOTS), id_of(LIGHTHOUSES))


async def test_what_was_posted_before_it_was_muted_is_not_told_as_muted(store: Store) -> None:
    await fill(store, TEAPOTS, LIGHTHOUSES)
    person = Person(store)
    await person.asks('subscribe "world model"')
    await person.asks("run 1")
    await person.asks("settings mute model")
    assert "none matched that is new here" in await person.reads("preview 1")


async def test_of_many_mutes_a_preview_names_those_that_matched_and_no_more_than_three(store: Store) -> None:
    await fill(store, TEAPOTS, LIGHTHOUSES)
    person = Person(store)
    await person.asks("subscribe teapot")
    for mute in ("umbrella", "teapot", "kitchen", "author:Ada Brill", "author:Cyd Dorn"):
        await person.asks(f"settings mute {mute}")
    said = await person.reads("preview 1")
    assert '1 new paper matched and was muted here by teapot, kitchen, author:"ada brill", 1 more.' in said
    assert "/papers settings unmute WORD takes one back." in said


async def test_mutes_are_listed_kept_once_and_taken_back(store: Store) -> None:
    person = Person(store)
    await person.asks("settings mute survey")
    await person.asks("settings mute author:Yann LeCun")
    assert "survey is muted already; I changed nothing." in await person.reads("settings mute Surveys")
    assert 'mute: survey, author:"yann lecun"' in await person.reads("settings")
    assert "no longer muted: survey" in await person.reads("settings unmute survey")
    assert (await current(store)).mutes == (mute_of("author:yann lecun"),)
    refused = await person.asks("settings unmute survey")
    assert (refused.ok, refused.understood) == (False, True)


async def test_a_word_that_is_muted_and_taken_back_at_once_changes_nothing(store: Store) -> None:
    person = Person(store)
    for word in ("survey", "benchmark"):
        await person.asks(f"settings mute {word}")
    reply = await person.asks("settings mute survey --unmute survey")
    assert render(reply.document).startswith("survey is muted already; I changed nothing.")
    assert reply.document.actions == ()
    assert (await current(store)).mutes == (mute_of("survey"), mute_of("benchmark"))


async def test_a_setting_that_is_so_already_is_answered_in_a_line(store: Store) -> None:
    person = Person(store)
    await person.asks("settings max 5")
    reply = await person.asks("settings max 5")
    assert render(reply.document) == (
        "That is so already; I changed nothing. /papers settings shows how everything is set."
    )
    assert reply.document.actions == ()


async def test_a_channel_mutes_no_more_than_it_can_bear(store: Store) -> None:
    full = ChannelSettings(mutes=tuple(mute_of(f"word{number}") for number in range(MOST_MUTES)))
    await set_settings(store, GENERAL, full)
    assert not (await Person(store).asks("settings mute another")).ok
    assert (await Person(store).asks("settings unmute word3 --mute another")).ok


async def test_what_can_be_no_mute_is_pointed_at(store: Store) -> None:
    for text in ("settings mute", 'settings mute ""', "settings mute author:", f"settings mute {'a' * 200}"):
        reply = await Person(store).asks(text)
        assert (reply.ok, reply.understood) == (False, False)


async def test_quiet_notes_can_be_turned_off(store: Store) -> None:
    assert "quiet-notes: on → off" in await Person(store).reads("settings quiet-notes off")
    assert not (await current(store)).quiet_notes


async def test_an_unknown_setting_is_answered_with_the_one_that_was_meant(store: Store) -> None:
    assert "Did you mean timezone?" in await Person(store).reads("settings timezon Europe/Berlin")
    assert "There is timezone, max," in await Person(store).reads("settings xyzzy 4")


async def test_a_change_of_settings_can_be_undone(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    before = await store.subscriptions.of_channel(GENERAL)
    (undo,) = (await person.asks("settings tz Asia/Tokyo max=3")).document.actions
    (change, _) = await store.changes.latest(GENERAL, 2)
    assert (change.id, change.kind) == (undo.target, ChangeKind.SET)
    await store.changes.undo(change, "ana", NOW, "Europe/Berlin")
    assert await current(store) == ChannelSettings()
    assert [each.cadence for each in await store.subscriptions.of_channel(GENERAL)] == [each.cadence for each in before]


async def test_typed_options_set_several_at_once(store: Store) -> None:
    services = Services(store=store, clock=FixedClock(NOW), default_zone="UTC", sources={})
    ana = Requester(channel=GENERAL, user="ana", is_manager=True)
    options: dict[str, str | int | bool] = {
        "timezone": "Asia/Tokyo",
        "max": 7,
        "who-can-manage": "managers",
        "mute": "survey",
        "quiet-notes": "off",
    }
    assert (await dispatch_options("settings", options, ana, services)).ok
    assert await current(store) == ChannelSettings(
        timezone="Asia/Tokyo",
        cap=7,
        who_can_manage=WhoCanManage.MANAGERS,
        mutes=(mute_of("survey"),),
        quiet_notes=False,
    )


async def test_no_channel_changes_anothers_settings(store: Store) -> None:
    await Person(store, channel=replace(GENERAL, workspace="away")).asks("settings max 3")
    assert await current(store) == ChannelSettings()
