"""Calls Discord's REST API: paced together with all processes; failures become `DiscordError`s.

wait for our turn ──> wait for the route's bucket ──> one request ──> the answer's JSON
(pacing.py)           (rest.py)                           └ Discord asks to wait: briefly: wait and try again
                                                                                  longer:  raise
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from discord import DiscordException, RateLimited
from discord.http import Route

from adapters.discord.errors import DiscordError
from adapters.discord.pacing import Pacing
from adapters.discord.rest import Rest
from adapters.proxies import proxy_for
from bot.errors import Verdict
from bot.model.installation import Secret
from bot.ports import Clock, RateLimits

BASE_URL: Final = "https://discord.com/api/v10"

CALL_TIMEOUT: Final = timedelta(seconds=8)
"""How long one request may take. With the waiting of `pacing.py` before it, a post stays within its lease."""

BRIEFLY: Final = timedelta(seconds=1)
"""Longest total wait for Discord inside one call; if it asks for more, the delivery is tried again later."""

FOR_AN_ANSWER: Final = timedelta(seconds=5)
"""The same for answers to people, which are not tried again later: Discord shows them that an answer is coming."""

ANSWERS: Final = "/webhooks/"
OF_INTERACTIONS: Final = ("/interactions/", ANSWERS)
"""How paths begin that Discord does not count towards 50 requests a second: acknowledgements and answers."""

LOGGING_IN: Final = "GET /users/@me "
"""The route of logging in, which asks who we are."""

FILES: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
"""Hosts of attached files. Source: https://docs.discord.com/developers/reference#signed-attachment-cdn-urls"""

CHUNK: Final = 1 << 16
"""Bytes of a file that are read at a time."""

Json = Any


class DiscordApi:
    """Calls Discord's REST API with the bot's token; it logs in with the first call."""

    def __init__(
        self,
        token: Secret,
        rate_limits: RateLimits,
        clock: Clock,
        base_url: str = BASE_URL,
        *,
        timeout: timedelta = CALL_TIMEOUT,
    ) -> None:
        self._token = token
        self._clock = clock
        self._base_url = base_url
        self._timeout = timeout
        self._pacing = Pacing(rate_limits, clock)
        self._opening = asyncio.Lock()
        self._rest: Rest | None = None
        self._me = ""
        self._failure: DiscordError | None = None

    async def call(
        self, method: str, path: str, body: Json = None, *, query: Mapping[str, str] | None = None, **ids: str
    ) -> Json:
        """Send a request and return the answer's JSON, None for an answer without content.

        `ids` fill the parts of `path` such as `{channel_id}`. Requests of interactions do not wait for their turn.

        Raises:
            DiscordError: it failed; the verdict is `UNKNOWN_OUTCOME` whenever Discord may have done it nevertheless.
        """
        major = "+".join(ids[key] for key in ("channel_id", "guild_id", "webhook_id") if key in ids)
        route = f"{method} {path} {major}"
        waited, patience = timedelta(), FOR_AN_ANSWER if path.startswith(ANSWERS) else BRIEFLY
        while True:
            # Log in before waiting for our turn: a request that goes out late would count to the next second.
            await self._opened()
            if not path.startswith(OF_INTERACTIONS):
                await self._pacing.wait_for(route)
            try:
                return await self._send(method, path, body, query, ids)
            except DiscordError as error:
                await self._pacing.obey(route, error)
                wait = error.retry_after
                if error.verdict is not Verdict.RETRY_LATER or wait is None or waited + wait > patience:
                    raise
                waited += wait
            await self._clock.sleep(wait.total_seconds())

    async def myself(self) -> str:
        """Return the bot's own user id.

        Raises:
            DiscordError: as for `call`.
        """
        await self._opened()
        return self._me

    async def take_session(self) -> timedelta:
        """Take one of the gateway sessions of a day; see `Pacing.take_session`.

        Raises:
            StoreError: the database, which counts them, failed.
        """
        return await self._pacing.take_session()

    async def download(self, url: str, at_most: int) -> bytes:
        """Return the content of an attached file.

        Raises:
            DiscordError: the address is not Discord's, it cannot be fetched, or it has more than `at_most` bytes.
        """
        if not self._has_files(url):
            raise DiscordError(Verdict.OUR_BUG, "the file is not at Discord")
        content = bytearray()
        # Without compression: a few packed bytes could unpack into more than fits into memory.
        plain = {"Accept-Encoding": "identity"}
        async with (
            self._translated(is_read=True),
            aiohttp.ClientSession(auto_decompress=False, headers=plain) as session,
            session.get(url, proxy=proxy_for(url), allow_redirects=False) as answer,
        ):
            if answer.status != HTTPStatus.OK:
                raise DiscordError(Verdict.RETRY_LATER, f"the file cannot be had ({answer.status})")
            async for chunk in answer.content.iter_chunked(CHUNK):
                content += chunk
                if len(content) > at_most:
                    raise DiscordError(Verdict.OUR_BUG, f"the file has more than {at_most} bytes")
        return bytes(content)

    def _has_files(self, url: str) -> bool:
        """Say whether an address is of a host of Discord's files, or of the host that the settings name for its API."""
        try:
            address, api = urlsplit(url), urlsplit(self._base_url)
        except ValueError:
            return False
        is_discords = address.scheme == "https" and address.netloc in FILES
        return is_discords or (address.scheme, address.netloc) == (api.scheme, api.netloc)

    async def close(self) -> None:
        """Close the connections."""
        rest, self._rest = self._rest, None
        if rest is not None:
            await rest.close()

    async def _send(
        self, method: str, path: str, body: Json, query: Mapping[str, str] | None, ids: Mapping[str, str]
    ) -> Json:
        rest = await self._opened()
        arguments: dict[str, Any] = {"params": query} if query else {}
        if body is not None:
            arguments["json"] = body
        async with self._translated(is_read=method == "GET"):
            answer = await rest.request(Route(method, path, **ids), **arguments)
            if isinstance(answer, str) and answer:
                raise ValueError("no JSON")
        return None if isinstance(answer, str) else answer

    async def _opened(self) -> Rest:
        """Return the connections, logged in. If one caller fails to log in, those that waited for it fail as well."""
        before = self._failure
        async with self._opening:
            if self._rest is None:
                if (failure := self._failure) is not None and failure is not before:
                    # Raised anew, without its `concern`: one request failed, so it must be counted only once.
                    raise DiscordError(failure.verdict, failure.reason, retry_after=failure.retry_after)
                self._rest = await self._log_in()
            return self._rest

    async def _log_in(self) -> Rest:
        rest = Rest(self._clock, self._base_url)
        try:
            await self._pacing.wait_for(LOGGING_IN)
            async with self._translated(is_read=True):
                self._me = str((await rest.static_login(self._token.value))["id"])
        except BaseException as error:
            await rest.close()
            if isinstance(error, DiscordError):
                self._failure = error
                await self._pacing.obey(LOGGING_IN, error)
            raise
        return rest

    @asynccontextmanager
    async def _translated(self, *, is_read: bool) -> AsyncIterator[None]:
        """Bound the time and turn failures into `DiscordError`s; a read that fails is `RETRY_LATER`, never unknown."""
        unknown = Verdict.RETRY_LATER if is_read else Verdict.UNKNOWN_OUTCOME
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                yield
        except DiscordError as error:
            if is_read and error.verdict is Verdict.UNKNOWN_OUTCOME:
                raise DiscordError(unknown, error.reason, retry_after=error.retry_after, code=error.code) from error
            raise
        except TimeoutError as error:
            raise DiscordError(unknown, "Discord did not answer in time") from error
        except RateLimited as error:
            wait = timedelta(seconds=error.retry_after)
            reason = "it is not our turn to write to the channel"
            raise DiscordError(Verdict.RETRY_LATER, reason, retry_after=wait) from error
        except aiohttp.ClientConnectorError as error:
            # No connection, so nothing was sent.
            reason = f"Discord cannot be reached ({type(error).__name__})"
            raise DiscordError(Verdict.RETRY_LATER, reason) from error
        except (aiohttp.ClientError, DiscordException, OSError) as error:
            raise DiscordError(unknown, f"the connection to Discord was lost ({type(error).__name__})") from error
        except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
            # An answer that is no JSON, nested too deeply, or has an unexpected shape.
            raise DiscordError(unknown, "the answer was not in Discord's form; a proxy may have sent it") from error
