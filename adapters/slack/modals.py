"""Builds modals: a document to read, or a form for a command; and reads a submitted form. Pure.

    Form ──form_view──> one input block a parameter, whose block_id is the parameter's name
    submitted fields ──options_of──> typed options ──a mistake──> errors_of: the message at its field

The catalog's schedule flags (--daily, --weekly, --at ...) become three fields: how often, at what time, on which days.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.slack.blocks import section
from adapters.slack.interactions import Kept
from adapters.slack.limits import INPUT_LABEL, INPUT_TEXT, OPTION_TEXT, VIEW_BLOCKS, VIEW_TITLE
from adapters.slack.mrkdwn import cut, words
from adapters.slack.render import answer
from bot.commands.catalog import command_named
from bot.commands.command import Command
from bot.commands.filling import (
    DAILY,
    DAYS,
    INSTANT,
    LABELS,
    OFTEN_LABEL,
    OFTENS,
    ON_WEEKDAYS,
    WEEKLY,
    Hours,
    Options,
    hour_options,
    hours_in,
    option_of,
    taken_back,
    words_in_form,
)
from bot.commands.parameter import Kind, Parameter
from bot.document import Document, Form, Text
from bot.errors import UserError
from bot.model.cadence import WEEKDAY_NAMES, WEEKDAYS
from bot.query.parse import MAX_LENGTH
from bot.text.clean import clean

Json = Any

FORM: Final = "form"
"""The callback_id of every form."""

FORMS: Final = frozenset({"subscribe", "edit", "import"})
"""Commands with a form. It opens when the command is typed without arguments; `edit` needs a subscription's number."""

_FIELD: Final = "field"
_OFTEN, _AT, _ON = "often", "at", DAYS
_PLACES: Final = {DAILY: _AT, WEEKLY: _ON, INSTANT: _OFTEN}
"""The field where a mistake in each schedule flag is shown."""

_HINTS: Final = {"file": "What `export` wrote, changed or not. Nothing changes before you have seen what would."}
"""Hints for fields whose help in the catalog does not suit a form."""

_DAYS: Final = {"daily": WEEKDAY_NAMES, ON_WEEKDAYS: [WEEKDAY_NAMES[day] for day in sorted(WEEKDAYS)]}
"""The days that a word for several days stands for."""

_AT_HINT: Final = "In the time zone below; left empty it is the hour that the channel has, or 09:00."

_SUBMITS: Final = {"subscribe": "Subscribe", "edit": "Change", "import": "Show changes"}
_TITLES: Final = {"subscribe": "Subscribe", "edit": "Change", "import": "Import"}
_LOADING: Final = "One moment …"
_CUT: Final = "There is more than fits here."


def loading_view(title: str, kept: Kept) -> Json:
    """Return a modal that says "One moment": it must open within three seconds, and is filled later."""
    return _view(title, [{"type": "section", "text": _plain(_LOADING, OPTION_TEXT)}], kept)


def document_view(title: str, document: Document, kept: Kept) -> Json:
    """Return a modal that shows a document, as many blocks as fit; a last line says if there is more."""
    blocks = [block for message in answer(document) for block in message["blocks"]]
    if len(blocks) > VIEW_BLOCKS:
        blocks = [*blocks[: VIEW_BLOCKS - 1], *(piece.block for piece in section((Text(_CUT),)))]
    return _view(title, blocks, kept)


def _view(title: str, blocks: list[Json], kept: Kept) -> Json:
    return {
        "type": "modal",
        "title": _plain(title, VIEW_TITLE),
        "close": _plain("Close", VIEW_TITLE),
        "private_metadata": kept.text(),
        "blocks": blocks,
    }


# --- a command to fill in --------------------------------------------------------------------------------------------


def form_kept(form: Form, channel_id: str, response_url: str) -> Kept:
    """Return what a form has to remember until it is submitted."""
    return Kept(
        channel_id=channel_id,
        response_url=response_url,
        verb=form.verb,
        acts_in=form.channel,
        number=form.values.get("number", ""),
        had=tuple(sorted(form.values.keys() - {"number"})),
    )


def form_view(form: Form, kept: Kept) -> Json:
    """Return the modal with a command's form, filled with the values that the form has now."""
    command = _command(form.verb)
    title = f"{_TITLES[form.verb]} #{kept.number}" if kept.number else _TITLES[form.verb]
    view = _view(title, list(_fields(command, form.values)), kept)
    return {
        **view,
        "callback_id": FORM,
        "close": _plain("Cancel", VIEW_TITLE),
        "submit": _plain(_SUBMITS[form.verb], VIEW_TITLE),
    }


def _fields(command: Command, values: Mapping[str, str]) -> Iterator[Json]:
    for parameter in command.parameters:
        name, value = parameter.name, values.get(parameter.name)
        if name == DAILY:
            yield from _hours(command, values)
        elif name not in _PLACES and name != _ON and (element := _element(parameter, value)):
            # Slack itself insists only on the query or the file; other mistakes are said at their field by `errors_of`.
            is_needed = parameter.is_free and not parameter.is_first
            hint = _HINTS.get(name, parameter.help)
            yield _input(name, LABELS.get(name, name), element, hint=hint, is_optional=not is_needed)


def _element(parameter: Parameter, value: str | None) -> Json | None:
    match parameter.kind:
        case Kind.QUERY | Kind.ZONE | Kind.SOURCES | Kind.FILE:
            is_long = parameter.kind in {Kind.QUERY, Kind.FILE}
            most = MAX_LENGTH if parameter.kind is Kind.QUERY else INPUT_TEXT
            element: Json = {"type": "plain_text_input", "multiline": is_long, "max_length": most}
            return {**element, "initial_value": value[:most]} if value else element
        case Kind.INTEGER:
            element = {
                "type": "number_input",
                "is_decimal_allowed": False,
                "min_value": str(parameter.least),
                "max_value": str(parameter.most),
            }
            return {**element, "initial_value": value} if value else element
        case Kind.SWITCH if parameter.name in LABELS:
            options = [_option(LABELS[parameter.name], parameter.name)]
            element = {"type": "checkboxes", "options": options}
            return {**element, "initial_options": options} if value is not None else element
        case _:
            return None


def _hours(command: Command, values: Mapping[str, str]) -> Iterator[Json]:
    """Yield the three schedule fields: how often, at what time, on which days."""
    hours = hours_in(values)
    options = {name: _option(label, name) for name, label in OFTENS.items()}
    often = {"type": "static_select", "options": list(options.values()), "initial_option": options[hours.often]}
    yield _input(_OFTEN, OFTEN_LABEL, often, hint=command.flags[INSTANT].help)
    time = {"type": "timepicker", "initial_time": hours.at} if hours.at else {"type": "timepicker"}
    yield _input(_AT, "At", time, hint=_AT_HINT, is_optional=True)
    days = [_option(name.capitalize(), name) for name in WEEKDAY_NAMES]
    chosen = _DAYS.get(hours.days) or hours.days.split(",")
    initial = [each for each in days if each["value"] in chosen]
    select = {"type": "multi_static_select", "options": days, **({"initial_options": initial} if initial else {})}
    yield _input(_ON, "On", select, hint="Once a week takes one day.", is_optional=True)


def _input(name: str, label: str, element: Json, *, hint: str = "", is_optional: bool = False) -> Json:
    block = {
        "type": "input",
        "block_id": name,
        "label": _plain(label, INPUT_LABEL),
        "element": {**element, "action_id": _FIELD},
        "optional": is_optional,
    }
    return {**block, "hint": _plain(hint.replace("`", ""), INPUT_LABEL)} if hint else block


def _option(label: str, value: str) -> Json:
    return {"text": _plain(label, OPTION_TEXT), "value": value}


def _plain(text: str, limit: int) -> Json:
    shown = words(cut((Text(" ".join(clean(text).split())),), limit))
    return {"type": "plain_text", "text": shown, "emoji": False}


# --- what was filled in ----------------------------------------------------------------------------------------------


def options_of(kept: Kept, fields: Mapping[str, Json]) -> Options:
    """Return a submitted form as typed options, by parameter name; emptying a field resets its option."""
    command = _command(kept.verb)
    options: Options = {"number": kept.number} if kept.number else {}
    names = {parameter.name for parameter in command.parameters}
    for parameter in command.parameters:
        name = parameter.name
        state = fields.get(name)
        if state is None or name == _ON:
            continue
        if parameter.kind is Kind.SWITCH:
            if state.get("selected_options"):
                options[name] = True
            elif f"no-{name}" in names:
                options[f"no-{name}"] = True
        elif value := (state.get("value") or "").strip():
            options[name] = value
        elif name in kept.had and (nothing := taken_back(parameter)):
            options[name] = nothing
    if _OFTEN in fields:
        options.update(hour_options(_hours_of(fields)))
    return options


def _hours_of(fields: Mapping[str, Json]) -> Hours:
    days = (fields.get(_ON) or {}).get("selected_options") or ()
    return Hours(
        often=fields[_OFTEN]["selected_option"]["value"],
        days=",".join(each["value"] for each in days),
        at=(fields.get(_AT) or {}).get("selected_time") or "",
    )


def errors_of(kept: Kept, mistakes: Sequence[UserError]) -> Mapping[str, str]:
    """Return what to say at which field, by block_id; of several mistakes at one field, the first."""
    errors: dict[str, str] = {}
    for mistake in mistakes:
        place, said = _error_of(kept, mistake)
        errors.setdefault(place, said)
    return errors


def _error_of(kept: Kept, mistake: UserError) -> tuple[str, str]:
    option = option_of(mistake)
    parameters = [each.name for each in _command(kept.verb).parameters if each.name != "number"]
    place = _PLACES.get(option, option)
    is_field = place in {*parameters, *_PLACES.values()}
    said = clean(words_in_form(mistake).replace("`", ""))
    return place if is_field else parameters[0], words(cut((Text(said),), INPUT_TEXT // 2))


def _command(verb: str) -> Command:
    command = command_named(verb)
    if command is None or verb not in FORMS:
        raise ValueError(f"no form for {verb!r}")
    return command
