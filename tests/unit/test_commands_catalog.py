"""The catalog is whole, its own examples work, and help, the page and completion say what it says."""

from collections import Counter
from typing import get_args

import pytest

from adapters.console.render import CODE_INDENT, render
from bot.commands.arguments import rooted
from bot.commands.catalog import COMMANDS, HIDDEN, VERBS, command_for, command_named
from bot.commands.command import Access, Command, Visibility
from bot.commands.complete import completions
from bot.commands.help import help_reply
from bot.commands.parameter import Kind, Parameter
from bot.commands.parse import parse, read
from bot.commands.place import PLACES
from bot.commands.reference import commands_page
from bot.commands.refusal import breakage, refusal_of, spans_of
from bot.commands.request import Help, Request, Subscribe
from bot.document import Paragraph, Style, Text
from bot.errors import CommandError, NotUnderstoodError, RefusedError

TERMINAL_WIDTH = 80
PARAMETERS = [(command, parameter) for command in COMMANDS for parameter in command.parameters]


def offered(typed: str) -> list[str]:
    return [each.text for each in completions(typed)]


def test_every_kind_of_request_is_made_by_exactly_one_command() -> None:
    made = Counter(kind for command in (*COMMANDS, *HIDDEN) for kind in command.requests)
    assert set(made) == set(get_args(Request))
    assert set(made.values()) == {1}


def test_verbs_are_single_words_each_there_once() -> None:
    assert len(set(VERBS)) == len(VERBS)
    assert all(verb == verb.lower() and verb.isalpha() for verb in VERBS)


def test_hidden_commands_are_not_offered_and_have_names_of_their_own() -> None:
    hidden = {command.name for command in HIDDEN}
    assert not hidden & set(VERBS)
    assert all(command_named(name) is None for name in hidden)


@pytest.mark.parametrize("command", COMMANDS, ids=VERBS)
def test_every_example_is_read_and_becomes_a_request_of_its_command(command: Command) -> None:
    examples = [*command.examples, *(each.example for each in command.parameters if each.example)]
    assert examples
    for example in examples:
        assert len(CODE_INDENT + rooted(example)) <= TERMINAL_WIDTH
        assert command_for(parse(example)) is command_named(example.split(maxsplit=1)[0])


@pytest.mark.parametrize(
    ("command", "parameter"), PARAMETERS, ids=[f"{each.name} {parameter.name}" for each, parameter in PARAMETERS]
)
def test_every_parameter_says_what_it_is_and_what_it_takes(command: Command, parameter: Parameter) -> None:
    assert parameter.help.endswith(".")
    assert parameter.name == parameter.name.lower()
    assert bool(parameter.shown) is (parameter.kind is not Kind.SWITCH)
    assert (parameter.kind is Kind.CHOICE) is bool(parameter.choices)
    if parameter.kind in {Kind.INTEGER, Kind.NUMBER, Kind.TARGET}:
        assert parameter.least < parameter.most
    if parameter.example:
        assert f"{parameter}" in parameter.example
    assert parameter.usage in command.usage


@pytest.mark.parametrize("command", COMMANDS, ids=VERBS)
def test_flags_have_names_of_their_own_and_contradictions_name_flags(command: Command) -> None:
    flags = [parameter for parameter in command.everything if not parameter.is_free]
    assert len(command.flags) == sum(1 + len(flag.aliases) for flag in flags)
    assert sum(parameter.is_free and not parameter.is_first for parameter in command.parameters) <= 1
    assert sum(parameter.is_first for parameter in command.parameters) <= 1
    assert all(name in command.flags for names in command.contradictions for name in names)


def test_who_may_and_who_sees_is_as_the_product_has_it() -> None:
    changing = {"subscribe", "edit", "pause", "resume", "unsubscribe", "run", "settings", "import"}
    assert {command.name for command in COMMANDS if command.access is not Access.ANYONE} == changing
    assert {command.name for command in COMMANDS if command.access is Access.CHANGE} == {"settings"}
    assert {command.name for command in COMMANDS if command.visibility is Visibility.CHANNEL} == changing


def test_help_names_every_verb() -> None:
    said = render(help_reply(Help()).document)
    assert all(f"/papers {verb}: " in said for verb in VERBS)


@pytest.mark.parametrize("command", COMMANDS, ids=VERBS)
def test_help_about_a_verb_has_its_flags_and_examples(command: Command) -> None:
    reply = help_reply(Help(verb=command.name))
    said = render(reply.document)
    assert (reply.verb, reply.ok, reply.visible_to_channel) == ("help", True, False)
    assert all(parameter.usage in said for parameter in command.parameters)
    assert all(rooted(example) in said for example in command.examples)


def test_where_a_command_acts_is_explained_once() -> None:
    assert PLACES
    for place in PLACES:
        assert place.usage in render(help_reply(Help()).document)
        assert commands_page().count(f"`{place.usage}` |") == 1
        assert read(place.example).place


def test_help_explains_since_where_it_works() -> None:
    assert "since:30d" in render(help_reply(Help(verb="search")).document)
    assert "since:30d" not in render(help_reply(Help(verb="subscribe")).document)


def test_the_page_has_every_command_with_its_parameters_and_examples() -> None:
    page = commands_page()
    assert page.endswith("|\n")
    for command in COMMANDS:
        assert f"\n## {command.name}\n" in page
        assert rooted(command.usage) in page
        assert all(parameter.usage.replace("|", "\\|") in page for parameter in command.parameters)


def test_a_row_of_the_page_has_the_cells_of_its_table() -> None:
    rows = [line.replace("\\|", "") for line in commands_page().splitlines() if line.startswith("|")]
    assert rows
    assert {row.count("|") for row in rows} == {3, 5}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("su", ["subscribe"]),
        ("SU", ["subscribe"]),
        ("/papers tr", ["trending"]),
        ("subscribe ", []),
        ("subscribe agents --we", ["--weekly"]),
        ("subscribe agents --weekly t", ["tue", "thu"]),
        ("subscribe agents --days mon,w", ["weekdays", "wed"]),
        ("subscribe agents --tz europe/berl", ["Europe/Berlin"]),
        ("subscribe agents --source hf,arxiv:cs.AI", []),
        ("subscribe agents --source hf,arxiv:cs.a", ["arxiv:cs.AI", "arxiv:cs.AR"]),
        ("search agents --sort u", ["upvotes"]),
        ("search agents --sort upvotes --", ["--page", "--to", "--in"]),
        ("trending m", ["month"]),
        ("settings ", ["timezone", "max", "who-can-manage", "mute", "unmute", "quiet-notes", "--to", "--in"]),
        ("settings who-can-manage m", ["managers"]),
        ("settings timezone europe/berl", ["Europe/Berlin"]),
        ("help sh", ["show"]),
        ("status ", ["--to", "--in"]),
        ("xyzzy --", []),
    ],
)
def test_completion_offers_what_may_come_next(typed: str, words: list[str]) -> None:
    assert offered(typed) == words


def test_completion_offers_every_verb_at_the_beginning() -> None:
    assert tuple(offered("")) == VERBS
    assert tuple(offered("/papers ")) == VERBS


def test_what_completion_offers_is_understood() -> None:
    for zone in offered("subscribe agents --tz "):
        assert isinstance(parse(f"subscribe agents --tz {zone}"), Subscribe)
    for source in offered("subscribe agents --source "):
        assert isinstance(parse(f"subscribe agents --source {source}"), Subscribe)


def test_words_between_backticks_are_words_to_type() -> None:
    assert spans_of("Try `list` now") == (Text("Try "), Text("list", Style.CODE), Text(" now"))
    assert spans_of("It`s odd") == (Text("It`s odd"),)


def test_a_mistake_is_answered_with_its_place_and_an_example() -> None:
    with pytest.raises(CommandError) as caught:
        parse("subscribe agents --dayly 09:00")
    reply = refusal_of(caught.value, caught.value.verb)
    assert (reply.verb, reply.ok, reply.understood, reply.visible_to_channel) == ("subscribe", False, False, False)
    assert render(reply.document).split("\n") == [
        "I didn't understand --dayly. Did you mean --daily?",
        "",
        "    subscribe agents --dayly 09:00",
        "                     ^",
        "",
        "For example:",
        "",
        "    /papers subscribe agents --daily 09:00",
    ]


def test_a_refusal_is_understood_and_not_ok() -> None:
    reply = refusal_of(RefusedError("No #9 here.", hint="`list` shows what is."), "unsubscribe")
    assert (reply.verb, reply.ok, reply.understood) == ("unsubscribe", False, True)
    assert render(reply.document) == "No #9 here.\n\nlist shows what is."


def test_what_names_no_verb_is_answered_by_help() -> None:
    assert refusal_of(NotUnderstoodError("What?"), "").verb == "help"


def test_a_failure_is_told_with_the_reference_of_the_log() -> None:
    reply = breakage("7F3K", "list")
    words = "Something broke on my side (ref 7F3K). Your subscriptions are safe."
    assert reply.document.blocks == (Paragraph((Text(words),)),)
    assert (reply.verb, reply.ok, reply.understood) == ("list", False, True)
