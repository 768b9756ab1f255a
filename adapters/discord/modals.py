"""Builds the form (modal) of `edit`, and reads a submitted one. Pure.

    Form ──kept_of, fields_of──> a modal, whose custom_id holds a `Kept`
    submitted fields ──options_of──> typed options ──mistakes?──mistaken──> a message, with a button that reopens it

Discord allows five fields, so the form has what most people change: query, how often, days and time, source, and how
many papers. The command has the rest. Days and time share one field, as people say them: `weekdays 09:00`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from adapters.discord.limits import DESCRIPTION, INPUT_TEXT, MODAL_TITLE
from bot.commands.catalog.steering import EDIT
from bot.commands.filling import (
    DAILY,
    DAYS,
    INSTANT,
    LABELS,
    OFTEN_LABEL,
    OFTENS,
    WEEKLY,
    Hours,
    Options,
    hour_options,
    hours_in,
    option_of,
    taken_back,
    words_in_form,
)
from bot.commands.place import place_options
from bot.commands.refusal import spans_of
from bot.document import Action, Block, Code, Document, Form, Paragraph, Text, strong
from bot.errors import PlacedError, UserError
from bot.query.parse import MAX_LENGTH
from bot.text.tldr import cut

Json = Any

FORM: Final = "form"
AGAIN: Final = "again"
"""How the ids of forms begin, and of buttons that reopen one."""

_QUERY, _OFTEN, _WHEN, _SOURCE, _MAX = "query", "often", "when", "source", "max"
_FIELDS: Final = (_QUERY, _OFTEN, _WHEN, _SOURCE, _MAX)
_LABELS: Final = {**LABELS, _OFTEN: OFTEN_LABEL, _WHEN: "Days and time"}
_PLACES: Final = {DAILY: _WHEN, WEEKLY: _WHEN, DAYS: _WHEN, INSTANT: _OFTEN}
"""The field where a mistake in each schedule flag is shown."""

_WHEN_HINT: Final = "As in: weekdays 09:00, or mon,wed 08:30, or fri 16:00. Not used for: soon after they appear."

_PARAMETERS: Final = {parameter.name: parameter for parameter in EDIT.parameters}

_LABEL, _INPUT, _SELECT = 18, 4, 3
_ONE_LINE, _LINES = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a form keeps in its id.

    `number` is the subscription's, `acts_in` the channel where the command acts, `had_cap` whether the field of the cap
    was filled, `typed` the key under which rejected fields are remembered.

    A person could submit a forged id. That gives them nothing: the same values could be typed as a command.
    """

    number: str
    acts_in: str
    had_cap: bool = False
    typed: str = ""

    def id(self, beginning: str) -> str:
        """Return it as a custom_id with this beginning."""
        return ":".join((beginning, self.number, self.acts_in, "1" if self.had_cap else "", self.typed))

    @classmethod
    def read(cls, text: str) -> "Kept":
        """Read a custom_id that `id` made.

        Raises:
            ValueError: it is malformed.
        """
        _, number, acts_in, had_cap, typed = text.split(":")
        return cls(number=number, acts_in=acts_in, had_cap=bool(had_cap), typed=typed)


def kept_of(form: Form) -> Kept:
    """Return what a form has to remember until it is submitted."""
    return Kept(number=form.values.get("number", ""), acts_in=form.channel, had_cap=_MAX in form.values)


def fields_of(form: Form) -> Mapping[str, str]:
    """Return the initial values of a form's fields."""
    values, hours = form.values, hours_in(form.values)
    return {
        _QUERY: values.get(_QUERY, ""),
        _OFTEN: hours.often,
        _WHEN: "" if hours.often == INSTANT else f"{hours.days} {hours.at}".strip(),
        _SOURCE: values.get(_SOURCE, ""),
        _MAX: values.get(_MAX, ""),
    }


def modal(kept: Kept, fields: Mapping[str, str]) -> Json:
    """Return the modal, its fields filled with these values."""
    return {
        "custom_id": replace(kept, typed="").id(FORM),
        "title": cut(f"Change #{kept.number}", MODAL_TITLE),
        "components": list(_components(fields)),
    }


def _components(fields: Mapping[str, str]) -> Iterator[Json]:
    query, source, most = (_PARAMETERS[name] for name in (_QUERY, _SOURCE, _MAX))
    yield _field(_QUERY, _input(_LINES, MAX_LENGTH, is_required=True), fields, query.help)
    options = [{"label": label, "value": name, "default": fields.get(_OFTEN) == name} for name, label in OFTENS.items()]
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
    """Return a submitted form as typed options of `edit`; `here` is the id of the channel where it was submitted.

    Emptying a field changes nothing, except that an emptied cap is removed.
    """
    said = {name: value.strip() for name, value in fields.items()}
    options: Options = {"number": kept.number}
    options |= {name: said[name] for name in (_QUERY, _SOURCE, _MAX) if said.get(name)}
    if kept.had_cap and not said.get(_MAX):
        options[_MAX] = taken_back(_PARAMETERS[_MAX])
    if (often := said.get(_OFTEN)) in OFTENS:
        options.update(hour_options(_hours_of(often, said.get(_WHEN, "").split())))
    return {**options, **place_options(kept.acts_in, here)}


def _hours_of(often: str, when: Sequence[str]) -> Hours:
    """Read days and time from one field: words with a digit, "am" and "pm" are the time, all others are days."""
    is_time = [any(map(str.isdigit, word)) or word.lower() in {"am", "pm", "a.m.", "p.m."} for word in when]
    at = " ".join(word for word, is_it in zip(when, is_time, strict=True) if is_it)
    days = (word.strip(",") for word, is_it in zip(when, is_time, strict=True) if not is_it and word.lower() != "at")
    return Hours(often=often, days=",".join(days), at=at)


def mistaken(mistakes: Sequence[UserError], kept: Kept) -> Document:
    """Return a message with all mistakes, each with its field, and a button that reopens the form.

    Discord's forms themselves cannot show mistakes.
    """
    verb, _, target = kept.id(AGAIN).partition(":")
    again = Action(label="Open the form again", verb=verb, target=target)
    # Mistakes that belong to no single field come last.
    placed = sorted(((_place_of(each), each) for each in mistakes), key=lambda pair: pair[0])
    blocks = tuple(block for place, mistake in placed for block in _blocks(place, mistake))
    return Document(blocks=blocks, summary=words_in_form(placed[0][1]).replace("`", ""), actions=(again,))


def _place_of(mistake: UserError) -> int:
    """Return the index of the field that a mistake is in; one past the last if it is in no single field."""
    option = option_of(mistake)
    field = _PLACES.get(option, option)
    return _FIELDS.index(field) if field in _FIELDS else len(_FIELDS)


def _blocks(place: int, mistake: UserError) -> Iterator[Block]:
    label = (strong(f"{_LABELS[_FIELDS[place]]}:"), Text(" ")) if place < len(_FIELDS) else ()
    yield Paragraph((*label, *spans_of(words_in_form(mistake))))
    if isinstance(mistake, PlacedError) and mistake.text.strip():
        yield Code(mistake.caret())
