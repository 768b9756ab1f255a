"""Modals: `edit` to fill in, its fields made from the catalog's parameters. Pure.

    Form ──kept_of, fields_of──> a modal, whose id keeps what it is about
    what was filled in ──options_of──> typed options

A modal has five fields, so that it holds what most people change: what to look for, when, from where, and how many. The
command has the rest. Days and time stand in one field, as people say them: `weekdays 09:00`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.discord.limits import DESCRIPTION, INPUT_TEXT, MODAL_TITLE
from bot.commands.catalog.steering import EDIT
from bot.commands.place import place_options
from bot.document import Form
from bot.errors import CommandError, UserError
from bot.query.parse import MAX_LENGTH
from bot.text.tldr import cut

Json = Any
Options = dict[str, str | int | bool]

FORM: Final = "form"
AGAIN: Final = "again"
"""What the ids of forms begin with, and of buttons that open one again."""

_QUERY, _OFTEN, _WHEN, _SOURCE, _MAX = "query", "often", "when", "source", "max"
_DAILY, _WEEKLY, _INSTANT = "daily", "weekly", "instant"
_OFTENS: Final = {_DAILY: "On chosen days", _WEEKLY: "Once a week", _INSTANT: "Soon after they appear"}
_LABELS: Final = {
    _QUERY: "What to look for",
    _OFTEN: "How often",
    _WHEN: "Days and time",
    _SOURCE: "Sources",
    _MAX: "Papers in a digest, at most",
}
_WHEN_HINT: Final = "As in: weekdays 09:00, or mon,wed 08:30, or fri 16:00. Not used for: soon after they appear."
_WEEKDAYS: Final = "weekdays"
_NONE: Final = "none"
"""What takes back what was set, where the field is emptied."""

_PARAMETERS: Final = {parameter.name: parameter for parameter in EDIT.parameters}

_LABEL, _INPUT, _SELECT = 18, 4, 3
_ONE_LINE, _LINES = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a form keeps in its id: the subscription, where it acts, whether it had a cap; `typed` names what was typed.

    Whoever sends it off could write another one: it is trusted with nothing that the command would not take as typed.
    """

    number: str
    acts_in: str
    had_cap: bool = False
    typed: str = ""

    def id(self, beginning: str) -> str:
        """Return it as an id that begins so."""
        return ":".join((beginning, self.number, self.acts_in, "1" if self.had_cap else "", self.typed))

    @classmethod
    def read(cls, text: str) -> "Kept":
        """Read what `id` gave.

        Raises:
            ValueError: it did not.
        """
        _, number, acts_in, had_cap, typed = text.split(":")
        return cls(number=number, acts_in=acts_in, had_cap=bool(had_cap), typed=typed)


def kept_of(form: Form) -> Kept:
    """Return what a form keeps."""
    return Kept(number=form.values.get("number", ""), acts_in=form.channel, had_cap=_MAX in form.values)


def fields_of(form: Form) -> Mapping[str, str]:
    """Return what the fields of a form begin with."""
    values = form.values
    often = next((name for name in _OFTENS if name in values), _DAILY)
    when = values.get(often, "")
    if often == _DAILY:
        when = f"{values.get('days') or _WEEKDAYS} {when}".strip()
    return {
        _QUERY: values.get(_QUERY, ""),
        _OFTEN: often,
        _WHEN: "" if often == _INSTANT else when,
        _SOURCE: values.get(_SOURCE, ""),
        _MAX: values.get(_MAX, ""),
    }


def modal(kept: Kept, fields: Mapping[str, str]) -> Json:
    """Return the form with what stands in its fields."""
    return {
        "custom_id": replace(kept, typed="").id(FORM),
        "title": cut(f"Change #{kept.number}", MODAL_TITLE),
        "components": list(_components(fields)),
    }


def _components(fields: Mapping[str, str]) -> Iterator[Json]:
    query, source, most = (_PARAMETERS[name] for name in (_QUERY, _SOURCE, _MAX))
    yield _field(_QUERY, _input(_LINES, MAX_LENGTH, is_required=True), fields, query.help)
    options = [
        {"label": label, "value": name, "default": fields.get(_OFTEN) == name} for name, label in _OFTENS.items()
    ]
    select = {"type": _SELECT, "custom_id": _OFTEN, "options": options}
    yield {"type": _LABEL, "label": _LABELS[_OFTEN], "component": select}
    yield _field(_WHEN, _input(_ONE_LINE, DESCRIPTION), fields, _WHEN_HINT)
    yield _field(_SOURCE, _input(_ONE_LINE, INPUT_TEXT), fields, source.help)
    yield _field(_MAX, _input(_ONE_LINE, DESCRIPTION), fields, most.help)


def _input(style: int, most: int, *, is_required: bool = False) -> Json:
    return {"type": _INPUT, "style": style, "max_length": most, "required": is_required}


def _field(name: str, element: Json, fields: Mapping[str, str], hint: str) -> Json:
    value = fields.get(name, "")[: element["max_length"]]
    described = cut(hint.replace("`", ""), DESCRIPTION)
    filled = {**element, "custom_id": name, **({"value": value} if value else {})}
    return {"type": _LABEL, "label": _LABELS[name], "description": described, "component": filled}


# --- what was filled in ----------------------------------------------------------------------------------------------


def options_of(kept: Kept, fields: Mapping[str, str], here: str) -> Options:
    """Return what was filled in as typed options of `edit`; `here` is the channel where that was.

    What was emptied stays, but for the cap, which is taken back.
    """
    said = {name: value.strip() for name, value in fields.items()}
    options: Options = {"number": kept.number}
    options |= {name: said[name] for name in (_QUERY, _SOURCE, _MAX) if said.get(name)}
    if kept.had_cap and not said.get(_MAX):
        options[_MAX] = _NONE
    options.update(_hours_of(said.get(_OFTEN, ""), said.get(_WHEN, "").split()))
    return {**options, **place_options(kept.acts_in, here)}


def _hours_of(often: str, when: Sequence[str]) -> Iterator[tuple[str, str | bool]]:
    """Yield the flags that say when: words with a digit, and what follows a time, are the time; the others are days."""
    is_time = [any(map(str.isdigit, word)) or word.lower() in {"am", "pm", "a.m.", "p.m."} for word in when]
    at = " ".join(word for word, is_it in zip(when, is_time, strict=True) if is_it)
    days = [word.strip(",") for word, is_it in zip(when, is_time, strict=True) if not is_it and word.lower() != "at"]
    match often:
        case "instant":
            yield often, True
        case "weekly":
            # Weekdays are what stood there while it was daily, and no choice.
            yield often, " ".join((*(days if days != [_WEEKDAYS] else ()), at)).strip()
        case "daily":
            yield often, at
            if days:
                yield "days", ",".join(days)


def field_of(mistake: UserError) -> str:
    """Return the label of the field that a mistake is in; empty where it is in none, or in several."""
    parameter = mistake.parameter if isinstance(mistake, CommandError) else ""
    field = {_DAILY: _WHEN, _WEEKLY: _WHEN, "days": _WHEN, _INSTANT: _OFTEN}.get(parameter, parameter)
    return _LABELS.get(field, "")
