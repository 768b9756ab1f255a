"""An HTTP session for the SDK that refuses answers which are too large, and redirects, and asks for no compression.

The SDK itself accepts anything: an endless body would fill the memory, a compressed one could unpack into a huge one,
and a redirect would be followed with everything that was sent, even the app's secret. Slack does none of this, but a
proxy or a wrong address between Slack and us may.
"""

from typing import Final

from aiohttp import ClientError, ClientHandlerType, ClientRequest, ClientResponse, ClientSession

LARGEST_ANSWER: Final = 20 << 20
"""Most bytes in one answer. The largest that we ask for is a page of 200 messages of at most 40,000 characters."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class OutOfBoundsError(ClientError):
    """The answer was too large or a redirect. Whether the request was carried out is unknown."""


class _Answer(ClientResponse):
    async def read(self) -> bytes:
        """Read the whole body, but never more than `LARGEST_ANSWER`."""
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
    """Return a session for the SDK; the caller closes it."""
    headers = {"Accept-Encoding": "identity"}
    return ClientSession(
        auto_decompress=False, headers=headers, middlewares=(_without_redirects,), response_class=_Answer
    )


async def _without_redirects(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    response = await handler(request)
    if response.status in _REDIRECTS:
        response.close()
        raise OutOfBoundsError("the answer is a redirect")
    return response
