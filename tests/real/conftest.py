"""Real papers."""

from pathlib import Path

import pytest

from tests.recorded import recorded


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real answers."""
    return recorded()
