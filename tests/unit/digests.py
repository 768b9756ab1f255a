"""Invented digests of 1, 5 and 25 papers, and a document of every block: what golden files show of each platform."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.commands.buttons import undo_button
from bot.document import (
    Action,
    BulletList,
    Code,
    Divider,
    Document,
    Fields,
    Note,
    Paragraph,
    Style,
    Text,
    Time,
    code,
    text,
)
from bot.model.change import ChangeId
from bot.model.digest import LEADS, Cut, Digest, Pick, Place
from bot.model.paper import Links
from bot.model.subscription import Subscription
from bot.views.digest import digest_document
from tests.builders import GENERAL, NOW, a_paper, a_subscription, stored

ADJECTIVES = ("Patient", "Sparse", "Nocturnal", "Recursive", "Well-Tempered")
SUBJECTS = ("Teapots", "Lighthouses", "Postal Routes", "Paper Boats", "Door Bells")
MATCHED = 41


def pick(number: int, *subscriptions: Subscription, cap: int) -> Pick:
    return Pick(
        paper=stored(invented(number)),
        taker=subscriptions[0],
        matched_by=subscriptions,
        place=Place.LEAD if number <= min(LEADS, cap) else Place.LINE,
    )


def invented(number: int) -> Any:
    address = f"2606.{number:05}"
    paper = a_paper(
        number,
        f"{ADJECTIVES[number % 5]} {SUBJECTS[number // 5 % 5]} as Agents with a World Model, Part {number}",
        upvotes=number * 7,
        authors=("Ada Brill", "Cyd Dorn", *(f"Bo Lund {each}" for each in range(9)), "Zoe Ems"),
    )
    return replace(
        paper,
        tldr="We invent an agent that carries letters between imaginary houses, and find that reasoning about doors is "
        "all it needs to come home in time.",
        organisation="Tea House Lab",
        links=Links(
            hf=f"https://huggingface.co/papers/{address}",
            pdf=f"https://arxiv.org/pdf/{address}",
            code="https://github.com/example/teapots",
        ),
    )


def digest(papers: int, shown: int, *subscriptions: Subscription) -> Document:
    """A digest of some papers, of which a cap lets so many through."""
    return digest_document(
        Digest(
            channel=GENERAL,
            zone="UTC",
            slot=NOW,
            subscriptions=subscriptions,
            picks=tuple(pick(number, *subscriptions, cap=shown) for number in range(1, shown + 1)),
            cut=tuple(
                Cut(paper=stored(invented(number)), passed_by=subscriptions[:1])
                for number in range(shown + 1, papers + 1)
            ),
            looked_at=MATCHED,
            since=date(2026, 6, 8),
        )
    )


def one() -> Document:
    return digest(1, 1, a_subscription(query='"world model"'))


def five() -> Document:
    return digest(5, 5, a_subscription(query='"world model"'))


def many() -> Document:
    return digest(25, 10, a_subscription(1, "agents"), a_subscription(2, "reasoning"))


def everything() -> Document:
    return Document(
        heading=text("Every kind of block"),
        blocks=(
            Paragraph(
                (Text("The first digest comes on "), Time(datetime(2026, 11, 24, 8, tzinfo=UTC), "Europe/Berlin"))
            ),
            Note(text("A quiet remark.")),
            BulletList((text("one thing"), (Text("type "), code("/papers help")))),
            Fields((("last", text("today, 3 papers")), ("next", (Text("tomorrow", Style.EMPHASIS),)))),
            Divider(),
            Code('subscribe "world models\n          ^ unclosed quote'),
            Paragraph((Text("The manual", href="https://example.org/manual/"), Text(" has the rest."))),
        ),
        actions=(
            undo_button(ChangeId("qWERTY")),
            Action(label="Post the latest 5 now", verb="do", target="0123456789abcdef"),
        ),
        footnote=text("the end"),
    )
