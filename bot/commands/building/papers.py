"""Arguments into requests: one's own reading list, and the buttons on papers."""

from dataclasses import replace

from bot.commands.arguments import Arguments
from bot.commands.building import PERIODS, search
from bot.commands.request import Discuss, Less, Save, Saved, Share, Show, Similar, Trending, Unsave
from bot.commands.values import integer_of, paper_of


def share(given: Arguments) -> Share:
    """Read which answer to share: the words of its command."""
    command = given["command"]
    verb, rest = command.words[0].text.lower(), replace(command, words=command.words[1:])
    match verb:
        case "search" if rest.words:
            return Share(request=search(replace(given, values={**given.values, "query": rest})))
        case "trending":
            return Share(request=Trending(period=PERIODS.get(rest.text.lower(), "day")))
        case "show" if rest.words:
            return Share(request=Show(paper=paper_of(rest)))
        case _:
            raise command.error("Only answers to `search`, `trending` and `show` can be shared.")


def saved(given: Arguments) -> Saved:
    """Read how to show the reading list."""
    return Saved(is_bibtex=given.has("bibtex"), page=given.read("page", integer_of) or 1)


def save(given: Arguments) -> Save:
    """Read which paper to keep."""
    return Save(paper=paper_of(given["paper"]))


def unsave(given: Arguments) -> Unsave:
    """Read which paper not to keep."""
    return Unsave(paper=paper_of(given["paper"]))


def similar(given: Arguments) -> Similar:
    """Read which paper others are like."""
    return Similar(paper=paper_of(given["paper"]))


def discuss(given: Arguments) -> Discuss:
    """Read which paper to ask about."""
    return Discuss(paper=paper_of(given["paper"]))


def less(given: Arguments) -> Less:
    """Read which paper there is to be less of."""
    return Less(paper=paper_of(given["paper"]))
