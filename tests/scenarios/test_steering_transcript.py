"""What people read when they steer a channel, one answer after another: a golden transcript."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.clock import FixedClock
from bot.model.subscription import Pause, PauseReason
from bot.pipeline.deliver import deliver_due
from bot.ports import Store
from tests.builders import GENERAL, NOW
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import Person
from tests.scenarios.library import fill

GOLDEN = Path(__file__).parents[1] / "golden" / "steering.txt"

FIRST = ('subscribe "world models" -survey --max 5', "subscribe umbrellas --daily 16:30 --tz Asia/Tokyo")
THEN = (
    "edit 1",
    "edit 1 --weekly fri 16:00 --max none",
    'edit 2 "world models"',
    'edit 2 "world-models" -survey',
    "edit 2 --max none",
    "edit 9 --max 3",
    "pause 1 --until 2026-12-01",
    "pause 1 --until 2026-06-16",
    "pause all",
    "run 1",
    "edit 2 --daily 10:00",
    "resume 1",
    "resume 1",
    "pause all --until 2026-07-01",
    "resume all",
    "run 1",
    "run 2",
    "settings",
    "settings timezone Asia/Tokyo",
    "settings mute author:Yann LeCun",
    "settings mute lighthouse --max 3 --quiet-notes off",
    "settings max 3",
    "settings unmute kraken",
    "settings unmute lighthouse",
    "settings who-can-manage managers",
    "settings",
)


async def test_steering_reads_as_agreed(store: Store) -> None:
    await fill(store)
    person = Person(store)
    for command in FIRST:
        await person.asks(command)
    said = [f"> {command}\n\n{await person.reads(command)}\n" for command in THEN]
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(NOW))
    lost = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="I can't post in #general")
    await store.subscriptions.pause(GENERAL, lost)
    later = replace(person, now=NOW + timedelta(days=2))
    said += [f"> {command}\n\n{await later.reads(command)}\n" for command in ("run 1", "resume 1")]
    assert "\n".join(said) == GOLDEN.read_text(encoding="utf-8")
