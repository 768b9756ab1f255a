"""Pages that show what paperround prints: their blocks are run again, and what they print is written beneath.

    ```console          $ paperround ...     run as a process, one after the other, in one folder a page; Hugging Face
                        is a server on loopback that lists the bundled sample
    ```query            what a query means, read back in words; with `search`, `since:` is allowed
    ```refused          what is said to a query that cannot be read

`python -m tests.transcripts` writes the pages anew (`make docs` does so); tests/test_docs.py fails when one is stale.
"""

import asyncio
import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.errors import QueryError
from bot.query.parse import parse
from bot.query.reading import in_words
from tests.console import ROOT, Console
from tests.fakes.web import Asked, Reply, web

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

BLOCK = re.compile(r"(?ms)^```(?P<kind>console|query|query search|refused)\n(?P<body>.*?)^```$")


SAMPLE = ROOT / "adapters" / "sample" / "papers.jsonl"


def refreshed(page: str) -> str:
    """Return a page with every block as it would come out now."""
    return asyncio.run(_refreshed(page))


async def _refreshed(page: str) -> str:
    with TemporaryDirectory() as folder:
        async with web(_hugging_face) as served:
            environment = {
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
                "PAPERROUND_SOURCES": "huggingface",
                "PAPERROUND_HUGGINGFACE__BASE_URL": served.url,
            }
            console = Console(folder=Path(folder), environment=environment)
            return await asyncio.to_thread(_again, page, console)


def _again(page: str, console: Console) -> str:
    kinds: dict[str, Callable[[str], Iterator[str]]] = {
        "console": lambda body: _shown(body, console),
        "query": lambda body: _read_back(body, allow_since=False),
        "query search": lambda body: _read_back(body, allow_since=True),
        "refused": _refused,
    }

    def again(block: re.Match[str]) -> str:
        lines = kinds[block["kind"]](block["body"])
        return f"```{block['kind']}\n{chr(10).join(line.rstrip() for line in lines).rstrip()}\n```"

    return BLOCK.sub(again, page)


def _hugging_face(asked: Asked) -> Reply:
    """List the sample's papers of a day as Hugging Face lists them."""
    day = asked.query.get("date", "")
    sample = map(json.loads, SAMPLE.read_text(encoding="utf-8").splitlines())
    listed = [_listed(paper, day) for paper in sample if day in paper["listed"]] if asked.query.get("p") == "0" else []
    return Reply(body=json.dumps(listed).encode())


def _listed(paper: dict[str, Any], day: str) -> dict[str, Any]:
    return {
        "paper": {
            "id": paper["id"],
            "title": paper["title"],
            "summary": paper["summary"],
            "ai_summary": paper["summary"],
            "authors": [{"name": name} for name in paper["authors"]],
            "publishedAt": f"{paper['published']}T00:00:00.000Z",
            "upvotes": paper["listed"][day],
            "organization": {"fullname": paper.get("organisation", "")},
        }
    }


def _shown(body: str, console: Console) -> Iterator[str]:
    for command in (line for line in body.splitlines() if line.startswith("$ ")):
        program, *arguments = shlex.split(command.removeprefix("$ "))
        assert program == "paperround", command
        ended = console(*arguments)
        assert ended.status == 0, f"{command}\n{ended.out}\n{ended.err}"
        yield command
        yield from ended.out.strip("\n").splitlines()
        yield ""


def _asked(body: str) -> Iterator[str]:
    return (line for line in body.splitlines() if line and not line.startswith(" "))


def _read_back(body: str, *, allow_since: bool) -> Iterator[str]:
    for asked in _asked(body):
        query = parse(asked, allow_since=allow_since)
        yield asked
        yield f"    {in_words(query)}"


def _refused(body: str) -> Iterator[str]:
    for asked in _asked(body):
        yield asked
        try:
            parse(asked)
        except QueryError as error:
            yield from (f"    {line}" for line in str(error).splitlines())
        else:
            raise AssertionError(f"{asked} is understood")


def main() -> None:
    """Write the pages that are stale."""
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        after = refreshed(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
