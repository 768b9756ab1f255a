"""Commands on Discord: who asks, what is answered, who sees it."""

from typing import Any

import pytest

from tests.builders import a_paper
from tests.fakes.discord_calls import Fault
from tests.fakes.discord_gateway import CALLBACK, ORIGINAL
from tests.fakes.discord_talk import File
from tests.integration.discord.talking import (
    ANA,
    ANA_DM,
    AWAY,
    BO,
    HERE,
    IDEAS,
    KETTLES,
    MANAGERS,
    POT,
    SECRET,
    STOVES,
    TEA,
    Talk,
    channel,
    listening,
)
from tests.scenarios.library import fill

Json = Any


async def test_a_subscription_is_told_to_the_channel_by_the_name_of_who_made_it(discord_talk: Talk) -> None:
    said = await discord_talk.ana.types("subscribe", query='"world model"', daily="09:00")
    assert (said.how, said.to_channel) == ("original", True)
    assert "@ana subscribed this channel" in said.text
    assert ANA not in said.text
    assert await discord_talk.subscribed() == {'"world model"': "active"}


async def test_a_list_is_for_the_person_alone_and_names_people_and_channels(discord_talk: Talk) -> None:
    said = await discord_talk.cy.types("list")
    assert (said.how, said.to_channel) == ("original", False)
    assert "No subscriptions in #tea yet." in said.text
    await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
    await discord_talk.store.subscriptions.of_channel(channel(TEA))
    await discord_talk.bo.types("pause", number="1")
    assert "paused by @bo" in (await discord_talk.cy.types("list")).text


async def test_years_of_papers_are_a_few_messages(discord_talk: Talk) -> None:
    await fill(discord_talk.store, *(a_paper(number, upvotes=number) for number in range(1, 131)))
    asked = discord_talk.cy.begins("preview", target="trending", days=3650)
    await discord_talk.discord.until(lambda _: bool(asked.said))
    await discord_talk.settled()
    assert len(asked.said) <= 5
    assert not any(each.to_channel for each in asked.said)
    assert "80 more are not shown" in asked.said[-1].text


async def test_somebody_who_was_not_heard_is_asked_for_by_name_and_may_have_none(discord_talk: Talk) -> None:
    await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
    await discord_talk.bo.types("pause", number="1")
    asked = len(discord_talk.discord.asked)
    async with listening(discord_talk.store_url, discord_talk.discord, discord_talk.services.clock) as another:
        del discord_talk.discord.guilds[HERE].members[BO]
        await discord_talk.gateway.connection.end()
        await another.connect()
        assert f"paused by @{BO}" in (await another.cy.types("list")).text
    assert any(BO in each.path for each in discord_talk.discord.asked[asked:])


async def test_a_refusal_is_seen_by_who_would_have_seen_the_answer(discord_talk: Talk) -> None:
    said = await discord_talk.ana.types("subscribe", query='"teapots')
    assert said.to_channel
    assert "subscribe" in said.text
    said = await discord_talk.ana.types("search", query='"teapots')
    assert not said.to_channel
    assert await discord_talk.subscribed() == {}


async def test_a_digest_of_ones_own_is_told_to_that_person_alone(discord_talk: Talk) -> None:
    said = await discord_talk.cy.types("subscribe", query="teapots", to="me", tz="Asia/Tokyo")
    assert not said.to_channel
    assert await discord_talk.subscribed(channel(f"@{discord_talk.cy.user}")) == {"teapot": "active"}


@pytest.mark.parametrize(
    "change", [{"name": "frobnicate"}, {"options": [{"type": 3, "name": "frequency", "value": "daily"}]}]
)
async def test_a_command_of_another_menu_is_refused_and_not_guessed(change: Json, discord_talk: Talk) -> None:
    def of_another_menu(_: str, payload: Json) -> None:
        payload["data"]["options"][0].update(change)

    discord_talk.discord.listeners.insert(0, of_another_menu)
    assert "has changed" in (await discord_talk.ana.types("list")).text


async def test_a_command_without_a_server_is_refused_and_subscribes_nobody(discord_talk: Talk) -> None:
    ana = discord_talk.person(ANA, ANA_DM)
    said = await ana.types("subscribe", query="teapots", to="me")
    assert (said.how, said.to_channel) == ("message", False)
    assert "in a server that let me in" in said.text
    assert await ana.completes("subscribe", "tz", "lon") == {}
    assert not await discord_talk.store.subscriptions.schedules()


# --- suggestions ------------------------------------------------------------------------------------------------------


async def test_subscriptions_are_suggested_by_number_and_query(discord_talk: Talk) -> None:
    await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
    await discord_talk.ana.types("subscribe", query="kettles")
    found = await discord_talk.ana.completes("edit", "number", "kett")
    assert list(found.values()) == ["2"]
    assert "kettle" in next(iter(found))
    assert list((await discord_talk.ana.completes("pause", "number", "")).values()) == ["1", "2", "all"]


async def test_zones_and_categories_are_suggested(discord_talk: Talk) -> None:
    assert "Europe/Berlin" in (await discord_talk.ana.completes("subscribe", "tz", "berl", query="x")).values()
    found = await discord_talk.ana.completes("subscribe", "source", "hf,cs.C", query="x")
    assert "hf,arxiv:cs.CV" in found.values()
    assert await discord_talk.ana.completes("subscribe", "tz", "xyzzy", query="x") == {}


# --- where we may post ------------------------------------------------------------------------------------------------


async def test_a_channel_that_i_cannot_post_in_is_not_subscribed_and_says_what_is_missing(discord_talk: Talk) -> None:
    said = await discord_talk.bo.types("subscribe", query="teapots", in_=SECRET)
    assert "I need View Channel and Send Messages in #secret." in said.text
    assert await discord_talk.subscribed(channel(SECRET)) == {}
    discord_talk.discord.deny(SECRET, send_messages=True)
    said = await discord_talk.bo.types("subscribe", query="teapots", in_=SECRET)
    assert "I need Send Messages in #secret." in said.text
    discord_talk.discord.deny(SECRET)
    said = await discord_talk.bo.types("subscribe", query="teapots", in_=SECRET)
    assert "@bo subscribed #secret to **teapots**" in said.text
    # Who reads #tea may not be let in there.
    assert not said.to_channel
    assert await discord_talk.subscribed(channel(SECRET)) == {"teapot": "active"}


async def test_what_names_the_channel_where_it_is_typed_is_told_to_all_of_it(discord_talk: Talk) -> None:
    said = await discord_talk.bo.types("subscribe", query="teapots", in_=TEA)
    assert said.to_channel
    assert "subscribed this channel to" in said.text


@pytest.mark.parametrize(
    ("where", "denied", "words"),
    [
        (POT, "send_messages_in_threads", "I need Send Messages in Threads in #pot."),
        (IDEAS, "send_messages", "I need Send Messages in #ideas."),
    ],
)
async def test_threads_and_forums_want_permissions_of_their_own(
    where: str, denied: str, words: str, discord_talk: Talk
) -> None:
    ruled_by = discord_talk.discord.places[where].parent or where
    discord_talk.discord.deny(ruled_by, **{denied: True})
    assert words in (await discord_talk.bo.types("subscribe", query="teapots", in_=where)).text
    discord_talk.discord.deny(ruled_by)
    await discord_talk.bo.types("subscribe", query="teapots", in_=where)
    assert await discord_talk.subscribed(channel(where)) == {"teapot": "active"}


# --- who may ----------------------------------------------------------------------------------------------------------


async def test_who_may_not_manage_is_told_what_is_needed_and_offered_digests_of_their_own(discord_talk: Talk) -> None:
    said = await discord_talk.cy.types("subscribe", query="teapots")
    assert "Changing #tea needs Manage Channels." in said.text
    assert "to:me" in said.text
    assert await discord_talk.subscribed() == {}
    await discord_talk.bo.types("settings", who_can_manage="everyone")
    await discord_talk.cy.types("subscribe", query="teapots")
    assert await discord_talk.subscribed() == {"teapot": "active"}


async def test_a_mistake_in_no_text_is_pointed_at_nowhere(discord_talk: Talk) -> None:
    said = await discord_talk.ana.types("subscribe", query="teapots", daily="09:00", instant=True)
    assert "contradict each other" in said.text
    assert "^" not in said.text


async def test_a_role_is_called_by_its_name(discord_talk: Talk) -> None:
    said = await discord_talk.ana.types("subscribe", query="teapots", tz="UTC", ping=MANAGERS)
    assert "pinging @managers" in said.text
    assert discord_talk.discord.wrong == []
    await discord_talk.ana.types("subscribe", query="kettles", tz="UTC", ping="400000000000000009")
    listed = await discord_talk.ana.types("list")
    assert "pinging @managers" in listed.text
    assert "pinging @deleted-role" in listed.text


async def test_what_an_interaction_leaves_out_of_rights_is_asked_for(discord_talk: Talk) -> None:
    def says_less(_: str, payload: Json) -> None:
        del payload["member"]["roles"]
        for each in payload["data"]["resolved"]["channels"].values():
            del each["permissions"]

    discord_talk.discord.listeners.insert(0, says_less)
    await discord_talk.ana.types("subscribe", query="teapots", in_=KETTLES, tz="Asia/Tokyo")
    assert await discord_talk.subscribed(channel(KETTLES)) == {"teapot": "active"}
    assert "nly a manager" in (await discord_talk.cy.types("list", in_=KETTLES)).text


async def test_another_channel_is_for_who_manages_that_one(discord_talk: Talk) -> None:
    await discord_talk.ana.types("subscribe", query="teapots", in_=KETTLES, tz="Asia/Tokyo")
    assert await discord_talk.subscribed(channel(KETTLES)) == {"teapot": "active"}
    said = await discord_talk.cy.types("list", in_=KETTLES)
    assert "nly a manager" in said.text
    assert list((await discord_talk.ana.completes("edit", "number", "", in_=KETTLES)).values()) == ["1"]
    assert "#kettles" in (await discord_talk.ana.types("list", all=True)).text
    assert "#kettles" in (await discord_talk.bo.types("list", all=True)).text


# --- two servers, two processes ---------------------------------------------------------------------------------------


async def test_a_button_of_one_server_is_no_good_in_another(discord_talk: Talk) -> None:
    subscribed = await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
    stranger = discord_talk.person(BO, STOVES)
    assert set(subscribed.buttons) >= {"Undo", "Change"}
    for label in subscribed.buttons:
        said = await stranger.presses(subscribed, label)
        assert "no longer good" in said.text
        assert not said.to_channel
    assert await discord_talk.subscribed() == {"teapot": "active"}
    assert await discord_talk.subscribed(channel(STOVES, AWAY)) == {}


async def test_of_two_processes_that_hear_a_command_one_does_it(discord_talk: Talk) -> None:
    async with listening(discord_talk.store_url, discord_talk.discord, discord_talk.services.clock) as another:
        await another.connect()
        done = discord_talk.ana.begins("subscribe", query="teapots", tz="Asia/Tokyo")
        await discord_talk.discord.until(lambda fake: bool(done.said) and len(fake.calls("POST", CALLBACK)) == 2)
        await discord_talk.settled()
        await another.settled()
    assert [each.how for each in done.said] == ["original"]
    assert "@ana subscribed" in done.first.text
    assert await discord_talk.subscribed() == {"teapot": "active"}


# --- too late, lost, over ---------------------------------------------------------------------------------------------


async def test_a_command_that_discord_has_given_up_is_not_done(discord_talk: Talk) -> None:
    done = discord_talk.ana.begins("subscribe", query="teapots")
    done.is_late = True
    await discord_talk.discord.until(lambda fake: bool(fake.calls("POST", CALLBACK)))
    await discord_talk.ana.types("help")
    await discord_talk.settled()
    assert done.said == []
    assert await discord_talk.subscribed() == {}


@pytest.mark.parametrize(
    "fault",
    [Fault(status=503), Fault(hangs_up=True), Fault(hangs_up=True, accepts=True), Fault(status=500, accepts=True)],
)
async def test_an_acknowledgement_that_may_be_lost_is_given_again(fault: Fault, discord_talk: Talk) -> None:
    discord_talk.discord.fail(fault, path=CALLBACK)
    said = await discord_talk.ana.types("list")
    assert "No subscriptions" in said.text


async def test_an_answer_that_is_not_taken_there_goes_to_the_channel_or_to_the_person(discord_talk: Talk) -> None:
    discord_talk.discord.fail(
        Fault(status=404, code=10015), Fault(status=404, code=10015), method="PATCH", path=ORIGINAL
    )
    discord_talk.ana.begins("list")
    await discord_talk.discord.until(lambda fake: bool(fake.in_channel(ANA_DM)))
    discord_talk.ana.begins("subscribe", query="teapots", tz="Asia/Tokyo")
    await discord_talk.discord.until(lambda fake: bool(fake.in_channel(TEA)))
    assert "subscribed this channel" in str(discord_talk.discord.in_channel(TEA)[0].body)


async def test_what_a_channel_may_have_is_not_said_twice(discord_talk: Talk) -> None:
    discord_talk.discord.fail(*[Fault(hangs_up=True, accepts=True)] * 2, method="PATCH", path=ORIGINAL)
    said = await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
    await discord_talk.settled()
    assert said.to_channel
    assert discord_talk.discord.in_channel(TEA) == []


async def test_what_makes_no_sense_is_a_line_of_the_log_and_ends_nothing(
    discord_talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    discord_talk.discord.tell("INTERACTION_CREATE", {"guild_id": HERE, "type": 2})
    assert "No subscriptions" in (await discord_talk.ana.types("list")).text
    assert "an interaction could not be read" in caplog.text


async def test_what_breaks_on_the_way_to_an_answer_is_told_with_the_reference_of_the_log(
    discord_talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    # Discord does not take the answer, nor the person a message.
    discord_talk.discord.silent.add(ANA)
    discord_talk.discord.fail(Fault(status=400, code=50035), method="PATCH", path=ORIGINAL)
    done = discord_talk.ana.begins("list")
    await discord_talk.discord.until(lambda _: bool(done.said))
    assert (done.first.how, done.first.to_channel) == ("followup", False)
    ref = done.first.text.partition("(ref ")[2][:4]
    assert f"(ref {ref})" in caplog.text


async def test_no_log_and_no_repr_tells_a_secret(discord_talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    # Their lines are not those that an operator sees: bot/logs.py silences discord.py.
    for others in ("aiosqlite", "discord", "aiohttp.access", "asyncio", "psycopg"):
        caplog.set_level("ERROR", others)
    discord_talk.discord.fail(Fault(status=404, code=10015), method="PATCH", path=ORIGINAL)
    discord_talk.ana.begins("list")
    await discord_talk.discord.until(lambda fake: bool(fake.in_channel(ANA_DM)))
    await discord_talk.ana.types("import", file=File(name="secret.yaml", content=b"x"))
    said = caplog.text + repr(discord_talk.gateway)
    for secret in ("discord-secret", "interaction-secret", "/files/"):
        assert secret not in said


# --- import -----------------------------------------------------------------------------------------------------------

YAML = b"version: 1\nsubscriptions:\n- query: teapots\n  daily: 09:00\n"


async def test_an_attached_file_shows_the_difference_and_apply_makes_it(discord_talk: Talk) -> None:
    shown = await discord_talk.ana.types("import", file=File(name="papers.yaml", content=b"\xef\xbb\xbf" + YAML))
    assert await discord_talk.subscribed() == {}
    applied = await discord_talk.ana.presses(shown, "Apply")
    assert applied.to_channel
    assert await discord_talk.subscribed() == {"teapot": "active"}
    assert (await discord_talk.ana.presses(applied, "Undo")).to_channel
    assert await discord_talk.subscribed() == {}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (File(name="a.yaml", content=YAML, size=300_000), "a.yaml has 300,000 bytes"),
        (File(name="a.yaml", content=b"#" * 300_000, size=3), "did not give me a.yaml"),
        (File(name="a.yaml", content=b"\xff\xfeversion"), "a.yaml is no text in UTF-8."),
        (File(name="a.yaml", content=b"version: 1\nsubscriptions: [{query: '(', max: 99}]\n"), "The file has"),
        (File(name="a.yaml", content=b""), "The file is empty."),
    ],
)
async def test_a_file_that_cannot_be_read_says_why_and_changes_nothing(
    file: File, words: str, discord_talk: Talk
) -> None:
    said = await discord_talk.ana.types("import", file=file, yes=True)
    assert words in said.text
    assert await discord_talk.subscribed() == {}


async def test_a_file_that_is_gone_is_asked_for_again(discord_talk: Talk) -> None:
    done = discord_talk.ana.begins("import", file=File(name="a.yaml", content=YAML))
    discord_talk.discord.files.clear()
    await discord_talk.discord.until(lambda _: bool(done.said))
    assert "Attach it again." in done.first.text
