"""What is right for a setting, and what to say where it is not: each check is one sentence with its way out."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, SecretStr

from bot.query.categories import category_like, category_named
from bot.text.suggest import did_you_mean

SOURCES = ("huggingface", "arxiv")
SHORT_SOURCES = {"hf": "huggingface"}

DATABASES = frozenset({"sqlite", "sqlite+aiosqlite", "postgresql", "postgres", "postgresql+psycopg"})
"""How a database address may begin."""

FERNET_BYTES = 32
"""What a key is when decoded. Source: https://github.com/fernet/spec/blob/master/Spec.md"""

_HOST = re.compile(r"[0-9A-Za-z._-]+|[0-9A-Fa-f:.]+(%[0-9A-Za-z]+)?")
"""Names and addresses, IPv6 without brackets."""

_TOKEN = re.compile(r"[!-~]+")
_OTHER_TOKENS = {
    "xoxb-": "this is one for SLACK_BOT_TOKEN",
    "xapp-": "this is one for SLACK_APP_TOKEN",
    "xoxp-": "this is a person's, take the bot's",
}


def split_words(value: object) -> object:
    """Split a list that was typed as one text, as an environment variable is."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def known_zone(name: str) -> str:
    """Check an IANA name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        hint = did_you_mean(name, available_timezones()) or "; use an IANA name, as in Europe/Berlin"
        raise ValueError(f'I don\'t know the zone "{name}"{hint}') from error
    return name


def known_sources(names: tuple[str, ...]) -> tuple[str, ...]:
    """Check names of sources, short ones too; returns the full ones, each once."""
    full = tuple(dict.fromkeys(SHORT_SOURCES.get(name, name) for name in names))
    for name in full:
        if name not in SOURCES:
            hint = did_you_mean(name, SOURCES) or f"; choose from {', '.join(SOURCES)}"
            raise ValueError(f'I don\'t know the source "{name}"{hint}')
    return full


def known_categories(names: tuple[str, ...]) -> tuple[str, ...]:
    """Check names of arXiv's categories, whatever their case."""
    found = {name: category_named(name) for name in names}
    for name, category in found.items():
        if category is None:
            near = category_like(name)
            hint = f'; did you mean "{near}"?' if near else "; see https://arxiv.org/category_taxonomy"
            raise ValueError(f'I don\'t know the arXiv category "{name}"{hint}')
    return tuple(category for category in found.values() if category)


def web_address(url: str) -> str:
    """Check the address of a server; returns it without the slash at its end."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f'"{url}" is no web address; it begins with https:// and a host')
    if parts.username or parts.password:
        raise ValueError("an address with a user name or a password in it is not accepted")
    return url.rstrip("/")


def socket_address(url: str) -> str:
    """Check the address of a WebSocket, or none; returns it without the slash at its end."""
    parts = urlsplit(url)
    if url and (parts.scheme not in {"ws", "wss"} or not parts.hostname):
        raise ValueError(f'"{url}" is no address of a WebSocket; it begins with wss:// and a host')
    if parts.username or parts.password:
        raise ValueError("an address with a user name or a password in it is not accepted")
    return url.rstrip("/")


def host_name(name: str) -> str:
    """Check that it may name a place to listen at; whether this machine has it is found out by listening."""
    if not _HOST.fullmatch(name):
        raise ValueError(f'"{name}" is no host; write 127.0.0.1, 0.0.0.0 for every address, or a name')
    return name


def database_address(url: SecretStr) -> SecretStr:
    """Check what can be checked without a connection; the address may hold a password and is never repeated."""
    scheme, separator, rest = url.get_secret_value().partition("://")
    if not separator:
        raise ValueError("this is no database address; write sqlite:///paperround.db or postgresql://host/name")
    if scheme not in DATABASES:
        hint = did_you_mean(scheme, ("sqlite", "postgresql")) or "; use sqlite:/// or postgresql://"
        raise ValueError(f'there is no driver for "{scheme}"{hint}')
    if not rest.strip("/"):
        raise ValueError("the address names no database; write sqlite:///paperround.db or postgresql://host/name")
    if scheme.startswith("sqlite") and "?" in rest:
        raise ValueError("the address of a file takes no options; end it before the ?")
    return url


def holds_password(url: str) -> bool:
    """Say whether a database address holds a password: before its host, among its options, or who knows where."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return bool(parts.password) or any("password" in name for name, _ in parse_qsl(parts.query))


def token(beginning: str) -> Callable[[SecretStr | None], SecretStr | None]:
    """Return the check of a token that begins in this way; it is never repeated."""

    def check(given: SecretStr | None) -> SecretStr | None:
        if given is not None and not given.get_secret_value().startswith(beginning):
            raise ValueError(f"it begins with {beginning}, and this does not{_what_it_is(given.get_secret_value())}")
        return given

    return check


def _what_it_is(value: str) -> str:
    """Say what is there in place of a token, where its first characters tell."""
    if value[:1] in {'"', "'"}:
        return "; take the quotes away"
    return next((f"; {said}" for beginning, said in _OTHER_TOKENS.items() if value.startswith(beginning)), "")


def bare_token(given: SecretStr | None) -> SecretStr | None:
    """Check that it is one word, as it goes into a header, and none of Slack's; it is never repeated."""
    if given is not None and not _TOKEN.fullmatch(given.get_secret_value()):
        raise ValueError("this is no token; it is one word, without Bot before it")
    if given is not None and (what := _what_it_is(given.get_secret_value())):
        raise ValueError(f"this is no token of Discord{what}")
    return given


def fernet_keys(given: SecretStr | None) -> SecretStr | None:
    """Check that they are Fernet keys, separated by commas; none is ever repeated."""
    for number, key in enumerate(given.get_secret_value().split(",") if given else (), start=1):
        try:
            size = len(base64.b64decode(key.strip(), altchars=b"-_", validate=True))
        except ValueError:
            size = 0
        if size != FERNET_BYTES:
            raise ValueError(f"key {number} is no Fernet key; `openssl rand -base64 32 | tr +/ -_` makes one")
    return given


@dataclass(frozen=True, slots=True)
class Outside:
    """Marks a setting that the environment has under a name of its own, and that never comes from the toml."""

    name: str


Words = Annotated[tuple[str, ...], BeforeValidator(split_words)]
Address = Annotated[str, AfterValidator(web_address)]
