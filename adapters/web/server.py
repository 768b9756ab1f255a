"""The web server, in the service's own event loop: /healthz, /readyz, /metrics, and the platforms' endpoints.

/healthz    200: every loop ticks. 503 names the stuck one: restart the process
/readyz     200: the database answers, its schema is this version's, and no loop failed last time. 503 says what is
            wrong and what to do, or that the service is stopping
/metrics    see adapters/web/metrics.py
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from adapters.web.limits import CONNECTION_WITHIN, HEALTH, LARGEST_HEAD, Limited
from adapters.web.metrics import CONTENT_TYPE, Metrics
from bot.errors import StoreError
from bot.model.loop import Loop
from bot.ports import Clock, Endpoint, Store

DRAIN_SECONDS = 2
"""How long running requests may take when the server stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Answers the two probes, from the database and the service's loops."""

    store: Store
    clock: Clock
    loops: Callable[[], Sequence[Loop]]
    is_stopping: Callable[[], bool]

    async def healthz(self, _: Request) -> Response:
        """Say whether the loops tick. Whether they succeed is left to /readyz and /metrics."""
        now = self.clock.wall()
        return _answer([stall for loop in self.loops() if (stall := loop.stall(now))])

    async def readyz(self, _: Request) -> Response:
        """Say whether the process can do its work."""
        if self.is_stopping():
            return _answer(["stopping"])
        try:
            await self.store.check()
        except StoreError as error:
            return _answer([str(error)])
        return _answer([f"{loop.name}: {loop.fault}" for loop in self.loops() if loop.fault])


def _answer(troubles: Sequence[str]) -> Response:
    status = HTTPStatus.SERVICE_UNAVAILABLE if troubles else HTTPStatus.OK
    return PlainTextResponse("".join(f"{each}\n" for each in troubles or ["ok"]), status)


def mounted(endpoints: Mapping[str, Endpoint]) -> Sequence[BaseRoute]:
    """Return the routes of the platforms' endpoints, given by path; each endpoint checks the HTTP method itself."""
    return [Route(path, endpoint) for path, endpoint in endpoints.items()]


def application(health: Health, metrics: Metrics, routes: Sequence[BaseRoute] = ()) -> Starlette:
    """Return the ASGI application; `routes` are those of the platforms."""

    async def show_metrics(_: Request) -> Response:
        return Response(await metrics.text(), media_type=CONTENT_TYPE)

    own = (
        Route(HEALTH, health.healthz),
        Route("/readyz", health.readyz),
        Route("/metrics", show_metrics),
    )
    return Starlette(routes=[*own, *routes], middleware=[Middleware(Limited)])


@asynccontextmanager
async def serving(app: Starlette, listening: socket.socket) -> AsyncIterator[None]:
    """Serve while the context is open; if the server fails, the body of the `with` is cancelled."""
    server = _Server(
        uvicorn.Config(
            app,
            http=_BriefProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=LARGEST_HEAD,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the service handles signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _BriefProtocol(H11Protocol):
    """uvicorn's protocol with two corrections.

    A connection ends after `CONNECTION_WITHIN`, since uvicorn waits for ever for a request's headers. And a malformed
    body ends the connection quietly, since uvicorn would go on with its answer, fail, and log a traceback.
    """

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))  # uvicorn narrows asyncio's own signature
        self._end = self.loop.call_later(CONNECTION_WITHIN.total_seconds(), self.shutdown)

    def send_400_response(self, msg: str) -> None:
        cycle = cast("RequestResponseCycle | None", self.cycle)
        # h11 allows no second answer to a request that is being answered while its body still arrives.
        if cycle is None or not (cycle.response_started and cycle.more_body):
            super().send_400_response(msg)
        self.transport.close()
        if cycle is not None:
            cycle.disconnected = True

    def connection_lost(self, exc: Exception | None) -> None:
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)
