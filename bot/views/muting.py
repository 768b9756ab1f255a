"""Less like this: what there is to mute. Pure."""

from collections.abc import Sequence

from bot.document import Action, BulletList, Document, Note, Paragraph, Text, code
from bot.matching.similar import Phrase
from bot.model.paper import Paper


def less_like_this(
    paper: Paper, phrases: Sequence[Phrase], names: Sequence[str], offers: tuple[Action, ...]
) -> Document:
    """Offer to mute words of a paper's title, or an author, for the whole channel."""
    if not offers:
        said = f"I find no word of {paper.title} that could be muted. "
        return Document(blocks=(Paragraph((Text(said), code('/papers settings mute "word"'))),))
    commands = [f'/papers settings mute "{phrase.text}"' for phrase in phrases]
    commands += [f'/papers settings mute author:"{name}"' for name in names]
    return Document(
        heading=(Text(f"Less like {paper.title}: what should this channel not see again?"),),
        blocks=(
            BulletList(tuple((code(command),) for command in commands)),
            Note((Text("A mute holds for every digest of this channel, and can be undone."),)),
        ),
        actions=offers,
        summary=f"Less like {paper.title}",
    )
