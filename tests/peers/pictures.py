"""Pictures of digests as a phone shows them: payloads to HTML that looks alike, and a browser to take the picture.

    python -m tests.peers.pictures     writes docs/*-digest-1.png, -5 and -25 from the golden digests

Whoever runs it has Chromium, and the fonts Lato and Noto Sans; no test does.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.console import ROOT
from tests.peers.discord_html import discord_html
from tests.peers.slack_html import slack_html

PHONE: Final = 390
"""Points across: a phone of today."""

DIGESTS: Final = (1, 5, 25)
"""How many papers each has."""

DRAWN: Final = {"slack": slack_html, "discord": discord_html}

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Take the pictures."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("Chromium is not installed. On Debian and Ubuntu: apt install chromium fonts-lato fonts-noto-core")
    for platform, html_of in DRAWN.items():
        for papers in DIGESTS:
            messages = json.loads((ROOT / "tests" / "golden" / f"{platform}-{papers}.json").read_text(encoding="utf-8"))
            take(browser, html_of(messages), ROOT / "docs" / f"{platform}-digest-{papers}.png")


def take(browser: str, html: str, picture: Path) -> None:
    """Take a picture of a page, as tall as it is."""
    with TemporaryDirectory() as folder:
        page = Path(folder) / "digest.html"
        page.write_text(html + "<script>document.title = document.body.scrollHeight</script>", encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/me"]

        def browse(*more: str) -> str:
            command = [browser, *options, *more, page.as_uri()]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout

        (height,) = re.findall(r"<title>(\d+)</title>", browse(f"--window-size={PHONE},800", "--dump-dom"))
        browse(f"--window-size={PHONE},{height}", f"--screenshot={picture}")


if __name__ == "__main__":
    main()
