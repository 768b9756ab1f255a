"""The operator's settings: command line, then environment, then paperround.toml, then defaults.

Every mistake is reported at once, by the name to type. `bot/cli/export.py` writes docs/settings.md,
config/env.example and config/paperround.toml from the descriptions here.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import SettingsError
from bot.settings.checks import (
    SOURCES,
    Outside,
    Words,
    database_address,
    fernet_keys,
    holds_password,
    known_sources,
    known_zone,
)
from bot.settings.discord import DiscordSettings
from bot.settings.groups import ArxivSettings, ConsoleSettings, Group, HttpSettings, HuggingFaceSettings, LimitSettings
from bot.settings.slack import SlackSettings, contradictions
from bot.text.suggest import did_you_mean

__all__ = ["FILE", "PREFIX", "HttpSettings", "Settings", "Variable", "load_settings", "unknown_variables", "variables"]

PREFIX = "PAPERROUND_"
FILE = Path("paperround.toml")

Given = Mapping[str, Any]
"""Settings as one place gives them: nested by group, not yet checked."""


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
        AfterValidator(database_address),
        Field(description="`sqlite:///FILE` for one file, or `postgresql://user:password@host/name`."),
    ] = SecretStr("sqlite:///paperround.db")
    tick_seconds: Annotated[
        float, Field(ge=0.1, le=3600, description="How often the clock looks at what is due, in seconds.")
    ] = 15
    timezone: Annotated[
        str,
        AfterValidator(known_zone),
        Field(description="The time zone of channels that chose none: an IANA name, as in `Europe/Berlin`."),
    ] = "UTC"
    sources: Annotated[
        Words,
        AfterValidator(known_sources),
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
    secret_key: Annotated[
        SecretStr | None,
        Outside(f"{PREFIX}SECRET_KEY"),
        AfterValidator(fernet_keys),
        Field(
            examples=["..."],
            description="Encrypts the tokens of workspaces that install paperround themselves, so `SLACK_CLIENT_ID` "
            "needs it: Fernet keys separated by commas, newest first. `openssl rand -base64 32 | tr +/ -_` makes one.",
        ),
    ] = None
    huggingface: HuggingFaceSettings = HuggingFaceSettings()
    arxiv: ArxivSettings = ArxivSettings()
    console: ConsoleSettings = ConsoleSettings()
    http: HttpSettings = HttpSettings()
    limits: LimitSettings = LimitSettings()
    slack: SlackSettings = SlackSettings()
    discord: DiscordSettings = DiscordSettings()

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The keys that encrypt stored tokens, newest first."""
        return tuple(key.strip() for key in self.secret_key.get_secret_value().split(",")) if self.secret_key else ()

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given and nothing else; `load_settings` says what comes before what."""
        del settings_cls
        return (init_settings,)


def load_settings(flags: Given | None = None, file: Path | None = FILE) -> Settings:
    """Read and check the settings; `flags` are those of the command line, `file` None reads no toml.

    Raises:
        SettingsError: with every mistake at once.
    """
    flags = flags or {}
    from_environment = _read_environment()
    from_file, problems = _read_file(file) if file else ({}, [])
    try:
        settings = Settings(**_merged(_merged(from_file, from_environment), flags))
        problems += contradictions(settings.slack, settings.http, has_key=settings.secret_key is not None)
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
    known = {each.name for each in variables()}
    ours = [name.removeprefix(PREFIX) for name in known if name.startswith(PREFIX)]
    typed = sorted(name for name in os.environ if name.upper().startswith(PREFIX))
    return [
        f"{name}: nothing reads this variable{did_you_mean(name[len(PREFIX) :], ours, prefix=PREFIX)}"
        for name in typed
        if name.upper() not in known
    ]


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting: its `name` in the environment, its `key` in the toml, and its field."""

    name: str
    key: str
    field: FieldInfo

    @property
    def is_secret(self) -> bool:
        """Say whether it comes from the environment alone, and never from the toml."""
        return any(isinstance(each, Outside) for each in self.field.metadata)


def variables(group: type[BaseModel] = Settings, prefix: str = "") -> Iterator[Variable]:
    """Yield every setting."""
    for name, field in group.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group):
            yield from variables(field.annotation, f"{prefix}{name}.")
        else:
            key = prefix + name
            outside = next((each.name for each in field.metadata if isinstance(each, Outside)), "")
            yield Variable(outside or PREFIX + key.upper().replace(".", "__"), key, field)


def _read_environment() -> dict[str, Any]:
    found: dict[str, Any] = EnvSettingsSource(Settings)()
    for each in variables():
        group, _, name = each.key.rpartition(".")
        if each.is_secret and group:
            others = {key: value for key, value in found.get(group, {}).items() if key != name}
            value = os.environ.get(each.name, "").strip()
            found[group] = {**others, **({name: value} if value else {})}
    return found


def _read_file(file: Path) -> tuple[dict[str, Any], list[str]]:
    """Read the toml, and say what in it is unknown or does not belong there; no file is an empty one."""
    try:
        if file.exists() and not file.is_file():
            return {}, [f"{file}: cannot be read: it is no ordinary file"]
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        return {}, [f"{file}: cannot be read: {error}"]
    by_key = {each.key: each for each in variables()}
    keys = {key: key.lower() for key in _keys(found)}
    problems = [
        f"{file}: I don't know the key {key}{did_you_mean(key, by_key)}"
        for key, name in keys.items()
        if name not in by_key and not any(each.startswith(f"{name}.") for each in by_key)
    ]
    secrets = {each.key: each.name for each in by_key.values() if each.is_secret}
    problems += [
        f"{file}: {key} is a secret and does not belong in a file; set {secrets[name]} instead"
        for key, name in keys.items()
        if name in secrets
    ]
    if holds_password(str(found.get("database_url", ""))):
        problems.append(f"{file}: database_url: a password does not belong in a file; set {PREFIX}DATABASE_URL instead")
    return {key: value for key, value in found.items() if key.lower() not in secrets}, problems


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


def _name(loc: tuple[int | str, ...], flags: Given, environment: Given, from_file: Given, file: Path | None) -> str:
    """Name a setting as the person typed it, wherever that was."""
    keys = [str(key) for key in loc if isinstance(key, str)]
    if _has(flags, keys):
        return "--" + "-".join(keys).replace("_", "-")
    if not _has(environment, keys) and _has(from_file, keys):
        return f"{file}: {'.'.join(keys)}"
    return next((each.name for each in variables() if each.key == ".".join(keys)), PREFIX + "__".join(keys).upper())


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
