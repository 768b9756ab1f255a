"""Hears Slack: commands, presses, forms and events come in, are acknowledged at once, and are worked on after.

Socket Mode ─┐                ┌─ ack: nothing is asked of anybody before it, not even of the database
HTTP, signed ┴─ Bolt ── read ─┴─ Work ── who asks? ── dispatch / press ── Answers, modals
                                     └── Comings (events, each id once)
"""

import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from adapters.slack.answers import Answers
from adapters.slack.client import SlackApi, client_of
from adapters.slack.comings import Comings, Event, happened_at
from adapters.slack.connection import Connection
from adapters.slack.interactions import Filled, Here, Kept, Pressed, Typed, filled_of, pressed_of, typed_of
from adapters.slack.members import Members
from adapters.slack.modals import FORM, FORMS, document_view, errors_of, form_kept, form_view, loading_view, options_of
from adapters.slack.names import workspace_of
from adapters.slack.signed import EVENTS, GOOD_FOR, MOST_REMEMBERED, SIGNATURE, Seen, SignedEndpoint, is_first, unsigned
from adapters.work import Work
from bot.commands.arguments import ROOT
from bot.commands.dispatch import dispatch, dispatch_options, mistakes_in
from bot.commands.place import place_options
from bot.commands.press import press
from bot.commands.services import Services
from bot.document import Form, Reply
from bot.errors import DeliveryError, TokenError
from bot.model.channel import Platform
from bot.model.installation import Secret
from bot.ports import Endpoint, Installations

log = logging.getLogger(__name__)

Json = Any
Ack = Callable[..., Awaitable[Any]]

T = TypeVar("T")

ANYTHING: Final = re.compile("")

CALL_WITHIN: Final = timedelta(seconds=5)

EVENT_KEPT: Final = timedelta(hours=1)
"""Slack repeats an event for about an hour."""

MOST_EVENTS: Final = 50_000

LOOK_BACK_AGAIN: Final = timedelta(minutes=1)
"""When channels are looked back at again of which Slack did not say whether we are in them."""

_BUSY: Final = "I have too much to do at this moment. Please try again in a minute."
_ABSTRACT: Final = "abstract"
_OPENS_FORM: Final = FORMS - {"edit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackDoor:
    """How Slack is heard: through Socket Mode with an app token, else over HTTP with a signing secret."""

    base_url: str
    app_token: Secret | None = None
    signing_secret: Secret | None = None


class SlackGateway:
    """Slack's Gateway, for every workspace that installed the app."""

    def __init__(
        self,
        door: SlackDoor,
        services: Services,
        installations: Installations,
        members: Members,
        pages: Mapping[str, Endpoint],
    ) -> None:
        self._services = services
        self._installations = installations
        self._members = members
        self._answers = Answers(SlackApi(door.base_url), members, services.clock)
        self._comings = Comings(
            services.store, services.clock, members, installations, default_zone=services.default_zone
        )
        self._has_looked_back = False
        self._is_looking_back = False
        self._looked_back_at = services.clock.wall()
        self.work = Work(Platform.SLACK)
        self._signatures = Seen(services.clock, GOOD_FOR, MOST_REMEMBERED)
        self._events = Seen(services.clock, EVENT_KEPT, MOST_EVENTS)
        app = self._app(door)
        self.connection = (
            Connection(app, door.app_token, door.base_url, services.clock) if door.app_token is not None else None
        )
        self._endpoints = dict(pages)
        if self.connection is None and door.signing_secret is not None:
            self._endpoints[EVENTS] = SignedEndpoint(app, door.signing_secret)

    @property
    def platform(self) -> str:
        """The platform's name."""
        return Platform.SLACK

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Where Slack sends everything, if not through Socket Mode; and the pages that install the app."""
        return self._endpoints

    async def serve(self) -> None:
        """Work on what is heard until cancelled; then hear no more, and finish it."""
        await self.work.run(self._hear_no_more)

    async def _hear_no_more(self) -> None:
        if self.connection is not None:
            await self.connection.end()

    async def look_after(self) -> None:
        """See `Gateway.look_after`.

        Raises:
            NotConnectedError: Socket Mode is not connected.
            TokenError: Slack does not take the token of the settings.
            StoreError: the database failed.
        """
        if self.connection is not None:
            await self.connection.look_after()
        try:
            workspaces = await self._installations.workspaces(Platform.SLACK)
        except TokenError:
            # Once it is taken again, what was lost meanwhile goes on.
            self._has_looked_back = False
            raise
        if self._comings.is_behind and self._services.clock.wall() >= self._looked_back_at + LOOK_BACK_AGAIN:
            self._has_looked_back = False
        if not (self._has_looked_back or self._is_looking_back):
            self._looked_back_at = self._services.clock.wall()
            # Urgent, for it waits for Slack more than it works, and is to keep no command from its turn.
            is_begun = self.work.begin("a look back", self._look_back(workspaces), is_urgent=True)
            self._has_looked_back = self._is_looking_back = is_begun

    async def _look_back(self, workspaces: Sequence[str]) -> None:
        try:
            await self._comings.look_back(workspaces)
        finally:
            self._is_looking_back = False

    def _app(self, door: SlackDoor) -> AsyncApp:
        with _hidden_environment():
            app = AsyncApp(
                name="paperround",
                logger=log,
                client=client_of(None, door.base_url, CALL_WITHIN),
                signing_secret=door.signing_secret.value if door.signing_secret else "",
                request_verification_enabled=door.app_token is None,
                before_authorize=self._refuse_replay,
                authorize=_authorize,
                ignoring_self_events_enabled=False,
            )
        app.command(ROOT)(self._on_command)
        app.block_action(ANYTHING)(self._on_press)
        app.view(FORM)(self._on_form)
        app.event(ANYTHING)(self._on_event)
        return app

    async def _refuse_replay(
        self, request: AsyncBoltRequest, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:  # Bolt gives what these names stand for
        """Let a signature be good once. It was checked before, so that nobody fills the memory with made-up ones."""
        signature = first_of(request.headers.get(SIGNATURE))
        if request.mode == "http":
            if not self._signatures.is_new(signature):
                return unsigned()
            request.context[SIGNATURE] = signature
        return await next_()

    # --- hearing: nothing here waits for anything --------------------------------------------------------------------

    async def _on_command(self, ack: Ack, body: Mapping[str, Json], context: AsyncBoltContext) -> None:
        typed = _read(typed_of, body)
        if typed is None:
            await ack()
            return
        verb = " ".join(typed.text.lower().split())
        is_form = verb in _OPENS_FORM
        job = self._open_form(typed, verb) if is_form else self._once(context, partial(self._answer_typed, typed))
        is_begun = self.work.begin("a command", job, workspace=typed.here.workspace, is_urgent=is_form)
        await (ack() if is_begun else ack(text=_BUSY))

    async def _on_press(self, ack: Ack, body: Mapping[str, Json], context: AsyncBoltContext) -> None:
        await ack()
        pressed = _read(pressed_of, body)
        if pressed is None:
            return
        is_abstract = pressed.action.partition(":")[0] == _ABSTRACT
        job = (
            self._show_abstract(pressed) if is_abstract else self._once(context, partial(self._answer_pressed, pressed))
        )
        self.work.begin("a press", job, workspace=pressed.here.workspace, is_urgent=is_abstract)

    async def _on_form(self, ack: Ack, body: Mapping[str, Json], context: AsyncBoltContext) -> None:
        filled = _read(filled_of, body)
        options = None if filled is None else _read(lambda _: options_of(filled.kept, filled.fields), body)
        if filled is None or options is None:
            await ack()
            return
        if mistakes := mistakes_in(filled.kept.verb, options, self._services):
            await ack(response_action="errors", errors=dict(errors_of(filled.kept, mistakes)))
            return
        job = self._once(context, partial(self._answer_filled, filled, options))
        self.work.begin("a form", job, workspace=filled.here.workspace)
        await ack()

    async def _on_event(self, body: Mapping[str, Json], context: AsyncBoltContext) -> None:
        event_id = body.get("event_id")
        if event_id and not self._events.is_new(str(event_id)):
            return
        now = self._services.clock.wall()
        event = _read(lambda body: event_of(body, context, now), body)
        if event is None:
            return
        # Out and in again in quick order: the last word counts.
        line = event.channel or event.workspace
        if not self.work.begin(event.kind, self._comings.hear(event), workspace=event.workspace, in_line=line):
            # Slack was told that we heard, and does not say it again.
            self._has_looked_back = False

    # --- working -----------------------------------------------------------------------------------------------------

    async def _once(self, context: AsyncBoltContext, answer: Callable[[], Awaitable[None]]) -> None:
        """Answer what was heard, unless another process was sent the same: nobody but a thief sends it twice.

        What opens a modal at once does not ask: it has three seconds, changes nothing, and opens once by itself.
        """
        signature = context.get(SIGNATURE)
        if signature and not await is_first(signature, self._services.store.rate_limits, self._services.clock):
            log.warning("slack: a signed request was sent a second time, and not acted on")
            return
        await answer()

    async def _answer_typed(self, typed: Typed) -> None:
        requester = await self._members.requester(typed.here)
        reply = await dispatch(typed.text, requester, self._services)
        await self._say(typed.here, reply, typed.trigger)

    async def _open_form(self, typed: Typed, verb: str) -> None:
        form = Form(verb=verb, values={}, channel=typed.here.channel.id)
        if not await self._is_form_open(typed.here, form, typed.trigger):
            await self._answer_typed(typed)

    async def _answer_pressed(self, pressed: Pressed) -> None:
        requester = await self._members.requester(pressed.here)
        reply = await press(pressed.action, requester, self._services)
        if pressed.is_in_modal and not reply.visible_to_channel and await self._is_shown_above(pressed, reply):
            return
        await self._say(pressed.here, reply, pressed.trigger)

    async def _show_abstract(self, pressed: Pressed) -> None:
        """Open the modal first: Slack gives three seconds, and a paper may have to be fetched."""
        here, kept = pressed.here, _kept(pressed.here)
        view_id = ""
        try:
            view_id = await self._answers.open(
                here, pressed.trigger, loading_view("Abstract", kept), is_above=pressed.is_in_modal
            )
        except DeliveryError as error:
            log.info("slack:%s: a modal did not open: %s", here.workspace, error.reason)
        requester = await self._members.requester(here)
        reply = await press(pressed.action, requester, self._services)
        if not view_id:
            await self._say(here, reply, "")
            return
        document = await self._answers.named(here, reply.document)
        await self._answers.update(here, view_id, document_view("Abstract", document, kept))

    async def _answer_filled(self, filled: Filled, options: Mapping[str, str | int | bool]) -> None:
        here = filled.here
        options = {**options, **place_options(filled.kept.acts_in, here.channel.id)}
        requester = await self._members.requester(here)
        reply = await dispatch_options(filled.kept.verb, options, requester, self._services)
        await self._say(here, reply, "")

    async def _say(self, here: Here, reply: Reply, trigger: str) -> None:
        if reply.form is not None and trigger and await self._is_form_open(here, reply.form, trigger):
            return
        await self._answers.say(here, reply.document, to_channel=reply.visible_to_channel)

    async def _is_form_open(self, here: Here, form: Form, trigger: str) -> bool:
        kept = form_kept(form, here.channel_id, here.answer_at)
        try:
            return bool(await self._answers.open(here, trigger, form_view(form, kept)))
        except DeliveryError as error:
            log.info("slack:%s: a form did not open: %s", here.workspace, error.reason)
            return False

    async def _is_shown_above(self, pressed: Pressed, reply: Reply) -> bool:
        document = await self._answers.named(pressed.here, reply.document)
        view = document_view("paperround", document, _kept(pressed.here))
        try:
            return bool(await self._answers.open(pressed.here, pressed.trigger, view, is_above=True))
        except DeliveryError as error:
            log.info("slack:%s: a modal did not open: %s", pressed.here.workspace, error.reason)
            return False


@contextmanager
def _hidden_environment() -> Iterator[None]:
    """Hide Slack's variables from Bolt while it is built.

    It reads them by itself: a token that it then warns of, and a client id for which it opens stores of files.
    """
    hidden = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _read(reader: Callable[[Mapping[str, Json]], T], body: Mapping[str, Json]) -> T | None:
    """Return what a reader makes of a payload; None, and a line in the log, where it makes no sense."""
    try:
        return reader(body)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        log.warning("slack: a payload makes no sense (%s: %s)", type(error).__name__, error)
        return None


def event_of(body: Mapping[str, Json], context: AsyncBoltContext, now: datetime) -> Event:
    """Read an event.

    Raises:
        LookupError, TypeError, ValueError, OverflowError: it is none of Slack's.
    """
    workspace = workspace_of(
        context.enterprise_id, context.team_id, is_enterprise_install=context.is_enterprise_install
    )
    details = body["event"]
    event = Event(workspace=workspace, kind=details["type"], details=details, at=happened_at(body, now))
    if event.channel is not None and not isinstance(event.channel.id, str):
        raise TypeError("the id of a channel is no text")
    return event


def _kept(here: Here) -> Kept:
    return Kept(channel_id=here.channel_id, answer_at=here.answer_at)


def first_of(values: object) -> str:
    """Return the first of a header's values, as Bolt keeps them."""
    return str(values[0]) if isinstance(values, list) and values else ""


async def _authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
    """Let every signed request in: whether its workspace has a token is asked after the acknowledgement."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)
