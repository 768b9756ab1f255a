"""See all: everything that a posted digest matched, for whoever sees the digest, page by page."""

from dataclasses import replace
from datetime import timedelta

from adapters.console.render import render
from bot.clock import FixedClock
from bot.commands.press import press
from bot.document import PaperCard, Reply
from bot.model.channel import Channel, Platform
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from tests.builders import GENERAL, NOW, a_paper
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import Person, labels_of
from tests.scenarios.library import fill

TOMORROW = NOW + timedelta(days=1)
ELSEWHERE = Channel(Platform.CONSOLE, "away", "general")
NAMESAKE = Channel(Platform.SLACK, "local", "general")


async def post_a_digest(store: Store, *flags: str) -> None:
    """Let a channel have a digest of 2 out of 12 papers, posted as m1."""
    await fill(store, *(a_paper(number, upvotes=100 - number) for number in range(1, 13)))
    assert (await Person(store).asks(" ".join(("subscribe trending --max 2", *flags)))).ok
    assert await enqueue_due(store, FixedClock(TOMORROW), default_zone="Europe/Berlin") == 1
    console = FakePlatform()
    assert await deliver_due(store, {console.platform: console}, FixedClock(TOMORROW)) == 1


def shown(reply: Reply) -> list[tuple[str, int]]:
    return [(block.paper, block.number) for block in reply.document.blocks if isinstance(block, PaperCard)]


async def test_whoever_sees_a_digest_turns_the_pages_of_all_that_it_matched(store: Store) -> None:
    await post_a_digest(store)
    bo = Person(store, user="bo", is_manager=False)
    first = await bo.presses("all:m1")
    assert (first.ok, first.visible_to_channel, labels_of(first)) == (True, False, ["Next"])
    assert shown(first) == [(f"arxiv:2606.{number:05}", number) for number in range(1, 11)]
    second = await bo.presses("all:m1:2")
    assert second.papers == ("arxiv:2606.00011", "arxiv:2606.00012")
    assert labels_of(second) == ["Previous"]
    assert (await bo.presses("all:m1:1")).papers == first.papers


async def test_a_digest_of_another_workspace_or_of_a_person_is_not_found(store: Store) -> None:
    await post_a_digest(store, "--to me")
    assert (await Person(store).presses("all:m1")).ok
    for channel, user in ((GENERAL, "bo"), (ELSEWHERE, "ana"), (NAMESAKE, "ana")):
        reply = await Person(store, channel=channel, user=user).presses("all:m1")
        assert not reply.ok
        assert render(reply.document).startswith("This button is no longer good")


async def test_a_digest_of_another_channel_is_not_found_but_in_a_thread_of_it(store: Store) -> None:
    await post_a_digest(store)
    bo = Person(store, channel=Channel(Platform.CONSOLE, "local", "tea"), user="bo")
    assert (await bo.hears("all:m1")).startswith("This button is no longer good")
    in_thread = replace(bo.requester, parent=GENERAL)
    assert (await press("all:m1", in_thread, bo.services)).ok


async def test_a_message_that_nobody_posted_shows_nothing(store: Store) -> None:
    for button in ("all", "all:", "all:m1", "all:m1:2"):
        assert not (await Person(store).presses(button)).ok
