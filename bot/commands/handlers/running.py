"""Run: post now what is waiting for a subscription, or its latest papers."""

from zoneinfo import ZoneInfo

from bot.commands.handlers.asking import numbered, zone_of
from bot.commands.request import PostLatest, Requester, RunNow
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import RefusedError
from bot.model.channel import Channel
from bot.model.subscription import Subscription
from bot.pipeline.run import Latest, run_now
from bot.views.steering import nothing_to_run, ran, why_paused
from bot.views.words import to_whom


async def run(request: RunNow, requester: Requester, services: Services) -> Reply:
    """Post what the subscription's next digest would bring, were it due alone."""
    return await _run("run", request.number, None, requester, services)


async def post_latest(request: PostLatest, requester: Requester, services: Services) -> Reply:
    """Post the newest papers of some days, wherever the subscription begins."""
    return await _run("post", request.number, Latest(days=request.days, most=request.most), requester, services)


async def _run(verb: str, number: int, latest: Latest | None, requester: Requester, services: Services) -> Reply:
    channel_zone = await zone_of(requester, services)
    mine = numbered(number, await services.store.subscriptions.of_channel(requester.channel), requester)
    if mine.pause is not None:
        raise _is_paused(mine, requester.here, channel_zone, services)
    done = await run_now(
        services.store,
        services.clock,
        requester.channel,
        number,
        default_zone=services.default_zone,
        latest=latest,
    )
    if done is None:
        raise RefusedError("Somebody changes it at the same moment; I posted nothing.", hint="Type it once more.")
    zone, now = done.subscription.cadence.timezone or channel_zone, services.clock.now()
    digest, here = done.digest, requester.here
    if done.why:
        document = nothing_to_run(done.subscription, done.why, here, mutes=digest.mutes, zone=zone, now=now)
        return Reply(verb=verb, document=document)
    document = ran(
        done.subscription, len(digest.picks), here, cut=len(digest.cut), waiting=digest.waiting, zone=zone, now=now
    )
    cut = tuple(str(each.paper.paper.id) for each in digest.cut)
    return Reply(verb=verb, document=document, papers=done.papers, cut=cut, has_enqueued=True)


def _is_paused(mine: Subscription, here: Channel, zone: str, services: Services) -> RefusedError:
    today = services.clock.now().astimezone(ZoneInfo(zone)).date()
    why = why_paused(mine.pause, zone, today)
    target = f"{mine.number}{to_whom(mine.channel, here)}"
    hint = f"`/papers resume {target}` lets it go on; `/papers preview {target}` shows what it would post."
    return RefusedError(f"#{mine.number} is paused {why}; I posted nothing.", hint=hint)
