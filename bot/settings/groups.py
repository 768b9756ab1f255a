"""Settings that belong together, one class for each group."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.settings.checks import Address, Words, host_name, known_categories

HIGHEST_PORT = 65_535


class Group(BaseModel):
    """Settings that belong together; in the environment their names are joined by `__`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class HuggingFaceSettings(Group):
    """The daily papers of Hugging Face."""

    base_url: Annotated[Address, Field(description="Where Hugging Face is asked.")] = "https://huggingface.co"


class ArxivSettings(Group):
    """The announcements of arXiv."""

    api_url: Annotated[Address, Field(description="The whole endpoint of the query API.")] = (
        "https://export.arxiv.org/api/query"
    )
    rss_url: Annotated[Address, Field(description="What stands before `/cs.AI+cs.CL`.")] = "https://rss.arxiv.org/rss"
    categories: Annotated[
        Words,
        AfterValidator(known_categories),
        Field(description="Categories that are always fetched; those that subscriptions name are added."),
    ] = ("cs.AI", "cs.CL", "cs.CV", "cs.LG")


class ConsoleSettings(Group):
    """The console, the platform that needs no token."""

    file: Annotated[
        Path | None,
        Field(
            examples=["digests.jsonl"],
            description="Digests to `console:` channels are appended to this file, one JSON object a message. Without "
            "it they go to stdout.",
        ),
    ] = None


class HttpSettings(Group):
    """The web server: health and metrics, and Slack over HTTP."""

    host: Annotated[
        str,
        AfterValidator(host_name),
        Field(description="Where `/healthz`, `/readyz` and `/metrics` listen; `0.0.0.0` is every address."),
    ] = "127.0.0.1"
    port: Annotated[
        int | None,
        Field(
            ge=0,
            le=HIGHEST_PORT,
            examples=[8080],
            description="The port they listen at; without it there is no web server. 0 is any free port, which the log "
            "names.",
        ),
    ] = None


class LimitSettings(Group):
    """How much one workspace may ask for."""

    subscriptions: Annotated[
        int, Field(ge=1, description="How many subscriptions one workspace may have, in all its channels.")
    ] = 1000
    searches_per_minute: Annotated[
        int, Field(ge=1, description="How many searches one workspace may ask for within a minute.")
    ] = 60
