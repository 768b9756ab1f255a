"""Buttons: what an answer offers to press, and the requests that stand behind them.

    undo:CHANGE     puts a change back                         the change's row knows whose it is
    do:REQUEST      a command, kept as its text                the request's row knows whose it is, and until when
    save:PAPER ...  a verb and a paper, nothing else           nothing is stored

Whoever presses is known from the platform alone, never from a button.
"""

from datetime import datetime
from typing import Final

from bot.commands.request import Requester
from bot.document import Action
from bot.errors import RefusedError
from bot.model.change import ChangeId
from bot.model.interaction import DO, KeptRequest, new_request
from bot.ports import Requests

UNDO: Final = "undo"
"""The verb of a button that puts a change back."""


def action_id(action: Action) -> str:
    """Return the id that a press of this action carries."""
    return f"{action.verb}:{action.target}" if action.target else action.verb


def no_longer_good() -> RefusedError:
    """Return the refusal of a button that is unknown, over, or of another workspace: the three look alike."""
    return RefusedError(
        "This button is no longer good; nothing was done.", hint="`/papers help` lists what to type in its place."
    )


def undo_button(change: ChangeId) -> Action:
    """Return the button that puts a change back."""
    return Action(label="Undo", verb=UNDO, target=change)


class Buttons:
    """The buttons of one answer that stand for commands: made one by one, kept together before the answer leaves."""

    def __init__(self, requester: Requester, now: datetime) -> None:
        self._requester = requester
        self._now = now
        self._kept: list[KeptRequest] = []

    def command(self, label: str, text: str, *, single_use: bool = False, only_requester: bool = False) -> Action:
        """Return a button for a command, which acts in the requester's channel.

        `single_use` is for what must have one effect however often it is pressed; `only_requester` for what nobody
        else may press.
        """
        user = self._requester.user if only_requester else ""
        kept = new_request(self._requester.channel, text, self._now, user=user, is_single_use=single_use)
        self._kept.append(kept)
        return Action(label=label, verb=DO, target=kept.id)

    async def keep(self, requests: Requests) -> None:
        """Store what stands behind the buttons; they work from now on.

        Raises:
            StoreError: the database failed; the buttons must not be shown.
        """
        if self._kept:
            await requests.keep(self._kept)
            self._kept.clear()
