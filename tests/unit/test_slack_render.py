"""Slack: what a document looks like. Golden files show the digest for 1, 5 and 25 papers, and every kind of block."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.blocks import ON_PAPER
from adapters.slack.render import PARENT, messages
from bot.commands.buttons import action_id
from bot.commands.press import PAPER_COMMANDS
from bot.document import (
    Action,
    Code,
    Document,
    PaperCard,
    PaperLine,
    Paragraph,
    Text,
    text,
)
from bot.model.channel import Channel, Platform
from bot.views.digest import with_lateness
from bot.views.notices import paused_document
from tests import block_kit
from tests.builders import NOW, a_subscription
from tests.documents import saying
from tests.unit.digests import digest, everything, five, many, one

GOLDEN = Path(__file__).parents[1] / "golden"


def payloads(document: Document) -> list[Any]:
    return [message.payload for message in messages(document)]


@pytest.mark.parametrize(("name", "document"), [("1", one()), ("5", five()), ("25", many()), ("blocks", everything())])
def test_a_document_looks_as_agreed_on_slack(name: str, document: Document) -> None:
    shown = payloads(document)
    for payload in shown:
        block_kit.well_formed(payload)
        block_kit.within_limits(payload)
        block_kit.taken_by_the_sdk(payload)
        block_kit.taken_by_slackblocks(payload)
    assert shown == json.loads((GOLDEN / f"slack-{name}.json").read_text(encoding="utf-8"))


def kinds(payload: Any) -> list[str]:
    return [block["type"] for block in payload["blocks"]]


def last_words(payload: Any) -> str:
    *_, last = (block for block in payload["blocks"] if block["type"] == "context")
    return str(last["elements"][0]["text"])


def test_one_paper_is_one_section_with_its_topic_below() -> None:
    (message,) = payloads(one())
    assert kinds(message) == ["section", "context"]
    assert message["blocks"][0]["text"]["text"].startswith("<https://huggingface.co/papers/2606.00001|")
    assert last_words(message) == "*world model* · 1 of 41 · #1"


def test_five_papers_are_a_headline_and_five_leads_with_a_menu_each() -> None:
    (message,) = payloads(five())
    assert kinds(message) == ["section"] * 6 + ["context"]
    assert [bool(block.get("accessory")) for block in message["blocks"]] == [False, *[True] * 5, False]


def test_papers_over_the_cap_are_one_reply_in_the_thread_and_count_as_not_shown() -> None:
    parent, reply = messages(many())
    assert kinds(parent.payload) == ["section"] * 7 + ["context"]
    assert last_words(parent.payload) == "25 of 41 matched · #1 #2 · 15 more in the thread"
    assert reply.payload["thread_ts"] == PARENT
    assert reply.payload["blocks"][0]["text"]["text"].startswith("11. <https://huggingface.co/papers/2606.00011|")
    assert reply.payload["blocks"][0]["text"]["text"].count("\n") == 14
    assert (len(parent.papers), reply.papers) == (10, ())


def test_cut_papers_that_not_even_the_thread_lists_are_counted() -> None:
    parent, *_ = messages(digest(110, 10, a_subscription()))
    assert last_words(parent.payload).endswith(" · 90 more in the thread, 10 more not listed")


def test_the_notification_carries_titles() -> None:
    (message,) = payloads(five())
    assert message["text"] == five().summary
    assert "Part 1" in message["text"]


def test_a_lost_channel_is_shown_by_its_name_as_a_link_that_calls_nobody() -> None:
    (message,) = payloads(paused_document(Channel(Platform.SLACK, "T1", "C0TEA")))
    said = "Paused: I can't post in <#C0TEA>. When I'm let in again"
    assert message["text"].startswith(said)
    assert message["blocks"][0]["text"]["text"].startswith(said)


def test_what_only_looks_like_a_channel_is_none() -> None:
    (message,) = payloads(Document(blocks=(Paragraph((Text("#C0TEA and #CLIP"),)),), summary="#C0TEA and #CLIP"))
    assert message["text"] == message["blocks"][0]["text"]["text"] == "#C0TEA and #CLIP"


def test_what_says_nothing_for_a_notification_is_said_whole() -> None:
    (message,) = payloads(everything())
    assert message["text"].startswith("Every kind of block\nThe first digest comes on Tue 24 Nov, 09:00")
    assert message["text"].endswith("the end")


def test_matched_words_are_bold_in_place_and_a_reason_is_said_where_they_are_not_to_be_seen() -> None:
    (marked,) = payloads(one())
    assert "*<https://huggingface.co/papers/2606.00001|World Model>*" in marked["blocks"][0]["text"]["text"]
    (hidden,) = payloads(digest(1, 1, a_subscription(query="author:lund")))
    assert hidden["blocks"][0]["text"]["text"].endswith(" · author Bo Lund 0")


def test_a_late_digest_says_so() -> None:
    lateness = NOW - datetime(2026, 6, 16, 7, tzinfo=UTC)
    (message,) = payloads(with_lateness(five(), lateness))
    assert message["blocks"][0]["text"]["text"].endswith("(2 h late)")
    (alone,) = payloads(with_lateness(one(), lateness))
    assert last_words(alone).endswith("#1 (2 h late)")


def test_a_menu_offers_what_can_be_pressed_on_a_paper() -> None:
    (message,) = payloads(one())
    options = message["blocks"][0]["accessory"]["options"]
    assert {option["value"] for option in options} < {f"{verb}:arxiv:2606.00001" for verb in PAPER_COMMANDS}
    assert [option["text"]["text"] for option in options] == [label for label, _ in ON_PAPER]


def test_a_paper_whose_id_is_too_long_for_a_menu_has_none() -> None:
    (message,) = payloads(Document(blocks=(PaperCard(paper=f"doi:10.1000/{'d' * 150}", title=text("Long")),)))
    assert "accessory" not in message["blocks"][0]


def test_buttons_carry_the_ids_of_their_actions() -> None:
    (message,) = payloads(everything())
    row = message["blocks"][-1]["elements"]
    assert [button["value"] for button in row] == [action_id(action) for action in everything().actions]


def test_buttons_without_room_are_counted() -> None:
    actions = tuple(Action(label=f"Button {number}", verb="do", target=str(number)) for number in range(30))
    (message,) = payloads(Document(blocks=(Paragraph(text("Choose.")),), actions=actions))
    assert len(message["blocks"][-1]["elements"]) == 25
    assert last_words(message) == "5 of 30 buttons do not fit here"


def test_a_long_document_goes_on_in_the_thread_and_its_buttons_stay_with_the_message() -> None:
    papers = tuple(
        PaperLine(paper=f"arxiv:2406.{number:05}", number=number, spans=text("A title of some length " * 10))
        for number in range(1, 101)
    )
    document = Document(
        heading=text("all of them"), blocks=papers, actions=everything().actions, footnote=text("the end")
    )
    parent, *replies = messages(document)
    assert len(replies) == 2
    assert kinds(parent.payload)[-2:] == ["context", "actions"]
    rest = 100 - len(parent.papers)
    assert last_words(parent.payload) == f"the end · {rest} more in the thread"
    assert sum(len(reply.papers) for reply in replies) == rest


def test_a_document_of_many_short_blocks_is_split_where_slack_takes_no_more() -> None:
    blocks = tuple(Paragraph(text(f"Sentence {number}.")) for number in range(120))
    shown = payloads(Document(blocks=blocks, footnote=text("the end"), actions=everything().actions))
    assert [len(payload["blocks"]) for payload in shown] == [50, 50, 22]
    assert last_words(shown[0]) == "the end · continued in the thread"
    said = [each for payload in shown for each in block_kit.mrkdwns(payload["blocks"]) if each.startswith("Sentence")]
    assert said == [f"Sentence {number}." for number in range(120)]


def test_a_label_is_in_the_message_of_what_it_is_the_label_of() -> None:
    lines = "\n".join("y" * 80 for _ in range(35))
    before = [Paragraph(text("x" * 2800))] * 3
    first, second = payloads(Document(blocks=(*before, Paragraph(text("BibTeX:")), Code(lines))))
    assert [*block_kit.mrkdwns(first["blocks"])][-2:] == ["x" * 2800, "continued in the thread"]
    assert [*block_kit.mrkdwns(second["blocks"])] == ["BibTeX:"]


def test_long_code_is_ended_at_line_ends_and_nothing_of_it_is_lost() -> None:
    lines = [f"- query: subscription number {number}" for number in range(300)]
    shown = [
        element["text"]
        for payload in payloads(Document(blocks=(Code("\n".join(lines)),)))
        for element in block_kit.found(payload["blocks"], "text")
    ]
    assert len(shown) > 3
    assert "\n".join(shown).split("\n") == lines


@pytest.mark.parametrize(
    "title",
    ["<!channel> <!here|x>", "<@U012AB3CD> and <#C024BE91L>", "@everyone", "a & b &amp; c | d", "*A* _b_ ~c~ `d`"],
)
def test_a_title_mentions_links_and_formats_nothing_by_accident(title: str) -> None:
    (message,) = payloads(saying(title))
    block_kit.mentions_nobody(message)
    assert all(each["verbatim"] for each in block_kit.found(message["blocks"], "verbatim"))
    card = next(block_kit.mrkdwns(message["blocks"][1:]))
    assert block_kit.seen(card).split("\n") == [title, title, title]


def test_a_document_that_says_nothing_is_still_a_message() -> None:
    (message,) = payloads(Document())
    block_kit.well_formed(message)
