"""The platforms: one way to post and one way to hear."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.document import Document
from bot.model.delivery import Claim, Part, Receipt, Rendered
from bot.model.installation import Installation, Rotation

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
"""The words of ASGI: https://asgi.readthedocs.io/en/latest/specs/main.html"""


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

    async def find(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt | None:
        """Return the receipt of a part that an earlier attempt may have posted; None: not there, or not to be seen.

        What is not found is posted again. It is asked before every such repeat, and may take as long as a post.

        Raises:
            DeliveryError: it cannot be seen now; `RETRY_LATER` is worth waiting for, any other verdict is left to the
                post.
        """


class Endpoint(Protocol):
    """A way to answer HTTP requests: an ASGI application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        """Answer one request."""


class Gateway(Protocol):
    """One platform's way to hear: commands and buttons come in, replies go out."""

    @property
    def platform(self) -> str:
        """The platform's name."""

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """What it answers over HTTP, by path; nothing where it is not heard in that way."""

    async def serve(self) -> None:
        """Listen until cancelled; then finish what was begun, for a while."""

    async def look_after(self) -> None:
        """Connect, or replace a connection that is dead; called every few seconds while `serve` runs.

        Raises:
            PaperroundError: it does not hear at present; the words say why, and what to do.
        """


class Installations(Protocol):
    """The workspaces that took paperround in, with their tokens; one installation a workspace."""

    async def find(self, platform: str, workspace: str) -> Installation | None:
        """Return how a workspace installed paperround; None when it did not, or took it out again.

        Raises:
            TokenError: its token cannot be had: no key of `PAPERROUND_SECRET_KEY` reads it, or the platform does not
                take the one that the settings name.
        """

    async def workspaces(self, platform: str) -> tuple[str, ...]:
        """Return every workspace that has paperround, in order; no stored token is opened for it.

        Raises:
            TokenError: the platform does not take the token that the settings name.
        """

    async def unreadable(self, platform: str) -> tuple[str, ...]:
        """Return the workspaces whose stored token no key of `PAPERROUND_SECRET_KEY` reads, in order."""

    async def save(self, installation: Installation, at: datetime) -> None:
        """Store an installation made `at`; it takes the place of the workspace's earlier one."""

    async def purge(self, platform: str, workspace: str, before: datetime) -> bool:
        """Forget a workspace's token because of what happened at `before`; False when there was none to forget.

        Uninstall and revocation come in either order and more than once; an installation made since then stays.
        """

    async def rotate(self) -> Rotation:
        """Encrypt with the newest key every token that another key wrote; those that no key reads stay as they are."""
