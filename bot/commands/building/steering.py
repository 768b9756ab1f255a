"""Arguments into the requests that steer a channel: edit, pause, resume, run, settings, undo."""

from bot.commands.arguments import Arguments
from bot.commands.request import (
    ChangeSettings,
    EditSubscription,
    PauseSubscriptions,
    PostLatest,
    ResumeSubscriptions,
    RunNow,
    Undo,
)
from bot.commands.values import (
    choice_of,
    date_of,
    day_and_time_of,
    days_of,
    integer_of,
    integer_or_none_of,
    muted_of,
    number_or_all_of,
    query_of,
    role_or_none_of,
    sources_of,
    time_of,
    zone_or_none_of,
)
from bot.model.cadence import Frequency
from bot.model.change import ChangeId
from bot.model.channel import WhoCanManage

ON, OFF = "on", "off"


def edit(given: Arguments) -> EditSubscription:
    """Read which subscription to change, and what of it."""
    day, at = given.read("weekly", day_and_time_of) or (None, given.read("daily", time_of))
    return EditSubscription(
        number=integer_of(given["number"]),
        query=given.read("query", query_of),
        frequency=_frequency(given),
        at=at,
        weekdays=given.read("days", days_of) if day is None else frozenset({day}),
        timezone=given.read("tz", zone_or_none_of),
        cap=given.read("max", integer_or_none_of),
        min_upvotes=given.read("min-upvotes", integer_of),
        upvoted_only=True if given.has("upvoted-only") else (False if given.has("no-upvoted-only") else None),
        sources=given.read("source", sources_of),
        ping="" if given.has("no-ping") else given.read("ping", role_or_none_of),
    )


def _frequency(given: Arguments) -> Frequency | None:
    said = (each for each in Frequency if given.has(each.value))
    return next(said, None)


def pause(given: Arguments) -> PauseSubscriptions:
    """Read what to pause, and until when."""
    return PauseSubscriptions(number=number_or_all_of(given["number"]), until=given.read("until", date_of))


def resume(given: Arguments) -> ResumeSubscriptions:
    """Read what to resume."""
    return ResumeSubscriptions(number=number_or_all_of(given["number"]))


def run(given: Arguments) -> RunNow:
    """Read which subscription to run."""
    return RunNow(number=integer_of(given["number"]))


def post(given: Arguments) -> PostLatest:
    """Read whose latest papers to post, of how many days, and how many."""
    return PostLatest(
        number=integer_of(given["number"]),
        days=integer_of(given["days"]),
        most=integer_of(given["max"]),
    )


def settings(given: Arguments) -> ChangeSettings:
    """Read which settings to change."""
    who = given.read("who-can-manage", choice_of)
    quiet = given.read("quiet-notes", choice_of)
    return ChangeSettings(
        timezone=given.read("timezone", zone_or_none_of),
        cap=given.read("max", integer_of),
        who_can_manage=None if who is None else WhoCanManage(who),
        mute=given.read("mute", muted_of),
        unmute=given.read("unmute", muted_of),
        quiet_notes=None if quiet is None else quiet == ON,
    )


def undo(given: Arguments) -> Undo:
    """Read which change to put back."""
    return Undo(change=ChangeId(given["change"].text))
