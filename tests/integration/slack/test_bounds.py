"""Answers that are none of Slack's: too large, packed, nested without end, or leading elsewhere."""

import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from adapters.slack.bounds import LARGEST_ANSWER, OutOfBoundsError
from adapters.slack.client import SlackApi
from adapters.web.listening import address_of, listen_at
from adapters.web.server import serving
from bot.errors import DeliveryError, Verdict
from bot.model.installation import Secret

MEGABYTE = b" " * (1 << 20)
JSON = "application/json"


@dataclass
class Impostor:
    """What answers in Slack's place; `led` is what was sent on to where it led."""

    url: str = ""
    led: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        match request.path_params["kind"]:
            case "large":
                return StreamingResponse(self._large(), media_type=JSON)
            case "packed":
                return Response(gzip.compress(b'{"ok": true}'), headers={"content-encoding": "gzip"}, media_type=JSON)
            case "nested":
                return Response(b"[" * 100_000, media_type=JSON)
            case status:
                return RedirectResponse("/elsewhere", int(status))

    async def _large(self) -> AsyncIterator[bytes]:
        for _ in range(LARGEST_ANSWER // len(MEGABYTE) + 1):
            yield MEGABYTE
        yield b'{"ok": true}'

    async def elsewhere(self, request: Request) -> Response:
        self.led.append(request.method)
        return JSONResponse({"ok": True, "ts": "1.1"})


@pytest.fixture
async def impostor() -> AsyncIterator[Impostor]:
    mine = Impostor()
    routes = [
        Route("/api/{kind}", mine.answer, methods=["GET", "POST"]),
        Route("/elsewhere", mine.elsewhere, methods=["GET", "POST"]),
    ]
    async with AsyncExitStack() as opened:
        listening = opened.enter_context(listen_at("127.0.0.1", 0))
        await opened.enter_async_context(serving(Starlette(routes=routes), listening))
        mine.url = f"{address_of(listening)}/api/"
        yield mine


async def refusal_of(impostor: Impostor, method: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as refused:
        await SlackApi(impostor.url).post(Secret("xoxb-1"), method, {"text": "hello"})
    return refused.value


@pytest.mark.parametrize("status", ["301", "302", "307", "308"])
async def test_a_redirect_is_not_followed_and_nobody_knows_what_became_of_the_post(
    status: str, impostor: Impostor
) -> None:
    assert (await refusal_of(impostor, status)).verdict is Verdict.UNKNOWN_OUTCOME
    assert impostor.led == []


async def test_an_answer_that_is_too_large_is_left(impostor: Impostor) -> None:
    refusal = await refusal_of(impostor, "large")
    assert (refusal.verdict, OutOfBoundsError.__name__ in refusal.reason) == (Verdict.UNKNOWN_OUTCOME, True)


@pytest.mark.parametrize("kind", ["packed", "nested"])
async def test_an_answer_is_neither_unpacked_nor_followed_into_its_depth(kind: str, impostor: Impostor) -> None:
    assert (await refusal_of(impostor, kind)).verdict is Verdict.UNKNOWN_OUTCOME
