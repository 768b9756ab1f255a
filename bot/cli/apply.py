"""`apply`: many channels from one file."""

import sys
from pathlib import Path
from typing import Final

from adapters.console.terminal import shown
from bot.bootstrap import App, open_app
from bot.cli.border import DONE, FAILED, complain, say
from bot.cli.files import text_of
from bot.commands.buttons import action_id, undo_button
from bot.commands.handlers.forms import FlagGrammar
from bot.commands.handlers.importing import bring_to, difference_to
from bot.commands.request import Requester
from bot.errors import RefusedError, StoreError
from bot.fleet.fleet import MAX_LENGTH, Member, read_fleet
from bot.fleet.plan import Difference
from bot.settings import Settings
from bot.views.plan import channel_difference
from bot.views.words import count

BY: Final = "apply"
"""Who changed a channel, as lists and Undo tell it."""


async def run_apply(settings: Settings, file: Path, *, dry_run: bool) -> int:
    """Make every channel what the file says, or show what that would change; returns the exit status.

    Each channel is changed wholly or not at all, one after the other: what failed half-way goes on when it is run
    again.

    Raises:
        FileError: with every mistake of the file; nothing was changed.
    """
    async with open_app(settings) as app:
        members = read_fleet(text_of(file, MAX_LENGTH), FlagGrammar(app.services))
        return await _Round(app, members).run(dry_run=dry_run)


class _Round:
    """One pass over the channels of a fleet."""

    def __init__(self, app: App, members: tuple[Member, ...]) -> None:
        self._app = app
        self._members = members
        self._changed = 0
        self._refused = 0

    async def run(self, *, dry_run: bool) -> int:
        for done, member in enumerate(self._members):
            try:
                await (self._show(member) if dry_run else self._bring(member))
            except RefusedError as error:
                self._refused += 1
                complain(f"{member.channel}: {error}")
            except StoreError as error:
                complain(f"{member.channel}: {error}")
                complain(f"done before that: {done} of {count(len(self._members), 'channel')}; run it again to go on.")
                return FAILED
        say(self._sum(dry_run=dry_run))
        return FAILED if self._refused else DONE

    async def _show(self, member: Member) -> None:
        difference = await difference_to(member.form, self._requester(member), self._app.services)
        self._tell(member, difference)

    async def _bring(self, member: Member) -> None:
        brought = await bring_to(member.form, self._requester(member), self._app.services)
        assert brought is not None  # nobody was shown another difference
        undo = action_id(undo_button(brought.changed.id))
        self._tell(member, brought.difference, undo=f"paperround press --channel {member.channel} {undo}")

    def _tell(self, member: Member, difference: Difference, *, undo: str = "") -> None:
        if difference:
            self._changed += 1
            document = channel_difference(difference, member.channel, undo=undo)
            say(f"{shown(document, sys.stdout)}\n\n")
            sys.stdout.flush()

    def _requester(self, member: Member) -> Requester:
        return Requester(channel=member.channel, user=BY, is_manager=True)

    def _sum(self, *, dry_run: bool) -> str:
        total = count(len(self._members), "channel")
        if dry_run:
            return f"Dry run, nothing was changed: {self._changed} of {total} would change."
        refused = f", {self._refused} refused" if self._refused else ""
        same = len(self._members) - self._changed - self._refused
        return f"{total}: {self._changed} changed, {same} as before{refused}."
