"""The main answers as people read them, one after another: a golden transcript."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.clock import FixedClock
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from tests.builders import NOW
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import Person
from tests.scenarios.library import fill

GOLDEN = Path(__file__).parents[1] / "golden" / "commands.txt"

BEFORE = (
    "list",
    'subscribe "world models" -survey',
    'subscribe "World-Model" -survey',
    "subscribe umbrellas --daily 16:30 --tz Asia/Tokyo --max 3 --min-upvotes 2",
    "subscribe cat:cs.CL --weekly",
    "list",
    'preview "world models" --days 30',
    "preview 1",
    "preview 3",
    "search world models --sort upvotes",
    "search world models --page 2",
    "search lighthouse kraken",
    "search xyzzy",
    "trending",
    "trending month",
    "show arxiv.org/abs/2606.00001v2",
    "status",
)
AFTER = ("list", "status", "unsubscribe 2", "unsubscribe 2", "unsubscribe all", "unsubscribe all --yes", "list")


async def test_answers_read_as_agreed(store: Store) -> None:
    await fill(store)
    person = Person(store)
    said = [f"> {command}\n\n{await person.reads(command)}\n" for command in BEFORE]
    tomorrow = NOW + timedelta(days=1)
    await enqueue_due(store, FixedClock(tomorrow), default_zone=person.zone)
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(tomorrow))
    later = replace(person, now=tomorrow + timedelta(minutes=1))
    said += [f"> {command}\n\n{await later.reads(command)}\n" for command in AFTER]
    assert "\n".join(said) == GOLDEN.read_text(encoding="utf-8")
