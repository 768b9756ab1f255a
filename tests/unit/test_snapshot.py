"""A document survives being stored."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.document import (
    Action,
    BulletList,
    Code,
    Divider,
    Document,
    Fields,
    Note,
    PaperCard,
    PaperLine,
    Paragraph,
    Style,
    Text,
    Time,
)
from bot.snapshot import VERSION, document_of, to_json

words = st.text(max_size=12)
moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone
spans = st.lists(
    st.builds(Text, words, st.sampled_from(Style), words) | st.builds(Time, moments, words, words), max_size=3
).map(tuple)
lines = st.builds(PaperLine, paper=words, spans=spans, number=st.integers(0, 99))
blocks = (
    st.builds(Paragraph, spans)
    | st.builds(Note, spans)
    | st.builds(BulletList, st.lists(spans, max_size=2).map(tuple))
    | st.builds(Fields, st.lists(st.tuples(words, spans), max_size=2).map(tuple))
    | st.builds(Code, words)
    | st.builds(Divider)
    | lines
    | st.builds(PaperCard, paper=words, title=spans, body=spans, facts=st.lists(spans, max_size=2).map(tuple))
)
documents = st.builds(
    Document,
    heading=spans,
    blocks=st.lists(blocks, max_size=4).map(tuple),
    actions=st.lists(st.builds(Action, label=words, verb=words, target=words), max_size=2).map(tuple),
    more=st.lists(lines, max_size=2).map(tuple),
    unlisted=st.integers(0, 99),
    footnote=spans,
    summary=words,
    title=words,
    pings=st.lists(words, max_size=2).map(tuple),
)


@given(documents)
def test_a_stored_document_is_read_back_as_it_was(document: Document) -> None:
    assert document_of(json.loads(json.dumps(to_json(document)))) == document


def test_a_document_stored_before_titles_and_pings_is_read_without_them() -> None:
    stored = to_json(Document(summary="agents", title="agents · 1 paper", pings=("7",)))
    del stored["title"], stored["pings"]
    assert document_of(stored) == Document(summary="agents")


def test_a_document_of_a_newer_program_is_refused_by_its_version() -> None:
    stored = to_json(Document()) | {"v": VERSION + 1}
    with pytest.raises(ValueError, match=f"version {VERSION + 1}"):
        document_of(stored)
