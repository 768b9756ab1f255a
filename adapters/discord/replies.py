"""Works on one interaction: acknowledges it within three seconds, has the core do it, and sends the answer.

    command, press ── opens a form? ──┬─ no ───> acknowledge ──> dispatch, press ──> answer
                                      └─ yes ──> open it;  submitted ──> acknowledge ──> dispatch ──> answer

Discord opens a form only as the acknowledgement. So the form's initial values are read before it, within `FORM_WITHIN`,
which leaves enough of the three seconds for an ordinary acknowledgement if that takes too long.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Final

from adapters.discord.answers import Answers
from adapters.discord.attachments import text_of
from adapters.discord.client import DiscordApi
from adapters.discord.interactions import Filled, Given, Here, Pressed, Typing, Value, requester_of
from adapters.discord.members import Members
from adapters.discord.modals import AGAIN, Kept, fields_of, kept_of, mistaken, modal, options_of
from adapters.discord.zones import ZONE, question
from adapters.memory import Memory
from bot.commands.buttons import no_longer_good
from bot.commands.catalog import command_named
from bot.commands.catalog.files import IMPORT
from bot.commands.catalog.steering import EDIT, SETTINGS
from bot.commands.catalog.subscriptions import SUBSCRIBE
from bot.commands.command import Visibility
from bot.commands.complete import Suggestion, suggestions
from bot.commands.dispatch import dispatch_options, mistakes_in
from bot.commands.place import IN, MYSELF, TO, place_options
from bot.commands.press import PRESS, form_behind, press
from bot.commands.refusal import breakage, refusal_of
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import RefusedError, UserError
from bot.model.channel import Channel, Platform
from bot.model.interaction import DO
from bot.views.whole import ALL

FORM_WITHIN: Final = timedelta(seconds=1.5)
"""How long reading a form's initial values may take."""

TYPED_KEPT: Final = timedelta(minutes=15)
MOST_TYPED: Final = 1_000
"""How long the fields of a form with mistakes are remembered for reopening it, and of how many forms."""

ANSWERS_KEPT: Final = timedelta(days=1)
MOST_ANSWERS: Final = 10_000
"""How long we remember which server an answer in direct messages belongs to, and of how many answers."""

_PLACES: Final = frozenset({IN.name, TO.name})

TurnOf = Callable[[str], AbstractAsyncContextManager[None]]


class Replies:
    """Answers commands, presses and forms; `turn_of` a server is awaited after the acknowledgement."""

    def __init__(self, services: Services, api: DiscordApi, members: Members, turn_of: TurnOf) -> None:
        self._services = services
        self._api = api
        self._members = members
        self._answers = Answers(api, members)
        self._turn_of = turn_of
        now = services.clock.wall
        self._typed: Memory[str, Mapping[str, str]] = Memory(now, TYPED_KEPT, MOST_TYPED)
        self._origins: Memory[str, str] = Memory(now, ANSWERS_KEPT, MOST_ANSWERS)

    async def excuse(self, here: Here, ref: str) -> None:
        """Tell the person alone that something broke, with the reference of the log line.

        Raises:
            DiscordError: Discord refused it.
        """
        await self._answers.say_more(here, breakage(ref, "").document, to_channel=False)

    # --- commands ----------------------------------------------------------------------------------------------------

    async def to_typing(self, typing: Typing) -> None:
        """Suggest values for the option that is being typed, the likeliest first."""
        here, others = typing.here, dict(typing.options)
        self._members.note(here)
        typed = str(others.pop(typing.option, ""))
        found: Sequence[Suggestion] = ()
        if not here.is_direct:
            found = await suggestions(typing.verb, typing.option, typed, others, requester_of(here), self._services)
        await self._answers.suggest(here, found)

    async def to_command(self, given: Given) -> None:
        """Answer a command."""
        here = given.here
        if here.is_direct:
            # Discord does not offer commands there; and without a server nobody's subscriptions could be kept apart.
            nowhere = RefusedError(
                "Commands work in the channels of servers.",
                hint="Type it in a server that let me in; with `--to me` digests come here.",
            )
            await self._answers.say_at_once(here, refusal_of(nowhere, given.verb).document)
            return
        self._members.note(here, given.target)
        options = given.options
        is_bare = given.verb == EDIT.name and options.keys() - _PLACES == {"number"}
        if is_bare and await self._is_form_open(here, options):
            return
        command = command_named(given.verb)
        is_here = options.get(TO.name) != MYSELF and not _names_another(given)
        to_channel = command is not None and command.visibility is Visibility.CHANNEL and is_here
        if not await self._answers.defer(here, to_channel=to_channel):
            return
        async with self._turn_of(here.guild_id):
            reply = await self._reply_to(given)
            await self._answers.say_first(here, reply.document, to_channel=to_channel)
            await self._ask_zone(here, reply, _acted_in(here, options))

    async def _reply_to(self, given: Given) -> Reply:
        command, options = command_named(given.verb), given.options
        try:
            if command is None or options.keys() - {each.name for each in command.everything}:
                # For a while after an update, Discord still shows the old menu.
                raise RefusedError(
                    "This command has changed since Discord showed it to you; nothing was done.",
                    hint="Type it again in some minutes, or restart Discord.",
                )
            if given.file is not None and command is IMPORT:
                options = {**options, "file": await text_of(self._api, given.file)}
        except UserError as error:
            return refusal_of(error, given.verb)
        return await dispatch_options(given.verb, options, requester_of(given.here), self._services)

    # --- presses -----------------------------------------------------------------------------------------------------

    async def to_press(self, pressed: Pressed) -> None:
        """Answer a press."""
        verb, _, target = pressed.action.partition(":")
        here = await self._placed(pressed)
        if here is None:
            await self._answers.say_at_once(pressed.here, refusal_of(no_longer_good(), PRESS).document)
        elif verb == ZONE:
            await self._set_zone(here, pressed.chosen, target)
        elif verb == AGAIN:
            await self._open_again(here, pressed.action)
        elif verb != DO or not await self._is_form_behind(here, pressed.action):
            await self._do(replace(pressed, here=here))

    async def _placed(self, pressed: Pressed) -> Here | None:
        """Return where a button was pressed, with its server; None if nobody knows the server."""
        here = pressed.here
        if not here.is_direct:
            self._members.note(here)
            return here
        guild_id = await self._guild_of(pressed)
        return replace(here, guild_id=guild_id) if guild_id else None

    async def _guild_of(self, pressed: Pressed) -> str:
        """Return the server that a direct message belongs to, from memory or the outbox; empty if neither knows it.

        Discord does not say, and the pressed message may be an answer of ours to another one.
        """
        messages = [each for each in (pressed.message, pressed.pressed_before) if each]
        for message in messages:
            if known := self._origins.recall(message):
                return known
        user = pressed.here.user
        for message in messages:
            found = await self._services.store.outbox.workspace_of(Platform.DISCORD, user, message)
            if found:
                return found
        return ""

    async def _do(self, pressed: Pressed) -> None:
        here, action = pressed.here, pressed.action
        if not await self._answers.defer_press(here):
            return
        async with self._turn_of(here.guild_id):
            is_first_page = action == ALL
            reply = await press(
                f"{ALL}:{pressed.message}" if is_first_page else action, requester_of(here), self._services
            )
            if pressed.is_private and action.startswith(f"{ALL}:") and reply.ok:
                await self._answers.put_in_place(here, reply.document)
                return
            made = await self._answers.say_more(here, reply.document, to_channel=reply.visible_to_channel)
            self._remember(here, made)
            await self._ask_zone(here, reply, here.channel)

    def _remember(self, here: Here, messages: Sequence[str]) -> None:
        if here.is_direct:
            for each in messages:
                self._origins.keep(each, here.guild_id)

    # --- forms -------------------------------------------------------------------------------------------------------

    async def _is_form_open(self, here: Here, options: Mapping[str, Value]) -> bool:
        """Open the form of `edit`, or say why that is refused; False if reading its values takes too long."""
        try:
            async with asyncio.timeout(FORM_WITHIN.total_seconds()):
                reply = await dispatch_options(EDIT.name, options, requester_of(here), self._services)
        except TimeoutError:
            return False
        if reply.form is None:
            await self._answers.say_at_once(here, reply.document)
        else:
            await self._answers.open(here, modal(kept_of(reply.form), fields_of(reply.form)))
        return True

    async def _is_form_behind(self, here: Here, action: str) -> bool:
        """Open the form that a button opens; False if it opens none, or reading its values takes too long."""
        try:
            async with asyncio.timeout(FORM_WITHIN.total_seconds()):
                form = await form_behind(action, requester_of(here), self._services)
        except TimeoutError:
            return False
        if form is None:
            return False
        await self._answers.open(here, modal(kept_of(form), fields_of(form)))
        return True

    async def to_form(self, filled: Filled) -> None:
        """Answer a submitted form: with its mistakes and a button that reopens it, or by running the command."""
        here = filled.here
        self._members.note(here)
        kept = _kept(filled.form)
        if kept is None or here.is_direct:
            await self._answers.say_at_once(here, refusal_of(no_longer_good(), EDIT.name).document)
            return
        options = options_of(kept, filled.fields, here.place.id)
        if mistakes := mistakes_in(EDIT.name, options, self._services):
            typed = secrets.token_urlsafe(9)
            self._typed.keep(typed, filled.fields)
            await self._answers.say_at_once(here, mistaken(mistakes, replace(kept, typed=typed)))
            return
        # A change of another channel is answered to the person alone.
        to_channel = not _PLACES & options.keys()
        if not await self._answers.defer(here, to_channel=to_channel):
            return
        async with self._turn_of(here.guild_id):
            reply = await dispatch_options(EDIT.name, options, requester_of(here), self._services)
            await self._answers.say_first(here, reply.document, to_channel=to_channel)

    async def _open_again(self, here: Here, action: str) -> None:
        """Reopen a form with what was typed into it, or, if that is forgotten, with the subscription's values."""
        kept = _kept(action)
        if kept is None:
            await self._answers.say_at_once(here, refusal_of(no_longer_good(), EDIT.name).document)
        elif typed := self._typed.recall(kept.typed):
            await self._answers.open(here, modal(kept, typed))
        else:
            options = {"number": kept.number, **place_options(kept.acts_in, here.place.id)}
            if not await self._is_form_open(here, options):
                too_long = RefusedError("That took too long.", hint="Press the button again.")
                await self._answers.say_at_once(here, refusal_of(too_long, EDIT.name).document)

    # --- time zones --------------------------------------------------------------------------------------------------

    async def _ask_zone(self, here: Here, reply: Reply, channel: Channel) -> None:
        """Ask for the channel's time zone after its first subscription, if neither has one."""
        if reply.verb != SUBSCRIBE.name or not reply.ok:
            return
        subscriptions = self._services.store.subscriptions
        mine = await subscriptions.of_channel(channel)
        if len(mine) != 1 or mine[0].cadence.timezone or (await subscriptions.settings(channel)).timezone:
            return
        place = "" if channel == here.channel else channel.id
        asked = question(self._services.default_zone, mine[0].cadence.at, here.locale, place)
        await self._answers.ask(here, asked)

    async def _set_zone(self, here: Here, zone: str, place: str) -> None:
        """Set the chosen zone, and delete the question if that succeeds."""
        if not await self._answers.defer_press(here):
            return
        options = {"timezone": zone, **place_options(place, here.place.id)}
        async with self._turn_of(here.guild_id):
            reply = await dispatch_options(SETTINGS.name, options, requester_of(here), self._services)
            await self._answers.say_more(here, reply.document, to_channel=reply.visible_to_channel)
            if reply.ok:
                await self._answers.take_away(here)


def _names_another(given: Given) -> bool:
    """Say whether a command is about another channel, so that only the person should see the answer."""
    return given.target is not None and given.target.id != given.here.place.id


def _acted_in(here: Here, options: Mapping[str, Value]) -> Channel:
    if options.get(TO.name) == MYSELF:
        return here.channel.personal(here.user)
    return replace(here.channel, id=str(options.get(IN.name) or here.channel.id))


def _kept(text: str) -> Kept | None:
    try:
        return Kept.read(text)
    except ValueError:
        return None
