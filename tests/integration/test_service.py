"""`run` as its operator has it: signals, a database that goes away, a messenger that hangs, the web server."""

import fcntl
import gc
import os
import signal
import socket
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import URL, make_url

from bot.cli.service import spare_what_is_loaded
from tests.console import PATIENCE_SECONDS, Console
from tests.integration.running import a_console, running

PAPER = {
    "id": "arxiv:2606.00001",
    "title": "Patient Teapots Learn to Wait for Water",
    "abstract": "We teach a teapot to wait. It waits, and nobody knows why.",
    "authors": ["Ada Byron"],
}


async def answer_of(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as client:
        return await client.get(url)


def with_a_digest_due(console: Console) -> Console:
    """Return the console with a digest that is due by the machine's clock."""
    listed = datetime.now(UTC) - timedelta(days=2)  # noqa: TID251 - the service has the real time
    before = (listed - timedelta(days=5)).isoformat()
    file = console.write_papers({**PAPER, "published": listed.date().isoformat()})
    imported = console("fetch", "--source", "jsonl", "--file", str(file))
    assert imported.status == 0, imported.err
    # Last, because a service that runs already enqueues at once.
    assert console("papers", "--as-of", before, "subscribe", "teapots --source jsonl").status == 0
    return console


# --- signals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["all", "worker", "gateway"])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_every_role_leaves_with_status_0_and_one_line_an_event(
    role: str, stop: signal.Signals, tmp_path: Path
) -> None:
    async with running(a_console(tmp_path, {}), "--role", role) as service:
        await service.line("paperround is ready")
        status = await service.stop(stop)
    assert status == 0
    assert service.seen.splitlines()[-1].endswith("stopped")
    assert "Traceback" not in service.seen


async def test_a_second_signal_leaves_now_although_a_post_hangs(tmp_path: Path) -> None:
    pipe = tmp_path / "nobody-reads"
    console = with_a_digest_due(a_console(tmp_path, {"PAPERROUND_CONSOLE__FILE": str(pipe)}))
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.flock(reader, fcntl.LOCK_EX)
    async with running(console) as service:
        # Opening a pipe to read from waits for one who writes: here the post has begun, and waits for our lock.
        begun = threading.Thread(target=lambda: os.close(os.open(pipe, os.O_RDONLY)), daemon=True)
        begun.start()
        begun.join(PATIENCE_SECONDS)
        assert not begun.is_alive()
        status = await service.stop(signal.SIGTERM, signal.SIGTERM)
    os.close(reader)
    assert status == 1, service.seen
    assert "another process, or the next start, goes on with them" in service.seen


# --- the database -------------------------------------------------------------------------------------------------


def test_a_database_that_is_down_at_start_is_one_clear_message(tmp_path: Path) -> None:
    ended = Console(tmp_path, {"PAPERROUND_DATABASE_URL": "postgresql://127.0.0.1:9/papers"})("run")
    assert (ended.status, ended.out) == (1, "")
    assert "does not answer" in ended.err
    assert "Traceback" not in ended.err


async def test_a_database_that_goes_away_is_logged_once_and_the_service_goes_on_when_it_is_back(
    postgresql_url: str, postgresql_server: URL, tmp_path: Path
) -> None:
    file = tmp_path / "digests.jsonl"
    console = a_console(
        tmp_path,
        {
            "PAPERROUND_DATABASE_URL": postgresql_url,
            "PAPERROUND_CONSOLE__FILE": str(file),
            "PAPERROUND_HTTP__PORT": "0",
        },
    )
    assert console("migrate").status == 0
    name = make_url(postgresql_url).database
    admin_url = postgresql_server.render_as_string(hide_password=False)
    with closing(psycopg.connect(admin_url, autocommit=True)) as admin:
        async with running(console) as service:
            web = await service.address()
            await service.line("paperround is ready")
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            await service.line(r"ERROR bot\.cli\.loops: enqueue: .*The next tick tries again\.")
            assert (await answer_of(f"{web}/healthz")).status_code == 200
            assert (await answer_of(f"{web}/readyz")).status_code == 503
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
            await service.line("enqueue goes on")
            with_a_digest_due(console)
            await service.line("delivered 1")
            status = await service.stop()
    assert (status, "Traceback" in service.seen) == (0, False)
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1


# --- the web server -----------------------------------------------------------------------------------------------


async def test_health_answers_while_the_service_runs_and_the_port_is_free_afterwards(tmp_path: Path) -> None:
    async with running(a_console(tmp_path, {"PAPERROUND_HTTP__PORT": "0"})) as service:
        web = await service.address()
        await service.line("paperround is ready")
        assert (await answer_of(f"{web}/healthz")).text == "ok\n"
        assert (await answer_of(f"{web}/readyz")).text == "ok\n"
        assert "paperround_papers 0.0" in (await answer_of(f"{web}/metrics")).text
        status = await service.stop()
    assert (status, "Traceback" in service.seen) == (0, False)
    with pytest.raises(httpx.ConnectError):
        await answer_of(f"{web}/healthz")


def test_a_port_in_use_is_one_clear_message_and_status_1(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = a_console(tmp_path, {"PAPERROUND_HTTP__PORT": port})("run")
    assert (ended.status, ended.out) == (1, "")
    assert f"paperround: HTTP: 127.0.0.1 port {port} is in use." in ended.err
    assert "PAPERROUND_HTTP__PORT" in ended.err
    assert "Traceback" not in ended.err


def test_the_collector_of_garbage_passes_over_what_is_loaded() -> None:
    loaded = [object()]
    assert any(each is loaded for each in gc.get_objects())
    spare_what_is_loaded()
    assert all(each is not loaded for each in gc.get_objects())
