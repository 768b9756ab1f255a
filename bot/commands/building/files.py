"""Arguments into requests: the commands about files."""

from bot.commands.arguments import Arguments
from bot.commands.request import ApplyShown, Export, Import


def export(_: Arguments) -> Export:
    """Read nothing."""
    return Export()


def import_file(given: Arguments) -> Import:
    """Read the text of a file; what it says is read later, by what the installation knows."""
    return Import(text=given["file"].text, is_confirmed=given.has("yes"))


def apply_shown(given: Arguments) -> ApplyShown:
    """Read the text of a file, and which difference its reader has seen."""
    return ApplyShown(text=given["file"].text, shown=given["shown"].text)
