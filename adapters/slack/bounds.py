"""What an answer of Slack's may be: so large, not packed, and no redirect.

The SDK takes whatever comes: a body without an end fills the memory, a packed one keeps the processor busy, and a
redirect is followed with all that was sent, the app's secret among it. Slack answers in none of these ways; what stands
between it and us may.
"""

from typing import Final

from aiohttp import ClientError, ClientHandlerType, ClientRequest, ClientResponse, ClientSession

LARGEST_ANSWER: Final = 20 << 20
"""Bytes of an answer: the largest is a page of 200 messages, each of 40,000 characters at most."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class OutOfBoundsError(ClientError):
    """An answer that is none of Slack's; what became of the request nobody knows."""


class _Answer(ClientResponse):
    async def read(self) -> bytes:
        """Read the body, as far as it may go."""
        if self._body is None:
            try:
                self._body = await _body_of(self)
            except BaseException:
                self.close()
                raise
        return await super().read()


async def _body_of(answer: ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise OutOfBoundsError("the answer is too large")
    return bytes(body)


def bounded_session() -> ClientSession:
    """Return a session for the SDK; whoever opens it closes it."""
    headers = {"Accept-Encoding": "identity"}
    return ClientSession(auto_decompress=False, headers=headers, middlewares=(_stayed,), response_class=_Answer)


async def _stayed(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    response = await handler(request)
    if response.status in _REDIRECTS:
        response.close()
        raise OutOfBoundsError("the answer leads elsewhere")
    return response
