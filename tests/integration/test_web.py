"""/healthz, /readyz and /metrics over loopback: the real server, real requests, both databases."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.sql.address import address_of
from adapters.sql.engine import VERSION_TABLE, Database
from adapters.sql.store import SqlStore
from adapters.web.limits import LARGEST_BODY, LARGEST_HEAD, MOST_AT_ONCE
from adapters.web.listening import address_of as web_address_of
from adapters.web.listening import listen_at
from adapters.web.metrics import Metrics
from adapters.web.server import Health, application, serving
from bot.clock import FixedClock, SystemClock
from bot.errors import RefusedError
from bot.model.delivery import DeliveryState, Kind, Settlement
from bot.model.fetching import FetchRecord
from bot.model.loop import LONGEST_TICK, Loop
from bot.model.outcome import OutcomeKind
from tests.builders import GENERAL, NOW, a_paper
from tests.conformance.deliveries import an_enqueued, an_outcome, claim_one, greet, subscribe

PATIENCE = 60


class Process:
    """What the server looks at; a test changes it while the server runs."""

    def __init__(self, store: SqlStore) -> None:
        self.loops: Sequence[Loop] = ()
        self.is_stopping = False
        self.metrics = Metrics(store, FixedClock(NOW), lambda: self.loops)
        self.health = Health(
            store=store, clock=SystemClock(), loops=lambda: self.loops, is_stopping=lambda: self.is_stopping
        )
        self.let_go = asyncio.Event()
        self.held = asyncio.Semaphore(0)
        self.app = application(
            self.health, self.metrics, [Route("/echo", echo, methods=["POST"]), Route("/held", self.hold)]
        )

    async def hold(self, _: Request) -> Response:
        self.held.release()
        await self.let_go.wait()
        return PlainTextResponse("ok")


async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


def a_loop(*, ago: timedelta = timedelta(), is_running: bool = False, fault: str = "") -> Loop:
    since = SystemClock().now() - ago
    interval = timedelta(seconds=15)
    return Loop(name="deliver", interval=interval, since=since, is_running=is_running, fault=fault, done=3, failed=1)


@pytest.fixture
def process(store: SqlStore) -> Process:
    return Process(store)


@pytest.fixture
async def web(process: Process) -> AsyncIterator[httpx.AsyncClient]:
    async with asyncio.timeout(PATIENCE), asking(process.app) as client:
        yield client


@asynccontextmanager
async def asking(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    with listen_at("127.0.0.1", 0) as listening:
        async with (
            serving(app, listening),
            httpx.AsyncClient(base_url=web_address_of(listening), trust_env=False) as client,
        ):
            yield client


async def samples(web: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    """Return every sample by its name and the values of its labels, in order of their names."""
    answer = await web.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


# --- health -------------------------------------------------------------------------------------------------------


async def test_a_process_whose_loops_tick_is_healthy(process: Process, web: httpx.AsyncClient) -> None:
    process.loops = (a_loop(), a_loop(is_running=True, ago=LONGEST_TICK / 2), a_loop(fault="The database is away."))
    answer = await web.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.parametrize("is_running", [False, True])
async def test_a_loop_that_is_stuck_is_named(process: Process, web: httpx.AsyncClient, *, is_running: bool) -> None:
    process.loops = (a_loop(is_running=is_running, ago=2 * LONGEST_TICK), a_loop())
    answer = await web.get("/healthz")
    assert answer.status_code == 503
    (line,) = answer.text.splitlines()
    assert line.startswith("deliver: one tick runs for" if is_running else "deliver: no tick began for")


async def test_a_process_that_can_work_is_ready(process: Process, web: httpx.AsyncClient) -> None:
    process.loops = (a_loop(),)
    answer = await web.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_a_process_whose_last_tick_failed_is_not_ready_and_says_why(
    process: Process, web: httpx.AsyncClient
) -> None:
    process.loops = (a_loop(fault="The database cannot grow: the disk is full."),)
    answer = await web.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "deliver: The database cannot grow: the disk is full.\n")


async def test_a_process_that_stops_is_not_ready_but_healthy(process: Process, web: httpx.AsyncClient) -> None:
    process.is_stopping = True
    assert (await web.get("/readyz")).status_code == 503
    assert (await web.get("/healthz")).status_code == 200


async def test_a_database_of_another_version_is_not_ready_and_says_what_to_do(
    store_url: str, web: httpx.AsyncClient
) -> None:
    await write(store_url, f"UPDATE {VERSION_TABLE} SET version_num = '0001'")
    older = await web.get("/readyz")
    assert (older.status_code, "paperround migrate" in older.text) == (503, True)
    await write(store_url, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    newer = await web.get("/readyz")
    assert (newer.status_code, "newer paperround" in newer.text) == (503, True)
    assert (await web.get("/healthz")).status_code == 200


async def write(url: str, statement: str) -> None:
    database = Database(address_of(url))
    async with database.write() as connection:
        await connection.execute(text(statement))
    await database.close()


async def test_of_many_requests_at_once_the_last_are_refused_and_health_is_told_all_the_same(
    process: Process, web: httpx.AsyncClient
) -> None:
    held = [asyncio.create_task(web.get("/held")) for _ in range(MOST_AT_ONCE)]
    for _ in held:
        await process.held.acquire()
    refused = await web.post("/echo", content=b"1")
    assert (refused.status_code, refused.text) == (503, "Too many requests at once.\n")
    assert refused.headers["server"] == "paperround"
    assert (await web.get("/healthz")).status_code == 200
    process.let_go.set()
    assert {(await each).status_code for each in held} == {200}
    assert (await web.post("/echo", content=b"1")).status_code == 200


async def test_connections_that_ask_nothing_keep_nobody_out(process: Process) -> None:
    with listen_at("127.0.0.1", 0) as listening:
        address = web_address_of(listening)
        async with serving(process.app, listening):
            idle = [await asyncio.open_connection(*listening.getsockname()[:2]) for _ in range(2 * MOST_AT_ONCE)]
            async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
                answer = await client.get("/metrics")
            for _, writer in idle:
                writer.close()
    assert answer.status_code == 200


# --- metrics ------------------------------------------------------------------------------------------------------


async def test_metrics_count_papers_fetches_ticks_and_deliveries_by_state(
    store: SqlStore, process: Process, web: httpx.AsyncClient
) -> None:
    await store.papers.ingest([a_paper(1), a_paper(2)], NOW)
    await greet(store, GENERAL, NOW - timedelta(hours=2))
    claim = await claim_one(store)
    await store.outbox.settle(claim, Settlement(state=DeliveryState.SENT), an_outcome(OutcomeKind.POSTED))
    waiting = an_enqueued(channel=GENERAL, kind=Kind.DIGEST, slot=NOW - timedelta(minutes=5))
    assert await store.outbox.enqueue(waiting)
    record = FetchRecord(source="arxiv", key="day", at=NOW, ok=False, kind=OutcomeKind.DOWN)
    process.metrics.fetched(record)
    process.loops = (a_loop(),)
    found = await samples(web)
    assert found["paperround_database_up",] == 1
    assert found["paperround_papers",] == 2
    assert found["paperround_fetches_total", "down", "arxiv"] == 1
    assert found["paperround_ticks_total", "deliver", "done"] == 3
    assert found["paperround_ticks_total", "deliver", "failed"] == 1
    deliveries = {key[1]: value for key, value in found.items() if key[0] == "paperround_deliveries"}
    assert deliveries == {"pending": 1, "sent": 1, "cancelled": 0, "dead": 0}
    assert found["paperround_late_seconds",] == 300


async def test_a_slot_that_nobody_enqueued_is_late_too(store: SqlStore, web: httpx.AsyncClient) -> None:
    await subscribe(store, next_due=NOW - timedelta(hours=1))
    assert (await samples(web))["paperround_late_seconds",] == 3600


async def test_nothing_due_is_not_late_and_what_was_settled_before_yesterday_is_not_counted(
    store: SqlStore, web: httpx.AsyncClient
) -> None:
    await subscribe(store, next_due=NOW + timedelta(hours=1))
    await greet(store, GENERAL, NOW - timedelta(days=2))
    claim = await claim_one(store)
    outcome = an_outcome(OutcomeKind.POSTED, at=NOW - timedelta(days=2))
    await store.outbox.settle(claim, Settlement(state=DeliveryState.SENT), outcome)
    found = await samples(web)
    assert found["paperround_late_seconds",] == 0
    assert found["paperround_deliveries", "sent"] == 0


async def test_without_the_database_metrics_say_so_and_tell_no_stale_numbers(
    store_url: str, process: Process, web: httpx.AsyncClient
) -> None:
    process.loops = (a_loop(),)
    await write(store_url, "ALTER TABLE outcome RENAME TO outcome_gone")
    await write(store_url, "ALTER TABLE delivery RENAME TO delivery_gone")
    found = await samples(web)
    assert found["paperround_database_up",] == 0
    assert ("paperround_papers",) not in found
    assert found["paperround_ticks_total", "deliver", "done"] == 3


# --- what every answer has, and what a request may cost -----------------------------------------------------------


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/nothing", "/", "/slack/events"])
async def test_every_answer_forbids_a_browser_everything(path: str, web: httpx.AsyncClient) -> None:
    answer = await web.get(path)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["server"] == "paperround"


async def test_unknown_paths_and_methods_are_refused_plainly(web: httpx.AsyncClient) -> None:
    unknown = await web.get("/nothing")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert (await web.post("/healthz")).status_code == 405


async def test_a_body_may_be_so_large_and_no_larger(web: httpx.AsyncClient) -> None:
    fits = await web.post("/echo", content=b"x" * LARGEST_BODY)
    assert (fits.status_code, fits.text) == (200, str(LARGEST_BODY))
    announced = await web.post("/echo", content=b"x" * (LARGEST_BODY + 1))
    assert announced.status_code == 413
    streamed = await web.post("/echo", content=pieces(LARGEST_BODY + 1))
    assert streamed.status_code == 413


async def pieces(size: int) -> AsyncIterator[bytes]:
    while size > 0:
        yield b"x" * min(size, 100_000)
        size -= 100_000


async def test_headers_without_an_end_are_refused(web: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(web.base_url.host, web.base_url.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nX-Long: " + b"x" * (2 * LARGEST_HEAD))
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()


@pytest.mark.parametrize("path", ["/echo", "/healthz", "/nothing"])
async def test_a_body_that_is_no_http_ends_its_connection_and_fills_no_log(
    path: str, web: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: paperround\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n".encode()
    for spoilt in (b"ZZ\r\nabc\r\n", b"3\r\nabcdefgh", b"3\r\na"):
        reader, writer = await asyncio.open_connection(web.base_url.host, web.base_url.port)
        writer.write(head)
        # /echo reads to the end before it answers, the others answer at once.
        first = b"" if path == "/echo" else await reader.readline()
        writer.write(spoilt)
        writer.write_eof()
        assert (first + await reader.read())[9:12] in {b"400", b"404", b"405", b""}
        writer.close()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_leaving_does_not_wait_for_idle_connections(process: Process) -> None:
    async with asyncio.timeout(PATIENCE):
        with listen_at("127.0.0.1", 0) as listening:
            host, port = listening.getsockname()
            async with serving(process.app, listening):
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(b"GET /healthz HTTP/1.1\r\nHost: paperround\r\n\r\n")
                assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            assert (await reader.read()).endswith(b"ok\n")
            writer.close()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(host, port)


# --- where to listen ----------------------------------------------------------------------------------------------


def test_a_port_in_use_is_refused_with_the_way_out() -> None:
    with listen_at("127.0.0.1", 0) as taken, pytest.raises(RefusedError) as caught:
        listen_at("127.0.0.1", taken.getsockname()[1])
    assert "is in use" in caught.value.message
    assert "PAPERROUND_HTTP__PORT" in caught.value.hint


def test_an_address_of_another_machine_is_refused_with_the_way_out() -> None:
    with pytest.raises(RefusedError) as caught:
        listen_at("192.0.2.1", 0)
    assert "PAPERROUND_HTTP__HOST" in caught.value.hint
