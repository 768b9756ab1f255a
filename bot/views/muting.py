"""Mutes: what there is to mute, and what was muted. Pure."""

from collections.abc import Sequence
from typing import Final

from bot.document import Action, BulletList, Document, Note, Paragraph, Spans, Text, code
from bot.matching.similar import Phrase
from bot.model.channel import Channel
from bot.model.digest import Digest
from bot.model.paper import Paper
from bot.query.ast import Query
from bot.views.words import count, name_from, to_whom

MUTES_NAMED: Final = 3
"""Mutes that stand in a sentence; the rest is counted."""


def less_like_this(
    paper: Paper,
    phrases: Sequence[Phrase],
    names: Sequence[str],
    offers: tuple[Action, ...],
    *,
    channel: Channel,
    here: Channel,
) -> Document:
    """Offer to mute words of a paper's title, or an author, for the whole channel."""
    mute, for_whom = "/papers settings mute", to_whom(channel, here)
    whose = "you" if channel.is_personal else name_from(channel, here)
    digests = f"digest of {'your own' if channel.is_personal else whose}"
    if not offers:
        said = f"I find no word of {paper.title} that could be muted. "
        return Document(blocks=(Paragraph((Text(said), code(f'{mute} "word"{for_whom}'))),))
    commands = [f'{mute} "{phrase.text}"{for_whom}' for phrase in phrases]
    commands += [f'{mute} author:"{name}"{for_whom}' for name in names]
    return Document(
        heading=(Text(f"Less like {paper.title}: what should {whose} not see again?"),),
        blocks=(
            BulletList(tuple((code(command),) for command in commands)),
            Note((Text(f"A mute holds for every {digests}, and can be undone."),)),
        ),
        actions=offers,
        summary=f"Less like {paper.title}",
    )


def muted_in_words(digest: Digest) -> str:
    """Say what would have matched but for the channel's mutes, and for which; empty where nothing would."""
    if not digest.muted:
        return ""
    named = [str(mute) for mute in digest.mutes[:MUTES_NAMED]]
    if more := len(digest.mutes) - len(named):
        named.append(f"{more} more")
    was = "was" if digest.muted == 1 else "were"
    return f"{count(digest.muted, 'new paper')} matched and {was} muted here by {', '.join(named)}"


def how_to_unmute(mutes: Sequence[Query], channel: Channel, here: Channel) -> Spans:
    """Say what lets through again what these mutes keep out."""
    if len(mutes) == 1:
        unmute = f"/papers settings unmute {mutes[0]}{to_whom(channel, here)}"
        return code(unmute), Text(" lets such papers through again.")
    shown, way_out = (f"/papers settings{rest}{to_whom(channel, here)}" for rest in ("", " unmute WORD"))
    return code(shown), Text(" shows every mute; "), code(way_out), Text(" takes one back.")
