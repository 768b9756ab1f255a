"""Matching: all queries by bits against one query and one paper at a time, on the same papers in the same run.

Run it as `python benchmarks/match.py [--papers 1500] [--queries 5000]`. The papers are the real corpus beside the
checkout, or invented ones where there is none. The plain evaluator is given a part of the queries, since it takes
hundreds of times as long; its time is that of the part, scaled. Both must find the same papers for that part.
"""

import argparse
import gzip
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.errors import QueryError
from bot.matching.bitmap import compile_queries, match
from bot.matching.explain import evaluate
from bot.model.paper import Paper, PaperId, PaperKey, StoredPaper, tokens_of
from bot.query.ast import Query
from bot.query.parse import parse

CORPUS = Path(__file__).resolve().parents[2] / "shared" / "data" / "corpus_20k.jsonl.gz"
SAMPLE = 100
"""Queries given to the plain evaluator."""

T = TypeVar("T")

SYLLABLES = ("ba", "di", "fo", "gra", "lu", "mo", "ne", "pi", "ra", "so", "ta", "ve")


def main() -> None:
    """Measure and print a table, and a JSON line of its figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--papers", type=int, default=1500)
    arguments.add_argument("--queries", type=int, default=5000)
    options = arguments.parse_args()
    random = Random(2026)
    papers = real_papers(options.papers, random) if CORPUS.exists() else invented_papers(options.papers, random)

    stored, tokenising = timed(lambda: [with_tokens(number, paper) for number, paper in enumerate(papers)])
    queries, parsing = timed(lambda: made_queries(stored, options.queries, random))
    compiled, compiling = timed(lambda: compile_queries(queries))
    found, matching = timed(lambda: match(stored, compiled))
    pairs, expanding = timed(lambda: sum(map(len, found)))

    sample = random.sample(range(len(queries)), min(SAMPLE, len(queries)))
    plain, part = timed(lambda: [tuple(each for each in stored if evaluate(queries[at], each)) for at in sample])
    if plain != [found[at] for at in sample]:
        sys.exit("the two matchers disagree")
    naive = part * len(queries) / len(sample)
    bitmap = compiling + matching

    figures = {
        "benchmark": "match",
        "corpus": "real" if CORPUS.exists() else "invented",
        "papers": len(stored),
        "queries": len(queries),
        "pairs": pairs,
        "tokenise_papers_per_second": round(len(stored) / tokenising),
        "parse_microseconds": round(1e6 * parsing / len(queries), 1),
        "bitmap_seconds": round(bitmap, 3),
        "expand_seconds": round(expanding, 3),
        "naive_seconds_scaled": round(naive, 1),
        "naive_over_bitmap": round(naive / bitmap),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):<28} {value}")
    print(json.dumps(figures))


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what the work gives, and its seconds."""
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


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


if __name__ == "__main__":
    main()
