"""Commands as Discord takes them: every example of the catalog with options that the menu has."""

import re

import pytest

from adapters.discord.commands import commands_json
from adapters.discord.options import with_options, written
from bot.commands.arguments import ROOT
from bot.commands.catalog import COMMANDS
from bot.commands.command import Command
from bot.commands.help import help_reply
from bot.commands.request import Help
from bot.document import BulletList, Code, Document, Fields, Paragraph, Style, Text
from bot.errors import PlacedError

MENU = {each["name"]: {option["name"] for option in each["options"]} for each in commands_json(COMMANDS)[0]["options"]}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/papers edit 1", "/papers edit number:1"),
        (
            '/papers edit 3 "world model" --weekly fri 16:00',
            '/papers edit number:3 query:"world model" weekly:fri 16:00',
        ),
        ("/papers search agent author:lecun --page 2", "/papers search query:agent author:lecun page:2"),
        ("/papers subscribe … --to me", "/papers subscribe query:… to:me"),
        ("/papers subscribe (a OR b) -c --instant", "/papers subscribe query:(a OR b) -c instant:True"),
        ("/papers subscribe QUERY [flags]", "/papers subscribe query:QUERY [options]"),
        ("/papers unsubscribe all --yes", "/papers unsubscribe number:all yes:True"),
        ("/papers settings timezone Europe/Berlin", "/papers settings timezone:Europe/Berlin"),
        ("/papers saved --bibtex", "/papers saved bibtex:True"),
        ("/papers help edit", "/papers help verb:edit"),
        ('/papers search "a --b"', '/papers search query:"a --b"'),
        ("/papers import --yes {version: 1}", "/papers import file:channel.yaml yes:True"),
        ("/papers import FILE [flags]", "/papers import file:FILE [options]"),
        ("/papers settings [NAME VALUE]", "/papers settings [options]"),
        ("/papers subscribe --instant agents", "/papers subscribe query:agents instant:True"),
        ("/papers list", "/papers list"),
        ("--daily [HH:MM]", "daily:[HH:MM]"),
        ("--source=hf", "source:hf"),
        ("--instant", "instant"),
        ("/paper edit 1", "/paper edit 1"),
        ("/papers polish 1", "/papers polish 1"),
        ("C++ -- a language", "C++ -- a language"),
        ("", ""),
    ],
)
def test_a_command_is_told_with_options(typed: str, told: str) -> None:
    assert written(typed) == told


EXAMPLES = [(command, example) for command in COMMANDS for example in command.examples]


@pytest.mark.parametrize(("command", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_every_example_has_only_options_of_the_menu(command: Command, example: str) -> None:
    told = written(f"{ROOT} {example}")
    named = re.findall(r"(?:^| )([a-z-]+):", re.sub(r"query:.*?(?= [a-z-]+:|$)", "query:", told))
    assert set(named) <= MENU[command.name] | {"author", "cat", "title", "upvotes", "since", "org", "source"}
    assert "--" not in told
    assert bool(named) == (example != command.name)


def test_only_commands_are_written_anew() -> None:
    said = Text("/papers edit 1"), Text("/papers edit 1", Style.CODE), Text(" and "), Text("agents", Style.CODE)
    document = Document(
        heading=said,
        blocks=(
            Paragraph(said),
            BulletList((said,)),
            Fields((("--max N", said),)),
            Code("/papers show 2604.07429\n@misc{a,\n  year = 2026\n}"),
        ),
        footnote=said,
    )
    told = said[0], Text("/papers edit number:1", Style.CODE), *said[2:]
    assert with_options(document) == Document(
        heading=told,
        blocks=(
            Paragraph(told),
            BulletList((told,)),
            Fields((("max:N", told),)),
            Code("/papers show paper:2604.07429\n@misc{a,\n  year = 2026\n}"),
        ),
        footnote=told,
    )


@pytest.mark.parametrize("typed", ["--daily 09:00 x", "/papers subscribe --daily 09:00 x"])
def test_what_somebody_typed_stays_as_it_is_with_the_caret_below_the_mistake(typed: str) -> None:
    shown = Code(PlacedError("No.", text=typed, column=9, hint="").caret())
    copied = Code(f"{typed.removeprefix('/papers ')}\nand so on")
    assert with_options(Document(blocks=(shown, copied))).blocks == (shown, copied)


@pytest.mark.parametrize("command", COMMANDS, ids=[command.name for command in COMMANDS])
def test_help_lists_the_parameters_of_a_command_as_its_menu_names_them(command: Command) -> None:
    blocks = with_options(help_reply(Help(verb=command.name)).document).blocks
    listed = next((block for block in blocks if isinstance(block, Fields)), Fields(()))
    named = [name.partition(":")[0] for name, _ in listed.pairs][: len(command.parameters)]
    assert named == [each.name for each in command.parameters]
    assert set(named) <= MENU[command.name]
