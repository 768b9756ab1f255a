"""The console command: what each verb is called and takes. What it does is in the module of its name.

Nothing heavy is imported before a verb is known, so that `paperround --help` is quick.
"""

import logging
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import __version__
from bot.cli.options import (
    DEFAULT_CHANNEL,
    DEFAULT_USER,
    AsOf,
    Day,
    Export,
    Form,
    InChannel,
    Role,
    Since,
    User,
    channel_of,
)

app = typer.Typer(
    name="paperround",
    help="New research papers that match what a channel cares about, in the chat the team already uses.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the console command; ends the process with status 0 done, 1 failed or 2 not understood."""
    app(prog_name="paperround")


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the signature is typer's
    if wanted:
        typer.echo(f"paperround {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    *,
    database_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The database; comes before PAPERROUND_DATABASE_URL.", show_default=False),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the settings of the command line."""
    flags: dict[str, Any] = {} if database_url is None else {"database_url": database_url}
    context.obj = flags


@app.command()
def demo(
    *, offline: Annotated[bool, typer.Option("--offline", help="Use the bundled sample without asking anyone.")] = False
) -> None:
    """Show a digest as a terminal, Slack and Discord show it. It needs no token and no settings."""
    from bot.cli.border import run_plain
    from bot.cli.demo import run_demo

    run_plain(partial(run_demo, offline=offline))


@app.command()
def run(
    context: typer.Context,
    role: Annotated[
        Role, typer.Option(help="What this process does: everything, listen only, or work only.")
    ] = Role.ALL,
) -> None:
    """Run the service. Ctrl-C and SIGTERM let it finish what it is posting."""
    from bot.cli.border import run_verb
    from bot.cli.service import run_service

    run_verb(partial(run_service, role=role), context.obj, level=logging.INFO)


@app.command()
def once(
    context: typer.Context,
    *,
    no_fetch: Annotated[bool, typer.Option("--no-fetch", help="Ask no source.")] = False,
    as_of: AsOf = None,
) -> None:
    """Fetch what is due, enqueue what is due, deliver, exit."""
    from bot.cli.border import run_verb
    from bot.cli.once import run_once

    run_verb(partial(run_once, fetch=not no_fetch, as_of=as_of), context.obj, level=logging.INFO)


@app.command()
def fetch(
    context: typer.Context,
    *,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this source: hf, arxiv, page, jsonl.")
    ] = None,
    day: Day = None,
    since: Since = None,
    file: Annotated[Path | None, typer.Option(metavar="PATH", help="Read a file; goes with page and jsonl.")] = None,
    as_of: AsOf = None,
) -> None:
    """Fetch papers: what is due, the days you name, or a file."""
    from bot.cli.border import run_verb
    from bot.cli.fetch import FetchChoice, run_fetch

    choice = FetchChoice(source=source, day=day, since=since, file=file, as_of=as_of)
    run_verb(partial(run_fetch, choice=choice), context.obj)


# Everything after VERB belongs to the command, flags too: paperround papers --as json search '"world models" -survey'
@app.command(context_settings={"allow_interspersed_args": False})
def papers(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="VERB ...", help="The command; options stand before it.")],
    *,
    channel: InChannel = DEFAULT_CHANNEL,
    user: User = DEFAULT_USER,
    form: Annotated[Form, typer.Option("--as", help="How to show the answer.")] = Form.TEXT,
    as_of: AsOf = None,
) -> None:
    """Give a chat command: papers help lists them."""
    from bot.cli.border import run_verb
    from bot.cli.papers import run_papers

    asked = partial(run_papers, text=" ".join(words), channel=channel_of(channel), user=user, form=form, as_of=as_of)
    run_verb(asked, context.obj)


@app.command()
def press(
    context: typer.Context,
    button: Annotated[str, typer.Argument(metavar="ID", help="The id of an action, as papers --as json prints it.")],
    *,
    channel: Annotated[
        str | None,
        typer.Option(metavar="PLATFORM:WORKSPACE/ID", help="The channel to press in; without it the button's own."),
    ] = None,
    user: User = DEFAULT_USER,
    form: Annotated[Form, typer.Option("--as", help="How to show the answer.")] = Form.TEXT,
    as_of: AsOf = None,
) -> None:
    """Press a button of an answer."""
    from bot.cli.border import run_verb
    from bot.cli.press import run_press

    where = channel_of(channel) if channel else None
    run_verb(partial(run_press, action_id=button, channel=where, user=user, form=form, as_of=as_of), context.obj)


@app.command()
def shell(context: typer.Context, *, channel: InChannel = DEFAULT_CHANNEL) -> None:
    """Type chat commands and see the answers."""
    from bot.cli.border import run_verb
    from bot.cli.shell import run_shell

    run_verb(partial(run_shell, channel=channel_of(channel)), context.obj)


@app.command()
def status(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    as_of: AsOf = None,
) -> None:
    """Show sources, schedules, deliveries, and what is late and why."""
    from bot.cli.border import run_verb
    from bot.cli.status import run_status

    run_verb(partial(run_status, as_json=as_json, as_of=as_of), context.obj)


@app.command(name="channels")
def list_channels(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Show each channel's subscriptions, digests and faults."""
    from bot.cli.border import run_verb
    from bot.cli.channels import run_channels

    run_verb(partial(run_channels, as_json=as_json), context.obj)


@app.command()
def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The channels and their templates, in YAML.", show_default=False)],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
) -> None:
    """Make many channels what one file says. It shows what changes in each."""
    from bot.cli.apply import run_apply
    from bot.cli.border import run_verb

    run_verb(partial(run_apply, file=file, dry_run=dry_run), context.obj)


@app.command()
def doctor(context: typer.Context) -> None:
    """Check everything, each with its fix; fails if one check does."""
    from bot.cli.border import run_plain
    from bot.cli.doctor import run_doctor

    run_plain(partial(run_doctor, context.obj))


@app.command()
def migrate(context: typer.Context) -> None:
    """Bring the database to this version."""
    from bot.cli.border import run_verb
    from bot.cli.migrate import run_migrate

    run_verb(run_migrate, context.obj)


@app.command()
def export(
    what: Annotated[Export, typer.Argument(help="What to print.", show_default=False)],
) -> None:
    """Print a document or a settings file that is made from the code."""
    from bot.cli.border import run_plain
    from bot.cli.export import run_export

    run_plain(partial(run_export, what))
