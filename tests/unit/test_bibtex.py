"""BibTeX that a bibliography tool accepts, whatever a title holds: read back by a strict parser of the tests' own."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.bibtex import MOST_AUTHORS, Work, bibtex, key_of

DAY = date(2026, 6, 16)
TEAPOTS = Work(
    title="Patient Teapots for World Models",
    authors=("Ada Brill", "Cyd Dorn"),
    published_on=DAY,
    arxiv="2606.00001",
    primary="cs.AI",
    url="https://arxiv.org/abs/2606.00001",
)

HEAD = re.compile(r"@(article|misc)\{([a-z0-9]+),\s*")
NAME = re.compile(r"([A-Za-z]+)\s*=\s*")
MONTH = re.compile(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
ESCAPED = re.compile(r"\\(?:[&%$#_]|text[a-z]+\{\})")
PLAIN_FIELDS = {"url", "doi", "eprint"}


def read(text: str) -> list[dict[str, str]]:
    """Read entries as BibTeX does: braces balance, commas part fields, nothing stands outside."""
    entries, at = [], 0
    while at < len(text):
        head = HEAD.match(text, at)
        assert head, text[at : at + 40]
        found, at = {"kind": head[1], "key": head[2]}, head.end()
        while text[at] != "}":
            name = NAME.match(text, at)
            assert name, text[at : at + 40]
            assert name[1] not in found
            found[name[1]], at = _value(text, name.end())
            at = _skip(text, at)
            if text[at] == ",":
                at = _skip(text, at + 1)
        at = _skip(text, at + 1)
        entries.append(found)
    return entries


def _value(text: str, at: int) -> tuple[str, int]:
    if month := MONTH.match(text, at):
        return month[0], month.end()
    assert text[at] == "{"
    depth, end = 1, at + 1
    while depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[at + 1 : end - 1], end


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def one(work: Work) -> dict[str, str]:
    (found,) = read(bibtex([work]))
    return found


def test_a_paper_of_arxiv_is_misc_with_its_eprint() -> None:
    assert bibtex([TEAPOTS]) == (
        "@misc{brill2026patient,\n"
        "  title = {Patient Teapots for World Models},\n"
        "  author = {Brill, Ada and Dorn, Cyd},\n"
        "  year = {2026},\n"
        "  month = jun,\n"
        "  eprint = {2606.00001},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.AI},\n"
        "  url = {https://arxiv.org/abs/2606.00001}\n"
        "}"
    )


def test_a_paper_with_a_doi_alone_is_an_article() -> None:
    found = one(Work(title="On Kettles", authors=("Eve Fahr",), doi="10.1000/a_b(1)"))
    assert found == {
        "kind": "article",
        "key": "fahrkettles",
        "title": "On Kettles",
        "author": "Fahr, Eve",
        "doi": "10.1000/a_b(1)",
    }


def test_no_id_holds_a_command_of_tex() -> None:
    hostile = r"\input/etc/passwd"
    found = one(Work(title="x", arxiv=f"2606.1{hostile}", primary=hostile, doi=f"10.1000/{hostile}"))
    assert {found[name] for name in ("eprint", "primaryClass", "doi")} == {
        *("2606.1input/etc/passwd", "input/etc/passwd", "10.1000/input/etc/passwd")
    }


def test_a_paper_of_which_only_the_title_is_known_is_an_entry_too() -> None:
    assert one(Work(title="世界")) == {"kind": "misc", "key": "anonymous", "title": "世界"}


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("50% of R&D costs $5 #1 a_b", r"50\% of {R}\&{D} costs \$5 \#1 a\_b"),
        (r"Back\slash ~ ^", r"Back\textbackslash{}slash \textasciitilde{} \textasciicircum{}"),
        ("An } alone {", r"An \textbraceright{} alone \textbraceleft{}"),
        ('Say "so"', "Say ''so''"),
        ("A Survey of GPT-4, iPhone and 3D", "A Survey of {GPT}-4, {iPhone} and {3D}"),
    ],
)
def test_the_characters_of_tex_are_escaped_and_capitals_that_matter_kept(title: str, written: str) -> None:
    assert one(Work(title=title))["title"] == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ada Brill", "Brill, Ada"),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("Martin King Jr.", "King Jr., Martin"),
        ("DeepKettle", "{DeepKettle}"),
        ("Søren Å. Öberg", "Öberg, Søren Å."),
        ("Tea and Biscuit Society", "Society, {Tea and Biscuit}"),
    ],
)
def test_an_author_is_surname_and_given_names(name: str, written: str) -> None:
    assert one(Work(title="x", authors=(name,)))["author"] == written


def test_of_very_many_authors_the_rest_are_others() -> None:
    names = tuple(f"Ada Nr{number}" for number in range(664))
    authors = one(Work(title="x", authors=names))["author"].split(" and ")
    assert len(authors) == MOST_AUTHORS + 1
    assert authors[-1] == "others"


def test_keys_are_ascii_and_unique_in_a_list() -> None:
    same = [Work(title="The Größe of Maps", authors=("Jürgen Groß",), published_on=DAY)] * 30
    keys = [each["key"] for each in read(bibtex(same))]
    assert keys[:3] == ["gross2026grosse", "gross2026grossea", "gross2026grosseb"]
    assert keys[26:29] == ["gross2026grossez", "gross2026grosseaa", "gross2026grosseab"]
    assert len(set(keys)) == len(keys)


@given(
    st.lists(st.builds(Work, title=st.text(), authors=st.tuples(st.text(), st.text()), url=st.text(), doi=st.text()))
)
def test_whatever_a_source_says_is_read_back_entry_by_entry(works: list[Work]) -> None:
    entries = read(bibtex(works))
    assert len({each["key"] for each in entries}) == len(entries) == len(works)
    for each in entries:
        for name in each.keys() - PLAIN_FIELDS - {"kind", "key"}:
            left = ESCAPED.sub("", each[name])
            assert not set(left) & set('&%$#_~^\\"')


@given(st.text(), st.text())
def test_a_key_is_made_of_small_letters_and_digits(title: str, author: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+", key_of(Work(title=title, authors=(author,), published_on=DAY)))
