"""Real days of Hugging Face."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tests.recorded import recorded

DAYS_KEPT = 30


def real_days(until: date) -> Mapping[date, Sequence[Any]]:
    """Return the last lists until a day."""
    files = [
        file for file in sorted((recorded() / "hf_daily").glob("*.json")) if date.fromisoformat(file.stem) <= until
    ]
    return {date.fromisoformat(file.stem): json.loads(file.read_text(encoding="utf-8")) for file in files[-DAYS_KEPT:]}


def papers_with(day: date, phrase: str) -> list[str]:
    """Return the papers of a day whose title or abstract has the phrase, singular or plural, by plain search."""
    papers = [item["paper"] for item in real_days(until=day)[day]]
    return [each["id"] for each in papers if phrase in f"{each['title']} {each['summary']}".lower()]
