"""Commands about papers: one's own reading list, and what the buttons on a paper stand for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.commands.arguments import Arguments
from bot.commands.building import papers as build
from bot.commands.catalog.reading import SEARCH
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Kind, Parameter
from bot.commands.request import Discuss, Less, Request, Save, Saved, Share, Similar, Unsave
from bot.views.saved import BIBTEX_PAGE_SIZE

_PAGES: Final = tuple(parameter for parameter in SEARCH.parameters if not parameter.is_free)
_PAGE: Final = next(parameter for parameter in _PAGES if parameter.name == "page")

SAVED: Final = Command(
    name="saved",
    help="Show your reading list.",
    details="*Save* on a paper puts it there; only you see the list. `--bibtex` gives it to a bibliography, "
    f"first saved first; in a chat {BIBTEX_PAGE_SIZE} papers to a page.",
    parameters=(
        Parameter(name="bibtex", help="As BibTeX, to copy.", kind=Kind.SWITCH),
        replace(_PAGE, example="saved --page 2"),
    ),
    access=Access.ANYONE,
    visibility=Visibility.USER,
    examples=("saved", "saved --bibtex"),
    requests=(Saved,),
    build=build.saved,
)


def _about_paper(
    name: str,
    help_: str,
    request: type[Request],
    reader: Callable[[Arguments], Request],
    access: Access = Access.ANYONE,
) -> Command:
    return Command(
        name=name,
        help=help_,
        parameters=(
            Parameter(name="paper", help="Its id.", kind=Kind.PAPER, shown="PAPER", is_free=True, is_required=True),
        ),
        access=access,
        visibility=Visibility.USER,
        examples=(f"{name} 2310.06825",),
        requests=(request,),
        build=reader,
    )


SAVE: Final = _about_paper("save", "Put a paper on your reading list.", Save, build.save)
UNSAVE: Final = _about_paper("unsave", "Take a paper off your reading list.", Unsave, build.unsave)
SIMILAR: Final = _about_paper("similar", "Show what is like a paper.", Similar, build.similar)
DISCUSS: Final = _about_paper("discuss", "Ask the channel about a paper.", Discuss, build.discuss)
LESS: Final = _about_paper("less", "Offer to mute what a paper is about.", Less, build.less, Access.MANAGE)

SHARE: Final = Command(
    name="share",
    help="Show the channel what was shown to you.",
    parameters=(
        Parameter(
            name="command", help="Which answer.", kind=Kind.QUERY, shown="COMMAND", is_free=True, is_required=True
        ),
        *_PAGES,
    ),
    access=Access.ANYONE,
    visibility=Visibility.CHANNEL,
    examples=('share search "world models"', "share trending", "share show 2310.06825"),
    requests=(Share,),
    build=build.share,
)

ON_PAPERS: Final = (SAVE, UNSAVE, SIMILAR, DISCUSS, LESS, SHARE)
"""The hidden ones."""
