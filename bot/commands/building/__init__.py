"""Arguments into requests, one function a command: here a text and a platform's typed options meet."""

from collections.abc import Mapping
from typing import Final, get_args

from bot.commands.arguments import Arguments
from bot.commands.request import (
    Help,
    ListSubscriptions,
    Period,
    PreviewQuery,
    PreviewSubscription,
    Search,
    Show,
    SortOrder,
    Status,
    Subscribe,
    Trending,
    Unsubscribe,
)
from bot.commands.values import (
    choice_of,
    day_and_time_of,
    days_of,
    integer_of,
    is_number,
    number_or_all_of,
    paper_of,
    query_of,
    role_of,
    sources_of,
    time_of,
    zone_of,
)
from bot.model.cadence import DEFAULT_TIME, WEEKDAYS, Cadence, Frequency

ORDERS: Final[Mapping[str, SortOrder]] = {order: order for order in get_args(SortOrder)}
PERIODS: Final[Mapping[str, Period]] = {period: period for period in get_args(Period)}
"""What may be typed, and what it is."""

_MONDAY = 0


def subscribe(given: Arguments) -> Subscribe:
    """Read what to subscribe to, and when."""
    cadence, has_time = _cadence(given)
    return Subscribe(
        query=query_of(given["query"]),
        cadence=cadence,
        has_time=has_time,
        cap=given.read("max", integer_of),
        min_upvotes=given.read("min-upvotes", integer_of) or 0,
        upvoted_only=given.has("upvoted-only"),
        sources=given.read("source", sources_of),
        ping=given.read("ping", role_of) or "",
    )


def _cadence(given: Arguments) -> tuple[Cadence, bool]:
    """Return the cadence, and whether its time was said; a bare `--weekly` says Monday 09:00."""
    zone = given.read("tz", zone_of)
    if given.has("instant"):
        return Cadence(frequency=Frequency.INSTANT, timezone=zone), False
    if given.has("weekly"):
        day, at = given.read("weekly", day_and_time_of) or (_MONDAY, DEFAULT_TIME)
        weekdays = frozenset({_MONDAY if day is None else day})
        weekly = Cadence(frequency=Frequency.WEEKLY, at=at or DEFAULT_TIME, weekdays=weekdays, timezone=zone)
        return weekly, at is not None
    at = given.read("daily", time_of)
    days = given.read("days", days_of)
    return Cadence(at=DEFAULT_TIME if at is None else at, weekdays=days or WEEKDAYS, timezone=zone), at is not None


def unsubscribe(given: Arguments) -> Unsubscribe:
    """Read which subscription to remove, or `all`."""
    return Unsubscribe(number=number_or_all_of(given["number"]), is_confirmed=given.has("yes"))


def list_subscriptions(given: Arguments) -> ListSubscriptions:
    """Read whether to list every channel."""
    return ListSubscriptions(everywhere=given.has("all"))


def preview(given: Arguments) -> PreviewSubscription | PreviewQuery:
    """Read a subscription's number, or a query with what narrows it."""
    target = given["target"]
    if is_number(target):
        for name in ("days", "source", "min-upvotes", "upvoted-only"):
            if written := given.values.get(name):
                message = f"`--{name}` goes with a query; `{target.text}` is a subscription, which has its own."
                hint = f"Leave `--{name}` out, or write what to look for in place of the number."
                raise written.error(message, at=written.at, hint=hint)
        return PreviewSubscription(number=integer_of(target))
    return PreviewQuery(
        query=query_of(target),
        days=given.read("days", integer_of),
        sources=given.read("source", sources_of),
        min_upvotes=given.read("min-upvotes", integer_of) or 0,
        upvoted_only=given.has("upvoted-only"),
    )


def search(given: Arguments) -> Search:
    """Read what to search for, in which order, and which page."""
    sort = ORDERS[given.read("sort", choice_of) or "relevance"]
    page = given.read("page", integer_of) or 1
    return Search(query=query_of(given["query"], allow_since=True), sort=sort, page=page)


def trending(given: Arguments) -> Trending:
    """Read the period."""
    return Trending(period=PERIODS[given.read("period", choice_of) or "day"])


def show(given: Arguments) -> Show:
    """Read the name of a paper."""
    return Show(paper=paper_of(given["paper"]))


def status(_: Arguments) -> Status:
    """Read nothing."""
    return Status()


def help_about(given: Arguments) -> Help:
    """Read which command to explain."""
    return Help(verb=given.read("verb", choice_of))
