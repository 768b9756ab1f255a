"""Hugging Face on loopback: the Daily Papers as the real site answers, for any days a test gives it.

Lists are asked for by date and come in pages (50 items where no `limit` is given, 100 at most), the most upvoted
first. A list of today grows from 00 to 09 UTC. Saturday and Sunday are empty, the future is refused. A page that is
full names a next one, even when that will be empty. Every list has a validator. Who asks more often than the bucket
allows is told when the next window begins.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any

from bot.ports import Clock
from tests.fakes.web import Asked, Reply

DEFAULT_PAGE, LARGEST_PAGE = 50, 100
WINDOW = timedelta(minutes=5)
GROWN_AFTER_HOURS = 10

Item = dict[str, Any]


def an_item(number: int, title: str = "", *, upvotes: int = 0, **more: object) -> Item:
    """Build an item of a list."""
    paper = {
        "id": f"2606.{number:05}",
        "title": title or f"Paper number {number} about world models",
        "summary": "We invent a paper.",
        "authors": [{"name": "Ada Byron", "hidden": False}],
        "publishedAt": "2026-06-14T20:00:00.000Z",
        "upvotes": upvotes,
        **more,
    }
    return {"paper": paper, "title": paper["title"], "publishedAt": "2026-06-14T16:00:00.000Z", "numComments": 1}


def _as_they_are(_: date, item: Item) -> Item:
    return item


@dataclass
class FakeHuggingFace:
    """Answers by a clock. `seen_on` may change an item by the day on which it is looked at.

    `troubles` are answered before anything else, one a request, None letting one through; `trouble_of` names days that
    are always answered so. `bucket` counts the requests of a window.
    """

    clock: Clock
    days: Mapping[date, Sequence[Any]] = field(default_factory=dict)
    bucket: int = 500
    does_grow: bool = False
    seen_on: Callable[[date, Item], Item] = _as_they_are
    troubles: list[Reply | None] = field(default_factory=list)
    trouble_of: dict[date, Reply] = field(default_factory=dict)
    is_down: bool = False
    ignores_pages: bool = False
    largest_page: int = LARGEST_PAGE
    days_asked: list[date] = field(default_factory=list)
    _window: tuple[datetime, int] | None = None

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        if self.is_down:
            return Reply(status=503)
        if trouble := self.troubles.pop(0) if self.troubles else None:
            return trouble
        headers = self._rates()
        if headers is None:
            seconds = self._seconds_left()
            return Reply(status=429, headers={"RateLimit": f'"api";r=0;t={seconds}'})
        if asked.path == "/api/papers/search":
            return self._search(asked, headers)
        if asked.path.startswith("/api/papers/"):
            return self._paper(asked.path.removeprefix("/api/papers/"), headers)
        if asked.path != "/api/daily_papers":
            return _error(404, headers)
        return self._list(asked, headers)

    def _list(self, asked: Asked, headers: dict[str, str]) -> Reply:
        try:
            day = date.fromisoformat(asked.query["date"])
            limit, page = int(asked.query.get("limit", DEFAULT_PAGE)), int(asked.query.get("p", 0))
        except (KeyError, ValueError):
            return _error(400, headers)
        if day > self.clock.now().date() or not 1 <= limit <= LARGEST_PAGE or page < 0:
            return _error(400, headers)
        if page == 0:
            self.days_asked.append(day)
        if day in self.trouble_of:
            return self.trouble_of[day]
        limit = min(limit, self.largest_page)
        start = 0 if self.ignores_pages else page * limit
        items = self.visible(day)[start : start + limit]
        body = json.dumps(items).encode()
        headers["ETag"] = f'W/"{sha256(body).hexdigest()[:16]}"'
        if asked.headers.get("if-none-match") == headers["ETag"]:
            return Reply(status=304, headers=headers)
        if len(items) == limit:
            headers["Link"] = f'<http://{asked.headers["host"]}/api/daily_papers?date={day}&p={page + 1}>; rel="next"'
        return Reply(body=body, headers={**headers, "Content-Type": "application/json"})

    def visible(self, day: date) -> list[Any]:
        """Return the list of a day as it is now, the most upvoted first."""
        now = self.clock.now()
        listed = list(self.days.get(day, ()))
        if self.does_grow and day == now.date():
            listed = [item for number, item in enumerate(listed) if number % GROWN_AFTER_HOURS <= now.hour]
        seen = [self.seen_on(now.date(), item) if isinstance(item, dict) else item for item in listed]
        return sorted(seen, key=_upvotes, reverse=True)

    def _paper(self, number: str, headers: dict[str, str]) -> Reply:
        for items in self.days.values():
            for item in items:
                if isinstance(item, dict) and item["paper"]["id"] == number:
                    return Reply(body=json.dumps(item["paper"]).encode(), headers=headers)
        return _error(404, headers)

    def _search(self, asked: Asked, headers: dict[str, str]) -> Reply:
        """Find the papers of all days whose title has one of the words."""
        words = asked.query["q"].lower().split()
        items = [item for listed in self.days.values() for item in listed if isinstance(item, dict)]
        found = [item for item in items if any(word in item["title"].lower() for word in words)]
        return Reply(body=json.dumps(found[: int(asked.query["limit"])]).encode(), headers=headers)

    def _rates(self) -> dict[str, str] | None:
        """Count a request; returns the headers about the bucket, None when it is empty."""
        if self._window is None or self.clock.wall() >= self._window_ends():
            self._window = (self.clock.wall(), 0)
        began, used = self._window
        if used == self.bucket:
            return None
        self._window = (began, used + 1)
        seconds = self._seconds_left()
        return {
            "RateLimit": f'"api";r={self.bucket - used - 1};t={seconds}',
            "RateLimit-Policy": f'"fixed window";"api";q={self.bucket};w={WINDOW.seconds}',
        }

    def _seconds_left(self) -> int:
        return ceil((self._window_ends() - self.clock.wall()).total_seconds())

    def _window_ends(self) -> datetime:
        assert self._window is not None
        return self._window[0] + WINDOW


def _upvotes(item: Any) -> int:
    return int(item["paper"].get("upvotes", 0)) if isinstance(item, dict) and "paper" in item else 0


def _error(status: int, headers: Mapping[str, str]) -> Reply:
    return Reply(status=status, body=b'{"error": "no"}', headers=headers)
