"""`shell`: type chat commands and see the answers, against the settings' own database."""

import sys
from collections.abc import AsyncIterator

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import InMemoryHistory

from adapters.console.terminal import shown
from bot.bootstrap import open_app
from bot.cli.border import DONE, say
from bot.cli.options import DEFAULT_USER
from bot.cli.papers import ask
from bot.commands.catalog import VERBS
from bot.model.channel import Channel
from bot.settings import Settings

ROOT = "/papers"
LEAVE = {"exit", "quit"}


async def run_shell(settings: Settings, *, channel: Channel) -> int:
    """Answer line by line until `exit` or the end of the input; returns the exit status."""
    is_terminal = sys.stdin.isatty()
    async with open_app(settings) as app:
        if is_terminal:
            say(f"You speak in {channel}. Type a command, as in trending or help; exit leaves.")
        async for line in _typed_lines() if is_terminal else _piped_lines():
            text = line.strip().removeprefix(ROOT).strip()
            if text in LEAVE:
                break
            if text:
                reply = await ask(app, text, channel=channel, user=DEFAULT_USER)
                say(f"{shown(reply.document, sys.stdout)}\n")
                sys.stdout.flush()
    return DONE


async def _piped_lines() -> AsyncIterator[str]:
    for line in sys.stdin:
        yield line


async def _typed_lines() -> AsyncIterator[str]:
    """Yield what a person types, with history and completion of the verbs."""
    words = [*VERBS, *(f"{ROOT} {verb}" for verb in VERBS), *LEAVE]
    session: PromptSession[str] = PromptSession(
        f"{ROOT} ", history=InMemoryHistory(), completer=WordCompleter(words, sentence=True)
    )
    while True:
        try:
            yield await session.prompt_async()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
