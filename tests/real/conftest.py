"""Real papers, kept beside the checkout and never in it."""

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ABSENT = "no real data beside the checkout (../shared/data)"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real answers; a CI must have it, elsewhere the tests that need it step aside."""
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    return SHARED_DATA
