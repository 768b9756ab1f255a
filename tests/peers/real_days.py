"""Real days of Hugging Face, kept beside the checkout and never in it."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from tests.console import ROOT

FOLDER = ROOT.parent / "shared" / "data" / "hf_daily"
ABSENT = "no real data beside the checkout (../shared/data)"

DAYS_KEPT = 30


def real_days(until: date) -> Mapping[date, Sequence[Any]]:
    """Return the last lists until a day; a CI must have them, elsewhere the tests that need them step aside."""
    if not FOLDER.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    files = [file for file in sorted(FOLDER.glob("*.json")) if date.fromisoformat(file.stem) <= until]
    return {date.fromisoformat(file.stem): json.loads(file.read_text(encoding="utf-8")) for file in files[-DAYS_KEPT:]}


def papers_with(day: date, phrase: str) -> list[str]:
    """Return the papers of a day whose title or abstract has the phrase, singular or plural, by plain search."""
    papers = [item["paper"] for item in real_days(until=day)[day]]
    return [each["id"] for each in papers if phrase in f"{each['title']} {each['summary']}".lower()]
