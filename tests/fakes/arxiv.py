"""An arXiv of the tests' own: feeds, query API and manners, on a clock that moves by what is slept.

Papers are invented. Whoever asks twice within 3 seconds is noted in `rude` and sent away with 429.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from hashlib import sha256
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from tests.fakes.clock import SteppingClock
from tests.fakes.web import Asked, Reply

API, RSS = "/api/query", "/rss"
RATE_EXCEEDED = Reply(status=429, body=b"Rate exceeded.")
EASTERN = ZoneInfo("America/New_York")

_NAMESPACES = 'xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
_SEARCH = re.compile(r"\((.*)\) AND submittedDate:\[(\d{12}) TO (\d{12})\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A paper of the fake: when it came, on which day's feed it stands, and how."""

    number: str
    submitted: datetime
    announced: date
    categories: tuple[str, ...] = ("cs.CL",)
    title: str = ""
    kind: str = "new"
    creators: str = "Ada Byron, Bob Example"


def submissions(
    count: int, submitted: datetime, announced: date, *, first: int = 1, categories: Sequence[str] = ("cs.CL",)
) -> list[Submission]:
    """Invent papers submitted one second after another."""
    return [
        Submission(
            number=f"2606.{number:05}",
            submitted=submitted + timedelta(seconds=number - first),
            announced=announced,
            categories=tuple(categories),
        )
        for number in range(first, first + count)
    ]


@dataclass
class FakeArxiv:
    """What is announced, by the clock; `faults` are answered first, one a request, None letting one through.

    `stuck_on` is a day whose feed is not replaced. `short` is the most entries that a page of the API gives.
    """

    clock: SteppingClock
    papers: list[Submission] = field(default_factory=list)
    faults: list[Reply | None] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    stuck_on: date | None = None
    short: int = 2_000
    asked: list[str] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    rude: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        """Answer one request."""
        now = self.clock.wall()
        if self.times and now - self.times[-1] < timedelta(seconds=3):
            self.rude.append(asked.path)
            return RATE_EXCEEDED
        self.times.append(now)
        self.asked.append(asked.path.removeprefix(f"{RSS}/") if asked.path.startswith(RSS) else API)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            return fault
        return self._query(asked) if asked.path == API else self._feed(asked)

    def _feed(self, asked: Asked) -> Reply:
        categories = asked.path.removeprefix(f"{RSS}/").split("+")
        if bad := self.unknown.intersection(categories):
            words = f"Bad category {min(bad)}"
            return Reply(status=400, body=feed_error(asked.path, words))
        day = self.stuck_on or (self.clock.wall() - timedelta(hours=5)).date()
        items = [paper for paper in self.papers if paper.announced == day and {*paper.categories} & {*categories}]
        body = feed(day, items[:2_000])
        etag = f'"{sha256(body).hexdigest()[:16]}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(status=304)
        return Reply(body=body, headers={"etag": etag})

    def _query(self, asked: Asked) -> Reply:
        start, size = int(asked.query.get("start", "0")), min(int(asked.query["max_results"]), self.short)
        found = sorted(filter(self._chosen_by(asked), self.papers), key=lambda paper: paper.submitted)
        return Reply(body=results(found[start : start + size], total=len(found), start=start))

    def _chosen_by(self, asked: Asked):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a predicate, seen at once
        now = self.clock.wall().date()
        if ids := asked.query.get("id_list"):
            return lambda paper: paper.number == ids and paper.announced <= now
        if asked.query["search_query"].startswith("all:"):
            phrases = re.findall(r'all:"([^"]+)"', asked.query["search_query"].lower())
            return lambda paper: all(phrase in paper.title.lower() for phrase in phrases) and paper.announced <= now
        match = _SEARCH.fullmatch(asked.query["search_query"])
        assert match, asked.query
        patterns = [re.compile(name.removeprefix("cat:").replace(".*", r"\..*")) for name in match[1].split(" OR ")]

        def is_chosen(paper: Submission) -> bool:
            return (
                match[2] <= f"{paper.submitted:%Y%m%d%H%M}" <= match[3]
                and paper.announced <= now
                and any(pattern.fullmatch(name) for pattern in patterns for name in paper.categories)
            )

        return is_chosen


def feed(day: date, papers: Iterable[Submission], *, items: str = "") -> bytes:
    """Write the RSS of a day; `items` are added as they are."""
    midnight = format_datetime(datetime.combine(day, time(), EASTERN))
    written = "".join(item(paper, midnight) for paper in papers) + items
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>
<title>updates on arXiv.org</title><pubDate>{midnight}</pubDate>{written}</channel></rss>""".encode()


def item(paper: Submission, date_text: str) -> str:
    """Write one item of a feed."""
    categories = "".join(f"<category>{name}</category>" for name in paper.categories)
    return f"""<item><title>{escape(paper.title or f"Invented paper {paper.number}")}</title>
<link>https://arxiv.org/abs/{paper.number}</link>
<description>arXiv:{paper.number}v1 Announce Type: {paper.kind}
Abstract: We invent {paper.number}.</description><guid isPermaLink="false">oai:arXiv.org:{paper.number}v1</guid>
{categories}<pubDate>{date_text}</pubDate><arxiv:announce_type>{paper.kind}</arxiv:announce_type>
<dc:creator>{escape(paper.creators)}</dc:creator></item>"""


def feed_error(query: str, words: str) -> bytes:
    """Write the error that looks like a feed."""
    return (
        f'<rss version="2.0"><channel><title>Feed error for query: {query}</title>'
        f"<description>{escape(words)}</description></channel></rss>"
    ).encode()


def results(papers: Iterable[Submission], *, total: int, start: int = 0, entries: str = "") -> bytes:
    """Write one page of the query API; `entries` are added as they are."""
    written = "".join(map(entry, papers)) + entries
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" {_NAMESPACES}><title>arXiv Query: invented</title>
<opensearch:totalResults>{total}</opensearch:totalResults><opensearch:startIndex>{start}</opensearch:startIndex>
{written}</feed>""".encode()


def entry(paper: Submission) -> str:
    """Write one entry of the query API."""
    categories = "".join(f'<category term="{name}"/>' for name in paper.categories)
    return f"""<entry><id>http://arxiv.org/abs/{paper.number}v1</id>
<title>{escape(paper.title or f"Invented paper {paper.number}")}</title><summary>  We invent {paper.number}.</summary>
<published>{paper.submitted.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</published>
<arxiv:primary_category term="{paper.categories[0]}"/>{categories}<author><name>Ada Byron</name></author></entry>"""
