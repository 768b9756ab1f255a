"""Receives commands, presses, forms and events from Slack; acknowledges each at once, and has it worked on.

Socket Mode ─┐                ┌─ ack (Slack gives 3 s, so nothing is awaited before it, not even the database)
HTTP, signed ┴─ Bolt ── read ─┴─ Work ──┬─ Replies (commands, presses and forms, each signature once)
                                        └─ Comings (events, each id once)
"""

import logging
import os
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse

from adapters.slack.client import SlackApi, client_of
from adapters.slack.comings import Comings, Event, happened_at
from adapters.slack.connection import Connection
from adapters.slack.interactions import filled_of, pressed_of, typed_of
from adapters.slack.members import Members
from adapters.slack.modals import FORM, options_of
from adapters.slack.names import workspace_of
from adapters.slack.replies import Heard, Replies, opens_modal
from adapters.slack.signed import EVENTS, GOOD_FOR, MOST_REMEMBERED, SIGNATURE, Seen, SignedEndpoint, is_first, unsigned
from adapters.work import Work
from bot.commands.arguments import ROOT
from bot.commands.services import Services
from bot.errors import TokenError
from bot.model.channel import Platform
from bot.model.installation import Secret
from bot.ports import Endpoint, Installations

log = logging.getLogger(__name__)

Json = Any
Ack = Callable[..., Awaitable[Any]]
Answer = Callable[[], Coroutine[Any, Any, None]]

T = TypeVar("T")

ANYTHING: Final = re.compile("")
"""Matches every action id and event type."""

CALL_WITHIN: Final = timedelta(seconds=5)
"""How long Bolt's own calls of Slack may take."""

EVENT_KEPT: Final = timedelta(hours=1)
"""How long an event's id is remembered: Slack repeats an unacknowledged event for about an hour."""

MOST_EVENTS: Final = 50_000
"""Most ids of events that are remembered."""

LOOK_BACK_AGAIN: Final = timedelta(minutes=1)
"""How long to wait before looking back again, if Slack did not say of some channel whether we are in it."""

_BUSY: Final = "I have too much to do at this moment. Please try again in a minute."


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackDoor:
    """How Slack reaches us: through Socket Mode with an app token, else over HTTP with a signing secret."""

    base_url: str
    app_token: Secret | None = None
    signing_secret: Secret | None = None


class SlackGateway:
    """Implements `Gateway` for every workspace that installed the app; `pages` are the web pages that install it."""

    def __init__(
        self,
        door: SlackDoor,
        services: Services,
        installations: Installations,
        members: Members,
        pages: Mapping[str, Endpoint],
    ) -> None:
        services = replace(services, hidden_check=members.hidden_from)
        self._services = services
        self._installations = installations
        self._replies = Replies(services, SlackApi(door.base_url), members)
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
        """The web endpoints by path: where Slack sends requests without Socket Mode, and the install pages."""
        return self._endpoints

    async def serve(self) -> None:
        """Work on what arrives until cancelled; then disconnect and finish what was begun."""
        await self.work.run(self._hear_no_more)

    async def _hear_no_more(self) -> None:
        if self.connection is not None:
            await self.connection.end()

    async def look_after(self) -> None:
        """See `Gateway.look_after`.

        Raises:
            NotConnectedError: Socket Mode is not connected.
            TokenError: Slack refuses SLACK_BOT_TOKEN, or did not confirm it.
            StoreError: the database failed.
        """
        if self.connection is not None:
            await self.connection.look_after()
        try:
            workspaces = await self._installations.workspaces(Platform.SLACK)
        except TokenError:
            # Channels may be paused until Slack accepts the token again: look back then.
            self._has_looked_back = False
            raise
        if self._comings.is_behind and self._services.clock.wall() >= self._looked_back_at + LOOK_BACK_AGAIN:
            self._has_looked_back = False
        if not (self._has_looked_back or self._is_looking_back):
            self._looked_back_at = self._services.clock.wall()
            # Urgent, so that it takes no turn from commands: it mostly waits for Slack.
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
        """Refuse a signature that was used before. Only valid ones get here, so made-up ones cannot fill the memory."""
        signature = first_of(request.headers.get(SIGNATURE))
        if request.mode == "http":
            if not self._signatures.is_new(signature):
                return unsigned()
            request.context[SIGNATURE] = signature
        return await next_()

    # --- receiving: only the acknowledgement is awaited here ---------------------------------------------------------

    async def _on_command(self, ack: Ack, body: Mapping[str, Json], context: AsyncBoltContext) -> None:
        typed = _read(lambda: typed_of(body))
        if typed is None:
            await ack()
            return
        is_begun = self._begin("a command", typed, partial(self._replies.to_command, typed), context)
        await (ack() if is_begun else ack(text=_BUSY))

    async def _on_press(self, ack: Ack, body: Mapping[str, Json], context: AsyncBoltContext) -> None:
        await ack()
        pressed = _read(lambda: pressed_of(body))
        if pressed is not None:
            self._begin("a press", pressed, partial(self._replies.to_press, pressed), context)

    async def _on_form(self, ack: Ack, body: Mapping[str, Json], context: AsyncBoltContext) -> None:
        filled = _read(lambda: filled_of(body))
        options = None if filled is None else _read(lambda: options_of(filled.kept, filled.fields))
        if filled is None or options is None:
            await ack()
            return
        if mistakes := self._replies.mistakes_of(filled, options):
            await ack(response_action="errors", errors=dict(mistakes))
            return
        self._begin("a form", filled, partial(self._replies.to_form, filled, options), context)
        await ack()

    def _begin(self, name: str, heard: Heard, answer: Answer, context: AsyncBoltContext) -> bool:
        """Have what was heard answered once; False if there is too much to do.

        What opens a modal at once is urgent and skips the check for replays: it has three seconds and changes nothing,
        and Slack opens only one modal per request.
        """
        is_urgent = opens_modal(heard)
        job = answer() if is_urgent else self._once(context, answer)
        return self.work.begin(name, job, workspace=heard.here.workspace, is_urgent=is_urgent)

    async def _once(self, context: AsyncBoltContext, answer: Answer) -> None:
        """Run `answer`, unless the signed request was used before, here or at another process: that is a replay."""
        signature = context.get(SIGNATURE)
        if signature and not await is_first(signature, self._services.store.rate_limits, self._services.clock):
            log.warning("slack: a signed request arrived a second time and was ignored; somebody may have copied it")
            return
        await answer()

    async def _on_event(self, body: Mapping[str, Json], context: AsyncBoltContext) -> None:
        event_id = body.get("event_id")
        if event_id and not self._events.is_new(str(event_id)):
            return
        now = self._services.clock.wall()
        event = _read(lambda: event_of(body, context, now))
        if event is None:
            return
        # Events of one channel are handled in order: when we leave and join quickly, the last event must win.
        line = event.channel or event.workspace
        if not self.work.begin(event.kind, self._comings.hear(event), workspace=event.workspace, in_line=line):
            # Too busy. Slack has the acknowledgement and will not repeat the event, so look back later.
            self._has_looked_back = False


@contextmanager
def _hidden_environment() -> Iterator[None]:
    """Hide the SLACK_* variables while Bolt is built.

    Bolt would read them by itself: warn of the token, and keep installations in files because of the client id.
    """
    hidden = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(hidden)


def _read(reader: Callable[[], T]) -> T | None:
    """Return what `reader` reads from a payload; None, and a line in the log, if the payload is malformed."""
    try:
        return reader()
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        log.warning(
            "slack: what Slack sent could not be read (%s: %s), and nothing was done for it; please report this line",
            type(error).__name__,
            error,
        )
        return None


def event_of(body: Mapping[str, Json], context: AsyncBoltContext, now: datetime) -> Event:
    """Read an event; `now` is its time where Slack names none.

    Raises:
        LookupError, TypeError, ValueError, OverflowError: the payload is malformed.
    """
    workspace = workspace_of(
        context.enterprise_id, context.team_id, is_enterprise_install=context.is_enterprise_install
    )
    details = body["event"]
    event = Event(workspace=workspace, kind=details["type"], details=details, at=happened_at(body, now))
    if event.channel is not None and not isinstance(event.channel.id, str):
        raise TypeError("the id of a channel is no text")
    return event


def first_of(values: object) -> str:
    """Return the first value of a header, which Bolt keeps as a list; empty without one."""
    return str(values[0]) if isinstance(values, list) and values else ""


async def _authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
    """Accept every signed request: looking up the workspace's token here would delay the acknowledgement."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)
