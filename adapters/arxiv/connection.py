"""How arXiv is asked, by RSS and by the query API alike: one connection, one request in 3 seconds."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from adapters.arxiv.parse import complaint_of
from adapters.http import Answer, HttpClient, Pace
from bot.errors import SourceError
from bot.model.paper import ARXIV

PACE: Final = Pace(key=ARXIV, interval=timedelta(seconds=3), after_429=timedelta(minutes=10))
"""For RSS and API together, over all machines. Source: https://info.arxiv.org/help/api/tou.html"""

FOR_PEOPLE: Final = PACE.for_people()


class Connection:
    """The one connection of this process; other processes are kept away by the lease of the source and by the pace."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._one_at_a_time = asyncio.Lock()

    async def get(
        self, url: str, params: Mapping[str, str | int] | None = None, etag: str = "", *, pace: Pace = PACE
    ) -> Answer:
        """Return the answer, whatever its status.

        Raises:
            SourceError: none could be had.
        """
        async with self._one_at_a_time:
            return await self._http.get(url, pace=pace, params=params, etag=etag)


def body_of(answer: Answer) -> bytes:
    """Return the body of an answer.

    Raises:
        SourceError: it is an error; in arXiv's words where it has some.
    """
    if answer.status != HTTPStatus.OK:
        raise SourceError(complaint_of(answer.body) or f"arXiv answered {answer.status}", answered=True)
    return answer.body
