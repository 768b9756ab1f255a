"""The text parser: what a person types into a request.

    line ──> words ──> verb, flags in any order, the words between them ──> Arguments ──> Request

Every text ends in a request or in one CommandError, which points at the place and holds an example to copy.
"""

import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from bot.commands.arguments import ROOT, Arguments, Line, Word, Written, quoted, rooted
from bot.commands.catalog import COMMANDS, OTHER_WORDS, VERBS, command_named, hidden_command_named
from bot.commands.command import Command
from bot.commands.parameter import LISTS, OPTIONAL, Kind, Parameter
from bot.commands.request import Asked, Help, Request
from bot.commands.values import SURE, is_half_of_day, is_like_time, is_like_weekday, weekday_named
from bot.commands.words import Flag, flag_of, named_value_of, unquoted, words_of
from bot.errors import CommandError
from bot.query.scan import EXAMPLES, FIELDS
from bot.text.normalise import clean
from bot.text.suggest import suggest

MAX_LENGTH: Final = 2000
"""Characters of a command that are read: four times the longest query, so that no flag is short of room."""

_HELP: Final = frozenset({"--help", "-h", "?"})
"""Alone behind a verb they ask about it; anywhere else only the first does, for `-h` leaves a word out."""
_PREPOSITIONS: Final = frozenset({"at", "on", "@"})
"""Words before a time or a weekday that say nothing more."""
_EXAMPLE: Final = rooted("help")
_TYPED = re.compile(r"\S+")
_FENCED = re.compile(r"\s*```\w*\n(.*)```\s*", re.DOTALL)
"""A file as people paste it into a chat."""


def parse(text: str) -> Request:
    """Read a command that acts where it is typed.

    Raises:
        CommandError: as `read` does.
    """
    return read(text).request


def read(text: str, *, is_pressed: bool = False) -> Asked:
    """Read a command, with or without `/papers` before it; nothing at all asks for help.

    `is_pressed` is for the text behind a button, which may also be a hidden command.

    Raises:
        CommandError: it cannot be read; it says where, what to type, and has an example that can be read.
    """
    try:
        return _read(text, is_pressed=is_pressed)
    except CommandError as error:
        # What was put right at one place may be wrong at another.
        if not _is_read(error.example):
            command = command_named(error.verb)
            error.example = _EXAMPLE if command is None else rooted(command.examples[0])
        raise


def _is_read(text: str) -> bool:
    try:
        _read(text)
    except CommandError:
        return False
    return True


def _read(text: str, *, is_pressed: bool = False) -> Asked:
    line = clean(text[: MAX_LENGTH * 2])[:MAX_LENGTH]
    words = deque(words_of(line))
    if words and words[0].text.lower() == ROOT:
        words.popleft()
    if not words:
        return Asked(request=Help())
    first = words.popleft()
    name = first.text.lower()
    if name in _HELP:
        return Asked(request=Help())
    command = command_named(name.removeprefix("/")) or (hidden_command_named(name) if is_pressed else None)
    if command is None:
        raise _unknown_verb(line, first)
    if command.free is not None and command.free.kind is Kind.FILE:
        return _with_file(command, text)
    if len(text) > MAX_LENGTH:
        message = f"The command has {len(text):,} characters; at most {MAX_LENGTH:,} are read."
        raise _line(line, command).error(message, at=Word("", len(line) + 1), hint="Shorten it.")
    typed = [word.text.lower() for word in words]
    if "--help" in typed or (len(typed) == 1 and typed[0] in _HELP):
        return Asked(request=Help(verb=command.name))
    return command.asked_of(_Reader(command, line, words).arguments())


def _with_file(command: Command, text: str) -> Asked:
    """Read a command whose file is all the text behind its flags, or below its first line, as it is."""
    typed = (word for word in _TYPED.finditer(text[:MAX_LENGTH]) if clean(word[0]).lower().endswith(command.name))
    verb = next(typed, None)
    text = "" if verb is None else text[verb.start() :]
    line = text.partition("\n")[0][:MAX_LENGTH]
    words = deque(words_of(line))
    if words:
        words.popleft()
    if words and words[0].text.lower() in _HELP:
        return Asked(request=Help(verb=command.name))
    return command.asked_of(_Reader(command, line, words).arguments_before_file(text))


def _unknown_verb(line: str, first: Word) -> CommandError:
    near = OTHER_WORDS.get(first.text.lower()) or suggest(first.text, VERBS)
    hint = "" if near else "`help` lists them; to look for papers, begin with `search`."
    unknown = Line(text=line, verb="", example=rooted(f"search {line[first.column - 1 :]}"))
    return unknown.error(f"I don't know the command {quoted(first.text)}.", at=first, hint=hint, instead=near)


def _line(line: str, command: Command, parameter: Parameter | None = None) -> Line:
    example = parameter.example if parameter is not None else ""
    return Line(text=line, verb=command.name, example=rooted(example or command.examples[0]))


class _Reader:
    """One pass over the words behind the verb."""

    def __init__(self, command: Command, line: str, words: deque[Word]) -> None:
        self._command = command
        self._flags = command.flags
        self._text = line
        self._words = words
        self._free: list[Word] = []
        self._values: dict[str, Written] = {}

    def arguments(self) -> Arguments:
        while self._words:
            word = self._words.popleft()
            flag = self._flag(word) or self._name(word)
            if flag is None:
                self._free.append(word)
            else:
                self._take(flag)
        if self._free and (first := self._command.first):
            word = self._free.pop(0)
            self._keep(first, (unquoted(word),), word)
        if self._free:
            free = self._command.free
            if free is None:
                message = f"`{self._command.name}` takes no words."
                raise _line(self._text, self._command).error(message, at=self._free[0], hint="Leave them out.")
            self._keep(free, tuple(self._free), self._free[0])
        return Arguments(line=_line(self._text, self._command), values=self._values)

    def arguments_before_file(self, text: str) -> Arguments:
        """Take the flags that stand before a file; it begins with the first word that is none."""
        while self._words and (flag := self._flag(self._words[0])):
            self._words.popleft()
            self._take(flag)
        if self._words and (first := self._command.first):
            word = self._words.popleft()
            self._keep(first, (word,), word)
        begin = self._words[0].column - 1 if self._words else len(self._text)
        # The first line may be indented as the others are.
        file = text[begin:].strip("\r\n")
        if fenced := _FENCED.fullmatch(file):
            file = fenced[1]
        if file.strip() and (free := self._command.free):
            self._keep(free, (Word(file, begin + 1),), Word("", begin + 1))
        return Arguments(line=_line(self._text, self._command), values=self._values)

    def _flag(self, word: Word) -> Flag | None:
        """Return the flag that a word is; None for a word of the text."""
        flag = flag_of(word)
        if flag is None:
            named = named_value_of(word)
            is_flag = named is not None and named.name in self._flags and named.name not in FIELDS
            return named if is_flag and named and self._flags[named.name].kind is not Kind.SWITCH else None
        if flag.name in self._flags:
            return flag
        if flag.is_sure or suggest(flag.name, self._flags, alike=SURE):
            raise self._unknown(flag)
        return None

    def _name(self, word: Word) -> Flag | None:
        """Return the flag that a word names without dashes, where a command takes nothing else."""
        if not self._command.is_by_name:
            return None
        typed, equals, _ = word.text.partition("=")
        name = typed.lower().replace("_", "-")
        if name in self._flags:
            value = unquoted(word.part(len(typed) + 1, len(word.text))) if equals else None
            return Flag(word.part(0, len(typed)), name, value, is_sure=True)
        line = _line(self._text, self._command)
        near = suggest(name, self._flags)
        names = ", ".join(f"`{parameter.name}`" for parameter in self._command.parameters)
        hint = "" if near else f"There is {names}."
        raise line.error(f"I don't know {quoted(word.text)} here.", at=word, hint=hint, instead=near)

    def _unknown(self, flag: Flag) -> CommandError:
        line = _line(self._text, self._command)
        message = f"I didn't understand {quoted(f'--{flag.name}')}."
        near = suggest(flag.name, self._flags)
        if flag.name in FIELDS and self._command.takes_query:
            hint = f"Write it in the query, as in `{EXAMPLES[flag.name]}`."
            return line.error(message, at=flag.word, hint=hint)
        if owner := next((each for each in COMMANDS if flag.name in each.flags), None):
            hint = f"`--{flag.name}` goes with `{owner.name}`, not with `{self._command.name}`."
            return line.error(message, at=flag.word, hint=hint)
        own = [parameter for parameter in self._command.parameters if not parameter.is_free]
        names = ", ".join(f"`--{parameter.name}`" for parameter in own or dict.fromkeys(self._flags.values()))
        taken = f"`{self._command.name}` takes {names}." if names else f"`{self._command.name}` takes no flags."
        return line.error(message, at=flag.word, hint="" if near else taken, instead=f"--{near}" if near else "")

    # --- the value of a flag -------------------------------------------------------------------------------------

    def _take(self, flag: Flag) -> None:
        parameter = self._flags[flag.name]
        line = _line(self._text, self._command, parameter)
        name = f"`{parameter}`"
        if parameter.kind is Kind.SWITCH:
            if flag.value is not None:
                raise line.error(f"{name} takes no value.", at=flag.value, hint=f"Write {name} alone.")
            self._keep(parameter, (), flag.word)
            return
        value = [flag.value] if flag.value is not None and flag.value.text else []
        if parameter.kind in OPTIONAL:
            value += self._optional(parameter.kind, has_value=bool(value))
        else:
            if not value and self._words and not self._is_flag_next():
                value.append(unquoted(self._words.popleft()))
            if not value or not value[0].text:
                after = Word("", flag.word.column + len(flag.word.text))
                raise line.error(f"{name} needs a value.", at=after, hint=f"Write it as in `{parameter.usage}`.")
            if parameter.kind in LISTS:
                value += self._rest_of_list(value[-1], parameter.kind)
            if parameter.kind is Kind.MUTE:
                while self._words and not self._is_flag_next():
                    value.append(self._words.popleft())
        self._keep(parameter, tuple(value), flag.word)

    def _keep(self, parameter: Parameter, words: tuple[Word, ...], at: Word) -> None:
        line = _line(self._text, self._command, parameter)
        before = self._values.get(parameter.name)
        if before is not None and parameter.kind in LISTS:
            words = (*before.words, *words)
        elif before is not None:
            raise line.error(f"`{parameter}` is there twice.", at=at, hint="Leave one of them out.")
        self._values[parameter.name] = Written(parameter=parameter, words=words, at=at, line=line)

    def _optional(self, kind: Kind, *, has_value: bool) -> list[Word]:
        """Take the words that can only be meant for the flag; the others are words of the query."""
        taken: list[Word] = []
        if kind is Kind.DAY_AND_TIME:
            if not has_value:
                taken += self._next_if(is_like_time) or self._next_weekday()
            taken += self._next_if(is_like_time) or self._next_if(_is_weekday)
        elif not has_value:
            taken += self._next_if(is_like_time) or self._day_in_place_of_time()
        # "9 am" is one time; a lone "am" is a word.
        if taken and taken[-1].text.isdecimal():
            taken += self._next_if(is_half_of_day)
        return taken

    def _next_weekday(self) -> list[Word]:
        """Take a weekday, or a word that must be meant for one because a time follows it."""
        is_before_time = len(self._words) > 1 and is_like_time(self._words[1].text) and not self._is_flag_next()
        return [self._words.popleft()] if is_before_time else self._next_if(is_like_weekday)

    def _day_in_place_of_time(self) -> list[Word]:
        """Take a weekday that can be no word of the query, so that it is refused: before a time, or at the end."""
        is_before_time = len(self._words) > 1 and is_like_time(self._words[1].text)
        is_last = len(self._words) == 1 and bool(self._free)
        return self._next_if(_is_weekday) if is_before_time or is_last else []

    def _rest_of_list(self, last: Word, kind: Kind) -> list[Word]:
        """Take what follows a comma, and further weekdays."""
        taken: list[Word] = []
        while self._words and not self._is_flag_next():
            following = self._words[0].text
            is_joined = last.text.endswith(",") or following.startswith(",")
            if not is_joined and not (kind is Kind.DAYS and _is_weekday(following)):
                break
            last = unquoted(self._words.popleft())
            taken.append(last)
        return taken

    def _next_if(self, is_meant: Callable[[str], bool]) -> list[Word]:
        if len(self._words) > 1 and self._words[0].text.lower() in _PREPOSITIONS and is_meant(self._words[1].text):
            self._words.popleft()
        if not self._words:
            return []
        word = unquoted(self._words[0])
        parts = word.text.replace(",", " ").split()
        # A phrase that begins with a number is a phrase: --daily "9 ways to cook rice".
        if parts and is_meant(parts[0]) and all(map(_is_moment, parts[1:])):
            self._words.popleft()
            return [word]
        return []

    def _is_flag_next(self) -> bool:
        flag = flag_of(self._words[0])
        return flag is not None and (flag.is_sure or flag.name in self._flags)


def _is_weekday(text: str) -> bool:
    return is_like_weekday(text) and weekday_named(text) is not None


def _is_moment(text: str) -> bool:
    return is_like_time(text) or is_half_of_day(text) or _is_weekday(text)


def arguments_of(command: Command, options: Mapping[str, str | int | bool]) -> Arguments:
    """Return the typed options of a platform as arguments; a switch that is off is not there.

    Raises:
        KeyError: an option that the command has not: the platform's menu was made from another catalog.
    """
    by_name = {parameter.name: parameter for parameter in command.everything}
    values: dict[str, Written] = {}
    for name, value in options.items():
        if value is False:
            continue
        parameter = by_name[name]
        text = _option(parameter, value)
        example = rooted(parameter.example or command.examples[0])
        words = (Word(text, 1),) if text else ()
        line = Line(text=text, verb=command.name, example=example, is_command=False)
        values[name] = Written(parameter=parameter, words=words, at=Word(text, 1), line=line)
    whole = Line(text=command.name, verb=command.name, example=rooted(command.examples[0]), is_command=False)
    return Arguments(line=whole, values=values)


def _option(parameter: Parameter, value: object) -> str:
    """Return the text of a typed option; a switch has none, and a file stays as it is."""
    if value is True:
        return ""
    return str(value) if parameter.kind is Kind.FILE else clean(str(value)[: MAX_LENGTH * 2])[:MAX_LENGTH]
