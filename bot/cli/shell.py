"""`shell`: type chat commands and see the answers, against the settings' own database."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from io import TextIOWrapper

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory

from adapters.console.terminal import shown
from bot.bootstrap import App, open_app
from bot.cli.border import DONE, say
from bot.cli.options import DEFAULT_USER, Form
from bot.cli.papers import ask
from bot.cli.posting import post_at_once
from bot.commands.arguments import ROOT
from bot.commands.buttons import action_id
from bot.commands.complete import completions
from bot.commands.press import press
from bot.commands.request import Requester
from bot.document import Action, Note, Paragraph, Reply, text
from bot.document import Document as Answer
from bot.model.channel import Channel
from bot.settings import Settings

LEAVE = {"exit", "quit"}
_LONGEST_NUMBER = 3
PROMPT_STYLE = "bold ansicyan"


async def run_shell(settings: Settings, *, channel: Channel) -> int:
    """Answer line by line until `exit` or the end of the input; returns the exit status."""
    is_terminal = sys.stdin.isatty()
    async with open_app(settings) as app:
        if is_terminal:
            say(shown(_greeting(channel), sys.stdout))
        buttons: Sequence[Action] = ()
        async for line in _typed_lines() if is_terminal else _piped_lines():
            typed = line.strip()
            if typed.removeprefix(ROOT).strip().lower() in LEAVE:
                break
            if typed:
                reply = await _answer(app, typed, channel, buttons)
                buttons = reply.document.actions
                say(f"{shown(_with_buttons(reply.document), sys.stdout)}\n")
                await post_at_once(app, reply, Form.TEXT)
                sys.stdout.flush()
    return DONE


async def _answer(app: App, typed: str, channel: Channel, buttons: Sequence[Action]) -> Reply:
    """Press the button of the last answer that a number names; anything else is a command."""
    if not typed.isdecimal():
        return await ask(app, typed, channel=channel, user=DEFAULT_USER)
    number = int(typed[:_LONGEST_NUMBER])
    if len(typed) > _LONGEST_NUMBER or not 1 <= number <= len(buttons):
        return _no_button(buttons)
    requester = Requester(channel=channel, user=DEFAULT_USER, is_manager=True)
    return await press(action_id(buttons[number - 1]), requester, app.services)


def _no_button(buttons: Sequence[Action]) -> Reply:
    """Say that a number presses nothing; what the last answer has can still be pressed."""
    said = "No button has this number." if buttons else "The last answer has no button; a number presses one."
    document = Answer(blocks=(Paragraph(text(said)),), actions=tuple(buttons))
    return Reply(verb="press", document=document, ok=False, understood=False)


def _with_buttons(answer: Answer) -> Answer:
    """Name an answer's buttons by numbers, which a terminal can press."""
    if not answer.actions:
        return answer
    named = " · ".join(f"{number} {action.label}" for number, action in enumerate(answer.actions, start=1))
    return replace(answer, blocks=(*answer.blocks, Note(text(f"Type a number to press: {named}"))))


async def _piped_lines() -> AsyncIterator[str]:
    if isinstance(sys.stdin, TextIOWrapper):
        # A byte that is no text is for the parser to refuse in words, line by line.
        sys.stdin.reconfigure(errors="replace")
    for line in sys.stdin:
        yield line


async def _typed_lines() -> AsyncIterator[str]:
    """Yield what a person types, with history, and completion from the catalog."""
    session: PromptSession[str] = PromptSession(
        [(PROMPT_STYLE, f"{ROOT} ")], history=InMemoryHistory(), completer=_Completer()
    )
    while True:
        try:
            yield await session.prompt_async()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _greeting(channel: Channel) -> Answer:
    said = f"You speak in {channel}. Type a command, as in trending or help; exit leaves."
    return Answer(blocks=(Paragraph(text(said)),))


class _Completer(Completer):
    """Offers what the catalog knows, and the words that leave."""

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002 - the library's signature
        typed = document.text_before_cursor
        for each in completions(typed):
            yield Completion(each.text, start_position=-each.length, display_meta=each.meaning)
        yield from (
            Completion(word, start_position=-len(typed)) for word in sorted(LEAVE) if typed and word.startswith(typed)
        )
