"""Press: the id of a button in, an answer out, whatever happens.

    do:REQUEST   ──take──> its command's text, in its own channel ─┐
    undo:CHANGE  ──────────────────────────────────────────────────┼──> request ──handle──> Reply
    save:PAPER   ──────────────────────────────────────────────────┘

Whoever presses, and where, comes from the platform; the id is not trusted with anything but which row or paper.
"""

from dataclasses import replace
from typing import Final

from bot.commands.buttons import UNDO, no_longer_good
from bot.commands.catalog import command_for, command_named, hidden_command_named
from bot.commands.dispatch import answered, handled
from bot.commands.parse import arguments_of, read
from bot.commands.request import Asked, Requester, Undo
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import CommandError, RefusedError
from bot.model.change import ChangeId
from bot.model.interaction import DO, RequestId
from bot.views.words import person

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


async def press(action_id: str, requester: Requester, services: Services) -> Reply:
    """Answer the press of a button, seen in the requester's channel; no error passes, as with `dispatch`."""
    verb, _, target = action_id.partition(":")

    async def answer() -> Reply:
        if verb == DO:
            return await _take(RequestId(target), requester, services)
        asked = await _undoing(ChangeId(target), requester, services) if verb == UNDO else _about(verb, target)
        return await handled(asked, requester, services)

    return await answered(verb if verb in PAPER_COMMANDS or verb == UNDO else PRESS, answer)


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
        raise RefusedError("That was done already.", hint="`/papers list` shows how things stand.")
    try:
        asked = read(kept.text, is_pressed=True)
    except CommandError as error:
        # Kept by another version of the program.
        raise no_longer_good() from error
    asked = replace(asked, place=asked.place or kept.channel.id)
    reply = await answered(command_for(asked.request).name, lambda: handled(asked, requester, services))
    if kept.is_single_use and not reply.ok:
        await requests.release(request)
    return reply
