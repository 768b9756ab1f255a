"""What a terminal shows of Slack's and Discord's payloads: the words that people read there, and no markup."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.discord.render import messages as of_discord
from adapters.discord.sketch import sketch as sketch_discord
from adapters.slack.render import messages as of_slack
from adapters.slack.sketch import MENU
from adapters.slack.sketch import sketch as sketch_slack
from bot.document import Document, PaperCard, Paragraph, Spans, Style, Text
from tests.unit.digests import five, many

ALIKE = str.maketrans("∗ˋ∼", "*`~")  # noqa: RUF001 - Slack has no way to write these but by others that look alike

Shown = list[tuple[Spans, str]]
Sketch = Callable[[Document], Shown]


def _slack(document: Document) -> Shown:
    return list(_of(of_slack(document)[0].payload, sketch_slack))


def _discord(document: Document) -> Shown:
    return list(_of(of_discord(document)[0].payload, sketch_discord))


def _of(payload: Any, sketch: Callable[[Any], Iterator[tuple[Spans, str]]]) -> Iterator[tuple[Spans, str]]:
    # As JSON: it is what was posted, and not what a renderer holds.
    return sketch(json.loads(json.dumps(payload)))


def _text(spans: Spans) -> str:
    return "".join(span.text for span in spans if isinstance(span, Text))


def words(shown: Shown) -> str:
    return "\n".join(_text(spans) for spans, _ in shown)


@pytest.mark.parametrize("sketched", [_slack, _discord])
def test_every_lead_of_a_digest_is_shown_with_its_title_and_control(sketched: Sketch) -> None:
    shown = sketched(five())
    titles = [_text(card.title) for card in five().blocks if isinstance(card, PaperCard)]
    assert len(titles) == 5
    assert [title for title in titles if title in words(shown)] == titles
    assert [beside for _, beside in shown if beside] == [MENU if sketched is _slack else "Open"] * 5
    assert Text("World Model", Style.STRONG) in {span for spans, _ in shown for span in spans}


def test_the_buttons_below_a_digest_are_shown() -> None:
    assert "[See all 25]" in words(_discord(many()))


@pytest.mark.parametrize("sketched", [_slack, _discord])
@pytest.mark.parametrize(
    "said", ["a < b & c > d", "snake_case *and* `stars`", "[x](y) \\ {z} ~1~", "<!channel> @everyone"]
)
def test_what_was_escaped_is_shown_as_it_was_written(sketched: Sketch, said: str) -> None:
    shown = words(sketched(Document(blocks=(Paragraph((Text(said),)),))))
    assert shown.replace("\u200b", "").translate(ALIKE) == said
