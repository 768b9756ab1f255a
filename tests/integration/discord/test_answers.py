"""Answers on a bad day of Discord: given where they were to be, and nowhere beside it."""

import pytest

from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.discord_calls import Fault
from tests.fakes.discord_gateway import ORIGINAL
from tests.integration.discord.talking import ANA_DM, TEA, Talk, a_discord, talk


async def answered(begun: Talk, verb: str, **options: str) -> set[str]:
    """Give a command; returns how it was answered."""
    done = begun.ana.begins(verb, **options)
    await begun.discord.until(lambda _: bool(done.said))
    await begun.settled()
    return {each.how for each in done.said}


@pytest.mark.parametrize(
    "fault",
    [Fault(status=500), Fault(hangs_up=True), Fault(status=502, accepts=True), Fault(status=429, retry_after=2)],
)
async def test_an_answer_that_may_be_lost_is_given_again_in_its_place(migrated_sqlite_url: str, fault: Fault) -> None:
    clock = SteppingClock(NOW)
    async with talk(migrated_sqlite_url, clock=clock, fake=a_discord(clock)) as begun:
        begun.discord.fail(fault, None, fault, method="PATCH", path=ORIGINAL)
        assert await answered(begun, "subscribe", query="teapots", tz="Asia/Tokyo") == {"original"}
        assert await answered(begun, "list") == {"original"}
        assert begun.discord.in_channel(TEA) == begun.discord.in_channel(ANA_DM) == []
        assert begun.discord.too_early == []
