"""Slack: spans as mrkdwn. Whatever a text says is what is read, and nothing of it is markup."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.limits import length
from adapters.slack.mrkdwn import cut, escape, most, mrkdwn, split, words
from bot.document import Spans, Style, Text, Time, strong
from tests.block_kit import AS_TYPED, seen
from tests.documents import HOSTILE

HREF = "https://example.org/paper"

TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80)).filter(
    lambda text: not set(text) & {*map(chr, AS_TYPED), "\u200b"}
)
SPANS: st.SearchStrategy[Spans] = st.lists(
    st.builds(Text, TEXTS, st.sampled_from(Style), st.sampled_from(("", HREF, "https://e.org/a|b<c>"))), max_size=5
).map(tuple)


@pytest.mark.parametrize(
    ("spans", "written"),
    [
        ((Text("a < b & c > d"),), "a &lt; b &amp; c &gt; d"),
        ((Text("&amp;"),), "&amp;amp;"),
        ((Text("Title", href=HREF),), f"<{HREF}|Title>"),
        ((Text("a|b <c>", href=HREF),), f"<{HREF}|a∣b &lt;c&gt;>"),  # noqa: RUF001
        ((Text("x", href="https://e.org/a|b>c?d=1&e=2"),), "<https://e.org/a%7Cb%3Ec?d=1&amp;e=2|x>"),
        ((Text("x", href="javascript:alert(1)"),), "x"),
        ((Text("x", href=f"https://e.org/{'p' * 600}"),), "x"),
        ((strong("agents"), Text(" · 5 new")), "*agents* · 5 new"),
        ((Text("type "), Text("/papers *", Style.CODE)), "type `/papers *`"),
        ((Text("<!channel> *all*"),), "&lt;!channel&gt; ∗all∗"),  # noqa: RUF001
        ((Text("snake_case _x_"),), "snake_case ˍxˍ"),
        ((Text(":wave: at 09:00"),), "∶wave: at 09:00"),  # noqa: RUF001
        ((Text("> 90 %"),), "› 90 %"),  # noqa: RUF001
        ((Text("two\nlines", Style.STRONG),), "*two*\n*lines*"),
        ((Text("right\u202eleft\x00"),), "rightleft"),
        ((Text("in "), Text("#C0TEA", Style.CHANNEL), Text(".")), "in <#C0TEA>."),
        ((Text("#tea", Style.CHANNEL),), "#tea"),
        ((Text("#C1|<!here>", Style.CHANNEL),), "#C1|&lt;!here&gt;"),
        ((Text("#C0TEA"),), "#C0TEA"),
    ],
)
def test_spans_are_written_as_slack_reads_them(spans: Spans, written: str) -> None:
    assert mrkdwn(spans) == written


def test_a_marked_word_in_a_linked_title_has_spaces_around_its_marks() -> None:
    title = (Text("A ", href=HREF), Text("world model", Style.MATCH, HREF), Text(" of tea", href=HREF))
    assert mrkdwn(title) == f"<{HREF}|A> *<{HREF}|world model>* <{HREF}|of tea>"


def test_marks_in_the_middle_of_a_word_are_kept_apart_from_it() -> None:
    assert mrkdwn((Text("世界"), Text("模型", Style.MATCH), Text("论"))) == "世界\u200b*模型*\u200b论"


def test_a_moment_is_shown_in_the_readers_zone_with_its_own_as_fallback() -> None:
    moment = Time(datetime(2026, 11, 24, 8, tzinfo=UTC), "Europe/Berlin")
    assert mrkdwn((moment,)) == "<!date^1795507200^{date_short_pretty} at {time}|Tue 24 Nov, 09:00>"
    assert words((moment,)) == "Tue 24 Nov, 09:00"


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    assert seen(escape(words((Text(text),)))) == words((Text(text),))


@settings(max_examples=300, deadline=None)
@given(spans=SPANS)
def test_styled_and_linked_text_reads_as_it_was_written(spans: Spans) -> None:
    assert seen(mrkdwn(spans)) == words(spans)


@settings(max_examples=200, deadline=None)
@given(spans=SPANS)
def test_no_text_is_longer_than_it_is_reckoned(spans: Spans) -> None:
    assert length(mrkdwn(spans)) <= most(spans)


@settings(max_examples=200, deadline=None)
@given(spans=SPANS, limit=st.integers(150, 400))
def test_splitting_loses_nothing_and_comes_to_an_end(spans: Spans, limit: int) -> None:
    said, rest = "", spans
    while rest:
        part, rest = split(rest, limit)
        assert length(mrkdwn(part)) <= limit
        said += words(part)
    assert said == words(spans)


@settings(max_examples=200, deadline=None)
@given(spans=SPANS, limit=st.integers(150, 200))
def test_a_cut_fits_splits_no_entity_and_says_so(spans: Spans, limit: int) -> None:
    kept = seen(mrkdwn(cut(spans, limit)))
    assert length(mrkdwn(cut(spans, limit))) <= limit
    if kept != words(spans):
        assert kept.endswith("…")
        assert words(spans).startswith(kept.removesuffix("…").rstrip())


def test_a_text_is_cut_at_a_word() -> None:
    assert mrkdwn(cut((Text("patient teapots " * 20),), 100)).endswith("patient teapots…")


def test_an_accent_stays_on_its_letter() -> None:
    zalgo = "x\u0351\u036b" * 100
    kept = words(cut((Text(zalgo),), 100)).removesuffix("…")
    assert len(kept) % 3 == 0
    assert zalgo.startswith(kept)
