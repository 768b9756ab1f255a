"""Matching, marking and summing up on 20,000 real papers."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from bot.errors import QueryError
from bot.matching.bitmap import compile_queries, match
from bot.matching.choose import match_day
from bot.matching.explain import Field, evaluate, explain, highlight
from bot.model.paper import Paper, PaperId, PaperKey, StoredPaper, tokens_of
from bot.query.ast import Query
from bot.query.parse import parse
from bot.text.latex import unicode_of
from bot.text.normalise import tokens
from bot.text.tldr import TLDR_LENGTH, tldr_of

PAPERS = 300
QUERIES = 300


@pytest.fixture(scope="module")
def corpus(shared_data: Path) -> tuple[StoredPaper, ...]:
    with gzip.open(shared_data / "corpus_20k.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    chosen = Random(7).sample(records, PAPERS)
    return tuple(
        _stored(
            number,
            Paper(
                id=PaperId.parse(record["id"]),
                title=unicode_of(record["title"]),
                abstract=unicode_of(record["abstract"]),
                authors=tuple(unicode_of(author) for author in record["authors"]),
                categories=tuple(record["categories"]),
                upvotes=number % 40 if number % 3 else None,
            ),
        )
        for number, record in enumerate(chosen, start=1)
    )


def _stored(number: int, paper: Paper) -> StoredPaper:
    return StoredPaper(key=PaperKey(number), paper=paper, tokens=tokens_of(paper))


def _queries(papers: tuple[StoredPaper, ...], random: Random) -> Iterator[Query]:
    """Yield queries of every shape, from words, phrases and names that the papers have."""

    def word() -> str:
        return random.choice(random.choice(papers).tokens.title or ("model",))

    def phrase() -> str:
        stored = random.choice(papers)
        text = (stored.paper.abstract or stored.paper.title).split(" ")
        at = random.randrange(len(text))
        return '"' + " ".join(text[at : at + random.randint(1, 5)]).replace('"', "").replace("\\", "") + '"'

    def name() -> str:
        return random.choice(random.choice(papers).paper.authors or ("He",))

    shapes = (
        word,
        phrase,
        lambda: f"{word()} {word()}",
        lambda: f"{phrase()} -{word()}",
        lambda: f"{word()} OR {phrase()} OR {word()}",
        lambda: f'author:"{name()}"',
        lambda: f"cat:cs {word()} upvotes:>={random.randint(0, 30)}",
        lambda: f"title:({word()} OR {word()}) -cat:cs.CL",
        lambda: f"({phrase()} OR {word()}) ({word()} OR {word()}) -({word()} {word()})",
        lambda: f"trending -{word()}",
    )
    made = 0
    while made < QUERIES:
        try:
            yield parse(random.choice(shapes)())
        except QueryError:
            continue  # a phrase of dashes alone
        made += 1


def test_the_fast_matcher_agrees_with_the_definition(corpus: tuple[StoredPaper, ...]) -> None:
    queries = list(_queries(corpus, Random(11)))
    found = match_day(corpus, queries)
    expected = [tuple(each for each in corpus if evaluate(query, each)) for query in queries]
    assert list(found) == expected
    assert sum(map(len, expected)) > QUERIES  # the queries do find something


def test_every_match_has_a_reason_and_a_reason_in_a_text_can_be_marked(corpus: tuple[StoredPaper, ...]) -> None:
    places = {Field.TITLE: "title", Field.ABSTRACT: "abstract"}
    queries = [query for query in _queries(corpus, Random(13)) if not query.is_trending]
    for query, matched in zip(queries, match_day(corpus, queries), strict=True):
        for stored in matched:
            reasons = explain(query, stored)
            assert reasons
            for reason in reasons:
                if reason.field in places:
                    assert highlight(getattr(stored.paper, places[reason.field]), query, reason.field)


def test_the_page_holds_exactly_the_papers_that_a_plain_search_finds(shared_data: Path) -> None:
    records = json.loads((shared_data / "daily_papers_page.json").read_text(encoding="utf-8"))
    page = [
        _stored(n, Paper(id=PaperId("title", str(n)), title=unicode_of(r["title"]), abstract=unicode_of(r["abstract"])))
        for n, r in enumerate(records)
    ]
    (found,) = match(page, compile_queries([parse('"language models" -survey')]))
    plain = re.compile(r"(?<![a-z])language[\s-]+models?(?![a-z])", re.IGNORECASE)
    survey = re.compile(r"(?<![a-z])surveys?(?![a-z])", re.IGNORECASE)
    texts = [f"{r['title']} | {r['abstract']}" for r in records]
    assert [int(each.key) for each in found] == [
        n for n, text in enumerate(texts) if plain.search(text) and not survey.search(text)
    ]
    assert found


def test_real_texts_are_read_the_same_with_and_without_their_tex(shared_data: Path) -> None:
    with gzip.open(shared_data / "corpus_20k.jsonl.gz", "rt", encoding="utf-8") as lines:
        titles = [title for line in lines if "$" in (title := json.loads(line)["title"])]
    same = sum(tokens(title) == tokens(unicode_of(title)) for title in titles)
    assert len(titles) > 100
    assert same / len(titles) > 0.95


def test_every_real_abstract_has_a_summary_that_fits(corpus: tuple[StoredPaper, ...]) -> None:
    summaries = [tldr_of(stored.paper.abstract) for stored in corpus if stored.paper.abstract]
    assert all(0 < len(summary) <= TLDR_LENGTH for summary in summaries)
