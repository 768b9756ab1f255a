"""What people do with a paper in front of them: discuss it, once in a channel; see less like it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.console.render import render
from bot.clock import FixedClock
from bot.errors import DeliveryError, Verdict
from bot.model.change import ChangeId, ChangeKind, ChannelPlan, NewChange
from bot.model.channel import Channel, ChannelSettings, Platform, WhoCanManage
from bot.model.delivery import Kind
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from tests.builders import GENERAL, NOW, a_paper
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import FakeSource, Person, button_of, labels_of
from tests.scenarios.library import DOORBELLS, LIGHTHOUSES, TEAPOTS, fill, id_of

DISCUSS = f"discuss:{id_of(TEAPOTS)}"


async def posted(store: Store, platform: FakePlatform, minutes: int = 1) -> list[tuple[str, int, tuple[str, ...], str]]:
    await deliver_due(store, {platform.platform: platform}, FixedClock(NOW + timedelta(minutes=minutes)))
    return platform.posted


# --- discuss ----------------------------------------------------------------------------------------------------------


async def test_a_paper_to_discuss_is_a_message_of_its_own(store: Store) -> None:
    await fill(store)
    reply = await Person(store).presses(DISCUSS)
    assert (reply.visible_to_channel, reply.has_enqueued) == (False, True)
    assert render(reply.document) == "I post it here for discussion: Patient Teapots for World Models."
    (delivery,) = await store.outbox.pending(NOW)
    assert (delivery.kind, delivery.channel) == (Kind.DISCUSSION, GENERAL)
    assert await posted(store, FakePlatform()) == [
        (str(GENERAL), 0, (id_of(TEAPOTS),), "@ana: worth a look?"),
    ]


async def test_a_channel_is_asked_once_whoever_asks_again(store: Store) -> None:
    await fill(store)
    platform = FakePlatform()
    ana = Person(store)
    await ana.presses(DISCUSS)
    await posted(store, platform)
    bo = replace(ana, user="bo", now=NOW + timedelta(days=3))
    again = await bo.presses(DISCUSS)
    assert not again.has_enqueued
    assert render(again.document) == (
        "Patient Teapots for World Models was posted here for discussion 16 Jun chat.example/1/1; "
        "a channel is asked only once."
    )
    assert len(await posted(store, platform, minutes=5000)) == 1


async def test_every_channel_has_a_discussion_of_its_own(store: Store) -> None:
    await fill(store)
    ana = Person(store)
    in_tea = replace(ana, channel=Channel(Platform.CONSOLE, "local", "tea"))
    assert [(await each.presses(DISCUSS)).has_enqueued for each in (ana, in_tea)] == [True, True]
    assert {each.channel for each in await store.outbox.pending(NOW)} == {ana.channel, in_tea.channel}


async def test_two_papers_are_discussed_at_the_same_moment(store: Store) -> None:
    await fill(store)
    person = Person(store)
    for paper in (TEAPOTS, LIGHTHOUSES, DOORBELLS):
        assert (await person.presses(f"discuss:{id_of(paper)}")).has_enqueued
    assert len(await posted(store, FakePlatform())) == 3


async def test_what_could_not_be_posted_may_be_discussed_again(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.presses(DISCUSS)
    lost = FakePlatform(failures=[DeliveryError(Verdict.OUR_BUG, "too long")])
    assert await posted(store, lost) == []
    later = replace(person, now=NOW + timedelta(minutes=2))
    assert (await later.presses(DISCUSS)).has_enqueued
    assert len(await posted(store, FakePlatform(), minutes=3)) == 1


async def test_a_discussion_keeps_a_paper_out_of_no_digest(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.presses(DISCUSS)
    tomorrow = NOW + timedelta(days=1)
    await enqueue_due(store, FixedClock(tomorrow), default_zone=person.zone)
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(tomorrow))
    assert platform.papers == [id_of(TEAPOTS), id_of(TEAPOTS)]
    said = [text for *_, text in platform.posted]
    assert said == ["@ana: worth a look?", "teapots: Patient Teapots for World Models"]


async def test_a_paper_from_outside_can_be_discussed(store: Store) -> None:
    kites = a_paper(70, "Kites in Fog", listed=())
    person = Person(store, sources=(FakeSource("arxiv", {kites.id: kites}),))
    assert (await person.presses(f"discuss:{id_of(kites)}")).has_enqueued
    assert (await posted(store, FakePlatform()))[0][2] == (id_of(kites),)


async def test_a_discussion_holds_when_two_papers_turn_out_to_be_one(store: Store) -> None:
    by_doi = replace(a_paper(1), id=replace(a_paper(1).id, scheme="doi", value="10.1000/x"))
    await fill(store, by_doi)
    person = Person(store)
    await person.presses("discuss:doi:10.1000/x")
    await fill(store, replace(a_paper(1), aliases=(by_doi.id,)))
    assert not (await person.presses("discuss:arxiv:2606.00001")).has_enqueued


# --- less like this ---------------------------------------------------------------------------------------------------


async def test_less_offers_the_words_that_single_a_paper_out_and_its_authors(store: Store) -> None:
    await fill(store)
    reply = await Person(store).presses(f"less:{id_of(TEAPOTS)}")
    assert not reply.visible_to_channel
    assert render(reply.document).startswith(
        "Less like Patient Teapots for World Models: what should this channel not see again?\n\n"
        '- /papers settings mute "World Models"\n'
        '- /papers settings mute "Patient Teapots"\n'
        '- /papers settings mute author:"Ada Brill"\n'
        '- /papers settings mute author:"Gus Holm"\n\n'
        "A mute holds for every digest of this channel, and can be undone."
    )
    assert labels_of(reply) == ["Mute “World Models”", "Mute “Patient Teapots”", "Mute Ada Brill", "Mute Gus Holm"]


async def test_less_does_not_offer_what_the_channel_looks_for(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks('subscribe "world models" -survey')
    reply = await person.presses(f"less:{id_of(TEAPOTS)}")
    assert labels_of(reply) == ["Mute “Patient Teapots”", "Mute Ada Brill", "Mute Gus Holm"]


@pytest.mark.parametrize(
    ("label", "mute"), [("Mute “World Models”", '"world model"'), ("Mute Ada Brill", 'author:"ada brill"')]
)
async def test_a_mute_behind_a_button_holds_for_the_channel(label: str, mute: str, store: Store) -> None:
    await fill(store)
    person = Person(store)
    button = button_of(await person.presses(f"less:{id_of(TEAPOTS)}"), label)
    for _ in range(2):
        await person.presses(button)
        settings = await store.subscriptions.settings(person.channel)
        assert [str(each) for each in settings.mutes] == [mute]


async def test_who_may_not_manage_is_offered_nothing_to_mute(store: Store) -> None:
    await fill(store)
    settings = ChannelSettings(who_can_manage=WhoCanManage.MANAGERS)
    change = NewChange(id=ChangeId("x"), by="ana", at=NOW, kind=ChangeKind.SET)
    await store.subscriptions.change(GENERAL, ChannelPlan(settings=settings), change)
    guest = Person(store, user="bo", is_manager=False)
    reply = await guest.presses(f"less:{id_of(TEAPOTS)}")
    assert (reply.ok, labels_of(reply)) == (False, [])
    button = button_of(await Person(store).presses(f"less:{id_of(TEAPOTS)}"), "Mute Ada Brill")
    assert not (await guest.presses(button)).ok
    assert (await store.subscriptions.settings(GENERAL)).mutes == ()


async def test_no_title_breaks_out_of_its_quotes(store: Store) -> None:
    sly = a_paper(5, 'Say "Kettle" and `Pot` --all', authors=('Ada "x" Byron',))
    await fill(store, sly)
    person = Person(store)
    reply = await person.presses(f"less:{id_of(sly)}")
    assert [label for label in labels_of(reply) if '"' in label or "`" in label] == []
    for label in labels_of(reply):
        await person.presses(button_of(reply, label))
    mutes = (await store.subscriptions.settings(person.channel)).mutes
    assert len(mutes) == len(labels_of(reply))
