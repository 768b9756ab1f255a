"""The platforms: one way to post and one way to hear."""

from collections.abc import Sequence
from typing import Protocol

from bot.document import Document
from bot.model.delivery import Claim, Part, Receipt, Rendered
from bot.model.installation import Installation


class Messenger(Protocol):
    """One platform's way to post."""

    @property
    def platform(self) -> str:
        """The platform's name."""

    def render(self, document: Document) -> tuple[Rendered, ...]:
        """Turn a document into the parts to post, each inside every limit of the platform: pure, at least one part."""

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Post one stored part; `parts` are all of the delivery, with the receipts of those before.

        Raises:
            DeliveryError: it was not posted, or nobody knows.
        """


class Gateway(Protocol):
    """One platform's way to hear: commands and buttons come in, replies go out."""

    async def serve(self) -> None:
        """Listen until cancelled; reconnect by itself."""


class Installations(Protocol):
    """The workspaces that took paperround in, with their tokens."""

    async def find(self, platform: str, workspace: str) -> Installation | None:
        """Return how a workspace installed paperround; None when it did not, or took it out again."""
