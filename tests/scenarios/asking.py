"""A person in a channel who types commands, over a real store; and sources that answer as they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from adapters.console.render import render
from bot.clock import FixedClock
from bot.commands.buttons import action_id
from bot.commands.dispatch import dispatch
from bot.commands.press import press
from bot.commands.request import Requester
from bot.commands.services import Limits, Services
from bot.document import Reply
from bot.errors import SourceError
from bot.model.channel import Channel
from bot.model.fetching import Fetched, FetchPlanInput, FetchTask
from bot.model.paper import Paper, PaperId
from bot.ports import PaperSource, Store
from tests.builders import GENERAL, NOW


@dataclass
class FakeSource:
    """A source that has some papers by id, or is away; it keeps what it was asked for.

    `finds` is what every search of it finds.
    """

    name: str
    papers: Mapping[PaperId, Paper] = field(default_factory=dict)
    is_away: bool = False
    asked: list[PaperId] = field(default_factory=list)
    finds: tuple[Paper, ...] = ()
    searched: list[tuple[str, ...]] = field(default_factory=list)

    def plan(self, known: FetchPlanInput) -> tuple[FetchTask, ...]:  # noqa: ARG002 - the port's signature
        """Plan nothing."""
        return ()

    def tasks_for(self, first: date, last: date, categories: frozenset[str]) -> tuple[FetchTask, ...]:  # noqa: ARG002
        """Have no lists."""
        return ()

    async def fetch(self, task: FetchTask) -> Fetched:
        """Answer no list."""
        raise SourceError(f"no list {task.key}")

    async def paper(self, paper: PaperId) -> Paper | None:
        """Answer with the paper, or not at all."""
        self.asked.append(paper)
        if self.is_away:
            raise SourceError("no answer")
        return self.papers.get(paper)

    async def search(self, words: Sequence[str], limit: int) -> tuple[Paper, ...]:
        """Answer with what it finds whatever the words, or not at all."""
        self.searched.append(tuple(words))
        if self.is_away:
            raise SourceError("no answer")
        return self.finds[:limit]


@dataclass
class Person:
    """Somebody in a channel; what they type is answered as it would be on the console."""

    store: Store
    channel: Channel = GENERAL
    now: datetime = NOW
    user: str = "ana"
    is_manager: bool = True
    zone: str = "Europe/Berlin"
    limits: Limits = field(default_factory=Limits)
    sources: tuple[PaperSource, ...] = field(default_factory=lambda: (FakeSource("huggingface"), FakeSource("arxiv")))

    @property
    def services(self) -> Services:
        """What answers this person."""
        return Services(
            store=self.store,
            clock=FixedClock(self.now),
            default_zone=self.zone,
            sources={source.name: source for source in self.sources},
            limits=self.limits,
        )

    @property
    def requester(self) -> Requester:
        """Who asks, as the platform says it."""
        return Requester(channel=self.channel, user=self.user, is_manager=self.is_manager)

    async def asks(self, text: str) -> Reply:
        """Return the whole reply to a command."""
        return await dispatch(text, self.requester, self.services)

    async def presses(self, button: str) -> Reply:
        """Return the whole reply to the press of a button, by its id."""
        return await press(button, self.requester, self.services)

    async def reads(self, text: str) -> str:
        """Return the words of the reply to a command."""
        return render((await self.asks(text)).document)

    async def hears(self, button: str) -> str:
        """Return the words of the reply to a press."""
        return render((await self.presses(button)).document)


def button_of(reply: Reply, label: str) -> str:
    """Return the id of the button with this label, of which there is one."""
    (found,) = (action for action in reply.document.actions if action.label == label)
    return action_id(found)


def labels_of(reply: Reply) -> list[str]:
    """Return the labels of the buttons of a reply, in order."""
    return [action.label for action in reply.document.actions]


async def queries(store: Store, channel: Channel = GENERAL) -> list[str]:
    """Return the queries of a channel's subscriptions, in canonical form, by number."""
    return [str(each.query) for each in await store.subscriptions.of_channel(channel)]
