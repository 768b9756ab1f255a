"""Matching: all queries by bits against one query and one paper at a time, on the same papers in the same run.

Run it as `python benchmarks/match.py [--papers 1500] [--queries 5000]`. The papers are the real corpus beside the
checkout, or invented ones where there is none. The plain evaluator is given a part of the queries, since it takes
hundreds of times as long; its time is that of the part, scaled. Both must find the same papers for that part.
"""

import argparse
import resource
import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._made import corpus_name, made_queries, papers, report, timed, with_tokens
from bot.matching.bitmap import compile_queries, match
from bot.matching.explain import evaluate

SAMPLE = 100
"""Queries given to the plain evaluator."""


def main() -> None:
    """Measure and print a table, and a JSON line of its figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--papers", type=int, default=1500)
    arguments.add_argument("--queries", type=int, default=5000)
    options = arguments.parse_args()
    random = Random(2026)
    made = papers(options.papers, random)

    stored, tokenising = timed(lambda: [with_tokens(number, paper) for number, paper in enumerate(made)])
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

    report(
        {
            "benchmark": "match",
            "corpus": corpus_name(),
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
    )


if __name__ == "__main__":
    main()
