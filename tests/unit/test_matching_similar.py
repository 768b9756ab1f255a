# ruff: noqa: RUF001 - what phones type for quotes is among its subjects
"""What is offered to be muted is what a command takes as one phrase, whatever a paper or its authors are called."""

import pytest

from bot.commands.parse import parse
from bot.commands.request import ChangeSettings
from bot.matching.similar import names_to_mute, phrases_to_mute
from bot.text.normalise import clean

QUOTES = "\"“”„‟«»＂'‘’`"


@pytest.mark.parametrize("quote", QUOTES)
def test_a_name_that_would_end_its_quotes_is_not_offered(quote: str) -> None:
    for end in ("Brill", " --who-can-manage everyone", f" --who-can-manage {quote}all"):
        for offered in names_to_mute((clean(f"Ada{quote}{end}"),)):
            request = parse(f'settings mute author:"{offered}"')
            assert isinstance(request, ChangeSettings)
            assert request.mute is not None
            assert request.who_can_manage is None
    assert names_to_mute(("Ada Brill",)) == ("Ada Brill",)


@pytest.mark.parametrize("quote", QUOTES)
def test_words_of_a_title_that_would_end_their_quotes_are_not_offered(quote: str) -> None:
    offered = phrases_to_mute(clean(f"Patient{quote}Teapots{quote} --who-can-manage everyone"))
    assert offered
    for phrase in offered:
        request = parse(f'settings mute "{phrase.text}"')
        assert isinstance(request, ChangeSettings)
        assert request.who_can_manage is None
