"""What is said about a channel's settings. Pure."""

from collections.abc import Iterator
from datetime import datetime

from bot.document import BulletList, Document, Fields, Paragraph, Spans, Text, Time, code
from bot.model.channel import Channel, ChannelSettings, WhoCanManage
from bot.query.ast import Query
from bot.views.words import count, name_from, person, to_whom

_WHO = {WhoCanManage.EVERYONE: "everyone here", WhoCanManage.MANAGERS: "managers"}


def settings_shown(settings: ChannelSettings, channel: Channel, here: Channel, *, default_zone: str) -> Document:
    """Show every setting of a channel, and how to change one."""
    pairs = tuple((name, (Text(value),)) for name, value in _values(settings, default_zone))
    told = (
        Text("Change one as in "),
        code(f"/papers settings max 10{to_whom(channel, here)}"),
        Text("; "),
        code("/papers help settings"),
    )
    return Document(blocks=(Fields(pairs), Paragraph((*told, Text(" explains them.")))), summary="Settings")


def settings_changed(
    before: ChannelSettings,
    after: ChannelSettings,
    channel: Channel,
    here: Channel,
    *,
    by: str,
    default_zone: str,
    next_due: datetime | None,
) -> Document:
    """Say what changed, as it was and as it is; `next_due` is that of the hours a new time zone moved."""
    whose = "their own digests" if channel.is_personal else name_from(channel, here)
    blocks: list[Paragraph | BulletList] = [
        Paragraph((Text(f"{person(by)} changed the settings of {whose}:"),)),
        BulletList(tuple(_changes(before, after, default_zone))),
    ]
    if next_due is not None:
        zone = after.timezone or default_zone
        moved: Spans = (Text("Digests without a zone of their own follow it. Next digest: "), Time(next_due, zone))
        blocks.append(Paragraph((*moved, Text("."))))
    return Document(blocks=tuple(blocks), summary="Settings changed")


def settings_unchanged(channel: Channel, here: Channel, *, mute: Query | None) -> Document:
    """Say that everything is so already, in a line; `mute` is what was to be muted."""
    what = "That is so already" if mute is None else f"{mute} is muted already"
    how = code(f"/papers settings{to_whom(channel, here)}"), Text(" shows how everything is set.")
    return Document(blocks=(Paragraph((Text(f"{what}; I changed nothing. "), *how)),), summary="Nothing changed")


def _values(settings: ChannelSettings, default_zone: str) -> Iterator[tuple[str, str]]:
    yield "timezone", settings.timezone or f"{default_zone} (the default)"
    yield "max", f"{count(settings.cap, 'paper')} a digest"
    yield "who-can-manage", _WHO[settings.who_can_manage]
    yield "mute", ", ".join(map(str, settings.mutes)) or "nothing"
    yield "quiet-notes", "on" if settings.quiet_notes else "off"


def _changes(before: ChannelSettings, after: ChannelSettings, default_zone: str) -> Iterator[Spans]:
    for (name, was), (_, is_) in zip(_values(before, default_zone), _values(after, default_zone), strict=True):
        if was != is_ and name != "mute":
            yield (Text(f"{name}: {was} → {is_}"),)
    yield from (_muted("muted", each) for each in after.mutes if each not in before.mutes)
    yield from (_muted("no longer muted", each) for each in before.mutes if each not in after.mutes)


def _muted(said: str, mute: Query) -> Spans:
    return (Text(f"{said}: {mute}"),)
