"""Answers interactions (commands, presses, forms): acknowledges within 3 seconds, then answers within 15 minutes.

    acknowledge ──> edit the waiting answer, or add a message
                      ├─ not confirmed ──> try again, if that cannot show it twice
                      └─ refused (expired, used up) ──> a message in the channel, or a direct message

Discord accepts one acknowledgement of each interaction. A process whose acknowledgement is refused does nothing more,
because another process has given it. So any number of processes may receive the same interaction.
"""

import logging
from collections.abc import Sequence
from typing import Any, Final

from adapters.discord.client import DiscordApi
from adapters.discord.errors import DiscordError
from adapters.discord.interactions import Here
from adapters.discord.limits import OPTION_TEXT, OPTIONS
from adapters.discord.markdown import plain
from adapters.discord.members import Members
from adapters.discord.naming import NAMING
from adapters.discord.render import EPHEMERAL, answer, private
from bot.commands.complete import Suggestion
from bot.document import Document
from bot.errors import Verdict

log = logging.getLogger(__name__)

Json = Any

_CALLBACK: Final = "/interactions/{webhook_id}/{webhook_token}/callback"
_FOLLOWUP: Final = "/webhooks/{webhook_id}/{webhook_token}"
_ORIGINAL: Final = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
"""discord.py counts rate limits by parameters with these names, so each interaction has limits of its own.

Source: https://docs.discord.com/developers/interactions/receiving-and-responding
"""

_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _CHOICES, _MODAL = 4, 5, 6, 8, 9
"""Types of acknowledgements. Source: as above, "Interaction Callback Type"."""

ACKNOWLEDGED: Final = 40060
"""Discord's error code for an interaction that was acknowledged before."""


class Answers:
    """Acknowledges interactions, and sends documents to people, with names in place of ids."""

    def __init__(self, api: DiscordApi, members: Members) -> None:
        self._api = api
        self._members = members

    # --- acknowledging: one of these for each interaction; False: stop, another process answers, or it is too late ---

    async def defer(self, here: Here, *, to_channel: bool) -> bool:
        """Show that the answer is coming: to the whole channel, or to the person alone."""
        return await self._acknowledge(here, _DEFERRED, {"flags": 0 if to_channel else EPHEMERAL})

    async def defer_press(self, here: Here) -> bool:
        """Acknowledge a press without changing the message."""
        return await self._acknowledge(here, _DEFERRED_UPDATE)

    async def open(self, here: Here, modal: Json) -> bool:
        """Open a form."""
        return await self._acknowledge(here, _MODAL, modal)

    async def suggest(self, here: Here, found: Sequence[Suggestion]) -> bool:
        """Suggest values for the option that somebody is typing; those that are too long for Discord are left out."""
        choices = [{"name": plain(each.name, OPTION_TEXT), "value": each.value} for each in found]
        fitting = [each for each in choices if each["name"] and 0 < len(each["value"]) <= OPTION_TEXT]
        return await self._acknowledge(here, _CHOICES, {"choices": fitting[:OPTIONS]})

    async def say_at_once(self, here: Here, document: Document) -> bool:
        """Answer at once, visibly to the person alone: the first message is the acknowledgement."""
        first, *others = await self._payloads(here, document)
        if not await self._acknowledge(here, _MESSAGE, private(first)):
            return False
        for payload in others:
            await self._follow_up(here, private(payload))
        return True

    async def _acknowledge(self, here: Here, kind: int, data: Json = None) -> bool:
        body = {"type": kind} | ({"data": data} if data is not None else {})
        try:
            await self._callback(here, body)
        except DiscordError as error:
            if error.verdict not in {Verdict.UNKNOWN_OUTCOME, Verdict.RETRY_LATER}:
                log.info("discord: an interaction is left to another process, or expired (%s)", error.reason)
                return False
            return await self._acknowledge_again(here, body, error)
        return True

    async def _acknowledge_again(self, here: Here, body: Json, before: DiscordError) -> bool:
        """Try a second time. If Discord then says "already acknowledged", the first try had arrived after all."""
        try:
            await self._callback(here, body)
        except DiscordError as error:
            if error.code == ACKNOWLEDGED and before.verdict is Verdict.UNKNOWN_OUTCOME:
                return True
            log.warning("discord: a command or press stays unanswered: it was not acknowledged (%s)", error.reason)
            return False
        return True

    async def _callback(self, here: Here, body: Json) -> None:
        await self._api.call("POST", _CALLBACK, body, webhook_id=here.id, webhook_token=here.token)

    # --- answering ----------------------------------------------------------------------------------------------------

    async def named(self, here: Here, document: Document) -> Document:
        """Return the document with names in place of the ids of people, roles and channels, as far as known."""
        named = NAMING.named_in(document)
        if not named.people and not named.places:
            return document
        return NAMING.with_names(document, await self._members.names(here.guild_id, named.people, named.places))

    async def say_first(self, here: Here, document: Document, *, to_channel: bool) -> Sequence[str]:
        """Put the answer where `defer` shows that it is coming; return the ids of the messages.

        Raises:
            DiscordError: Discord refused every way, or a channel may have it already.
        """
        return await self._say(here, document, to_channel=to_channel, is_first=True)

    async def say_more(self, here: Here, document: Document, *, to_channel: bool) -> Sequence[str]:
        """Answer with new messages, to the channel or visibly to the person alone; return their ids.

        Raises:
            DiscordError: Discord refused every way, or a channel may have it already.
        """
        return await self._say(here, document, to_channel=to_channel, is_first=False)

    async def ask(self, here: Here, message: Json) -> None:
        """Send the person alone a payload that is rendered already.

        Raises:
            DiscordError: Discord refused it.
        """
        await self._follow_up(here, private(message))

    async def put_in_place(self, here: Here, document: Document) -> None:
        """Replace the message whose button was pressed, by the document's first message.

        Raises:
            DiscordError: it does not exist any more, or Discord refused.
        """
        first, *_ = await self._payloads(here, document)
        await self._edit(here, first)

    async def take_away(self, here: Here) -> None:
        """Delete the message whose button was pressed, which only that person sees.

        Raises:
            DiscordError: it does not exist any more.
        """
        await self._api.call("DELETE", _ORIGINAL, webhook_id=here.application, webhook_token=here.token)

    async def _say(self, here: Here, document: Document, *, to_channel: bool, is_first: bool) -> Sequence[str]:
        payloads = await self._payloads(here, document)
        made: list[str] = []
        for done, payload in enumerate(payloads):
            try:
                if is_first and not done:
                    message = await self._edit(here, payload)
                else:
                    message = await self._follow_up(here, payload if to_channel else private(payload))
            except DiscordError as error:
                if error.verdict is Verdict.UNKNOWN_OUTCOME and to_channel:
                    # Posting twice in a channel disturbs everybody; a missing answer can be asked for again.
                    raise
                log.info("discord: an answer was refused (%s); trying a plain message instead", error.reason)
                await self._say_elsewhere(here, payloads[done:], to_channel=to_channel)
                break
            made.append(str((message or {}).get("id") or ""))
        return made

    async def _say_elsewhere(self, here: Here, payloads: Sequence[Json], *, to_channel: bool) -> None:
        """Answer without the interaction's token: in the channel, or by direct messages to the person."""
        channel_id = here.place.id
        if not to_channel and not here.is_direct:
            direct = await self._api.call("POST", "/users/@me/channels", {"recipient_id": here.user})
            channel_id = str(direct["id"])
        for payload in payloads:
            await self._api.call("POST", "/channels/{channel_id}/messages", payload, channel_id=channel_id)

    async def _payloads(self, here: Here, document: Document) -> Sequence[Json]:
        return answer(await self.named(here, document))

    async def _edit(self, here: Here, payload: Json) -> Json:
        """Edit the answer or the pressed message; twice if the first is not confirmed, which does no harm."""
        try:
            return await self._answer(here, "PATCH", _ORIGINAL, payload)
        except DiscordError as error:
            if error.verdict is not Verdict.UNKNOWN_OUTCOME:
                raise
            return await self._answer(here, "PATCH", _ORIGINAL, payload)

    async def _follow_up(self, here: Here, payload: Json) -> Json:
        return await self._answer(here, "POST", _FOLLOWUP, payload)

    async def _answer(self, here: Here, method: str, path: str, payload: Json) -> Json:
        return await self._api.call(method, path, payload, webhook_id=here.application, webhook_token=here.token)
