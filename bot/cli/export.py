"""`export`: the documents and settings files that are made from the code, so that they cannot be wrong.

`make docs` writes them, and a test fails when one is stale.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from pydantic import SecretStr

from adapters.discord.commands import commands_json
from adapters.slack.manifest import manifest
from bot.cli.border import DONE, say
from bot.cli.options import Export
from bot.commands.catalog import COMMANDS
from bot.commands.reference import commands_page
from bot.settings import Variable, variables


def run_export(what: Export) -> int:
    """Print what is asked for; returns the exit status."""
    say(EXPORTS[what]())
    return DONE


def settings_page() -> str:
    """Return docs/settings.md."""
    rows = "\n".join(
        f"| `{each.name}` | {'' if each.is_secret else f'`{each.key}`'} | "
        f"{f'`{_typed(each.field.default)}`' if each.field.default else ''} | {each.field.description} |"
        for each in variables()
    )
    return f"""# Settings

Made by `paperround export settings`; change the descriptions in bot/settings/.

Settings come from the command line, then the environment, then `paperround.toml` in the working directory, then the
defaults. All mistakes are reported at once, by the name to type, and `paperround doctor` names variables that nothing
reads. Lists are separated by commas in the environment. A variable that is set to nothing counts as not set. Secrets,
and a database address with a password, never come from the toml.

| environment | paperround.toml | default | what it is |
| --- | --- | --- | --- |
{rows}

On the command line, `paperround --database-url URL VERB` names another database.
"""


def env_example() -> str:
    """Return config/env.example."""
    lines = [
        "# Settings of paperround, with their defaults. Copy this file to .env and take the # away where you",
        "# choose something else. docker compose reads .env; paperround itself reads the environment.",
    ]
    for each in variables():
        lines += ["", f"# {each.field.description}", f"#{each.name}={_typed(_value(each))}"]
    return "\n".join(lines) + "\n"


def toml_example() -> str:
    """Return config/paperround.toml."""
    lines = [
        "# Settings of paperround, with their defaults. paperround reads paperround.toml in its working directory.",
        "# The environment comes before this file; secrets belong there only.",
    ]
    table = ""
    for each in variables():
        if each.is_secret:
            continue
        group, _, key = each.key.rpartition(".")
        if group != table:
            lines += ["", f"[{group}]"]
            table = group
        lines += ["", f"# {each.field.description}", f"#{key} = {_toml(_value(each))}"]
    return "\n".join(lines) + "\n"


def _value(each: Variable) -> Any:
    """Return a setting's default, or an example."""
    return each.field.default or (each.field.examples or [""])[0]


def _typed(value: Any) -> str:
    """Write a value as the environment has it."""
    match value:
        case SecretStr():
            return value.get_secret_value()
        case tuple():
            return ",".join(value)
        case _:
            return str(value)


def _toml(value: Any) -> str:
    """Write a value as toml has it; JSON's texts, numbers and lists are toml's."""
    return json.dumps(list(value) if isinstance(value, tuple) else _plain(value))


def _plain(value: Any) -> str | float:
    return value if isinstance(value, int | float) else _typed(value)


def slack_manifest() -> str:
    """Return config/slack-manifest.yaml."""
    return (
        "# The Slack app: at api.slack.com/apps, Create New App, From a manifest, and paste this file.\n"
        "# Made by `paperround export slack` from bot/commands/catalog and adapters/slack/manifest.py.\n"
        + yaml.safe_dump(manifest(COMMANDS), allow_unicode=True, sort_keys=False, width=120)
    )


def discord_commands() -> str:
    """Return config/discord-commands.json."""
    return json.dumps(commands_json(COMMANDS), ensure_ascii=False, indent=2) + "\n"


EXPORTS: Mapping[Export, Callable[[], str]] = {
    Export.SETTINGS: settings_page,
    Export.ENV: env_example,
    Export.TOML: toml_example,
    Export.COMMANDS: commands_page,
    Export.SLACK: slack_manifest,
    Export.DISCORD: discord_commands,
}
"""What each export prints."""
