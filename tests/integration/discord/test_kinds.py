"""Digests in each kind of channel over a real connection: posts of forums, announcements, threads of discussions."""

import pytest

from adapters.discord.messenger import SUPPRESSED_FOR
from bot.model.channel import Channel
from bot.model.delivery import DeliveryState, Kind
from tests.delivering import TITLE, why_paused
from tests.discord_world import FORUM, GUILD, HERE, LONG, NEWS, THREAD, a_world
from tests.fakes.discord import CROSSPOST, DISCUSSION, THREADS
from tests.fakes.discord_calls import Fault
from tests.fakes.discord_guilds import CROSSPOSTED, REQUIRE_TAG


async def test_a_digest_in_a_forum_is_a_post_with_its_name_and_what_follows_is_in_it(store_url: str) -> None:
    async with a_world(store_url) as world:
        document = await world.digest(FORUM, LONG)
        assert await world.finish() == 1
        (post,) = world.discord.calls("POST", THREADS)
        assert post.body["name"] == TITLE
        thread = world.discord.messages[0].id
        assert world.said(thread) == world.parts(document)
        link = f"https://discord.com/channels/{GUILD}/{thread}/"
        assert min(await world.hrefs(FORUM)) == link + thread
        assert all(each.startswith(link) for each in await world.hrefs(FORUM))
        assert world.discord.wrong == []


@pytest.mark.parametrize(("flags", "applied"), [(REQUIRE_TAG, ["7"]), (0, None)])
async def test_a_forum_that_wants_a_tag_gets_the_first_that_anybody_may_give(
    migrated_sqlite_url: str, flags: int, applied: list[str] | None
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        forum = world.discord.places[FORUM.id]
        forum.tags = [{"id": "6", "name": "rules", "moderated": True}, {"id": "7", "name": "new", "moderated": False}]
        forum.flags = flags
        await world.digest(FORUM)
        assert await world.deliver() == 1
        (post,) = world.discord.calls("POST", THREADS)
        assert post.body.get("applied_tags") == applied


async def test_a_forum_whose_tags_have_changed_is_looked_at_again(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest(FORUM)
        assert await world.deliver() == 1
        forum = world.discord.places[FORUM.id]
        forum.tags, forum.flags = [{"id": "7", "name": "new", "moderated": False}], REQUIRE_TAG
        await world.digest(FORUM, kind=Kind.RUN)
        assert await world.deliver() == 1
        forum.tags = [{"id": "8", "name": "newer", "moderated": False}]
        await world.digest(FORUM, kind=Kind.INSTANT)
        assert await world.deliver() == 1
        assert [each.body.get("applied_tags") for each in world.discord.calls("POST", THREADS)][-1] == ["8"]
        forum.tags = []
        await world.digest(FORUM, kind=Kind.GREETING)
        await world.finish()
        assert await why_paused(world.store, FORUM) == "the forum wants a tag, and has none that I may use (40067)"


async def test_a_post_that_somebody_deletes_ends_the_digest_and_not_the_forum(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(status=404, code=10003))
        await world.digest(FORUM, LONG)
        assert await world.finish() == 0
        (dead,) = await world.store.outbox.pending(world.clock.now())
        assert (dead.state, dead.reason) == (DeliveryState.DEAD, "in the digest's post: the channel is gone (10003)")
        assert await why_paused(world.store, FORUM) == ""


async def test_every_message_in_an_announcement_channel_is_published(store_url: str) -> None:
    async with a_world(store_url) as world:
        await world.digest(NEWS, LONG)
        assert await world.finish() == 1
        assert len(world.discord.messages) > 1
        assert all(each.flags & CROSSPOSTED for each in world.discord.messages)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=400, code=40033),
        Fault(status=403, code=50013),
        Fault(status=429, retry_after=3000),
        Fault(status=500),
        Fault(hangs_up=True),
    ],
)
async def test_what_cannot_be_published_was_posted_all_the_same(migrated_sqlite_url: str, fault: Fault) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(fault, path=CROSSPOST)
        await world.digest(NEWS)
        assert await world.deliver() == 1
        await world.digest(NEWS, kind=Kind.RUN)
        assert await world.deliver() == 1
        assert len(world.discord.messages) == 2
        assert world.discord.too_early == []


@pytest.mark.parametrize("channel", [HERE, NEWS], ids=["text", "announcement"])
async def test_a_discussion_opens_a_thread_named_after_its_paper(migrated_sqlite_url: str, channel: Channel) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest(channel, papers=1, kind=Kind.DISCUSSION)
        assert await world.deliver() == 1
        (message,) = world.discord.messages
        assert (world.discord.places[message.id].name, world.discord.places[message.id].parent) == (TITLE, channel.id)


@pytest.mark.parametrize("channel", [HERE, NEWS], ids=["text", "announcement"])
async def test_what_follows_a_message_that_is_found_again_is_done_then(
    migrated_sqlite_url: str, channel: Channel
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(hangs_up=True, accepts=True))
        await world.digest(channel, papers=1, kind=Kind.DISCUSSION)
        assert await world.deliver() == 0
        world.clock.moment += SUPPRESSED_FOR
        assert await world.finish() == 1
        (message,) = world.discord.messages
        assert bool(message.flags & CROSSPOSTED) is (channel is NEWS)
        assert world.discord.places[message.id].name == TITLE


async def test_what_was_done_already_keeps_nothing_else_from_being_done_and_is_no_line_of_the_log(
    migrated_sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(status=400, code=40033), path=CROSSPOST)
        await world.digest(NEWS, papers=1, kind=Kind.DISCUSSION)
        assert await world.deliver() == 1
        (message,) = world.discord.messages
        assert world.discord.places[message.id].name == TITLE
    assert "the message is posted, but" not in caplog.text


@pytest.mark.parametrize("channel", [FORUM, THREAD], ids=["forum", "thread"])
async def test_a_discussion_that_is_in_a_thread_already_opens_none(migrated_sqlite_url: str, channel: Channel) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest(channel, papers=1, kind=Kind.DISCUSSION)
        assert await world.deliver() == 1
        assert world.discord.calls("POST", DISCUSSION) == []


async def test_a_discussion_whose_thread_may_not_be_opened_was_posted(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.deny(HERE.id, create_public_threads=True)
        await world.digest(papers=1, kind=Kind.DISCUSSION)
        assert await world.deliver() == 1
        assert len(world.discord.calls("POST", DISCUSSION)) == 1
