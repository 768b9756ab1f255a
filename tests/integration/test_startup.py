"""What is imported when: nothing that the settings do not ask for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.console import Console

VENDORS = ("slack_bolt", "slack_sdk", "discord")
WEB = ("starlette", "uvicorn", "prometheus_client")
NETWORK = ("httpx", "adapters.huggingface", "adapters.arxiv")
SERVICE = ("apscheduler",)
EVERYTHING = (*VENDORS, *WEB, *NETWORK, *SERVICE)

TELL = """
import sys
from bot.cli import main
try:
    main()
finally:
    sys.stderr.write("\\nimported: " + " ".join(sys.modules))
"""


def imported(folder: Path, *arguments: str) -> set[str]:
    """Run a command; returns the modules that it imported."""
    console = Console(folder, {"PAPERROUND_SOURCES": "hf"})
    done = subprocess.run(
        [sys.executable, "-c", TELL, *arguments],
        cwd=folder,
        env=console.variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.rpartition("imported: ")[2].split())


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (("once",), (*VENDORS, *WEB)),
        (("once", "--no-fetch"), (*VENDORS, *WEB, *NETWORK)),
        (("papers", "list"), (*VENDORS, *WEB, *NETWORK, "numpy")),
        (("papers", "search", "teapots"), (*VENDORS, *WEB)),
        (("status",), (*VENDORS, *WEB, *NETWORK)),
        (("export", "env"), (*EVERYTHING, "sqlalchemy")),
        (("--help",), (*EVERYTHING, "sqlalchemy", "pydantic", "numpy")),
    ],
)
def test_a_command_imports_nothing_that_it_does_not_need(
    arguments: tuple[str, ...], unwanted: tuple[str, ...], tmp_path: Path
) -> None:
    modules = imported(tmp_path, *arguments)
    assert "bot.cli" in modules
    assert sorted(modules.intersection(unwanted)) == []
