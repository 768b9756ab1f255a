"""Judges a message's body as Discord does: what it would refuse, in words. Written from its documentation alone."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Json = Any

V2 = 1 << 15
EPHEMERAL = 1 << 6
ROW, BUTTON, SELECT, SECTION, TEXT, CONTAINER, SEPARATOR = 1, 2, 3, 9, 10, 17, 14
LINK_STYLE = 5

KEYS: Mapping[int, frozenset[str]] = {
    ROW: frozenset({"components"}),
    BUTTON: frozenset({"style", "label", "custom_id", "url", "disabled", "emoji"}),
    SELECT: frozenset({"custom_id", "options", "placeholder", "min_values", "max_values", "disabled"}),
    SECTION: frozenset({"components", "accessory"}),
    TEXT: frozenset({"content"}),
    CONTAINER: frozenset({"components", "accent_color", "spoiler"}),
    SEPARATOR: frozenset({"divider", "spacing"}),
}
CHILDREN: Mapping[int, frozenset[int]] = {
    ROW: frozenset({BUTTON, SELECT}),
    SECTION: frozenset({TEXT}),
    CONTAINER: frozenset({ROW, SECTION, TEXT, SEPARATOR}),
}
TOP = frozenset({ROW, SECTION, TEXT, SEPARATOR, CONTAINER})
BESIDE_V2 = frozenset({"content", "embeds", "poll", "sticker_ids"})
MESSAGE_KEYS = frozenset({"flags", "components", "content", "allowed_mentions", "nonce", "enforce_nonce", "tts"})


def wrong_with(body: Json) -> str:
    """Return why Discord would refuse a message, or what in it could ping somebody; empty for a good one."""
    return next(_mistakes(body), "")


def components_in(body: Json) -> Iterator[Json]:
    """Yield every component of a body, nested ones and accessories too, in order."""
    for each in body.get("components", ()):
        yield each
        yield from components_in(each)
        if "accessory" in each:
            yield each["accessory"]


def texts_in(body: Json) -> list[str]:
    """Return the texts that a message shows, in order."""
    return [each["content"] for each in components_in(body) if each["type"] == TEXT]


def numbered(body: Json) -> Json:
    """Return the components as Discord gives them back: each with a number of its own."""
    numbers = iter(range(1, 1000))

    def with_id(each: Json) -> Json:
        own = {**each, "id": next(numbers)}
        if "components" in each:
            own["components"] = [with_id(child) for child in each["components"]]
        if "accessory" in each:
            own["accessory"] = with_id(each["accessory"])
        return own

    return [with_id(each) for each in body.get("components", ())]


def _mistakes(body: Json) -> Iterator[str]:
    if unknown := body.keys() - MESSAGE_KEYS:
        yield f"unknown keys {sorted(unknown)}"
    mentions = body.get("allowed_mentions")
    if mentions is None or mentions.get("parse") != [] or mentions.keys() - {"parse", "roles", "users"}:
        yield "anybody may be mentioned"
    elif len(mentions.get("roles", ())) > 100 or len(mentions.get("users", ())) > 100:
        yield "too many mentions"
    if "nonce" in body and not 1 <= len(str(body["nonce"])) <= 25:
        yield "nonce: 1 to 25 characters"
    if body.get("flags", 0) & V2:
        if both := BESIDE_V2 & body.keys():
            yield f"{sorted(both)} beside components of version 2"
        yield from _component_mistakes(body)
    else:
        if not 1 <= len(body.get("content", "")) <= 2000:
            yield "content: 1 to 2000 characters"
        if {each["type"] for each in body.get("components", ())} - {ROW}:
            yield "components of version 2 without the flag"


def _component_mistakes(body: Json) -> Iterator[str]:
    every = list(components_in(body))
    if not 1 <= len(every) <= 40:
        yield f"{len(every)} components"
    if sum(map(len, texts_in(body))) > 4000:
        yield "more than 4000 characters"
    names = [each["custom_id"] for each in every if "custom_id" in each]
    if len(set(names)) != len(names):
        yield "a custom_id comes twice"
    if any(each["type"] not in TOP for each in body["components"]):
        yield "this does not stand alone"
    for each in every:
        yield from _component_mistake(each)


def _component_mistake(each: Json) -> Iterator[str]:
    kind = each["type"]
    if kind not in KEYS or each.keys() - KEYS[kind] - {"type", "id"}:
        yield f"no such component: {each}"
        return
    if {child["type"] for child in each.get("components", ())} - CHILDREN.get(kind, frozenset()):
        yield f"{kind} does not hold this"
    if "custom_id" in each and not 1 <= len(each["custom_id"]) <= 100:
        yield "custom_id: 1 to 100 characters"
    for says, is_good in GOOD.get(kind, {}).items():
        if not is_good(each):
            yield says


def _is_link_or_action(button: Json) -> bool:
    is_link = "url" in button
    return is_link == (button["style"] == LINK_STYLE) and is_link != ("custom_id" in button)


def _is_address(url: str) -> bool:
    return url.startswith(("http://", "https://")) and len(url) <= 512


GOOD: Mapping[int, Mapping[str, Callable[[Json], bool]]] = {
    ROW: {"a row holds 1 to 5 buttons": lambda row: 1 <= len(row["components"]) <= 5},
    BUTTON: {
        "label: 1 to 80 characters": lambda button: 1 <= len(button.get("label", "")) <= 80,
        "a button is a link, or has a custom_id": _is_link_or_action,
        "url: an address of at most 512 characters": lambda button: _is_address(button.get("url", "https://")),
    },
    SELECT: {
        "a select has 1 to 25 options": lambda select: 1 <= len(select["options"]) <= 25,
        "option: 1 to 100 characters": lambda select: all(
            1 <= len(option[key]) <= 100 for option in select["options"] for key in ("label", "value")
        ),
    },
    SECTION: {
        "a section is 1 to 3 texts": lambda section: 1 <= len(section["components"]) <= 3,
        "a section has something beside": lambda section: "accessory" in section,
    },
    TEXT: {"a text has 1 to 4000 characters": lambda text: 1 <= len(text["content"]) <= 4000},
    CONTAINER: {"an empty container": lambda container: bool(container["components"])},
}
