"""Real papers, kept beside the checkout and never in it."""

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real answers; without it there is nothing that these tests could show."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no real data beside the checkout (../shared/data)")
    return SHARED_DATA
