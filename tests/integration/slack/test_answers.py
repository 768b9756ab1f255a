"""Long answers: in order and whole, though a response_url takes five messages and Slack asks to wait."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from adapters.slack.answers import LONGEST_WAIT, MOST_POSTS, Answers
from adapters.slack.client import SlackApi
from adapters.slack.interactions import Here
from adapters.slack.members import Members
from adapters.slack.tokens import TokenWorkspace
from bot.document import Document, PaperLine, Paragraph, Text, text
from bot.errors import DeliveryError
from bot.model.installation import Secret
from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.slack import Fault
from tests.fakes.slack_talk import TalkingSlack, talking
from tests.integration.slack.talking import a_slack

HERE = Here(workspace="T1", channel_id="C01", user="U1ANA")
PAGES = 8
LONG = Document(blocks=tuple(Paragraph((Text(f"page {number} " + "x " * 4600),)) for number in range(PAGES)))
SHORT = Document(blocks=(Paragraph((Text("a word"),)),))
BUSY = Fault(code="ratelimited", status=429, retry_after=7)


@dataclass
class Answering:
    slack: TalkingSlack
    answers: Answers
    clock: SteppingClock

    async def say(self, said: Document = LONG, *, to_channel: bool = False, channel_id: str = "C01") -> None:
        here = replace(HERE, channel_id=channel_id, response_url=f"{self.slack.answers}/1")
        await self.answers.say(here, said, to_channel=to_channel)

    @property
    def pages(self) -> list[int]:
        """Which page each message begins, as they came."""
        starts = [each.text.partition("page ")[2].partition(" ")[0] for each in self.slack.said]
        return [int(each) for each in starts if each]

    @property
    def ways(self) -> list[str]:
        return [each.how for each in self.slack.said]


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    clock = SteppingClock(NOW)
    slack = a_slack()
    slack.clock = clock
    async with talking(slack):
        api = SlackApi(slack.url)
        members = Members(api, TokenWorkspace(Secret("xoxb-1"), slack.url, clock), clock)
        yield Answering(slack, Answers(api, members, clock), clock)


async def test_what_a_response_url_does_not_take_follows_in_order(answering: Answering) -> None:
    await answering.say()
    assert answering.pages == list(range(PAGES))
    assert answering.ways[:MOST_POSTS] == ["there"] * MOST_POSTS
    assert set(answering.ways[MOST_POSTS:]) == {"ephemeral"}
    assert {each.body["user"] for each in answering.slack.said[MOST_POSTS:]} == {"U1ANA"}


async def test_years_of_papers_are_a_few_messages(answering: Answering) -> None:
    await answering.say(Document(blocks=tuple(PaperLine(paper=f"p{n}", spans=text("x" * 300)) for n in range(130))))
    assert len(answering.slack.said) <= MOST_POSTS
    assert "80 more are not shown" in str(answering.slack.said[-1].body)


async def test_an_address_that_is_none_of_slack_s_is_not_asked(answering: Answering) -> None:
    # The same machine, so that it would answer.
    url = answering.slack.answers.replace("127.0.0.1", "me@127.0.0.1")
    await answering.answers.say(replace(HERE, response_url=f"{url}/1"), LONG, to_channel=False)
    assert answering.pages == list(range(PAGES))
    assert set(answering.ways) == {"ephemeral"}


async def test_this_machine_is_the_same_by_each_of_its_names(answering: Answering) -> None:
    url = answering.slack.answers.replace("127.0.0.1", "localhost")
    await answering.answers.say(replace(HERE, response_url=f"{url}/1"), SHORT, to_channel=False)
    assert answering.ways == ["there"]


def test_answers_go_to_slack_alone_or_where_the_settings_say() -> None:
    given = (
        "https://hooks.slack.com/commands/T1/1/x",
        "https://hooks.slack-gov.com/actions/T1/1/x",
        "http://proxy.example:8080/respond",
        "http://hooks.slack.com/commands/T1/1/x",
        "https://hooks.slack.com.example.org/x",
        "https://evilslack.com/x",
        "https://hooks.slack.com@169.254.169.254/x",
        "https://me@hooks.slack.com/x",
        "https://169.254.169.254\\@hooks.slack.com/x",
        "http://127.0.0.1:5432/",
        "file:///etc/passwd",
        "https://[::",
        "x",
    )
    api = SlackApi("http://proxy.example/api/")
    assert tuple(url for url in given if api.takes_answers_at(url)) == given[:3]


async def test_an_address_that_was_used_before_takes_less_and_nothing_is_missing(answering: Answering) -> None:
    answering.slack.takes = 2
    await answering.say()
    assert answering.pages == list(range(PAGES))
    assert answering.ways.count("there") == 2


async def test_slack_that_asks_to_wait_gets_the_rest_later_and_in_order(answering: Answering) -> None:
    answering.slack.takes = 0
    answering.slack.fail(None, BUSY, None, BUSY, method="chat.postEphemeral")
    await answering.say()
    assert answering.pages == list(range(PAGES))
    assert answering.clock.slept == [7, 7]
    assert answering.slack.too_early == []


async def test_slack_that_asks_to_wait_for_too_long_is_not_waited_for(answering: Answering) -> None:
    answering.slack.takes = 0
    answering.slack.fail(*[BUSY] * PAGES * PAGES, method="chat.postEphemeral")
    with pytest.raises(DeliveryError):
        await answering.say()
    assert sum(answering.clock.slept) <= LONGEST_WAIT.total_seconds()


async def test_a_long_answer_to_a_channel_is_a_message_and_its_thread(answering: Answering) -> None:
    answering.slack.takes = 0
    await answering.say(to_channel=True)
    assert answering.pages == list(range(PAGES))
    first, *others = answering.slack.said
    assert "thread_ts" not in first.body
    assert {each.body["thread_ts"] for each in others} == {"1.1"}


@pytest.mark.parametrize("code", ["user_not_in_channel", "channel_not_found", "is_archived"])
async def test_the_rest_goes_in_person_where_the_channel_takes_no_more(answering: Answering, code: str) -> None:
    answering.slack.takes = 1
    answering.slack.fail(None, Fault(code=code), method="chat.postEphemeral")
    await answering.say()
    assert answering.pages == list(range(PAGES))
    assert [*dict.fromkeys(answering.ways)] == ["there", "ephemeral", "message"]
    assert answering.slack.said[-1].body["channel"] == "U1ANA"
