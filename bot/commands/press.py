"""Press: the id of a button in, an answer out, whatever happens.

    do:REQUEST   ──take──> its command's text, in its own channel ─┐
    undo:CHANGE  ──────────────────────────────────────────────────┼──> request ──handle──> Reply
    save:PAPER   ──────────────────────────────────────────────────┘

    all:MESSAGE:PAGE  ──posted──> a page of everything that a digest matched

Whoever presses, and where, comes from the platform; the id is not trusted with anything but which row or paper.
"""

from dataclasses import replace
from typing import Final

from bot.commands.buttons import UNDO, no_longer_good
from bot.commands.catalog import command_for, command_named, hidden_command_named
from bot.commands.catalog.papers import SHARE
from bot.commands.dispatch import answered, handled
from bot.commands.parse import arguments_of, read
from bot.commands.request import Asked, EditSubscription, Requester, Undo
from bot.commands.services import Services
from bot.document import Form, Reply
from bot.errors import CommandError, PaperroundError, RefusedError
from bot.model.change import ChangeId
from bot.model.channel import Channel
from bot.model.interaction import DO, KeptRequest, RequestId
from bot.views.whole import ALL, whole_document
from bot.views.words import person, to_whom

PRESS: Final = "press"
"""The verb of an answer to a button that names no command."""

PAPER_COMMANDS: Final = {
    "abstract": "show",
    "save": "save",
    "unsave": "unsave",
    "similar": "similar",
    "discuss": "discuss",
    "less": "less",
}
"""What a button on a paper stands for: commands that take the paper as their words."""

_PAGE_DIGITS: Final = 4


async def press(action_id: str, requester: Requester, services: Services) -> Reply:
    """Answer the press of a button, seen in the requester's channel; no error passes, as with `dispatch`."""
    verb, _, target = action_id.partition(":")

    async def answer() -> Reply:
        if verb == DO:
            return await _take(RequestId(target), requester, services)
        if verb == ALL:
            return await _all(target, requester, services)
        asked = await _undoing(ChangeId(target), requester, services) if verb == UNDO else _about(verb, target)
        return await handled(asked, requester, services)

    return await answered(verb if verb in PAPER_COMMANDS or verb == UNDO else PRESS, answer)


async def form_behind(action_id: str, requester: Requester, services: Services) -> Form | None:
    """Return the form that a press would open, for a platform that opens it before anything is answered; None: none.

    Nothing is taken or changed. Whoever may not have the form gets none: `press` says why.
    """
    verb, _, target = action_id.partition(":")
    if verb != DO:
        return None
    here, now = requester.channel, services.clock.now()
    try:
        found = await services.store.requests.find(RequestId(target), here.platform, here.workspace, now)
        if found is None or not found.is_first or found.request.user not in {"", requester.user}:
            return None
        asked = read(found.request.text, is_pressed=True)
        if not isinstance(asked.request, EditSubscription) or not asked.request.only_reads:
            return None
        return (await handled(_placed(asked, found.request), requester, services)).form
    except PaperroundError:
        return None


async def _all(target: str, requester: Requester, services: Services) -> Reply:
    """Show a page of everything that a posted digest matched, to somebody in its channel or in a thread of that."""
    message, _, page = target.partition(":")
    here = requester.channel
    posted = await services.store.outbox.posted(here.platform, here.workspace, message) if message else None
    if posted is None or posted.channel not in {here, here.personal(requester.user), requester.parent}:
        raise no_longer_good()
    number = int(page) if page.isdecimal() and len(page) <= _PAGE_DIGITS else 1
    document = whole_document(posted.document, number, message=message)
    return Reply(verb=PRESS, document=document, papers=document.papers)


async def _undoing(change: ChangeId, requester: Requester, services: Services) -> Asked:
    here = requester.channel
    found = await services.store.changes.find(change, here.platform, here.workspace)
    if found is None:
        raise no_longer_good()
    return Asked(request=Undo(change=found.id), place=found.channel.id)


def _about(verb: str, paper: str) -> Asked:
    name = PAPER_COMMANDS.get(verb, "")
    command = command_named(name) or hidden_command_named(name)
    if command is None or command.free is None or not paper:
        raise no_longer_good()
    return command.asked_of(arguments_of(command, {command.free.name: paper}))


async def _take(request: RequestId, requester: Requester, services: Services) -> Reply:
    """Do what a kept request asks for; a single-use one has one effect, or none and may be pressed again."""
    requests, here = services.store.requests, requester.channel
    taken = await requests.take(request, here.platform, here.workspace, requester.user, services.clock.now())
    if taken is None:
        raise no_longer_good()
    kept = taken.request
    if kept.user not in {"", requester.user}:
        raise RefusedError(f"This button is for {person(kept.user)}.", hint="`/papers help` lists what you may type.")
    if not taken.is_first:
        raise _done_already(kept, requester.here)
    try:
        asked = read(kept.text, is_pressed=True)
    except CommandError as error:
        # Kept by another version of the program.
        raise no_longer_good() from error
    asked = _placed(asked, kept)
    reply = await answered(command_for(asked.request).name, lambda: handled(asked, requester, services))
    if kept.is_single_use and not reply.ok:
        await requests.release(request)
    return reply


def _done_already(kept: KeptRequest, here: Channel) -> RefusedError:
    if kept.text.split(maxsplit=1)[0] == SHARE.name:
        return RefusedError("That was shared already; I shared nothing.", hint="Ask again to share it again.")
    listed = f"`/papers list{to_whom(kept.channel, here)}`"
    return RefusedError("That was done already.", hint=f"{listed} shows how things stand.")


def _placed(asked: Asked, kept: KeptRequest) -> Asked:
    """Let a kept command act where it was kept, unless it says where."""
    return replace(asked, place=asked.place or kept.channel.id)
