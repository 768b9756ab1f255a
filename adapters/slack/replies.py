"""Works on one command, press or form after its acknowledgement: has the core do it, and sends the answer.

    command, press ── opens a modal at once? ──┬─ no ───> dispatch, press ──> answer, or a form
                                               └─ yes ──> open it;  submitted ──> dispatch ──> answer

Slack opens a modal only within three seconds of the command or press. Where it opens none, a message answers.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final, assert_never

from adapters.slack.answers import Answers
from adapters.slack.client import SlackApi
from adapters.slack.interactions import Filled, Here, Kept, Pressed, Typed
from adapters.slack.members import Members
from adapters.slack.modals import FORMS, document_view, errors_of, form_kept, form_view, loading_view
from bot.commands.dispatch import dispatch, dispatch_options, mistakes_in
from bot.commands.filling import Options
from bot.commands.place import place_options
from bot.commands.press import press
from bot.commands.services import Services
from bot.document import Form, Reply
from bot.errors import DeliveryError

log = logging.getLogger(__name__)

Json = Any
Heard = Typed | Pressed | Filled

_ABSTRACT: Final = "abstract"
_OPENS_FORM: Final = FORMS - {"edit"}


class Replies:
    """Answers commands, presses and forms."""

    def __init__(self, services: Services, api: SlackApi, members: Members) -> None:
        self._services = services
        self._members = members
        self._answers = Answers(api, members, services.clock)

    # --- commands and presses ----------------------------------------------------------------------------------------

    async def to_command(self, typed: Typed) -> None:
        """Answer a command; a bare verb that has a form opens the form."""
        here, verb = typed.here, _verb_of(typed)
        if verb in _OPENS_FORM:
            form = Form(verb=verb, values={}, channel=here.channel.id)
            if await self._is_form_open(here, form, typed.trigger):
                return
        reply = await dispatch(typed.text, await self._members.requester(here), self._services)
        await self._say(here, reply, typed.trigger)

    async def to_press(self, pressed: Pressed) -> None:
        """Answer a press: from within a modal on top of it, unless the whole channel is to see the answer."""
        if opens_modal(pressed):
            await self._show_abstract(pressed)
            return
        reply = await press(pressed.action, await self._members.requester(pressed.here), self._services)
        if pressed.is_in_modal and not reply.visible_to_channel and await self._is_shown_above(pressed, reply):
            return
        await self._say(pressed.here, reply, pressed.trigger)

    async def _show_abstract(self, pressed: Pressed) -> None:
        """Show an abstract in a modal. It opens empty: Slack allows three seconds, fetching a paper may take more."""
        here, kept = pressed.here, _kept(pressed.here)
        loading = loading_view("Abstract", kept)
        view_id = await self._open(here, pressed.trigger, loading, is_above=pressed.is_in_modal)
        reply = await press(pressed.action, await self._members.requester(here), self._services)
        if not view_id:
            await self._say(here, reply, "")
            return
        document = await self._answers.named(here, reply.document)
        await self._answers.update(here, view_id, document_view("Abstract", document, kept))

    async def _is_shown_above(self, pressed: Pressed, reply: Reply) -> bool:
        document = await self._answers.named(pressed.here, reply.document)
        view = document_view("paperround", document, _kept(pressed.here))
        return bool(await self._open(pressed.here, pressed.trigger, view, is_above=True))

    # --- forms -------------------------------------------------------------------------------------------------------

    def mistakes_of(self, filled: Filled, options: Options) -> Mapping[str, str]:
        """Return what to say at which field of a submitted form: the acknowledgement of one with mistakes. Pure."""
        return errors_of(filled.kept, mistakes_in(filled.kept.verb, options, self._services))

    async def to_form(self, filled: Filled, options: Options) -> None:
        """Answer a submitted form without mistakes by running its command with the `options` that its fields say."""
        here = filled.here
        options = {**options, **place_options(filled.kept.acts_in, here.channel.id)}
        requester = await self._members.requester(here)
        reply = await dispatch_options(filled.kept.verb, options, requester, self._services)
        await self._say(here, reply, "")

    async def _is_form_open(self, here: Here, form: Form, trigger: str) -> bool:
        kept = form_kept(form, here.channel_id, here.response_url)
        return bool(await self._open(here, trigger, form_view(form, kept)))

    # --- how it is said ----------------------------------------------------------------------------------------------

    async def _say(self, here: Here, reply: Reply, trigger: str) -> None:
        """Answer with the form that a reply brings; with a message, if it brings none or the form does not open."""
        if reply.form is not None and trigger and await self._is_form_open(here, reply.form, trigger):
            return
        await self._answers.say(here, reply.document, to_channel=reply.visible_to_channel)

    async def _open(self, here: Here, trigger: str, view: Json, *, is_above: bool = False) -> str:
        """Open a modal and return its id; empty if it does not open."""
        try:
            return await self._answers.open(here, trigger, view, is_above=is_above)
        except DeliveryError as error:
            log.info("slack:%s: a modal did not open (%s); answering with a message", here.workspace, error.reason)
            return ""


def opens_modal(heard: Heard) -> bool:
    """Say whether the answer begins with a modal: it is urgent then, since Slack gives it three seconds."""
    match heard:
        case Typed():
            return _verb_of(heard) in _OPENS_FORM
        case Pressed():
            return heard.action.partition(":")[0] == _ABSTRACT
        case Filled():
            return False
        case _:
            assert_never(heard)


def _verb_of(typed: Typed) -> str:
    """Return what was typed, written as the catalog writes verbs."""
    return " ".join(typed.text.lower().split())


def _kept(here: Here) -> Kept:
    return Kept(channel_id=here.channel_id, response_url=here.response_url)
