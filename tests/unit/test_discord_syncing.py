"""When two menus of commands are the same."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from adapters.discord.commands import commands_json
from adapters.discord.syncing import is_same
from bot.commands.catalog import COMMANDS

Json = Any


def as_discord_gives_it_back(menu: Json) -> Json:
    """Return a menu with all that Discord adds and leaves out."""

    def option(each: Json) -> Json:
        kept = {name: value for name, value in each.items() if value not in (False, []) or value == 0}
        kept |= {"name_localizations": None}
        return kept | ({"options": [option(inner) for inner in each["options"]]} if each.get("options") else {})

    return [
        option(each) | {"id": "8", "version": "1", "nsfw": False, "default_member_permissions": None, "guild_id": None}
        for each in menu
    ]


def changed(change: Callable[[Json], object]) -> Json:
    menu = copy.deepcopy(commands_json(COMMANDS))
    change(menu[0]["options"])
    return menu


def test_what_discord_adds_makes_no_difference() -> None:
    menu = commands_json(COMMANDS)
    assert is_same(as_discord_gives_it_back(menu), menu)


@pytest.mark.parametrize(
    "change",
    [
        lambda commands: commands.pop(),
        lambda commands: commands.reverse(),
        lambda commands: commands[0].update(description="Another."),
        lambda commands: commands[0]["options"].pop(),
        lambda commands: commands[0]["options"][0].update(required=False),
        lambda commands: commands[0]["options"][0].update(max_length=1),
        lambda commands: commands[0]["options"][-1].update(autocomplete=True),
        lambda commands: commands[0]["options"][1].update(choices=[{"name": "a", "value": "b"}]),
    ],
)
def test_what_people_would_see_makes_one(change: Callable[[Json], object]) -> None:
    assert not is_same(as_discord_gives_it_back(changed(change)), commands_json(COMMANDS))


def test_a_bound_of_nought_is_a_bound() -> None:
    with_bound = changed(lambda commands: commands[0]["options"][0].update(min_value=0))
    assert not is_same(with_bound, commands_json(COMMANDS))


@pytest.mark.parametrize("known", [[], None, {}, [{}]])
def test_no_menu_is_another(known: Json) -> None:
    assert not is_same(known, commands_json(COMMANDS))
