"""Less like this: what of a paper a channel may not want to see again. Muting itself is a change of the settings."""

from typing import Final

from bot.commands.buttons import Buttons
from bot.commands.handlers.finding import found
from bot.commands.request import Less, Requester
from bot.commands.services import Services
from bot.document import Reply
from bot.matching.similar import names_to_mute, phrases_to_mute, rarest_phrases
from bot.query.ast import Words
from bot.views.muting import less_like_this

WORDS_OFFERED: Final = 3


async def less(request: Less, requester: Requester, services: Services) -> Reply:
    """Offer to mute the words of a paper's title that single it out, or one of its authors.

    Words that the channel looks for are not offered: such a mute would silence the subscription.
    """
    paper = (await found(request.paper, services)).paper
    asked_for = await _looked_for(requester, services)
    phrases = [each for each in phrases_to_mute(paper.title) if not asked_for & set(each.words.tokens)]
    counts = await services.store.search.counts([phrase.words for phrase in phrases])
    chosen = rarest_phrases(phrases, counts, WORDS_OFFERED)
    buttons = Buttons(requester, services.clock.now())
    names = names_to_mute(paper.authors)
    offers = (
        *(buttons.command(f"Mute “{phrase.text}”", f'settings mute "{phrase.text}"') for phrase in chosen),
        *(buttons.command(f"Mute {name}", f'settings mute author:"{name}"') for name in names),
    )
    await buttons.keep(services.store.requests)
    document = less_like_this(paper, chosen, names, offers, channel=requester.channel, here=requester.here)
    return Reply(verb="less", document=document)


async def _looked_for(requester: Requester, services: Services) -> frozenset[str]:
    """Return the words that the channel's subscriptions ask for, as tokens."""
    known = await services.store.subscriptions.of_channel(requester.channel)
    wanted = (leaf for each in known for leaf, is_wanted in each.query.leaves() if is_wanted)
    return frozenset(token for leaf in wanted if isinstance(leaf, Words) for token in leaf.tokens)
