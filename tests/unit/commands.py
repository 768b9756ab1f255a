"""Commands as tests type them: what they become, and what is said about those that become nothing."""

import pytest

from bot.commands.parse import parse
from bot.commands.request import Subscribe
from bot.errors import CommandError


def subscribed(text: str) -> Subscribe:
    request = parse(f"subscribe {text}")
    assert isinstance(request, Subscribe)
    return request


def refused(text: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        parse(text)
    return caught.value


def said(error: CommandError) -> str:
    return f"{error.message} {error.hint}".strip()
