"""`papers` and the answers of `shell`: a chat command from the command line."""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, assert_never

from adapters.console.layout import clean
from adapters.console.render import render
from adapters.console.terminal import shown
from adapters.discord.render import answer as for_discord
from adapters.discord.render import private
from adapters.slack.render import answer as for_slack
from adapters.slack.render import at_response_url
from bot.bootstrap import App, open_app
from bot.cli.border import DONE, FAILED, NOT_UNDERSTOOD, clock_at, complain, say
from bot.cli.files import with_file
from bot.cli.options import DEFAULT_USER, Form
from bot.cli.posting import post_at_once
from bot.commands.buttons import action_id
from bot.commands.catalog import command_named
from bot.commands.catalog.files import IMPORT
from bot.commands.command import Visibility
from bot.commands.dispatch import dispatch
from bot.commands.parse import read
from bot.commands.refusal import refusal_of
from bot.commands.request import Requester
from bot.document import Code, Reply
from bot.errors import UserError
from bot.fleet.read import MAX_LENGTH
from bot.model.channel import Channel
from bot.settings import Settings

_OPTION: Final = re.compile(r"--(?:as|as-of|channel|json|user)\b")
"""What is, or is taken for, an option of this command line, and is none of any chat command."""


async def run_papers(
    settings: Settings, text: str, *, channel: Channel, user: str, form: Form, as_of: datetime | None
) -> int:
    """Dispatch one command and print the answer; returns the exit status."""
    async with open_app(settings, clock=clock_at(as_of)) as app:
        reply = await ask(app, text, channel=channel, user=user)
        say(in_form(form, _seen_on_discord(reply, text) if form is Form.DISCORD else reply))
        await post_at_once(app, reply, form)
    if not reply.understood and _OPTION.search(text):
        complain("options of `papers` stand before the verb, as in `paperround papers --as json list`")
    return status_of(reply)


async def ask(app: App, text: str, *, channel: Channel, user: str) -> Reply:
    """Dispatch a command as a person of the console would type it; the user `local` is a manager."""
    requester = Requester(channel=channel, user=user, is_manager=user == DEFAULT_USER)
    try:
        command = with_file(text, MAX_LENGTH)
    except UserError as error:
        return refusal_of(error, IMPORT.name)
    return await dispatch(command, requester, app.services)


def status_of(reply: Reply) -> int:
    """Return the exit status that a reply stands for."""
    if reply.ok:
        return DONE
    return FAILED if reply.understood else NOT_UNDERSTOOD


def in_form(form: Form, reply: Reply) -> str:
    """Return a reply as it is asked for."""
    match form:
        case Form.TEXT:
            return _copied(reply) or shown(reply.document, sys.stdout)
        case Form.JSON:
            return as_json(reply)
        case Form.SLACK:
            to_channel = reply.visible_to_channel
            return _listed([at_response_url(each, to_channel=to_channel) for each in for_slack(reply.document)])
        case Form.DISCORD:
            payloads = for_discord(reply.document)
            return _listed(payloads if reply.visible_to_channel else [private(each) for each in payloads])
        case _:
            assert_never(form)


def _seen_on_discord(reply: Reply, text: str) -> Reply:
    """Return a refusal to be seen by whoever would have seen the answer: Discord fixes that before there is one."""
    command = command_named(reply.verb)
    if reply.ok or command is None or command.visibility is not Visibility.CHANNEL:
        return reply
    try:
        is_here = not read(text).place
    except UserError:
        is_here = True
    return replace(reply, visible_to_channel=is_here)


def _listed(payloads: Sequence[Any]) -> str:
    """Return the exact payloads that a platform would get, as a list."""
    return json.dumps(payloads, ensure_ascii=False, indent=2)


def _copied(reply: Reply) -> str:
    """Return an answer that is nothing but characters to copy as they are, so that they can go into a file."""
    match reply.document.blocks:
        case (Code(text),):
            return clean(text)
        case _:
            return ""


def as_json(reply: Reply) -> str:
    """Return a reply as the one JSON object that scripts read."""
    return json.dumps(
        {
            "verb": reply.verb,
            "ok": reply.ok,
            "visibility": "channel" if reply.visible_to_channel else "user",
            "text": _copied(reply) or render(reply.document),
            "papers": list(reply.papers),
            "cut": list(reply.cut),
            "actions": [{"label": action.label, "id": action_id(action)} for action in reply.document.actions],
        },
        ensure_ascii=False,
    )
