"""People on the Discord of the tests: they type, press, choose and fill in, and the gateway tells of it."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.discord import APPLICATION, BOT
from tests.fakes.discord_bodies import EPHEMERAL, SELECT
from tests.fakes.discord_gateway import TalkingDiscord
from tests.fakes.discord_guilds import Kind, Message
from tests.fakes.discord_talk import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    SUBMITTED,
    File,
    Interaction,
    Said,
    fields_json,
    named,
    option_type,
)

Json = Any

_BUTTON = 2
_CHANNEL_OPTION, _FILE_OPTION = 7, 11
_DM = 1


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in a channel of a Discord; `locale` is the language of their client."""

    fake: TalkingDiscord
    user: str
    channel: str
    locale: str = "en-GB"
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def at(self, channel: str) -> "Person":
        """Go to another channel."""
        return replace(self, channel=channel)

    # --- what they do: each is told at once, and returned -----------------------------------------------------------

    def begins(self, verb: str, **options: Json) -> Interaction:
        """Give a command."""
        data = {"id": "1", "name": "papers", "type": 1, **self._command(verb, options)}
        return self._does(COMMAND, data)

    def begins_typing(self, verb: str, option: str, typed: str, **options: Json) -> Interaction:
        """Type into an option."""
        command = self._command(verb, {option: typed, **options})
        for each in command["options"][0]["options"]:
            if each["name"] == named(option):
                each["focused"] = True
        return self._does(AUTOCOMPLETE, {"id": "1", "name": "papers", "type": 1, **command})

    def begins_press(self, message: Json, custom_id: str) -> Interaction:
        """Press a button of a message."""
        return self._does(COMPONENT, {"custom_id": custom_id, "component_type": _BUTTON}, message=message)

    def begins_choice(self, message: Json, custom_id: str, value: str) -> Interaction:
        """Choose of a select."""
        data = {"custom_id": custom_id, "component_type": SELECT, "values": [value]}
        return self._does(COMPONENT, data, message=message)

    def begins_form(self, form: Json, fields: Mapping[str, str]) -> Interaction:
        """Send a form off; fields that are not named stay as they are."""
        return self._does(SUBMITTED, {"custom_id": form["custom_id"], "components": fields_json(fields, form)})

    # --- what they do, with what is answered first -------------------------------------------------------------------

    async def types(self, verb: str, **options: Json) -> Said:
        """Give a command; returns the answer."""
        return await self._answered(self.begins(verb, **options))

    async def completes(self, verb: str, option: str, typed: str, **options: Json) -> Mapping[str, str]:
        """Type into an option; returns the value of each suggestion, by its name."""
        return (await self._answered(self.begins_typing(verb, option, typed, **options))).choices

    async def presses(self, said: Said, label: str) -> Said:
        """Press a button of an answer, by its label; returns the answer."""
        return await self.presses_id(self.shown(said), said.buttons[label])

    async def presses_id(self, message: Json, custom_id: str) -> Said:
        """Press a button of a message; returns the answer."""
        return await self._answered(self.begins_press(message, custom_id))

    async def chooses(self, said: Said, value: str) -> Said:
        """Choose of the select of an answer; returns the answer."""
        return await self._answered(self.begins_choice(self.shown(said), said.select["custom_id"], value))

    async def sends(self, said: Said, **fields: str) -> Said:
        """Send a form off that was opened; returns the answer."""
        return await self._answered(self.begins_form(said.body, {named(each): at for each, at in fields.items()}))

    async def _answered(self, done: Interaction) -> Said:
        await self.fake.until(lambda _: bool(done.said))
        return done.first

    # --- how Discord tells of it -------------------------------------------------------------------------------------

    def shown(self, said: Said) -> Json:
        """Return the message of an answer, as Discord shows it to who presses something in it."""
        made = Message(
            id=said.message, channel=self.channel, author=BOT, body=said.body, at=self.fake.clock.wall(), flags=0
        )
        made.flags |= 0 if said.to_channel else EPHEMERAL
        brought_by = said.brought_by
        origin = {} if brought_by is None else {"interacted_message_id": brought_by.message or None}
        return made.json | {"interaction_metadata": {"id": "1", "type": 3, **origin}}

    def _does(self, kind: int, data: Json, message: Json | None = None) -> Interaction:
        number = next(self._numbers)
        done = Interaction(
            id=self.fake.new_id(),
            token=f"interaction-secret-{self.user}-{number}",
            kind=kind,
            channel=self.channel,
            user=self.user,
            at=self.fake.clock.wall(),
            message=message["id"] if message else "",
        )
        self.fake.interactions[done.token] = done
        self.fake.tell("INTERACTION_CREATE", self._payload(done, data, message))
        return done

    def _payload(self, done: Interaction, data: Json, message: Json | None) -> Json:
        place = self.fake.places[self.channel]
        payload: dict[str, Json] = {
            "id": done.id,
            "application_id": APPLICATION,
            "type": done.kind,
            "token": done.token,
            "version": 1,
            "data": data,
            "channel_id": place.id,
            "locale": self.locale,
            "entitlements": [],
            "attachment_size_limit": 10_485_760,
        }
        if message is not None:
            payload["message"] = message
        if place.kind is Kind.DM:
            channel = {"id": place.id, "type": _DM}
            direct = {"channel": channel, "user": self.fake.user(self.user), "context": 1, "app_permissions": "1024"}
            return payload | direct | {"authorizing_integration_owners": {"0": "0"}}
        member = self.fake.member(place.guild, self.user)
        may = str(self.fake.may(self.user, place.id))
        return payload | {
            "guild_id": place.guild,
            "guild": {"id": place.guild, "locale": "en-US", "features": []},
            "guild_locale": "en-US",
            "channel": place.json | {"permissions": may},
            "member": member | {"permissions": may},
            "app_permissions": str(self.fake.may(BOT, place.id)),
            "context": 0,
            "authorizing_integration_owners": {"0": place.guild},
        }

    def _command(self, verb: str, options: Mapping[str, Json]) -> Json:
        given: list[Json] = []
        resolved: dict[str, dict[str, Json]] = {}
        for name, value in options.items():
            option = named(name)
            kind = option_type(verb, option)
            if isinstance(value, File):
                resolved["attachments"] = {"1": self._attach(value)}
                value = "1"  # noqa: PLW2901 - what stands in the option is the id
            elif kind == _CHANNEL_OPTION:
                resolved["channels"] = {value: self._described(value)}
            given.append({"type": kind, "name": option, "value": value})
        return {"options": [{"type": 1, "name": verb, "options": given}], "resolved": resolved}

    def _described(self, channel: str) -> Json:
        place = self.fake.places[channel]
        known = {"id": place.id, "type": int(place.kind), "name": place.name, "parent_id": place.parent or None}
        mine, ours = self.fake.may(self.user, channel), self.fake.may(BOT, channel)
        return known | {"permissions": str(mine), "app_permissions": str(ours)}

    def _attach(self, file: File) -> Json:
        self.fake.files[file.name] = file.content
        size = len(file.content) if file.size < 0 else file.size
        address = self.fake.attachment(file.name)
        return {"id": "1", "filename": file.name, "size": size, "url": address, "content_type": "text/plain"}
