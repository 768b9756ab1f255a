"""Discord: spans as markdown. Whatever a text says is what is read, and nothing of it is markup."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.limits import length
from adapters.discord.markdown import cut, escape, fenced, markdown, plain, split, words
from bot.document import Spans, Style, Text, Time, strong
from bot.spans import one_line
from tests.components import AS_TYPED
from tests.discord_markdown import read
from tests.documents import HOSTILE

HREF = "https://example.org/paper"
FORMS = {"datetime": "f", "date": "D", "time": "t", "zoned": "f"}

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80)).filter(
    lambda text: not set(text) & {*map(chr, AS_TYPED), "\u200b"}
)
SPANS: st.SearchStrategy[Spans] = st.lists(
    st.builds(Text, TEXTS, st.sampled_from(Style), st.sampled_from(("", HREF, "https://e.org/a(b)*c*"))), max_size=5
).map(tuple)


@pytest.mark.parametrize(
    ("spans", "written"),
    [
        ((Text("*A* _b_ `c` \\d"),), r"\*A\* \_b\_ \`c\` \\d"),
        ((Text("~3x ~~struck~~ p(x|y) ||secret||"),), r"~3x \~\~struck\~\~ p(x|y) \|\|secret\|\|"),
        ((Text("p < 0.05 <@1> <#2> <t:1:R> <:e:1> </c:1> <id:guide>"),), None),
        ((Text("@everyone and @here"),), r"\@everyone and \@here"),
        ((Text("09:00: https://evil.example :smile:"),), r"09\:00: https\://evil.example \:smile\:"),
        ((Text("[x](https://evil.example)"),), r"\[x\]\(https\://evil.example)"),
        ((Text("1. x"),), r"1\. x"),
        ((Text("# x"),), r"\# x"),
        ((Text("-# x"),), r"\-# x"),
        ((Text("- x"),), r"\- x"),
        ((Text("> x"),), r"\> x"),
        ((Text("#1 -x 1.5 >"),), "#1 -x 1.5 >"),
        ((Text("1"), Text(". x")), r"1\. x"),
        ((Text("a\n# b"),), "a\n\\# b"),
        ((Text("Title", href=HREF),), f"[Title]({HREF})"),
        ((Text("[Re] *a* `b`_c", href=HREF),), f"[［Re］ ∗a∗ ˋbˋˍc]({HREF})"),  # noqa: RUF001
        ((Text("x", href="https://e.org/a(b)<c>*d*?e=1&f=2"),), "[x](https://e.org/a%28b%29%3Cc%3E%2Ad%2A?e=1&f=2)"),
        ((Text("x", href="javascript:alert(1)"),), "x"),
        ((Text("x", href=f"https://e.org/{'p' * 600}"),), "x"),
        ((Text(HREF, href=HREF),), f"<{HREF}>"),
        ((Text("see https://evil.example now", href=HREF),), f"[see]({HREF}) https\\://evil.example [now]({HREF})"),
        ((Text("🧪 Agents", href=HREF),), f"🧪 [Agents]({HREF})"),
        ((Text("a:b", href=HREF), Text("c:d", Style.MATCH, HREF)), r"a\:b**c\:d**"),
        ((Text("for @everyone", href=HREF),), f"[for]({HREF}) \\@everyone"),
        ((strong("agents"), Text(" · 5 new")), "**agents** · 5 new"),
        ((strong(" agents "), Text("new")), " **agents** new"),
        ((strong("a"), Text("b", Style.EMPHASIS)), "**a**\u200b*b*"),
        ((Text("type "), Text("/papers *`", Style.CODE)), "type `/papers *ˋ`"),  # noqa: RUF001
        ((Text("two\nlines", Style.STRONG),), "**two**\n**lines**"),
        ((Text("right\u202eleft\x00"),), "rightleft"),
    ],
)
def test_spans_are_written_as_discord_reads_them(spans: Spans, written: str | None) -> None:
    assert written is None or markdown(spans) == written
    reading = read(markdown(spans))
    assert as_typed(reading.seen) == words(spans)
    assert {each.kind for each in reading.found} <= {"bold", "italic", "code", "link", "address"}


def test_a_marked_word_in_a_linked_title_is_bold_inside_one_link() -> None:
    title = (Text("A ", href=HREF), Text("world model", Style.MATCH, HREF), Text(" of tea", href=HREF))
    assert markdown(title) == f"[A **world model** of tea]({HREF})"


@pytest.mark.parametrize(("form", "style"), FORMS.items())
def test_a_moment_is_shown_in_each_readers_own_zone(form: str, style: str) -> None:
    moment = Time(datetime(2026, 11, 24, 8, tzinfo=UTC), "Europe/Berlin", form)
    assert markdown((moment,)) == f"<t:1795507200:{style}>"


@pytest.mark.parametrize("text", ["```\n@everyone\n```", "a ``` b ```` c", "x`", "`"])
def test_nothing_leads_out_of_a_block_of_code(text: str) -> None:
    (fence,) = read(fenced(text)).found
    assert fence.kind == "fence"
    assert as_typed(fence.shown) == text.strip("\n")


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    line = words(one_line((Text(text),)))
    reading = read(escape(line))
    assert reading.found == ()
    assert reading.seen == line


@settings(max_examples=300, deadline=None)
@given(spans=SPANS)
def test_styled_and_linked_text_reads_as_it_was_written(spans: Spans) -> None:
    assert as_typed(read(markdown(spans)).seen) == as_typed(words(spans))  # a space in a link is a plain one


@settings(max_examples=100, deadline=None)
@given(spans=SPANS, limit=st.integers(150, 400))
def test_splitting_loses_nothing_and_comes_to_an_end(spans: Spans, limit: int) -> None:
    said, rest = "", spans
    while rest:
        part, rest = split(rest, limit)
        assert length(part) <= limit
        said += read(part).seen
    assert squeezed(said) == squeezed(words(spans))


@settings(max_examples=200, deadline=None)
@given(spans=SPANS, limit=st.integers(60, 200))
def test_a_cut_fits_splits_no_escape_and_says_so(spans: Spans, limit: int) -> None:
    shown = cut(spans, limit)
    kept = squeezed(read(shown).seen)
    assert length(shown) <= limit
    if kept != squeezed(words(spans)):
        assert kept.endswith("…")
        assert squeezed(words(spans)).startswith(kept.removesuffix("…"))


def test_a_channel_is_a_link_and_what_only_looks_like_one_is_text() -> None:
    here = Text("#200000000000000001", Style.CHANNEL)
    assert markdown((Text("I can't post in "), here, Text("."))) == "I can't post in <#200000000000000001>."
    assert markdown((Text("#200000000000000001"), Text(" #tea", Style.CHANNEL))) == "#200000000000000001 #tea"
    assert markdown((Text("<#1> @everyone", Style.CHANNEL),)) == "\\<#1> \\@everyone"


def test_a_text_is_cut_at_a_word() -> None:
    assert cut((Text("patient teapots " * 20),), 100).endswith("patient teapots…")


@pytest.mark.parametrize("limit", range(20, 40))
def test_an_escape_is_kept_or_cut_whole(limit: int) -> None:
    shown = cut((Text("*" * 100),), limit)
    assert shown == "\\*" * ((limit - 1) // 2) + "…"


def test_an_address_that_leaves_no_room_for_a_word_is_left_out() -> None:
    assert cut((Text("Patient teapots at work", href=f"https://e.org/{'p' * 100}"),), 20) == "Patient teapots at…"


def test_an_accent_stays_on_its_letter() -> None:
    zalgo = "x\u0351\u036b" * 100
    kept = cut((Text(zalgo),), 100).removesuffix("…")
    assert len(kept) % 3 == 0
    assert zalgo.startswith(kept)


def test_a_label_is_one_line_without_markup() -> None:
    assert plain(" *a*\n b\x00 ", 80) == "*a* b"
    assert plain("👩" * 60, 80) == "👩" * 39 + "…"


def as_typed(text: str) -> str:
    return re.sub(r"[^\S\n]", " ", text.replace("\u200b", "").translate(AS_TYPED))


def squeezed(text: str) -> str:
    return "".join(as_typed(text).split())
