"""Discord: what a document looks like. Golden files show the digest for 1, 5 and 25 papers, and every kind of block."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.components import OPEN
from adapters.discord.render import messages
from bot.commands.buttons import action_id
from bot.commands.press import PAPER_COMMANDS
from bot.document import (
    Action,
    Code,
    Document,
    Note,
    PaperCard,
    PaperLine,
    Paragraph,
    Text,
    strong,
    text,
)
from bot.views.digest import with_lateness
from bot.views.show import paper_document
from bot.views.whole import ALL, whole_document
from tests import components
from tests.builders import NOW, a_subscription, stored
from tests.discord_markdown import read
from tests.documents import saying
from tests.unit.digests import digest, everything, five, invented, many, one

GOLDEN = Path(__file__).parents[1] / "golden"
HREF = "https://huggingface.co/papers/2606.00001"


def payloads(document: Document) -> list[Any]:
    shown = [message.payload for message in messages(document)]
    for payload in shown:
        components.within_limits(payload)
        components.taken_by_simcord(payload)
    return shown


def kinds(payload: Any) -> list[int]:
    (container,) = payload["components"]
    return [each["type"] for each in container["components"]]


def last_words(payload: Any) -> str:
    small = [each for each in components.contents(payload) if each.startswith("-# ")]
    return small[-1].removeprefix("-# ")


@pytest.mark.parametrize(("name", "document"), [("1", one()), ("5", five()), ("25", many()), ("blocks", everything())])
def test_a_document_looks_as_agreed_on_discord(name: str, document: Document) -> None:
    assert payloads(document) == json.loads((GOLDEN / f"discord-{name}.json").read_text(encoding="utf-8"))


def test_one_paper_is_one_section_with_its_topic_below() -> None:
    (message,) = payloads(one())
    assert kinds(message) == [components.SECTION, components.TEXT]
    assert components.contents(message)[0].startswith(
        f"[Sparse Teapots as Agents with a **World Model**, Part 1]({HREF})"
    )
    assert last_words(message) == "**world model** · 1 of 41 · #1"


def test_five_papers_are_a_headline_and_five_leads_to_open() -> None:
    (message,) = payloads(five())
    assert kinds(message) == [components.TEXT, *[components.SECTION] * 5, components.TEXT]
    assert components.contents(message)[0] == "### **world model** · 5 new papers"
    assert [each["label"] for each in components.buttons(message)] == ["Open"] * 5


def test_papers_over_the_cap_stand_behind_a_button_above_the_small_text() -> None:
    (message,) = messages(many())
    assert kinds(message.payload) == [
        components.TEXT,
        *[components.SECTION] * 5,
        components.TEXT,
        components.ROW,
        components.TEXT,
    ]
    button = components.buttons(message.payload)[-1]
    assert (button["label"], button["custom_id"]) == ("See all 25", ALL)
    assert last_words(message.payload) == "25 of 41 matched · #1 #2"
    assert len(message.papers) == 10


def test_cut_papers_that_are_too_many_to_list_are_counted_on_the_button() -> None:
    (message,) = payloads(digest(110, 10, a_subscription()))
    assert components.buttons(message)[-1]["label"] == "See all 110"


def test_a_button_to_open_a_paper_carries_its_id() -> None:
    (message,) = payloads(one())
    assert OPEN[1] in PAPER_COMMANDS
    assert [each["custom_id"] for each in components.buttons(message)] == ["abstract:arxiv:2606.00001"]


def test_a_paper_whose_id_is_too_long_for_a_button_has_none() -> None:
    (message,) = payloads(Document(blocks=(PaperCard(paper=f"doi:10.1000/{'d' * 90}", title=text("Long")),)))
    assert kinds(message) == [components.TEXT]


def test_a_paper_that_is_open_has_no_button_to_open_it() -> None:
    shown = payloads(paper_document(stored(invented(1)), NOW.date()))
    labels = [each["label"] for payload in shown for each in components.buttons(payload)]
    assert labels == ["Save", "Similar", "Discuss", "Less like this"]


def test_the_facts_of_a_paper_are_small() -> None:
    (message,) = payloads(one())
    assert components.contents(message)[0].split("\n")[-1].startswith("-# Ada Brill, Cyd Dorn … Zoe Ems (12) · ")


def long_paper(number: int) -> PaperCard | PaperLine:
    """A paper with everything as long as real ones have it: the longest title, a whole TL;DR, links."""
    href = f"https://huggingface.co/papers/2606.{number:05}"
    title = tuple(Text(each, href=href) for each in (f"Part {number} of ", "the longest title " * 9))
    if number > 5:
        return PaperLine(paper=f"arxiv:2606.{number:05}", number=number, spans=(*title, *text(" · 12▲ · agents")))
    links = (Text("PDF", href=f"https://arxiv.org/pdf/2606.{number:05}"),), (Text("Code", href=HREF),)
    facts = (text("Ada Brill, Cyd Dorn … Zoe Ems (12)"), text("An Institute of Some Name"), *links, text("agents"))
    body = text("We *invent* an agent_of_letters. " * 7)
    return PaperCard(paper=f"arxiv:2606.{number:05}", number=number, title=title, body=body, facts=facts)


def test_ten_papers_with_the_longest_texts_are_one_message() -> None:
    papers = tuple(long_paper(number) for number in range(1, 11))
    more = tuple(PaperLine(paper=f"arxiv:{number}", spans=text("Cut")) for number in range(50))
    away = Note(text("Without arXiv (no answer since 05:10 UTC); its papers follow."))
    document = Document(
        heading=(strong("agents"), *text(" · 60 new, best 10")), blocks=(*papers, away), more=more, footnote=text("end")
    )
    (message,) = messages(document)
    components.within_limits(message.payload)
    assert message.papers == document.papers
    said = components.contents(message.payload)
    assert all(f"Part {number} of the longest title" in "\n".join(said) for number in range(1, 11))
    assert said[1].count("\n") == 2
    assert said[1].endswith("· agents")


def test_ten_cards_to_open_are_one_message() -> None:
    (message,) = payloads(whole_document(many(), 1, message="1"))
    assert [each["label"] for each in components.buttons(message)] == [*["Open"] * 10, "Next"]
    assert last_words(message) == "1–10 of 25"  # noqa: RUF001 - a range


def test_more_papers_than_ten_go_on_in_the_next_message_and_none_is_lost() -> None:
    document = digest(25, 25, a_subscription())
    rendered = messages(document)
    assert len(rendered) > 1
    assert tuple(paper for message in rendered for paper in message.papers) == document.papers
    assert last_words(rendered[-1].payload) == "25 of 41 matched · #1 · `/papers edit number:1`"


def test_what_stands_behind_the_button_of_a_long_document_is_offered_in_its_first_message() -> None:
    first, *others = payloads(digest(40, 25, a_subscription()))
    assert kinds(first)[-1] == components.ROW
    assert components.buttons(first)[-1]["custom_id"] == ALL
    assert not [each for other in others for each in components.buttons(other) if each["custom_id"] == ALL]


def test_the_buttons_of_a_document_stand_below_it_five_to_a_row() -> None:
    actions = tuple(Action(label=f"Button {number}", verb="do", target=str(number)) for number in range(12))
    (message,) = payloads(Document(blocks=(Paragraph(text("Choose.")),), actions=actions, footnote=text("the end")))
    assert kinds(message) == [components.TEXT, components.TEXT, *[components.ROW] * 3]
    assert [each["custom_id"] for each in components.buttons(message)] == [action_id(action) for action in actions]


def test_buttons_that_are_more_than_a_message_takes_go_on_in_the_next() -> None:
    actions = tuple(Action(label=f"Button {number}", verb="do", target=str(number)) for number in range(50))
    shown = payloads(Document(blocks=(Paragraph(text("Choose.")),), actions=actions))
    assert [len(components.buttons(payload)) for payload in shown] == [30, 20]


def test_a_button_whose_id_is_too_long_is_counted_and_a_repeated_one_is_there_once() -> None:
    actions = tuple(Action(label="Go", verb="do", target=target) for target in ("1", "1", "t" * 100))
    (message,) = payloads(Document(blocks=(Paragraph(text("Choose.")),), actions=actions))
    assert [each["custom_id"] for each in components.buttons(message)] == ["do:1"]
    assert last_words(message) == "1 of 3 buttons do not fit here"


def test_a_document_of_many_short_blocks_is_split_where_discord_takes_no_more() -> None:
    blocks = tuple(Paragraph(text(f"Sentence {number}.")) for number in range(100))
    shown = payloads(Document(blocks=blocks, footnote=text("the end")))
    assert [len(kinds(payload)) for payload in shown] == [39, 39, 23]
    said = [each for payload in shown for each in components.contents(payload)]
    assert said == [*(f"Sentence {number}." for number in range(100)), "-# the end"]


def test_an_abstract_is_one_text() -> None:
    abstract = "We teach a teapot to wait, and it waits. " * 46
    (message,) = payloads(Document(blocks=(Paragraph(text(abstract)),)))
    assert components.contents(message) == [abstract.strip()]


def test_long_code_is_ended_at_line_ends_and_nothing_of_it_is_lost() -> None:
    lines = [f"- query: subscription number {number}" for number in range(300)]
    shown = [
        each
        for payload in payloads(Document(blocks=(Code("\n".join(lines)),)))
        for content in components.contents(payload)
        for each in read(content)["fence"]
    ]
    assert len(shown) > 3
    assert "\n".join(each.shown for each in shown).split("\n") == lines


def test_a_label_is_in_the_message_of_what_it_is_the_label_of() -> None:
    blocks = (Paragraph(text("x" * 2000)), Paragraph(text("BibTeX:")), Code("y" * 2000))
    first, second = payloads(Document(blocks=blocks))
    assert components.contents(first) == ["x" * 2000]
    assert components.contents(second)[0] == r"BibTeX\:"


def test_a_late_digest_says_so() -> None:
    (message,) = payloads(with_lateness(five(), timedelta(hours=2)))
    assert components.contents(message)[0].endswith("(2 h late)")


def test_matched_words_are_bold_in_place_and_a_reason_is_said_where_they_are_not_to_be_seen() -> None:
    (marked,) = payloads(one())
    assert "**World Model**" in components.contents(marked)[0]
    (hidden,) = payloads(digest(1, 1, a_subscription(query="author:lund")))
    assert components.contents(hidden)[0].endswith(" · author Bo Lund 0")


def test_a_headline_keeps_what_ends_it() -> None:
    (message,) = payloads(Document(heading=text("Learning C#"), blocks=(Paragraph(text("x")),)))
    (headline,) = read(components.contents(message)[0])["heading"]
    assert headline.shown.rstrip("\u200b") == "Learning C#"


def test_roles_are_called_above_the_first_message_and_nobody_else_anywhere() -> None:
    document = replace(digest(25, 25, a_subscription()), pings=("11", "22", "11", "everyone", "3x"))
    shown = [message.payload for message in messages(document)]
    components.calls_nobody_else(shown, ["11", "22"])
    assert shown[0]["components"][0] == {"type": components.TEXT, "content": "<@&11> <@&22>"}
    assert len(shown) > 1


def test_the_name_of_a_post_is_that_of_the_document_on_its_first_part_alone() -> None:
    first, second = messages(replace(digest(25, 25, a_subscription()), title=f" agents *x*\n · {'25 papers ' * 20}"))
    assert first.title.startswith("agents *x* · 25 papers")
    assert len(first.title) <= 100
    assert first.title.endswith("…")
    assert second.title == ""


@pytest.mark.parametrize(
    "title",
    ["<@123> and <@&456> <#7>", "@everyone", "a & b &amp; c | d", "*A* _b_ ~~c~~ `d`", "# 1. - > [x](https://y.z)"],
)
def test_a_title_mentions_links_and_formats_nothing_by_accident(title: str) -> None:
    document = saying(title)
    (message,) = payloads(document)
    components.says_what_was_asked(document, [message])
    said = [read(each).seen.translate(components.AS_TYPED) for each in components.contents(message)]
    assert said == [title, "\n".join([title] * 3), title, title]
    assert components.buttons(message)[-1]["label"] == title


def test_a_document_that_says_nothing_is_still_a_message() -> None:
    (message,) = payloads(Document())
    assert components.contents(message) == ["…"]
