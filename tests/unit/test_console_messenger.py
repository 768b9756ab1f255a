"""Posting to the console: whole lines of JSON in a file, or text on stdout, whoever writes or reads beside us."""

import asyncio
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from select import select

import pytest

from adapters.console.messenger import ConsoleMessenger
from bot.document import Document, PaperLine, Paragraph, text
from bot.errors import DeliveryError, Verdict
from bot.model.channel import Channel
from bot.model.delivery import Claim, DeliveryKey, Kind, Part
from bot.snapshot import to_json

SLOT = datetime(2026, 6, 16, 7, tzinfo=UTC)
DIGEST = Document(
    heading=text("teapots · 2 new papers"),
    blocks=(
        PaperLine(paper="arxiv:2406.00001", number=1, spans=text("Patient Teapots")),
        PaperLine(paper="arxiv:2406.00002", number=2, spans=text("Sparse Teapots — 世界")),
    ),
)


def claim_of(document: Document = DIGEST, channel: str = "console:local/general") -> Claim:
    return Claim(
        key=DeliveryKey(7),
        channel=Channel.parse(channel),
        kind=Kind.DIGEST,
        slot=SLOT,
        attempt=1,
        failures=0,
        created_at=SLOT,
        document=to_json(document),
        parts=(),
    )


async def post(
    messenger: ConsoleMessenger, document: Document = DIGEST, channel: str = "console:local/general"
) -> None:
    parts = [Part(index=index, rendered=each) for index, each in enumerate(messenger.render(document))]
    for part in parts:
        await messenger.post(claim_of(document, channel), part, parts)


def lines_of(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


async def test_a_part_is_one_line_of_json_with_the_keys_that_scripts_read(tmp_path: Path) -> None:
    file = tmp_path / "digests.jsonl"
    await post(ConsoleMessenger(file, io.StringIO()))
    assert lines_of(file) == [
        {
            "channel": "console:local/general",
            "slot": "2026-06-16T07:00:00Z",
            "part": 1,
            "parts": 1,
            "papers": ["arxiv:2406.00001", "arxiv:2406.00002"],
            "text": "teapots · 2 new papers\n\n1. Patient Teapots\n2. Sparse Teapots — 世界",
        }
    ]


async def test_every_part_says_which_of_how_many_it_is(tmp_path: Path) -> None:
    long = Document(blocks=tuple(PaperLine(paper=f"arxiv:{n}", spans=text("Teapots")) for n in range(250)))
    await post(ConsoleMessenger(tmp_path / "d.jsonl", io.StringIO()), long)
    assert [(line["part"], line["parts"]) for line in lines_of(tmp_path / "d.jsonl")] == [(1, 3), (2, 3), (3, 3)]


async def test_without_a_file_digests_go_to_stdout() -> None:
    out = io.StringIO()
    await post(ConsoleMessenger(None, out))
    assert out.getvalue().startswith("[console:local/general]\n\nteapots · 2 new papers\n")


async def test_a_line_that_a_killed_process_left_torn_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "digests.jsonl"
    file.write_text('{"channel": "console:lo')
    await post(ConsoleMessenger(file, io.StringIO()))
    torn, whole = file.read_text(encoding="utf-8").splitlines()
    assert torn == '{"channel": "console:lo'
    assert json.loads(whole)["parts"] == 1


@pytest.mark.parametrize("file", ["missing/folder/digests.jsonl", "/dev/full", "."])
async def test_a_file_that_cannot_be_written_is_tried_again_later(file: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as caught:
        await post(ConsoleMessenger(tmp_path / file, io.StringIO()))
    assert caught.value.verdict is Verdict.RETRY_LATER
    assert "cannot write to" in caught.value.reason


def test_a_full_disk_leaves_no_half_line_behind(tmp_path: Path) -> None:
    file = tmp_path / "digests.jsonl"
    script = f"""
import asyncio, io, resource, sys
sys.path[:0] = ["."]
from pathlib import Path
from adapters.console.messenger import ConsoleMessenger
from bot.errors import DeliveryError
from tests.unit.test_console_messenger import post
messenger = ConsoleMessenger(Path({str(file)!r}), io.StringIO())
asyncio.run(post(messenger))
resource.setrlimit(resource.RLIMIT_FSIZE, (Path({str(file)!r}).stat().st_size + 20, resource.RLIM_INFINITY))
try:
    asyncio.run(post(messenger))
except DeliveryError as error:
    print(error.verdict)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "retry later\n"
    assert len(lines_of(file)) == 1


async def test_a_pipe_is_written_to_while_somebody_reads_it_and_only_then(tmp_path: Path) -> None:
    pipe = tmp_path / "digests.pipe"
    os.mkfifo(pipe)
    with pytest.raises(DeliveryError, match="cannot write to") as caught:
        await post(ConsoleMessenger(pipe, io.StringIO()))
    assert caught.value.verdict is Verdict.RETRY_LATER
    said = Document(blocks=(Paragraph(text("word " * 40_000)),))  # more than a pipe holds
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reading:
        os.set_blocking(reading.fileno(), True)

        def read_line() -> bytes:
            # Before somebody writes, a pipe says that it is at its end.
            select([reading], [], [])
            return reading.readline()

        read = asyncio.create_task(asyncio.to_thread(read_line))
        await post(ConsoleMessenger(pipe, io.StringIO()), said)
        assert json.loads(await read)["channel"] == "console:local/general"


async def test_many_messengers_may_append_to_one_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "digests.jsonl"
    said = Document(blocks=(Paragraph(text("word " * 5_000)),))
    await asyncio.gather(*(post(ConsoleMessenger(file, io.StringIO()), said, f"console:local/c{n}") for n in range(20)))
    assert sorted(str(line["channel"]) for line in lines_of(file)) == sorted(f"console:local/c{n}" for n in range(20))
