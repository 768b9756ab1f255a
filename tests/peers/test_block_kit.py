"""Block Kit by Slack's own TypeScript types, made into a JSON Schema: they know every key, and no length."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft7Validator

from adapters.slack.interactions import Kept
from adapters.slack.modals import FORMS, document_view, form_kept, form_view, loading_view
from bot.document import Form
from tests.block_kit import judged
from tests.console import ROOT
from tests.documents import AT_ONCE, SEEDS, a_document

pytestmark = pytest.mark.peers

Json = Any

HERE = Path(__file__).parent
MODULES = ROOT / ".peers" / "node_modules"
GOLDEN = sorted((ROOT / "tests" / "golden").glob("slack-*.json"))
TYPES = "block_kit.ts"
LOOKS_AT_CHARACTERS = {"pattern", "format", "minLength", "maxLength"}
OTHER = "…"


class Oracle:
    """The schema of Slack's types. What differs in free text alone is judged once."""

    def __init__(self, schema: Json) -> None:
        self._definitions = schema["definitions"]
        parts = list(_parts(self._definitions))
        assert not [
            each for each in parts if any(isinstance(each.get(key), str | int) for key in LOOKS_AT_CHARACTERS)
        ], "free text is no longer the same to it"
        self._words = {each["const"] for each in parts if isinstance(each.get("const"), str)}
        self._words |= {word for each in parts if isinstance(each.get("enum"), list) for word in each["enum"]}
        self._validators = {each: self._validator(each) for each in ("Payload", "Modal")}
        self._taken: set[str] = set()

    def _validator(self, name: str) -> Draft7Validator:
        return Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": self._definitions})

    def takes_message(self, blocks: Json) -> bool:
        return all(self._takes("Payload", {"blocks": [block]}) for block in blocks)

    def takes_modal(self, view: Json) -> bool:
        return self._takes("Modal", view)

    def _takes(self, name: str, value: Json) -> bool:
        shape = self._shape(value)
        said = f"{name} {json.dumps(shape)}"
        if said not in self._taken and self._validators[name].is_valid(shape):
            self._taken.add(said)
        return said in self._taken

    def _shape(self, value: Json) -> Json:
        match value:
            case dict():
                return {key: self._shape(each) for key, each in value.items()}
            case list():
                return [self._shape(each) for each in value]
            case str():
                return value if value in self._words else OTHER
            case _:
                return value


def _parts(schema: Json) -> Iterator[dict[str, Json]]:
    if isinstance(schema, dict):
        yield schema
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from _parts(each)


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    folder = tmp_path_factory.mktemp("types")
    for name in (TYPES, "tsconfig.json"):
        shutil.copy(HERE / name, folder)
    (folder / "node_modules").symlink_to(MODULES)
    program = MODULES / ".bin" / "ts-json-schema-generator"
    options = ["--path", TYPES, "--tsconfig", "tsconfig.json", "--type", "*", "--no-type-check", "--out", "schema.json"]
    subprocess.run([program, *options], cwd=folder, check=True)
    return Oracle(json.loads((folder / "schema.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda file: file.stem)
def test_slacks_types_take_the_golden_messages(oracle: Oracle, golden: Path) -> None:
    for payload in json.loads(golden.read_text(encoding="utf-8")):
        assert oracle.takes_message(payload["blocks"])


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_slacks_types_take_every_generated_document(oracle: Oracle, first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        for payload in judged(a_document(Random(seed))):
            assert oracle.takes_message(payload["blocks"]), seed


def test_slacks_types_take_documents_in_modals(oracle: Oracle) -> None:
    kept = Kept(channel_id="C1")
    assert oracle.takes_modal(loading_view("Abstract", kept))
    for seed in range(200):
        assert oracle.takes_modal(document_view("Abstract", a_document(Random(seed)), kept)), seed


FILLED = {
    "query": "agents",
    "tz": "Europe/Berlin",
    "max": "5",
    "min-upvotes": "3",
    "upvoted-only": "",
    "source": "hf",
}
DAILY = {**FILLED, "daily": "09:00", "days": "mon,tue"}
WEEKLY = {**FILLED, "weekly": "fri 17:00"}


@pytest.mark.parametrize("verb", sorted(FORMS))
@pytest.mark.parametrize("values", [{}, DAILY, WEEKLY], ids=["empty", "daily", "weekly"])
def test_slacks_types_take_forms(oracle: Oracle, verb: str, values: Mapping[str, str]) -> None:
    form = Form(verb=verb, values={**values, "number": "7"} if verb == "edit" else values, channel="C1")
    assert oracle.takes_modal(form_view(form, form_kept(form, "C1", "")))


PLAIN = {"type": "plain_text", "text": "words"}
MRKDWN = {"type": "mrkdwn", "text": "words"}
BUTTON = {"type": "button", "action_id": "a", "text": PLAIN}
IMAGE = {"type": "image", "image_url": "https://example.org/a.png"}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"type": "section", "text": MRKDWN}, {"type": "section", "text": MRKDWN, "colour": "red"}),
        ({"type": "divider"}, {"type": "divide"}),
        ({"type": "header", "text": PLAIN}, {"type": "header", "text": MRKDWN}),
        ({**IMAGE, "alt_text": "a"}, IMAGE),
        ({"type": "context", "elements": [MRKDWN]}, {"type": "context", "elements": [BUTTON]}),
        *(
            (
                {"type": "actions", "elements": [{**BUTTON, "style": "danger"}]},
                {"type": "actions", "elements": [{**BUTTON, "style": style}]},
            )
            for style in ("red", "mrkdwn", 1)
        ),
    ],
    ids=["key", "type", "header", "image", "context", "style", "style-of-another", "style-number"],
)
def test_slacks_types_refuse_what_slack_refuses(oracle: Oracle, right: Json, wrong: Json) -> None:
    assert oracle.takes_message([right])
    assert not oracle.takes_message([wrong])
    view = {"type": "modal", "title": PLAIN}
    assert oracle.takes_modal({**view, "blocks": [right]})
    assert not oracle.takes_modal({**view, "blocks": [wrong]})


def test_slacks_types_refuse_a_modal_without_a_title(oracle: Oracle) -> None:
    assert not oracle.takes_modal({"type": "modal", "blocks": []})
