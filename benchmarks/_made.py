"""What the benchmarks work on: papers of the real corpus beside the checkout, or invented ones, and queries about them.

`report` ends every benchmark: a table for people, and one line of JSON for scripts.
"""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import ceil
from random import Random
from time import perf_counter
from typing import TypeVar

from bot.errors import QueryError
from bot.model.paper import HUGGINGFACE, Paper, PaperId, PaperKey, Sighting, StoredPaper, tokens_of
from bot.query.ast import Query
from bot.query.parse import parse
from tests.recorded import FOLDER

CORPUS = FOLDER / "corpus_20k.jsonl.gz"

SYLLABLES = ("ba", "di", "fo", "gra", "lu", "mo", "ne", "pi", "ra", "so", "ta", "ve")

T = TypeVar("T")


def report(figures: Mapping[str, str | float]) -> None:
    """Print the figures as a table, and as a line of JSON."""
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):<44} {value}")
    print(json.dumps(figures))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what the work gives, and its seconds."""
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that so many of a hundred do not exceed."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1]


def corpus_name() -> str:
    """Say which papers `papers` gives."""
    return "real" if CORPUS.exists() else "invented"


def papers(count: int, random: Random) -> list[Paper]:
    """Return that many papers, all different."""
    return real_papers(count, random) if CORPUS.exists() else invented_papers(count, random)


def listed(papers: Sequence[Paper], today: date, seen_at: datetime, *, days: int = 1) -> list[Paper]:
    """Return the papers as Hugging Face lists them: spread over the last days, newest first."""
    per_day = -(-len(papers) // days)
    return [
        replace(paper, sightings=(Sighting(source=HUGGINGFACE, listed_on=day, first_seen_at=seen_at),))
        for at, paper in enumerate(papers)
        for day in (today - timedelta(days=at // per_day),)
    ]


def real_papers(count: int, random: Random) -> list[Paper]:
    """Return papers of the corpus."""
    with gzip.open(CORPUS, "rt", encoding="utf-8") as lines:
        records = random.sample([json.loads(line) for line in lines], count)
    return [
        Paper(
            id=PaperId.parse(record["id"]),
            title=record["title"],
            abstract=record["abstract"],
            authors=tuple(record["authors"]),
            categories=tuple(record["categories"]),
            upvotes=int(random.expovariate(0.1)),
        )
        for record in records
    ]


def invented_papers(count: int, random: Random) -> list[Paper]:
    """Return papers of invented words, a few of them common."""
    words = ["".join(random.choices(SYLLABLES, k=random.randint(2, 4))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    return [
        Paper(
            id=PaperId("arxiv", f"2606.{number:05}"),
            title=" ".join(random.choices(words, weights, k=9)),
            abstract=" ".join(random.choices(words, weights, k=200)),
            authors=tuple(" ".join(random.choices(words, k=2)) for _ in range(7)),
            categories=(random.choice(("cs.AI", "cs.CL", "cs.CV", "cs.LG")),),
            upvotes=int(random.expovariate(0.1)),
        )
        for number in range(count)
    ]


def with_tokens(number: int, paper: Paper) -> StoredPaper:
    """Return the paper as the library keeps it."""
    return StoredPaper(key=PaperKey(number), paper=paper, tokens=tokens_of(paper))


def made_queries(papers: list[StoredPaper], count: int, random: Random) -> list[Query]:
    """Return queries in the mixture of a real service: words and phrases first, brackets last."""

    def run(length: int) -> str:
        title = random.choice(papers).tokens.title
        at = random.randrange(max(1, len(title) - length + 1))
        return " ".join(title[at : at + length])

    def word() -> str:
        return run(1)

    def phrase() -> str:
        return f'"{run(random.choice((2, 2, 3)))}"'

    shapes: list[tuple[int, Callable[[], str]]] = [
        (15, word),
        (30, phrase),
        (15, lambda: f"{word()} {word()}"),
        (10, lambda: " OR ".join(phrase() for _ in range(random.randint(2, 4)))),
        (10, lambda: f"{phrase()} -{word()}"),
        (7, lambda: f"cat:cs.CL {word()}"),
        (8, lambda: f"author:{random.choice(random.choice(papers).paper.authors or ('He',)).split()[-1]}"),
        (5, lambda: f"{word()} upvotes:>={random.randint(1, 30)}"),
        (5, lambda: f"({word()} OR {phrase()}) ({word()} OR {word()}) -({word()} OR {word()})"),
    ]
    weights, makers = zip(*shapes, strict=True)
    queries: list[Query] = []
    while len(queries) < count:
        try:
            queries.append(parse(random.choices(makers, weights)[0]()))
        except QueryError:
            continue  # a title without a word
    return queries
