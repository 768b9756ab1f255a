"""Who a token is, and what for, asked from a Slack on loopback."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.probe import WHO, ask, one_workspace
from bot.errors import RefusedError, SourceError
from bot.model.installation import Secret
from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.slack import BOT, Fault, Slack, serving

TOKEN = Secret("xoxb-1-teapot")  # an invented one


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    scopes = {"chat:write", "commands"}
    async with serving(Slack(clock=SteppingClock(NOW), tokens={TOKEN.value: "T1"}, scopes=scopes)) as served:
        yield served


async def test_a_token_tells_its_workspace_its_bot_and_its_scopes(slack: Slack) -> None:
    answer = await ask(TOKEN, WHO, slack.url)
    assert (answer.code, answer.workspace, answer.bot_user) == ("", "T1", BOT)
    assert answer.scopes == frozenset({"chat:write", "commands"})
    assert answer.date
    found = await one_workspace(TOKEN, slack.url)
    assert (found.workspace, found.bot_user, found.scopes) == ("T1", BOT, answer.scopes)


async def test_an_address_may_end_with_a_slash_or_not(slack: Slack) -> None:
    assert (await ask(TOKEN, WHO, slack.url.rstrip("/"))).workspace == "T1"


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"])
async def test_a_token_that_slack_does_not_take_is_refused_with_the_way_out(slack: Slack, code: str) -> None:
    slack.fail(Fault(code=code), Fault(code=code), method=WHO)
    assert (await ask(TOKEN, WHO, slack.url)).code == code
    with pytest.raises(RefusedError, match=code) as refused:
        await one_workspace(TOKEN, slack.url)
    assert "OAuth & Permissions" in refused.value.hint
    assert "teapot" not in str(refused.value)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(code="ratelimited", status=429),
        Fault(code="fatal_error"),
        Fault(status=502, body=b"<html>bad gateway</html>"),
        Fault(body=b"[1]", content_type="application/json"),
        Fault(hangs_up=True),
    ],
)
async def test_what_says_nothing_of_the_token_is_no_refusal(slack: Slack, fault: Fault) -> None:
    slack.fail(fault, method=WHO)
    with pytest.raises(SourceError) as told:
        await one_workspace(TOKEN, slack.url)
    assert "teapot" not in str(told.value)


async def test_where_nothing_listens_it_cannot_be_reached() -> None:
    with pytest.raises(SourceError, match="cannot be reached"):
        await ask(TOKEN, WHO, "http://127.0.0.1:9/api")
