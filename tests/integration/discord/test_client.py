"""Discord's REST API over a real connection: no request too many, none twice, none that shuts us out."""

import asyncio
import gzip
from datetime import timedelta

import pytest

from adapters.discord.errors import CLOUDFLARE_WAIT, LONGEST_WAIT, DiscordError
from adapters.discord.pacing import ALLOWED, INTERVAL, INVALID, PERIOD
from adapters.discord.rest import LARGEST_ANSWER
from bot.errors import Verdict
from bot.model.channel import Channel, Platform
from tests.builders import NOW
from tests.discord_world import ELSEWHERE, GUILD, HERE, a_world, an_api
from tests.fakes.discord import MESSAGES
from tests.fakes.discord_calls import Fault

ME = "/users/@me"


async def test_all_servers_together_get_no_more_a_second_than_discord_takes(store_url: str) -> None:
    channels = [Channel(Platform.DISCORD, GUILD, f"9{number}") for number in range(20)]
    async with a_world(store_url) as world:
        for channel in channels:
            world.discord.add_channel(GUILD, channel.id)
            await world.digest(channel, papers=1)
        assert await world.finish() == len(channels)
        last = max(each.at for each in world.discord.asked)
        assert last - NOW >= INTERVAL * (len(channels) - 1)


async def test_to_log_in_takes_a_moment_too(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.api.call("GET", "/users/@me/guilds")
        logged_in, asked = world.discord.asked
        assert asked.at - logged_in.at >= INTERVAL


async def test_a_channel_takes_five_messages_and_the_sixth_is_not_even_sent(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        body = {"content": "hello", "allowed_mentions": {"parse": []}}
        for _ in range(5):
            await world.api.call("POST", "/channels/{channel_id}/messages", body, channel_id=HERE.id)
        with pytest.raises(DiscordError) as raised:
            await world.api.call("POST", "/channels/{channel_id}/messages", body, channel_id=HERE.id)
        assert raised.value.verdict is Verdict.RETRY_LATER
        assert raised.value.retry_after is not None
        assert len(world.discord.calls("POST", MESSAGES)) == 5
        # No answer was held back until the channel takes more.
        assert max(world.clock.slept) < 1
        world.clock.moment += raised.value.retry_after
        await world.api.call("POST", "/channels/{channel_id}/messages", body, channel_id=HERE.id)
        assert world.discord.limited == []


async def test_a_silence_of_less_than_a_second_is_waited_out(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.api.myself()
        world.discord.fail(Fault(status=429, retry_after=0.4))
        await world.digest()
        assert await world.deliver() == 1
        assert len(world.discord.limited) == 1
        assert world.discord.too_early == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_request_is_sent_once_whatever_the_answer(migrated_sqlite_url: str, status: int) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(status=status))
        with pytest.raises(DiscordError):
            await world.api.call("POST", "/channels/{channel_id}/messages", {}, channel_id=HERE.id)
        assert len(world.discord.calls("POST", MESSAGES)) == 1


async def test_a_ban_of_our_address_silences_every_process(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.discord.fail(Fault(status=429, body=b"<html>1015</html>"))
        await world.digest()
        await world.digest(ELSEWHERE)
        second = an_api(world.discord, world.store, world.clock)
        assert await world.deliver() <= 1
        asked = len(world.discord.asked)
        with pytest.raises(DiscordError, match="not our turn") as raised:
            await second.call("GET", ME)
        assert raised.value.retry_after is not None
        assert raised.value.retry_after > CLOUDFLARE_WAIT / 2
        assert len(world.discord.asked) == asked
        assert await world.finish() >= 1


async def test_invalid_requests_end_all_requests_long_before_discord_shuts_us_out(store_url: str) -> None:
    async with a_world(store_url) as world:
        # All but two of those that are allowed have been made.
        await world.store.rate_limits.hold(INVALID, NOW + PERIOD / ALLOWED * (ALLOWED - 1))
        world.discord.deny(HERE.id, send_messages=True)
        world.discord.buckets = {}

        async def ask() -> None:
            path = "/channels/{channel_id}/messages"
            await world.api.call("POST", path, {}, channel_id=HERE.id)

        refused = 0
        while world.clock.wall() < NOW + timedelta(seconds=10):
            with pytest.raises(DiscordError) as raised:
                await ask()
            refused += raised.value.code == 50013
            world.clock.moment += raised.value.retry_after or timedelta()
        # What has grown again meanwhile, and a few: without a budget they would be hundreds.
        assert refused <= 10 * ALLOWED / PERIOD.total_seconds() + 5


@pytest.mark.parametrize("status", [200, 403, 429])
@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"retry_after": 1' + b"0" * 400 + b"}", b"x" * (LARGEST_ANSWER + 1)],
    ids=["deep", "a number without an end", "large"],
)
async def test_whatever_answers_is_a_failure_with_a_verdict(migrated_sqlite_url: str, status: int, body: bytes) -> None:
    async with a_world(migrated_sqlite_url) as world:
        answer = Fault(status=status, body=body, content_type="application/json")
        world.discord.fail(answer, method="GET", path=ME)
        with pytest.raises(DiscordError) as raised:
            await world.api.myself()
        assert raised.value.verdict is Verdict.RETRY_LATER


async def test_nobody_is_sent_elsewhere_with_what_discord_was_to_get(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        elsewhere = {"Location": f"{world.discord.url}/users/@me/guilds"}
        world.discord.fail(Fault(status=307, headers=elsewhere), path=MESSAGES)
        with pytest.raises(DiscordError, match="307") as raised:
            await world.api.call("POST", "/channels/{channel_id}/messages", {"content": "x"}, channel_id=HERE.id)
        assert raised.value.verdict is Verdict.UNKNOWN_OUTCOME
        assert [each.path for each in world.discord.asked] == [ME, f"/channels/{HERE.id}/messages"]


@pytest.mark.parametrize(("left", "wait"), [("0", "1e9"), ("0", "1e999"), ("many", "5"), ("9" * 5000, "nan")])
async def test_a_limit_that_makes_no_sense_neither_undoes_an_answer_nor_lasts(
    migrated_sqlite_url: str, left: str, wait: str
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        limit = {"X-RateLimit-Bucket": "b", "X-RateLimit-Remaining": left, "X-RateLimit-Reset-After": wait}
        path = f"/channels/{HERE.id}"
        world.discord.fail(Fault(accepts=True, headers=limit), method="GET", path=path)
        assert (await world.api.call("GET", "/channels/{channel_id}", channel_id=HERE.id))["id"] == HERE.id
        world.clock.moment += LONGEST_WAIT
        assert (await world.api.call("GET", "/channels/{channel_id}", channel_id=HERE.id))["id"] == HERE.id


@pytest.mark.parametrize(("moment", "is_kept"), [(3, True), (-3, False), ("soon", False)])
async def test_a_limit_may_be_said_by_its_end_alone(
    migrated_sqlite_url: str, moment: int | str, *, is_kept: bool
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        end = str(NOW.timestamp() + moment) if isinstance(moment, int) else moment
        limit = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": end}
        path = f"/channels/{HERE.id}"
        world.discord.fail(Fault(accepts=True, headers=limit), method="GET", path=path)
        await world.api.call("GET", "/channels/{channel_id}", channel_id=HERE.id)
        if is_kept:
            with pytest.raises(DiscordError, match="not our turn"):
                await world.api.call("GET", "/channels/{channel_id}", channel_id=HERE.id)
            world.clock.moment += timedelta(seconds=3)
        assert (await world.api.call("GET", "/channels/{channel_id}", channel_id=HERE.id))["id"] == HERE.id


async def test_a_file_is_had_up_to_a_size(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.files["papers.yaml"] = b"x" * 1000
        url = world.discord.attachment("papers.yaml")
        assert await world.api.download(url, 1000) == b"x" * 1000
        with pytest.raises(DiscordError, match="more than 999 bytes"):
            await world.api.download(url, 999)
        with pytest.raises(DiscordError, match="cannot be had"):
            await world.api.download(f"{url}.gone", 1000)


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.discordapp.com/x",
        "https://cdn.discordapp.com@127.0.0.1/x",
        "https://cdn.discordapp.com:8443/x",
        "https://cdn.discordapp.com.example/x",
        "file:///etc/hostname",
        "http://169.254.169.254/latest",
        "http://[::1",
        "",
    ],
)
async def test_files_are_had_from_discord_alone(migrated_sqlite_url: str, url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        with pytest.raises(DiscordError, match="not at Discord"):
            await world.api.download(url, 1000)


async def test_a_packed_file_is_not_unpacked(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        packed = gzip.compress(b"x" * 100_000)
        world.discord.files["papers.yaml"] = packed
        world.discord.file_headers = {"Content-Encoding": "gzip"}
        assert await world.api.download(world.discord.attachment("papers.yaml"), 1000) == packed


async def test_many_that_come_first_log_in_once(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        ids = await asyncio.gather(*(world.api.myself() for _ in range(9)))
        assert len(set(ids)) == 1
        assert len(world.discord.calls("GET", ME)) == 1
