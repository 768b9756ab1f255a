"""Files that are named on the command line, read here at the edge: the core sees their text alone."""

from pathlib import Path
from typing import Final

from bot.commands.arguments import ROOT
from bot.commands.catalog.files import IMPORT
from bot.commands.parameter import Kind
from bot.errors import FileError, RefusedError

_FLAG: Final = "--"
_BYTES_PER_CHARACTER: Final = 4


def text_of(path: Path, most: int) -> str:
    """Return the text of a file, or a little more than `most` characters of a longer one.

    Raises:
        RefusedError: it cannot be opened.
        FileError: it is no text.
    """
    try:
        with path.expanduser().open("rb") as file:
            read = file.read((most + 1) * _BYTES_PER_CHARACTER)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RefusedError(f"I can't read the file `{path}`: {reason}.") from error
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError([f"{path} is no text in UTF-8."]) from error


def with_file(text: str, most: int) -> str:
    """Return a typed `import PATH` with the text of the file in place of its path; everything else as it is.

    Raises:
        RefusedError: the file cannot be read.
        FileError: it is no text.
    """
    words = text.split()
    if words and words[0].lower() == ROOT:
        words.pop(0)
    if "\n" in text or not words or words[0].lower() != IMPORT.name:
        return text
    flags: list[str] = []
    path: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        if not word.startswith(_FLAG):
            path.append(word)
            continue
        flags.append(word)
        parameter = IMPORT.flags.get(word.removeprefix(_FLAG))
        if parameter is not None and parameter.kind is not Kind.SWITCH:
            flags += [value for value in [next(rest, None)] if value is not None]
    named = " ".join(path)
    # What begins with a bracket, or has a key, is no path but the file itself.
    if not named or named.startswith("{") or ": " in named:
        return text
    return f"{' '.join((IMPORT.name, *flags))}\n{text_of(Path(named), most)}"
