"""A platform of the tests' own: it keeps what was posted, and fails as it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.document import Document
from bot.errors import DeliveryError
from bot.model.channel import Platform
from bot.model.delivery import Claim, Part, Receipt, Rendered

PAPERS_A_MESSAGE = 2


@dataclass
class FakePlatform:
    """Posts two papers a message; `failures` are raised by the next posts, one each, None letting one through.

    `accepts_first` names failures after which the message is there all the same (a connection lost after the accept).
    `remembers` says that it can be asked what was posted; `lookups` are raised by the next such questions.
    """

    failures: list[BaseException | None] = field(default_factory=list)
    accepts_first: bool = False
    remembers: bool = False
    lookups: list[DeliveryError | None] = field(default_factory=list)
    posted: list[tuple[str, int, tuple[str, ...], str]] = field(default_factory=list)
    greeting: str = ""
    name: str = Platform.CONSOLE

    @property
    def platform(self) -> str:
        """The console's name unless a test says otherwise: the tests' channels are its own."""
        return self.name

    def render(self, document: Document) -> tuple[Rendered, ...]:
        """Cut the papers into messages; the heading, or the summary of what has none, stands in each."""
        heading = "".join(getattr(span, "text", "") for span in document.heading) or document.summary
        papers = document.papers
        return tuple(
            Rendered(payload={"text": self.greeting + heading}, papers=papers[start : start + PAPERS_A_MESSAGE])
            for start in range(0, max(len(papers), 1), PAPERS_A_MESSAGE)
        )

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Keep the message, or fail."""
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or self.accepts_first:
            self.posted.append(
                (str(claim.channel), part.index, part.rendered.papers, str(part.rendered.payload["text"]))
            )
        if failure is not None:
            raise failure
        # Of its own channel: which workspace is served first is nobody's business.
        in_channel = sum(channel == str(claim.channel) for channel, *_ in self.posted)
        return Receipt(message=f"m{len(self.posted)}", href=f"https://chat.example/{len(parts)}/{in_channel}")

    async def find(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt | None:
        """Say whether the message is there, where the platform remembers."""
        del parts
        failure = self.lookups.pop(0) if self.lookups else None
        if failure is not None:
            raise failure
        for number, (channel, index, *_) in enumerate(self.posted, 1):
            if self.remembers and (channel, index) == (str(claim.channel), part.index):
                return Receipt(message=f"m{number}")
        return None

    @property
    def papers(self) -> list[str]:
        """The ids of all papers posted, in order."""
        return [paper for _, _, papers, _ in self.posted for paper in papers]
