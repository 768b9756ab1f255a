"""Discord's menu: one group, made from the catalog, inside every limit of Discord."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.discord.commands import DESCRIPTION, OPTIONS, TREE, commands_json
from bot.commands.catalog import COMMANDS, HIDDEN, command_named
from bot.commands.command import Command
from bot.commands.parameter import Autocomplete, Kind, Parameter

(GROUP,) = commands_json(COMMANDS)
SUBCOMMANDS: dict[str, Any] = {each["name"]: each for each in GROUP["options"]}

NAME = re.compile(r"[-_a-z0-9]{1,32}")
STRING, INTEGER, BOOLEAN, CHANNEL, ROLE, ATTACHMENT = 3, 4, 5, 7, 8, 11
VALUE = 100


def with_parameters() -> Iterator[tuple[Command, Parameter, Any]]:
    """Every parameter of every command, beside its option."""
    for command in COMMANDS:
        options = {option["name"]: option for option in SUBCOMMANDS[command.name]["options"]}
        assert options.keys() == {parameter.name for parameter in command.everything}
        for parameter in command.everything:
            yield command, parameter, options[parameter.name]


def everything(command: Any) -> Iterator[Any]:
    yield command
    for option in command.get("options", ()):
        yield from everything(option)


def test_the_group_holds_every_command_but_the_hidden_ones() -> None:
    assert (GROUP["name"], GROUP["type"]) == ("papers", 1)
    assert list(SUBCOMMANDS) == [command.name for command in COMMANDS]
    assert all(each["type"] == 1 for each in SUBCOMMANDS.values())
    assert not {hidden.name for hidden in HIDDEN} & set(SUBCOMMANDS)


def test_it_is_offered_in_servers_and_hidden_from_nobody_there() -> None:
    assert GROUP["contexts"] == GROUP["integration_types"] == [0]
    assert "default_member_permissions" not in GROUP
    assert "dm_permission" not in GROUP


def test_names_and_descriptions_are_such_as_discord_takes() -> None:
    for each in everything(GROUP):
        assert NAME.fullmatch(each["name"])
        assert 1 <= len(each["description"]) <= DESCRIPTION
        assert not set(each["description"]) & {"`", "*"}


def test_descriptions_are_whole_and_name_no_flags() -> None:
    for each in everything(GROUP):
        assert not each["description"].endswith("…")
        assert "--" not in each["description"]


def test_there_are_no_more_options_and_choices_than_discord_takes() -> None:
    for each in everything(GROUP):
        assert len(each.get("options", ())) <= OPTIONS
        assert len(each.get("choices", ())) <= OPTIONS
        names = [option["name"] for option in each.get("options", ())]
        assert len(names) == len(set(names))
        assert all(1 <= len(choice["name"]) <= VALUE for choice in each.get("choices", ()))


def test_the_whole_menu_is_short_enough() -> None:
    written = [each["name"] + each["description"] for each in everything(GROUP)]
    written += [choice["name"] + choice["value"] for each in everything(GROUP) for choice in each.get("choices", ())]
    assert sum(map(len, written)) <= TREE


def test_what_is_required_stands_before_what_is_not() -> None:
    for command in SUBCOMMANDS.values():
        required = [option.get("required", False) for option in command["options"]]
        assert required == sorted(required, reverse=True)


def test_options_are_typed_as_their_parameters_are() -> None:
    types = {
        Kind.INTEGER: INTEGER,
        Kind.SWITCH: BOOLEAN,
        Kind.CHANNEL: CHANNEL,
        Kind.ROLE: ROLE,
        Kind.FILE: ATTACHMENT,
    }
    for _, parameter, option in with_parameters():
        assert option["type"] == types.get(parameter.kind, STRING)
        assert option.get("required", False) is parameter.is_required
        assert [choice["value"] for choice in option.get("choices", ())] == list(parameter.choices)
        assert option.get("autocomplete", False) is (parameter.autocomplete is not Autocomplete.NONE)
        assert not (option.get("choices") and option.get("autocomplete"))


def test_numbers_are_bounded_as_in_the_text_form() -> None:
    bounded = [(parameter, option) for _, parameter, option in with_parameters() if option["type"] == INTEGER]
    assert bounded
    for parameter, option in bounded:
        assert (option["min_value"], option["max_value"]) == (parameter.least, parameter.most)


@pytest.mark.parametrize("name", ["subscribe", "search"])
def test_a_query_is_as_long_as_the_language_takes(name: str) -> None:
    command = command_named(name)
    assert command
    assert SUBCOMMANDS[name]["options"][0]["name"] == "query"
    assert SUBCOMMANDS[name]["options"][0]["max_length"] == 512
