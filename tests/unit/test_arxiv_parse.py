"""arXiv's answers become papers, its errors become errors, and what is neither is named."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.arxiv.entries import LONGEST_WORDS, number_of
from adapters.arxiv.parse import complaint_of, parse_feed, parse_results
from bot.errors import SourceError
from bot.model.paper import LONGEST_TITLE, MOST_ITEMS, Paper, PaperId
from tests.builders import NOW, TODAY
from tests.fakes.arxiv import Submission, feed, feed_error, item, results

SUBMITTED = datetime(2026, 6, 15, 10, tzinfo=UTC)
MIDNIGHT = "Tue, 16 Jun 2026 00:00:00 -0400"


def a_submission(
    number: str = "2606.00001",
    *,
    kind: str = "new",
    title: str = "",
    creators: str = "Ada Byron",
    categories: tuple[str, ...] = ("cs.CL",),
) -> Submission:
    return Submission(
        number=number,
        submitted=SUBMITTED,
        announced=TODAY,
        kind=kind,
        title=title,
        creators=creators,
        categories=categories,
    )


def of_feed(*submissions: Submission, items: str = "") -> tuple[Paper, ...]:
    return parse_feed(feed(TODAY, submissions, items=items), NOW).papers


def of_results(entry: str) -> Paper:
    (paper,) = parse_results(results([], total=1, entries=entry)).papers
    return paper


def an_entry(*, number: str = "2606.00001v2", inside: str = "") -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{number}</id><title>An invented\n  title</title>"
        f"<published>2026-06-15T10:00:00Z</published>{inside}</entry>"
    )


# --- feeds ------------------------------------------------------------------------------------------------------------


def test_new_and_cross_listed_papers_are_kept_and_revisions_are_not() -> None:
    papers = of_feed(
        a_submission("2606.00001"),
        a_submission("2606.00002", kind="cross"),
        a_submission("2401.00003", kind="replace"),
        a_submission("2401.00004", kind="replace-cross"),
    )
    assert [paper.id.value for paper in papers] == ["2606.00001", "2606.00002"]


def test_a_feed_of_revisions_alone_is_readable_and_gives_no_papers() -> None:
    read = parse_feed(feed(TODAY, [a_submission(kind="replace"), a_submission(kind="replace-cross")]), NOW)
    assert (read.papers, read.skipped, read.items, read.day) == ((), (), 2, TODAY)


def test_an_empty_feed_is_valid_and_says_its_day() -> None:
    read = parse_feed(feed(date(2026, 6, 20), []), NOW)
    assert (read.papers, read.items, read.day) == ((), 0, date(2026, 6, 20))


def test_a_paper_is_listed_on_the_day_it_was_announced() -> None:
    (paper,) = of_feed(a_submission())
    (sighting,) = paper.sightings
    assert (sighting.source, sighting.listed_on, sighting.first_seen_at) == ("arxiv", TODAY, NOW)


def test_a_feed_of_a_later_day_is_not_seen_before_that_day() -> None:
    early = datetime(2026, 6, 10, 9, tzinfo=UTC)
    (paper,) = parse_feed(feed(TODAY, [a_submission()]), early).papers
    assert paper.sightings[0].first_seen_at == datetime(2026, 6, 16, tzinfo=UTC)


def test_an_item_with_a_nonsense_date_is_listed_on_the_day_of_its_feed() -> None:
    for nonsense in ("yesterday", "Fri, 31 Dec 9999 00:00:00 GMT"):
        (paper,) = of_feed(items=item(a_submission(), nonsense))
        assert paper.sightings[0].listed_on == TODAY


def test_the_abstract_is_what_follows_the_announcement() -> None:
    (paper,) = of_feed(a_submission())
    assert paper.abstract == "We invent 2606.00001."


@pytest.mark.parametrize(
    ("creators", "authors"),
    [
        ("Ada Byron, Bob Example", ("Ada Byron", "Bob Example")),
        ("Ada Byron,  Deepti, Bob Example", ("Ada Byron", "Deepti", "Bob Example")),
        (",  Deepti", ("Deepti",)),
        ("Ada Byron, Bob Example, Jr., Cy Young", ("Ada Byron", "Bob Example Jr.", "Cy Young")),
        ("", ()),
    ],
)
def test_authors_are_taken_out_of_one_string(creators: str, authors: tuple[str, ...]) -> None:
    (paper,) = of_feed(a_submission(creators=creators))
    assert paper.authors == authors


def test_text_is_plain_unicode_without_tex_and_control_characters() -> None:
    (paper,) = of_feed(a_submission(title='A $\\alpha$-bound by Schr\\"odinger &\u202e more', creators='G\\"odel'))
    assert (paper.title, paper.authors) == ("A \N{GREEK SMALL LETTER ALPHA}-bound by Schrödinger & more", ("Gödel",))


def test_html_in_a_feed_is_read_as_text_and_formulas_are_left_alone() -> None:
    html = "<p>A &amp; <b>bold</b> <a href='x'>claim</a>,<br/>a &lt; b</p>"
    written = item(a_submission(creators="<a href='x'>Ada Byron</a>, <a href='y'>Bob Example</a>"), MIDNIGHT)
    (paper,) = of_feed(items=written.replace("We invent 2606.00001.", _escaped(html)))
    assert paper.abstract == "A & bold claim, a < b"
    assert paper.authors == ("Ada Byron", "Bob Example")
    formula = "The ideal <p> has a <b, and &amp; stays."
    (paper,) = of_feed(items=item(a_submission(), MIDNIGHT).replace("We invent 2606.00001.", _escaped(formula)))
    assert paper.abstract == formula


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Poincar&eacute; &amp; co", "Poincaré & co"),
        ("Q&A with R&D;", "Q&A with R&D;"),
        ("A\x0bB", "A B"),
    ],
)
def test_a_character_that_xml_forbids_costs_no_day(written: str, title: str) -> None:
    papers = of_feed(items=item(a_submission(), MIDNIGHT).replace("Invented paper 2606.00001", written))
    assert [paper.title for paper in papers] == [title]


def test_a_paper_on_the_feed_twice_is_one_paper() -> None:
    assert len(of_feed(a_submission(), a_submission(kind="cross"))) == 1


def test_what_is_too_long_is_cut() -> None:
    (paper,) = of_feed(a_submission(title="word " * 5_000))
    assert len(paper.title) <= LONGEST_TITLE


def test_an_atom_feed_reads_like_the_rss_of_the_same_day() -> None:
    (rss,) = of_feed(a_submission(kind="cross", categories=("cs.CV", "cs.CL")))
    (atom,) = parse_feed(
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><title>updates</title><updated>2026-06-16T04:00:19+00:00</updated>
        <entry><id>oai:arXiv.org:2606.00001v1</id><title>Invented paper 2606.00001</title>
        <summary>arXiv:2606.00001v1 Announce Type: cross
Abstract: We invent 2606.00001.</summary><category term="cs.CV"/><category term="cs.CL"/>
        <published>2026-06-16T00:00:00-04:00</published><arxiv:announce_type>cross</arxiv:announce_type>
        <dc:creator>Ada Byron</dc:creator></entry></feed>""",
        NOW,
    ).papers
    assert atom == rss


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("<item><title>No id</title></item>", "it has no arXiv id"),
        (item(a_submission("not-an-id"), MIDNIGHT), "it has no arXiv id"),
        (item(a_submission("2606.00009", title=" "), MIDNIGHT), "2606.00009 has no title"),
        (item(a_submission("2606.00009", kind="sold"), MIDNIGHT), "2606.00009 has an unknown announce type"),
        (
            "<item><title>T</title><guid>oai:arXiv.org:2606.00009v1</guid></item>",
            "2606.00009 has no announce type",
        ),
    ],
)
def test_an_item_that_cannot_be_read_is_skipped_and_named(broken: str, why: str) -> None:
    read = parse_feed(feed(TODAY, [a_submission()], items=broken), NOW)
    assert [paper.id.value for paper in read.papers] == ["2606.00001"]
    assert [(skip.item, skip.why) for skip in read.skipped] == [("item 2", why)]


def test_a_feed_without_one_readable_item_is_an_error() -> None:
    with pytest.raises(SourceError, match="none of the 2 items can be read"):
        of_feed(items="<item/><item><title>Nothing else</title></item>")


# --- results of a query -----------------------------------------------------------------------------------------------


def test_a_result_is_read_without_its_version_and_sighted_by_nobody() -> None:
    paper = of_results(an_entry())
    assert (str(paper.id), paper.title, paper.sightings) == ("arxiv:2606.00001", "An invented title", ())
    assert paper.published_at == SUBMITTED
    assert paper.links.abs == "https://arxiv.org/abs/2606.00001"


def test_the_primary_category_comes_first_and_foreign_classes_are_left_out() -> None:
    terms = "".join(f'<category term="{term}"/>' for term in ("cs.LG", "stat.ML", "68T05", "I.2.6; I.2.7", "hep-th"))
    paper = of_results(an_entry(inside=f'<arxiv:primary_category term="stat.ML"/>{terms}'))
    assert paper.categories == ("stat.ML", "cs.LG", "hep-th")


@pytest.mark.parametrize(
    ("doi", "aliases"),
    [
        ("10.1000/ABC.1", ("doi:10.1000/abc.1",)),
        ("10.1000/a 10.1000/b", ("doi:10.1000/a", "doi:10.1000/b")),
        ("10.48550/arXiv.2606.00001", ()),
        ("see the journal", ()),
    ],
)
def test_a_publishers_doi_is_another_id_and_arxivs_own_is_not(doi: str, aliases: tuple[str, ...]) -> None:
    paper = of_results(an_entry(inside=f"<arxiv:doi>{doi}</arxiv:doi>"))
    assert tuple(map(str, paper.aliases)) == aliases


def test_authors_are_names_without_affiliations_and_comments_are_not_read() -> None:
    author = "<author><name>Ada Byron</name><arxiv:affiliation>Somewhere</arxiv:affiliation></author>"
    paper = of_results(an_entry(inside=f"{author}<arxiv:comment>12 pages</arxiv:comment>"))
    assert paper.authors == ("Ada Byron",)
    assert "12 pages" not in repr(paper)


def test_a_page_counts_what_it_holds_and_what_there_is() -> None:
    read = parse_results(results([a_submission()], total=31, entries="<entry><id>nonsense</id></entry>"))
    assert (len(read.papers), len(read.skipped), read.entries, read.total) == (1, 1, 2, 31)


def test_a_paper_whose_title_is_error_is_a_paper() -> None:
    paper = of_results("<entry><id>http://arxiv.org/abs/2606.00001v1</id><title>Error</title></entry>")
    assert paper.title == "Error"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("http://arxiv.org/abs/2609.40353v1", "2609.40353"),
        ("https://arxiv.org/abs/astro-ph/0601001v1", "astro-ph/0601001"),
        ("https://www.arxiv.org/abs/0808.0539", "0808.0539"),
        ("oai:arXiv.org:math.GT/0309136v2", "math/0309136"),
        ("arXiv:2609.40353", "2609.40353"),
        ("2609.40353", "2609.40353"),
        ("https://example.org/abs/2609.40353", None),
        ("https://arxiv.org/abs/2609.40353/../../x", None),
        ("https://arxiv.org/api/errors#incorrect_id", None),
        ("", None),
    ],
)
def test_an_id_is_found_in_links_and_names(text: str, number: str | None) -> None:
    assert number_of(text) == number


# --- errors -----------------------------------------------------------------------------------------------------------

ERROR_ENTRY = (
    "<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_abc</id><title>Error</title>"
    "<summary>incorrect id format for abc</summary></entry>"
)


@pytest.mark.parametrize(
    "body",
    [
        results([], total=1, entries=ERROR_ENTRY),
        results([a_submission()], total=2, entries=ERROR_ENTRY),
        results([], total=1, entries=ERROR_ENTRY.replace("<title>Error</title>", "<title>Sorry</title>")),
    ],
)
def test_an_error_entry_is_never_a_paper(body: bytes) -> None:
    for parse in (parse_results, lambda body: parse_feed(body, NOW)):
        with pytest.raises(SourceError, match="arXiv says: incorrect id format for abc"):
            parse(body)


def test_an_error_in_the_shape_of_a_feed_is_an_error_in_arxivs_words() -> None:
    with pytest.raises(SourceError, match=r"^arXiv says: Bad archive <x>$"):
        parse_feed(feed_error("cs.XX", "Bad archive\n <x>\u202e"), NOW)


def test_arxivs_words_are_bounded() -> None:
    assert len(complaint_of(feed_error("cs.XX", "no " * 10_000))) <= len("arXiv says: …") + LONGEST_WORDS


def test_an_answer_that_is_no_error_has_no_complaint() -> None:
    assert not complaint_of(feed(TODAY, [a_submission()]))
    assert not complaint_of(b"Rate exceeded.")


LAUGHS = b"".join(
    (
        b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">',
        *(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(10)),
        b'<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><title>&a9;&f;</title></channel></rss>',
    )
)
WHOLE = feed(TODAY, [a_submission()])
HOSTILE = {
    "nothing": b"",
    "spaces": b"  \n",
    "binary": bytes(range(256)),
    "gzip": b"\x1f\x8b\x08\x00",
    "text": b"Rate exceeded.",
    "html": b"<!DOCTYPE html><html><head><title>Sorry</title></head><body>Busy<br></body></html>",
    "xhtml": b"<html><body>Busy</body></html>",
    "truncated": WHOLE[:-20],
    "a document type": WHOLE.replace(b"<rss ", b"<!DOCTYPE rss><rss ", 1),
    "billion laughs": LAUGHS,
    "unknown encoding": b"<?xml version='1.0' encoding='klingon'?><rss/>",
    "unusable encoding": b"<?xml version='1.0' encoding='utf-7'?><rss/>",
    "invalid bytes": WHOLE.replace(b"We invent", b"\xff\xfe"),
    "rss without a channel": b"<rss version='2.0'/>",
    "another xml": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "json": b'{"papers": []}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_not_arxivs_xml_is_an_error(body: bytes) -> None:
    parsers: tuple[Callable[[bytes], object], ...] = (parse_results, lambda body: parse_feed(body, NOW))
    for parse in parsers:
        with pytest.raises(SourceError):
            parse(body)


@settings(deadline=None)
@given(st.binary(max_size=40), st.integers(0, len(WHOLE)), st.integers(0, 60))
def test_a_damaged_feed_gives_papers_with_ids_and_titles_or_an_error(patch: bytes, at: int, removed: int) -> None:
    try:
        read = parse_feed(WHOLE[:at] + patch + WHOLE[at + removed :], NOW)
    except SourceError:
        return
    assert all(number_of(paper.id.value) and paper.title and paper.sightings for paper in read.papers)


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_odd_text_in_any_field_gives_a_paper_or_is_skipped(date_text: str, creators: str, title: str) -> None:
    odd = item(a_submission("2606.00002", creators=_xml(creators), title=_xml(title)), _xml(date_text))
    read = parse_feed(feed(TODAY, [a_submission()], items=odd.replace("&", "&amp;")), NOW)
    assert len(read.papers) + len(read.skipped) == 2
    assert read.papers[0].id == PaperId("arxiv", "2606.00001")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _xml(text: str) -> str:
    """Leave out what no XML may hold."""
    return "".join(c for c in text if c.isprintable() and c not in "<>&")


def test_an_answer_without_an_end_is_an_error() -> None:
    entries = '<feed xmlns="http://www.w3.org/2005/Atom">' + "<entry/>" * (MOST_ITEMS + 1) + "</feed>"
    for read in (lambda: parse_results(entries.encode()), lambda: parse_feed(entries.encode(), NOW)):
        with pytest.raises(SourceError, match="the answer has 10,001 items; at most 10,000 are read"):
            read()
