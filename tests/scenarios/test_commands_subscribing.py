"""Subscribing a channel, listing what it has, and taking it away again."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.clock import FixedClock
from bot.model.cadence import Frequency
from bot.model.channel import Channel, ChannelSettings, Platform
from bot.model.subscription import Pause, PauseReason, SourceChoice, Subscription
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from tests.builders import GENERAL, NOW, TODAY, a_paper, a_sighting
from tests.changing import pause_some, set_settings
from tests.scenarios.asking import FakeSource, Person
from tests.scenarios.library import LIGHTHOUSES, TEAPOTS, fill, id_of

OTHER = Channel(Platform.CONSOLE, "local", "tea")
ELSEWHERE = Channel(Platform.CONSOLE, "away", "general")


async def subscriptions(store: Store, channel: Channel = GENERAL) -> tuple[Subscription, ...]:
    return await store.subscriptions.of_channel(channel)


async def test_without_flags_it_is_weekdays_at_nine_in_the_channels_zone_from_hugging_face(store: Store) -> None:
    assert (await Person(store).asks('subscribe "world models"')).ok
    (made,) = await subscriptions(store)
    assert (str(made.cadence), made.cadence.timezone, made.cap, made.creator) == ("weekdays 09:00", None, None, "ana")
    assert made.sources == (SourceChoice("huggingface"),)
    assert made.next_due == datetime(2026, 6, 17, 7, tzinfo=UTC)


async def test_the_channels_own_zone_comes_before_the_default(store: Store) -> None:
    await set_settings(store, GENERAL, ChannelSettings(timezone="Asia/Tokyo"))
    assert "09:00 Asia/Tokyo" in await Person(store).reads("subscribe teapots")
    (made,) = await subscriptions(store)
    assert made.next_due == datetime(2026, 6, 17, 0, tzinfo=UTC)


async def test_an_hour_that_nobody_said_is_the_one_the_channel_has(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots --daily 07:30")
    await person.asks("subscribe doorbells")
    await person.asks("subscribe umbrellas --weekly fri")
    await person.asks("subscribe kettles --daily 18:00")
    await person.asks("subscribe kites --tz Asia/Tokyo")
    hours = [each.cadence.at for each in await subscriptions(store)]
    assert hours == [time(7, 30), time(7, 30), time(7, 30), time(18), time(9)]


async def test_an_instant_subscription_has_no_hour(store: Store) -> None:
    said = await Person(store).reads("subscribe teapots --instant")
    assert "as papers appear" in said
    (made,) = await subscriptions(store)
    assert (made.cadence.frequency, made.next_due) == (Frequency.INSTANT, None)


async def test_the_answer_shows_what_matched_lately_and_when_the_first_digest_comes(store: Store) -> None:
    await fill(store)
    reply = await Person(store).asks('subscribe "world model" -survey')
    assert reply.papers == (id_of(TEAPOTS), id_of(LIGHTHOUSES))
    assert reply.visible_to_channel
    said = await Person(store, channel=OTHER).reads('subscribe "world model" -survey')
    assert "2 papers matched in the last 7 days:" in said
    assert "First digest: Wed 17 Jun, 09:00." in said


async def test_at_most_three_titles_stand_as_evidence_and_the_rate_is_said(store: Store) -> None:
    await fill(store, *(a_paper(number) for number in range(1, 10)))
    reply = await Person(store).asks('subscribe "world model"')
    assert len(reply.papers) == 3
    assert "9 papers matched in the last 7 days, about 1–2 per weekday:" in await Person(  # noqa: RUF001 - a range
        store, channel=OTHER
    ).reads('subscribe "world model"')


async def test_where_the_week_had_none_the_month_is_told(store: Store) -> None:
    await fill(store)
    said = await Person(store).reads('subscribe "old world model"')
    assert "No paper matched in the last 7 days; 1 paper did in the last 30 (5 looked at)." in said


async def test_where_nothing_could_be_looked_at_no_rate_is_claimed(store: Store) -> None:
    said = await Person(store).reads("subscribe lighthouses")
    assert "I have no papers of Hugging Face from the last 30 days, so I can't say yet how many match." in said
    assert "First digest: Wed 17 Jun, 09:00." in said


async def test_where_nothing_matched_the_part_that_would_is_told(store: Store) -> None:
    await fill(store)
    said = await Person(store).reads("subscribe kraken Lighthouses")
    assert "No paper matched in the last 30 days (5 looked at). I'll stay quiet until one does." in said
    assert "Lighthouses alone would have matched 1 paper." in said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('"models world"', "The words anywhere, models world, would have matched 4 papers."),
        ("Models-World", "The words anywhere, Models World, would have matched 4 papers."),
        ('title:"models world"', "The words anywhere, title:models title:world, would have matched 4 papers."),
        ('kraken abstract:"World Models"', 'abstract:"World Models" alone would have matched 1 paper.'),
    ],
)
async def test_the_part_that_would_match_is_said_as_it_was_typed(store: Store, query: str, said: str) -> None:
    await fill(store)
    assert said in await Person(store).reads(f"subscribe {query}")


async def test_where_nothing_matched_arxiv_is_offered_if_it_would_bring_something(store: Store) -> None:
    await fill(store)
    assert "--source hf,arxiv would bring 1 in 7 days." in await Person(store).reads("subscribe umbrellas")
    alone = Person(store, channel=OTHER, sources=(FakeSource("huggingface"),))
    assert "--source" not in await alone.reads("subscribe umbrellas")


async def test_a_noisy_subscription_is_told_what_would_narrow_it(store: Store) -> None:
    today = (a_sighting(),)
    papers = [a_paper(number, upvotes=number, listed=today) for number in range(1, 72)]
    await fill(store, *papers, a_paper(99, upvotes=None, listed=(a_sighting(source="arxiv"),)))
    said = await Person(store).reads('subscribe "world model" --source hf,arxiv --max 4')
    assert "That's a lot: about 12 papers a day. Digests show the best 4. Narrow it: " in said
    assert "--source hf (12 a day) · --min-upvotes 10 (10 a day) · add a word." in said


async def test_a_category_with_hugging_face_alone_gets_a_warning(store: Store) -> None:
    person = Person(store)
    assert "--source arxiv:cs.CL" in await person.reads("subscribe cat:cs.CL")
    assert "category only" not in await person.reads("subscribe cat:cs.CV --source hf,arxiv")


async def test_a_source_that_is_not_configured_is_refused_by_name(store: Store) -> None:
    person = Person(store, sources=(FakeSource("huggingface"),))
    for command in ("subscribe teapots --source arxiv:cs.CL", "preview teapots --source arxiv"):
        reply = await person.asks(command)
        assert (reply.ok, reply.understood, reply.visible_to_channel) == (False, True, False)
        assert "arxiv" in await person.reads(command)
    assert await subscriptions(store) == ()


async def test_where_hugging_face_is_not_configured_the_default_is_what_is(store: Store) -> None:
    await Person(store, sources=(FakeSource("arxiv"),)).asks("subscribe teapots")
    (made,) = await subscriptions(store)
    assert made.sources == (SourceChoice("arxiv"),)


async def test_the_same_query_again_changes_nothing(store: Store) -> None:
    person = Person(store)
    await person.asks('subscribe "world models"')
    before = await subscriptions(store)
    reply = await person.asks("subscribe “World-Model” --daily 17:00")
    assert reply.ok
    assert await subscriptions(store) == before


@pytest.mark.parametrize("channel", [OTHER, ELSEWHERE], ids=str)
async def test_no_channel_sees_or_removes_what_another_has(channel: Channel, store: Store) -> None:
    await fill(store)
    await Person(store).asks("subscribe teapots")
    stranger = Person(store, channel=channel)
    assert "teapots" not in await stranger.reads("list")
    assert "teapots" not in await stranger.reads("status")
    for command in ("unsubscribe 1", "preview 1", "unsubscribe all --yes"):
        assert not (await stranger.asks(command)).ok
    assert len(await subscriptions(store)) == 1


async def test_managers_list_every_channel_of_their_workspace_and_others_their_own(store: Store) -> None:
    for channel in (GENERAL, OTHER, ELSEWHERE):
        await Person(store, channel=channel).asks(f"subscribe teapots of {channel.workspace} {channel.id}")
    said = await Person(store).reads("list --all")
    assert "teapots of local general" in said
    assert "teapots of local tea" in said
    assert "away" not in said
    # Where no platform tells what others may see, they see where they are, and what is theirs.
    ana = Person(store, is_manager=False)
    await ana.asks("subscribe kettles of her own --to me")
    said = await ana.reads("list --all")
    assert "teapots of local general" in said
    assert "kettles of her own" in said
    assert "local tea" not in said
    bo = replace(ana, user="bo", channel=replace(OTHER, id="nowhere"))
    assert (await bo.reads("list --all")).startswith("No subscriptions in the channels that you may see yet.")


async def test_the_list_tells_what_the_last_run_brought(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.asks("subscribe kraken")
    tomorrow = NOW + timedelta(days=1)
    await enqueue_due(store, FixedClock(tomorrow), default_zone=person.zone)
    said = await replace(person, now=tomorrow + timedelta(days=1)).reads("list")
    assert "teapots · weekdays 09:00 Europe/Berlin · last: yesterday, 1 paper" in said
    assert "kraken · weekdays 09:00 Europe/Berlin · last: yesterday, nothing new" in said


async def test_a_second_run_that_brings_nothing_hides_no_papers_of_the_day_in_the_list(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks('subscribe "world model"')
    await person.asks("run 1")
    await replace(person, now=NOW + timedelta(hours=1)).asks("run 1")
    assert "last: today, 2 papers" in await person.reads("list")
    tomorrow = NOW + timedelta(days=1)
    await enqueue_due(store, FixedClock(tomorrow), default_zone=person.zone)
    assert "last: today, nothing new" in await replace(person, now=tomorrow).reads("list")


async def test_the_list_has_the_days_of_the_channel(store: Store) -> None:
    person = Person(store, zone="Asia/Tokyo")
    await person.asks("subscribe teapots")
    await person.asks("pause 1 --until 2026-07-16")
    assert "until 16 Jul" in await person.reads("list")
    await replace(person, now=datetime(2026, 6, 16, 23, tzinfo=UTC)).asks("resume 1")
    await replace(person, now=datetime(2026, 6, 16, 23, tzinfo=UTC)).asks("run 1")
    assert "last: today, nothing new" in await replace(person, now=datetime(2026, 6, 17, 1, tzinfo=UTC)).reads("list")


async def test_the_list_tells_who_paused_a_subscription_and_since_when(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.asks("subscribe kraken")
    by_bo = Pause(by="bo", reason=PauseReason.PERSON, since=NOW, until=NOW + timedelta(days=30))
    lost = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="not in the channel")
    await pause_some(store, GENERAL, [1], by_bo)
    await pause_some(store, GENERAL, [2], lost)
    said = await person.reads("list")
    assert "#1 teapots · paused by @bo since 16 Jun until 16 Jul" in said
    assert "#2 kraken · paused since 16 Jun: not in the channel" in said


async def test_unsubscribing_takes_one_and_leaves_the_others(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.asks("subscribe kraken")
    assert (await person.asks("unsubscribe 1")).visible_to_channel
    assert [each.number for each in await subscriptions(store)] == [2]


async def test_removing_everything_asks_first(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.asks("subscribe kraken")
    asked = await person.asks("unsubscribe all")
    assert (asked.ok, asked.understood) == (False, True)
    assert len(await subscriptions(store)) == 2
    assert (await person.asks("unsubscribe all --yes")).ok
    assert await subscriptions(store) == ()


async def test_an_unknown_number_is_refused_with_those_there_are(store: Store) -> None:
    person = Person(store)
    assert "There is none yet." in await person.reads("unsubscribe 9")
    await person.asks("subscribe teapots")
    reply = await person.asks("unsubscribe 9")
    assert (reply.ok, reply.understood) == (False, True)
    assert "There is #1" in await person.reads("preview 9")


@pytest.mark.parametrize(
    "command", ["list", "run 1", "pause 1", "pause all", "resume all", "unsubscribe 1", "unsubscribe all"]
)
async def test_who_has_no_subscription_of_their_own_is_told_so_and_how_to_make_one(command: str, store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    said = await person.reads(f"{command} --to me")
    assert "of your own" in said
    assert 'Start with /papers subscribe "your topic" --to me.' in said
    assert "This channel" not in said


@pytest.mark.parametrize(
    ("command", "way_on"),
    [
        ("settings --to me", "Change one as in /papers settings max 10 --to me;"),
        ("settings max 10 --to me", "/papers settings --to me shows how everything is set."),
        ("settings mute survey --to me", "@ana changed the settings of their own digests:"),
    ],
)
async def test_settings_of_ones_own_say_so_in_what_to_type(command: str, way_on: str, store: Store) -> None:
    assert way_on in await Person(store).reads(command)


async def test_what_mutes_a_paper_in_ones_own_digests_is_typed_for_them(store: Store) -> None:
    await fill(store)
    own = Person(store, channel=GENERAL.personal("ana"))
    said = await own.hears(f"less:{id_of(TEAPOTS)}")
    assert "what should you not see again?" in said
    assert said.count("/papers settings mute ") == said.count(" --to me") > 0


async def test_evidence_is_what_a_preview_of_the_query_shows(store: Store) -> None:
    await fill(store, *(a_paper(number, upvotes=number, listed=(a_sighting(TODAY),)) for number in range(1, 4)))
    preview = await Person(store).asks('preview "world model"')
    subscribed = await Person(store).asks('subscribe "world model"')
    assert subscribed.papers == preview.papers
