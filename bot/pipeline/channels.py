"""How every channel stands: what it subscribes to, when it had and will have a digest, what is wrong with it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from bot.model.channel import Channel
from bot.model.delivery import DIGESTS, DeliveryState
from bot.model.report import ChannelReport, Report
from bot.model.subscription import PauseReason, Subscription
from bot.pipeline.report import report_of
from bot.ports import Clock, Store


async def channels_of(
    store: Store, clock: Clock, configured: Collection[str], default_zone: str
) -> tuple[ChannelReport, ...]:
    """Return how every channel that has subscriptions stands, by its name.

    `configured` are the sources of the settings; `default_zone` is the IANA zone of channels that have none.
    """
    mine: dict[Channel, list[Subscription]] = {}
    for each in await store.subscriptions.every():
        mine.setdefault(each.channel, []).append(each)
    settings = await store.subscriptions.settings_of(mine)
    report = await report_of(store, clock, configured, zone=default_zone)
    posted = await store.outbox.last_sent(mine, DIGESTS)
    found = []
    for channel in sorted(mine, key=str):
        last = posted.get(channel)
        due = [each.next_due for each in mine[channel] if each.is_active and each.next_due is not None]
        found.append(
            ChannelReport(
                channel=channel,
                zone=settings[channel].timezone or default_zone,
                subscriptions=tuple(mine[channel]),
                last_digest=last,
                next_digest=min(due, default=None),
                fault=next(_faults(channel, mine[channel], report, last), ""),
            )
        )
    return tuple(found)


def _faults(
    channel: Channel, subscriptions: Sequence[Subscription], report: Report, last: datetime | None
) -> Iterator[str]:
    """Yield what is wrong with a channel, the worst first."""
    for each in subscriptions:
        if each.pause is not None and each.pause.reason is PauseReason.ACCESS:
            yield f"paused: {each.pause.detail}" if each.pause.detail else "paused: access was lost"
    yield from (f"{row.outcome}: {row.reason}" for row in report.late if row.name == str(channel))
    for row in report.deliveries:
        is_dead = row.name == str(channel) and row.outcome == DeliveryState.DEAD
        if is_dead and (last is None or row.at is None or row.at > last):
            yield f"{row.outcome}: {row.reason}"
