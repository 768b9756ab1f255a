"""The operator's settings: command line, then environment, then paperround.toml, then defaults.

Every mistake is reported at once, by the name to type. `bot/export.py` writes docs/settings.md, config/env.example and
config/paperround.toml from the descriptions here.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import SettingsError
from bot.query.categories import category_like, category_named
from bot.text.suggest import did_you_mean

PREFIX = "PAPERROUND_"
FILE = Path("paperround.toml")

SOURCES = ("huggingface", "arxiv")
SHORT_SOURCES = {"hf": "huggingface"}

DATABASES = frozenset({"sqlite", "sqlite+aiosqlite", "postgresql", "postgres", "postgresql+psycopg"})
"""How a database address may begin."""

OF_THE_PLATFORMS = frozenset({"SLACK__BASE_URL", "DISCORD__API_URL", "DISCORD__GATEWAY_URL", "SECRET_KEY"})
"""Names that belong to the platforms: known here, and read where those are built in."""

HIGHEST_PORT = 65_535

SECRETS = frozenset({"SECRET_KEY"})

_HOST = re.compile(r"[0-9A-Za-z._-]+|[0-9A-Fa-f:.]+(%[0-9A-Za-z]+)?")
"""Names and addresses, IPv6 without brackets."""

Given = Mapping[str, Any]
"""Settings as one place gives them: nested by group, not yet checked."""


def _words(value: object) -> object:
    """Split a list that was typed as one text, as an environment variable is."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        hint = did_you_mean(name, available_timezones()) or "; use an IANA name, as in Europe/Berlin"
        raise ValueError(f'I don\'t know the zone "{name}"{hint}') from error
    return name


def _sources(names: tuple[str, ...]) -> tuple[str, ...]:
    full = tuple(dict.fromkeys(SHORT_SOURCES.get(name, name) for name in names))
    for name in full:
        if name not in SOURCES:
            hint = did_you_mean(name, SOURCES) or f"; choose from {', '.join(SOURCES)}"
            raise ValueError(f'I don\'t know the source "{name}"{hint}')
    return full


def _categories(names: tuple[str, ...]) -> tuple[str, ...]:
    found = {name: category_named(name) for name in names}
    for name, category in found.items():
        if category is None:
            near = category_like(name)
            hint = f'; did you mean "{near}"?' if near else "; see https://arxiv.org/category_taxonomy"
            raise ValueError(f'I don\'t know the arXiv category "{name}"{hint}')
    return tuple(category for category in found.values() if category)


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f'"{url}" is no web address; it begins with https:// and a host')
    if parts.username or parts.password:
        raise ValueError("an address with a user name or a password in it is not accepted")
    return url.rstrip("/")


def _host(name: str) -> str:
    """Check that it may name a place to listen at; whether this machine has it is found out by listening."""
    if not _HOST.fullmatch(name):
        raise ValueError(f'"{name}" is no host; write 127.0.0.1, 0.0.0.0 for every address, or a name')
    return name


def _database(url: SecretStr) -> SecretStr:
    """Check what can be checked without a connection; the address may hold a password and is never repeated."""
    scheme, separator, rest = url.get_secret_value().partition("://")
    if not separator:
        raise ValueError("this is no database address; write sqlite:///paperround.db or postgresql://user@host/name")
    if scheme not in DATABASES:
        hint = did_you_mean(scheme, ("sqlite", "postgresql")) or "; use sqlite:/// or postgresql://"
        raise ValueError(f'there is no driver for "{scheme}"{hint}')
    if not rest.strip("/"):
        raise ValueError("the address names no database; write sqlite:///paperround.db or postgresql://user@host/name")
    return url


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Address = Annotated[str, AfterValidator(_address)]


class Group(BaseModel):
    """Settings that belong together; in the environment their names are joined by `__`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class HuggingFaceSettings(Group):
    """The daily papers of Hugging Face."""

    base_url: Annotated[Address, Field(description="Where Hugging Face is asked.")] = "https://huggingface.co"


class ArxivSettings(Group):
    """The announcements of arXiv."""

    api_url: Annotated[Address, Field(description="The whole endpoint of the query API.")] = (
        "https://export.arxiv.org/api/query"
    )
    rss_url: Annotated[Address, Field(description="What stands before `/cs.AI+cs.CL`.")] = "https://rss.arxiv.org/rss"
    categories: Annotated[
        Words,
        AfterValidator(_categories),
        Field(description="Categories that are always fetched; those that subscriptions name are added."),
    ] = ("cs.AI", "cs.CL", "cs.CV", "cs.LG")


class ConsoleSettings(Group):
    """The console, the platform that needs no token."""

    file: Annotated[
        Path | None,
        Field(
            examples=["digests.jsonl"],
            description="Digests to `console:` channels are appended to this file, one JSON object a message. Without "
            "it they go to stdout.",
        ),
    ] = None


class HttpSettings(Group):
    """The web server: health and metrics."""

    host: Annotated[
        str,
        AfterValidator(_host),
        Field(description="Where `/healthz`, `/readyz` and `/metrics` listen; `0.0.0.0` is every address."),
    ] = "127.0.0.1"
    port: Annotated[
        int | None,
        Field(
            ge=0,
            le=HIGHEST_PORT,
            examples=[8080],
            description="The port they listen at; without it there is no web server. 0 is any free port, which the log "
            "names.",
        ),
    ] = None


class LimitSettings(Group):
    """How much one workspace may ask for."""

    subscriptions: Annotated[
        int, Field(ge=1, description="How many subscriptions one workspace may have, in all its channels.")
    ] = 1000
    searches_per_minute: Annotated[
        int, Field(ge=1, description="How many searches one workspace may ask for within a minute.")
    ] = 60


class Settings(BaseSettings):
    """Everything an operator may set, checked. Building one directly reads no environment and no file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        enable_decoding=False,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    database_url: Annotated[
        SecretStr,
        AfterValidator(_database),
        Field(description="`sqlite:///FILE` for one file, or `postgresql://user:password@host/name`."),
    ] = SecretStr("sqlite:///paperround.db")
    tick_seconds: Annotated[
        float, Field(ge=0.1, le=3600, description="How often the clock looks at what is due, in seconds.")
    ] = 15
    timezone: Annotated[
        str,
        AfterValidator(_zone),
        Field(description="The time zone of channels that chose none: an IANA name, as in `Europe/Berlin`."),
    ] = "UTC"
    sources: Annotated[
        Words,
        AfterValidator(_sources),
        Field(description="Where papers come from: `huggingface` (or `hf`) and `arxiv`."),
    ] = SOURCES
    contact: Annotated[
        str,
        Field(
            max_length=200,
            examples=["papers@example.org"],
            pattern=r"^[ -~]*$",
            description="A mail address or a web page, sent with every request, so that a source can reach you instead "
            "of blocking you.",
        ),
    ] = ""
    huggingface: HuggingFaceSettings = HuggingFaceSettings()
    arxiv: ArxivSettings = ArxivSettings()
    console: ConsoleSettings = ConsoleSettings()
    http: HttpSettings = HttpSettings()
    limits: LimitSettings = LimitSettings()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given and nothing else; `load_settings` says what comes before what."""
        del settings_cls
        return (init_settings,)


def load_settings(flags: Given | None = None, file: Path = FILE) -> Settings:
    """Read and check the settings; `flags` are those of the command line.

    Raises:
        SettingsError: with every mistake at once.
    """
    flags = flags or {}
    from_environment = EnvSettingsSource(Settings)()
    from_file, problems = _read_file(file)
    try:
        settings = Settings(**_merged(_merged(from_file, from_environment), flags))
    except ValidationError as error:
        problems += [
            f"{_name(each['loc'], flags, from_environment, from_file, file)}: {_in_words(each)}"
            for each in error.errors(include_input=False, include_url=False)
        ]
    if problems:
        raise SettingsError(problems)
    return settings


def unknown_variables() -> list[str]:
    """Return a sentence for every PAPERROUND_ variable of the environment that nothing reads."""
    known = OF_THE_PLATFORMS | {name for name, _ in variables()}
    typed = sorted(name for name in os.environ if name.upper().startswith(PREFIX))
    return [
        f"{name}: nothing reads this variable{did_you_mean(name[len(PREFIX) :], known, prefix=PREFIX)}"
        for name in typed
        if name[len(PREFIX) :].upper() not in known
    ]


def variables(group: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting as the environment names it, without PAPERROUND_, and its field."""
    for name, field in group.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group):
            yield from variables(field.annotation, f"{prefix}{name.upper()}__")
        else:
            yield prefix + name.upper(), field


def _read_file(file: Path) -> tuple[dict[str, Any], list[str]]:
    """Read the toml, and say what in it is unknown or does not belong there; no file is an empty one."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"{file}: cannot be read: {error}"]
    known = {name for name, _ in variables()} | OF_THE_PLATFORMS
    keys = {key: key.upper().replace(".", "__") for key in _keys(found)}
    problems = [
        f"{file}: I don't know the key {key}{did_you_mean(key, (name.lower().replace('__', '.') for name in known))}"
        for key, name in keys.items()
        if name not in known and not any(each.startswith(f"{name}__") for each in known)
    ]
    problems += [
        f"{file}: {key} is a secret and does not belong in a file; set {PREFIX}{name} instead"
        for key, name in keys.items()
        if name in SECRETS
    ]
    if urlsplit(str(found.get("database_url", ""))).password:
        problems.append(f"{file}: database_url: a password does not belong in a file; set {PREFIX}DATABASE_URL instead")
    return found, problems


def _keys(table: Given, prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{prefix}{key}.")
        else:
            yield prefix + key


def _merged(lower: Given, upper: Given) -> dict[str, Any]:
    """Lay one place's settings over another's, group by group."""
    both = {**lower, **upper}
    for key in lower.keys() & upper.keys():
        if isinstance(lower[key], dict) and isinstance(upper[key], dict):
            both[key] = _merged(lower[key], upper[key])
    return both


def _name(loc: tuple[int | str, ...], flags: Given, environment: Given, from_file: Given, file: Path) -> str:
    """Name a setting as the person typed it, wherever that was."""
    keys = [str(key) for key in loc if isinstance(key, str)]
    if _has(flags, keys):
        return "--" + "-".join(keys).replace("_", "-")
    if not _has(environment, keys) and _has(from_file, keys):
        return f"{file}: {'.'.join(keys)}"
    return PREFIX + "__".join(keys).upper()


def _has(given: Any, keys: list[str]) -> bool:
    for key in keys:
        if not isinstance(given, dict) or key not in given:
            return False
        given = given[key]
    return True


def _in_words(error: ErrorDetails) -> str:
    """Say a mistake as a person would; the value stays out where it may be a secret."""
    match error["type"]:
        case "value_error":
            return str(error["ctx"]["error"])
        case "float_parsing" | "float_type":
            return "this is no number; write seconds, as in 15"
        case "int_parsing" | "int_type" | "int_from_float":
            return "this is no whole number; write one, as in 8080"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "this is a group of settings; set its members one by one"
        case "string_pattern_mismatch":
            return "use plain ASCII letters on one line"
        case _:
            return error["msg"][:1].lower() + error["msg"][1:]
