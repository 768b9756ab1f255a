"""Discord's published schema of its API, which the npm package discord-api-spec has for zod; node runs it."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from tests.console import ROOT
from tests.fakes.discord import CROSSPOST, DIRECT, DISCUSSION, MESSAGES, THREADS
from tests.fakes.discord_calls import Asked
from tests.fakes.discord_gateway import CALLBACK, FOLLOWUP, MENU, ORIGINAL

Json = Any

MODULES: Final = ROOT / ".peers" / "node_modules"
PROGRAM: Final = Path(__file__).with_suffix(".mjs")

MESSAGE: Final = "MessageCreateRequest"
COMMAND: Final = "ApplicationCommandUpdateRequest"

_BODIES: Final[Mapping[tuple[str, str], str]] = {
    ("POST", MESSAGES): MESSAGE,
    ("POST", THREADS): "CreateForumThreadRequest",
    ("POST", DISCUSSION): "CreateTextThreadWithMessageRequest",
    ("POST", DIRECT): "CreatePrivateChannelRequest",
    ("POST", FOLLOWUP): "IncomingWebhookRequestPartial",
    ("PATCH", ORIGINAL): "IncomingWebhookUpdateRequestPartial",
}
_CALLBACKS: Final[Mapping[int, str]] = {
    4: "CreateMessageInteractionCallbackRequest",
    5: "CreateMessageInteractionCallbackRequest",
    6: "UpdateMessageInteractionCallbackRequest",
    7: "UpdateMessageInteractionCallbackRequest",
    8: "ApplicationCommandAutocompleteCallbackRequest",
    9: "ModalInteractionCallbackRequest",
}
_WITHOUT_BODY: Final = {("POST", CROSSPOST), ("DELETE", ORIGINAL)}


def complaints(bodies: Iterable[tuple[str, Json]]) -> list[str]:
    """Return what is wrong with each body, given with the name of its schema; nothing: it is right.

    One process judges them all, while they are being made. Lengths of single texts, counts of direct children, types
    and keys are looked at; the sum of characters and of nested components is not.
    """
    with TemporaryDirectory() as folder:
        # node looks for packages beside the program.
        Path(folder, "node_modules").symlink_to(MODULES)
        answers = Path(folder, "answers")
        command = ["node", shutil.copy(PROGRAM, folder)]
        with answers.open("w") as out, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, text=True) as judge:
            assert judge.stdin
            judge.stdin.writelines(f"{json.dumps(each)}\n" for each in bodies)
        assert judge.returncode == 0
        return [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]


def named_bodies(calls: Iterable[Asked]) -> Iterator[tuple[str, Json]]:
    """Yield what a Discord was sent, each body with the name of its schema; a call that nobody knows fails."""
    for call in calls:
        match call.method, call.route:
            case "GET", _:
                pass
            case "PUT", route if route == MENU:
                yield from ((COMMAND, command) for command in call.body)
            case "POST", route if route == CALLBACK:
                yield _CALLBACKS[call.body["type"]], call.body
            case known if known not in _WITHOUT_BODY:
                yield _BODIES[known], call.body
