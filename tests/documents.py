"""Documents that no view would make: every block, hostile texts, sizes from nothing to far too much. Seeded."""

from datetime import UTC, datetime, timedelta
from random import Random

from bot.document import (
    Action,
    Block,
    BulletList,
    Code,
    Divider,
    Document,
    Fields,
    Note,
    PaperCard,
    PaperLine,
    Paragraph,
    Span,
    Spans,
    Style,
    Text,
    Time,
)

HOSTILE = (
    "*A* <b>bold_ `claim`_ @everyone [x](y) <!channel> & $\\alpha$",
    "<!channel|here> <!here> <@U012AB3CD> <#C024BE91L> <!subteam^S1>",
    "<https://evil.example|World Models> https://evil.example/?a=b&c=d",
    "&amp; &lt;!channel&gt; &amp;amp;",
    "snake_case _private_ __init__ ~10x~ ```fence``` `code`",
    ":wave::skin-tone-2: 09:30:15 :rocket:",
    "> quoted\n>>> more\n&gt; again",
    "right\u202eto left\u2066 \x00NUL\x1b[31m \u200b zero",
    "a|b|c ^ {date} <!date^1^{time}|now>",
    "\ud800 lone \udfff surrogates",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0328l\u0334g\u0361o\u035c",
    "世界模型与扩散模型",
    "👩\u200d👩\u200d👧 family 🧪",
    "**/papers subscribe** _*~`",
    "<@123> <@!456> <@&789> <#9> <:e:1> <a:e:2> <t:1:R> </papers:1> <id:guide> <x:/y>",
    "[x](https://evil.example) [Re] a](b discord.gg/abc ||secret|| ~~struck~~ __under__",
    "# heading\n-# small\n1. x\n- y\n* z\n>>> quoted\n```\nfence\n```",
    "line one\r\nline two\u2028line three\ttab",
    "",
    " ",
    "\n",
)
ADDRESSES = (
    "",
    "https://huggingface.co/papers/2406.00001",
    "https://example.org/a|b>c<d e?x=1&y=2#z",
    "javascript:alert(1)",
    "https://",
    "http://[broken",
    "https://example.org/" + "p" * 2000,
    "https://example.org/\u202e/世界",
)
WORDS = ("world", "model", "of", "patient", "teapots", "agents", "λ-calculus", "GPT-4", "x_1", "C++", "naïve", "🫖")
LONG = 5000

SEEDS = 5000
"""How many documents, by the seeds from 0, every oracle judges."""

AT_ONCE = 500
"""How many of them one test takes: every core has its share."""


def saying(words: str) -> Document:
    """Build a document that says the same words wherever it can: in its heading, titles, texts, a button, below."""
    said, title = (Text(words),), (Text(words, href="https://example.org"),)
    return Document(
        heading=said,
        blocks=(
            PaperCard(paper="arxiv:1", title=title, body=said, facts=(said,)),
            PaperLine(paper="arxiv:2", spans=title),
        ),
        actions=(Action(label=words, verb="do", target="x"),),
        footnote=said,
    )


def a_text(rng: Random, most: int = 400) -> str:
    """Make a text: hostile, or words, now and then a very long one."""
    kind = rng.random()
    if kind < 0.4:
        return rng.choice(HOSTILE)
    if kind < 0.42:
        return rng.choice((rng.choice(HOSTILE) * 15, "x" * rng.randint(1, LONG), "&" * rng.randint(1, LONG)))
    if kind < 0.6:
        return "".join(chr(rng.choice((rng.randint(0, 0x2FF), rng.randint(0, 0x10FFFF)))) for _ in range(30))
    return " ".join(rng.choices(WORDS, k=rng.randint(0, most // 6)))


def spans(rng: Random, most: int = 6) -> Spans:
    """Make spans of every style, linked or not, and moments."""
    return tuple(a_span(rng) for _ in range(rng.randint(0, most)))


def a_span(rng: Random) -> Span:
    if rng.random() < 0.1:
        at = datetime(2026, 11, 24, 8, tzinfo=UTC) + timedelta(minutes=rng.randint(0, 10**6))
        return Time(at, rng.choice(("UTC", "Europe/Berlin")), rng.choice(("datetime", "date", "time", "unknown")))
    return Text(a_text(rng), rng.choice(tuple(Style)), rng.choice(ADDRESSES))


def a_paper_id(rng: Random) -> str:
    return rng.choice((f"arxiv:2406.{rng.randint(0, 99999):05}", f"doi:10.1000/{'d' * rng.randint(1, 200)}"))


def a_line(rng: Random) -> PaperLine:
    return PaperLine(paper=a_paper_id(rng), number=rng.randint(0, 99), spans=spans(rng, 4))


def a_card(rng: Random) -> PaperCard:
    facts = tuple(spans(rng, 2) for _ in range(rng.randint(0, 6)))
    return PaperCard(
        paper=a_paper_id(rng), number=rng.randint(0, 30), title=spans(rng, 4), body=spans(rng, 4), facts=facts
    )


def a_block(rng: Random) -> Block:
    match rng.randrange(9):
        case 0:
            return Paragraph(spans(rng))
        case 1:
            return Note(spans(rng))
        case 2:
            return BulletList(tuple(spans(rng) for _ in range(rng.randint(0, 5))))
        case 3:
            return Fields(tuple((a_text(rng, 60), spans(rng)) for _ in range(rng.randint(0, 12))))
        case 4:
            return Code(a_text(rng) * rng.randint(0, 3))
        case 5:
            return Divider()
        case 6:
            return a_card(rng)
        case _:
            return a_line(rng)


def a_document(rng: Random) -> Document:
    """Make a document of no block, of some, or now and then of very many."""
    size = rng.choice((0, 1, 1, 2, 3, 4, 5)) if rng.random() < 0.99 else rng.randint(20, 90)
    actions = tuple(
        Action(label=a_text(rng, 60), verb=rng.choice(("do", "undo", "save")), target=f"{rng.getrandbits(128):032x}")
        for _ in range(rng.choice((0, 0, 1, 3, 30)))
    )
    if actions and rng.random() < 0.1:
        actions = (*actions, Action(label="Long", verb="do", target="t" * rng.randint(1900, 2100)))
    return Document(
        heading=spans(rng, 3),
        blocks=tuple(a_block(rng) for _ in range(size)),
        actions=actions,
        more=tuple(a_line(rng) for _ in range(rng.choice((0, 0, 0, 1, 5)))),
        unlisted=rng.choice((0, 0, 0, 1, 10**6)),
        footnote=spans(rng, 3),
        summary=rng.choice(("", a_text(rng))),
        title=rng.choice(("", a_text(rng, 60))),
        pings=tuple(str(rng.randint(10**17, 10**18)) for _ in range(rng.choice((0, 0, 0, 1, 3)))),
    )
