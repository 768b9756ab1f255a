"""A real HTTP server on loopback that answers as a test tells it, faults included."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from bot.clock import SystemClock

ENDLESS = -1


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came; header names are in lower case."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What to answer, and how badly.

    `cut_at` ends the connection after so many bytes of the body. `is_silent` never answers. `drips` sends the body a
    byte at a time, so many seconds apart. `times` sends it again and again (ENDLESS: for ever).
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    is_silent: bool = False
    drips: float = 0
    times: int = 1


class Web:
    """A running server: where it is, what it was asked, what it answers."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        self.answer = answer
        self.url = ""
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer every request of one connection."""
        task = asyncio.current_task()
        assert task is not None
        self._talks[task] = writer
        try:
            while asked := await _request(reader):
                self.asked.append(asked)
                if not await _reply(self.answer(asked), reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has seen enough
        finally:
            del self._talks[task]
            writer.close()

    async def hang_up(self) -> None:
        """End the connections that are still open."""
        talks = list(self._talks)
        for writer in self._talks.values():
            writer.transport.abort()
        await asyncio.gather(*talks)


@asynccontextmanager
async def web(answer: Callable[[Asked], Reply]) -> AsyncIterator[Web]:
    """Serve on a free port of loopback."""
    served = Web(answer)
    server = await asyncio.start_server(served.connected, "127.0.0.1", 0)
    served.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield served
    finally:
        server.close()
        await served.hang_up()
        await server.wait_closed()


def in_turn(*replies: Reply) -> Callable[[Asked], Reply]:
    """Answer with these, one after another; the last one repeats."""
    left: Sequence[Reply] = list(replies)

    def answer(_: Asked) -> Reply:
        nonlocal left
        reply, *rest = left
        left = rest or [reply]
        return reply

    return answer


def packed(body: bytes, times: int = 1) -> bytes:
    """Pack a body with gzip, repeated so many times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*(packer.compress(body) for _ in range(times)), packer.flush()])


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    line = await reader.readline()
    if not line:
        return None
    _, target, _ = line.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while (header := (await reader.readline()).decode().rstrip("\r\n")) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    parts = urlsplit(target)
    # A proxy is asked for the whole address.
    path = f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.scheme else parts.path
    return Asked(path, dict(parse_qsl(parts.query)), headers)


async def _reply(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Send a reply; returns whether the connection goes on."""
    if reply.is_silent:
        await reader.read()
        return False
    headers = {name.lower(): value for name, value in reply.headers.items()}
    if reply.times == 1:
        headers["content-length"] = str(len(reply.body))
    else:
        headers["connection"] = "close"
    head = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
    writer.write((head + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode())
    if reply.status == HTTPStatus.NOT_MODIFIED:
        return True
    if reply.drips:
        return await _drip(reply, writer)
    sent = 0
    while sent != reply.times:
        writer.write(reply.body[: reply.cut_at])
        await writer.drain()
        sent += 1
    return reply.cut_at is None and reply.times == 1


async def _drip(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    for byte in reply.body[: reply.cut_at]:
        writer.write(bytes([byte]))
        await writer.drain()
        await SystemClock().sleep(reply.drips)
    return reply.cut_at is None
