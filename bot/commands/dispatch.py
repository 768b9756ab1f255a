"""Dispatch: a command in, an answer out, whatever happens.

    text    ──parse──────────┐
    options ──arguments_of───┴──> request ──permitted──> handle ──> Reply
                └─ not understood, refused, broken ──┘

This is a border: no error passes it.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.commands.access import permitted
from bot.commands.arguments import ROOT
from bot.commands.catalog import command_for, command_named
from bot.commands.catalog.parameters import QUERY
from bot.commands.command import Visibility
from bot.commands.filling import option_of
from bot.commands.handlers import handle
from bot.commands.handlers.forms import FlagGrammar
from bot.commands.limits import refuse_beyond_pace
from bot.commands.parse import arguments_of, read
from bot.commands.refusal import breakage, refusal_of
from bot.commands.request import Asked, Import, Requester
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import CommandError, PaperroundError, UserError, reference
from bot.fleet.read import read_channel

log = logging.getLogger(__name__)

_FAR_ENOUGH = 200
"""Characters in which a verb must begin to name a failure after it."""

_ANY_QUERY = "papers"
"""What stands in for a query that cannot be read, so that the other options are."""


async def dispatch(text: str, requester: Requester, services: Services) -> Reply:
    """Answer a command as typed, with or without `/papers` before it."""

    async def answer() -> Reply:
        return await handled(read(text), requester, services)

    return await answered(_verb_of(text), answer)


async def dispatch_options(
    verb: str, options: Mapping[str, str | int | bool], requester: Requester, services: Services
) -> Reply:
    """Answer a command given as typed options, by the names of the catalog's parameters."""

    async def answer() -> Reply:
        command = command_named(verb)
        if command is None:
            raise LookupError(f"no command {verb!r} in the catalog")
        return await handled(command.asked_of(arguments_of(command, options)), requester, services)

    return await answered(verb, answer)


def _mistake_in(verb: str, options: Mapping[str, str | int | bool], services: Services) -> UserError | None:
    """Return what could not be understood first of typed options; None: nothing."""
    command = command_named(verb)
    if command is None:
        raise LookupError(f"no command {verb!r} in the catalog")
    try:
        request = command.asked_of(arguments_of(command, options)).request
        if isinstance(request, Import):
            read_channel(request.text, FlagGrammar(services))
    except UserError as error:
        return error
    return None


def mistakes_in(verb: str, options: Mapping[str, str | int | bool], services: Services) -> tuple[UserError, ...]:
    """Return everything that could not be understood of typed options, for a form that shows it at once.

    It is one mistake an option, as far as that is known.
    """
    left, found = dict(options), dict[str, UserError]()
    while (mistake := _mistake_in(verb, left, services)) is not None:
        option = option_of(mistake)
        if option in found:
            break
        found[option] = mistake
        left.pop(option, None)
        if option == QUERY.name:
            # Without a query nothing else would be read.
            left[option] = _ANY_QUERY
    return tuple(found.values())


async def handled(asked: Asked, requester: Requester, services: Services) -> Reply:
    """Do what was understood where it shall act, if whoever asks may.

    Raises:
        PaperroundError: it is not done, or the database failed; nothing was changed.
    """
    command = command_for(asked.request)
    acting = await permitted(command, asked, requester, services)
    await refuse_beyond_pace(asked.request, acting, services)
    reply = await handle(asked.request, acting, services)
    # Discord fixes who sees an answer before there is one, so it never depends on the answer.
    # What was done elsewhere concerns nobody here, and they may not be let in there.
    is_here = acting.channel == acting.here and not acting.channel.is_personal
    is_for_all = command.visibility is Visibility.CHANNEL and is_here
    return replace(reply, verb=command.name, visible_to_channel=is_for_all and reply.ok)


async def answered(verb: str, answer: Callable[[], Awaitable[Reply]]) -> Reply:
    """Return an answer, whatever happens on the way to it."""
    try:
        return await answer()
    except CommandError as error:
        return refusal_of(error, error.verb)
    except UserError as error:
        return refusal_of(error, verb)
    except PaperroundError as error:
        ref = reference()
        log.error("the command %s failed (ref %s): %s", verb, ref, error)  # noqa: TRY400 - the sentence says it all
        return breakage(ref, verb)
    except Exception:
        # Border: a person hears of a failure in words, and the log says what it was.
        ref = reference()
        log.exception("the command %s failed (ref %s)", verb, ref)
        return breakage(ref, verb)


def _verb_of(text: str) -> str:
    """Return the verb that a text begins with, if it is one."""
    words = text[:_FAR_ENOUGH].split(maxsplit=2)
    if words and words[0].lower() == ROOT:
        words.pop(0)
    command = command_named(words[0]) if words else None
    return command.name if command else ""
