"""The HTTP client asks politely, takes no more than it can bear, and says plainly what went wrong.

The clock steps: waiting costs a test nothing. Only the limits of one answer are counted by the machine, and they are
made small.
"""

import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from adapters.http import LONGEST_WAIT, PEOPLES_WAIT, TRIES, Answer, HttpClient, Pace, RequestLimits, waiting_time
from adapters.sql.store import SqlStore, open_store
from bot import __version__
from bot.errors import SettingsError, SourceError
from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.web import ENDLESS, Asked, Reply, Web, in_turn, packed, web

PACE = Pace(key="example", interval=timedelta())
IMPATIENT = RequestLimits(read=timedelta(seconds=5), total=timedelta(seconds=0.3))
FINE = Reply(body=b"[]")
NOTHING_LISTENS = "http://127.0.0.1:9"


@pytest.fixture
async def store(migrated_sqlite_url: str) -> AsyncIterator[SqlStore]:
    """Keep the moments of the hosts in SQLite: both databases are held to `RateLimits` by its own contract tests."""
    async with open_store(migrated_sqlite_url) as opened:
        yield opened


@asynccontextmanager
async def asking(
    store: SqlStore, *replies: Reply, limits: RequestLimits | None = None, contact: str = ""
) -> AsyncIterator[tuple[HttpClient, Web, SteppingClock]]:
    clock = SteppingClock(NOW)
    async with (
        web(in_turn(*replies)) as server,
        HttpClient(clock, store.rate_limits, contact=contact, limits=limits) as http,
    ):
        yield http, server, clock


async def refused(http: HttpClient, url: str, pace: Pace = PACE) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await http.get(url, pace=pace)
    return caught.value


# --- asking -----------------------------------------------------------------------------------------------------------


async def test_every_request_says_who_asks_and_how_to_reach_them(store: SqlStore) -> None:
    async with asking(store, FINE, contact="papers@example.org") as (http, server, _):
        await http.get(server.url, pace=PACE)
    assert server.asked[0].headers["user-agent"] == f"paperround/{__version__} (+papers@example.org)"


async def test_parameters_go_into_the_address_and_a_query_in_the_settings_stays(store: SqlStore) -> None:
    async with asking(store, FINE) as (http, server, _):
        await http.get(f"{server.url}/api", pace=PACE, params={"date": "2026-06-16", "p": 1})
        await http.get(f"{server.url}/api?through=proxy", pace=PACE)
    assert [asked.query for asked in server.asked] == [{"date": "2026-06-16", "p": "1"}, {"through": "proxy"}]


async def test_a_validator_is_sent_and_an_unchanged_answer_is_told_apart(store: SqlStore) -> None:
    async with asking(store, Reply(body=b"[]", headers={"ETag": '"a"'}), Reply(status=304)) as (http, server, _):
        first = await http.get(server.url, pace=PACE)
        second = await http.get(server.url, pace=PACE, etag=first.etag)
    assert (first.is_unchanged, second.is_unchanged) == (False, True)
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"a"']


async def test_a_packed_answer_is_unpacked(store: SqlStore) -> None:
    async with asking(store, Reply(body=packed(b"[1, 2]"), headers={"Content-Encoding": "gzip"})) as (http, server, _):
        assert (await http.get(server.url, pace=PACE)).body == b"[1, 2]"
    assert server.asked[0].headers["accept-encoding"] == "gzip"


async def test_what_the_host_refuses_is_an_answer_and_asked_once(store: SqlStore) -> None:
    async with asking(store, Reply(status=404, body=b"{}")) as (http, server, _):
        assert (await http.get(server.url, pace=PACE)).status == 404
    assert len(server.asked) == 1


# --- again ------------------------------------------------------------------------------------------------------------


async def test_what_may_pass_is_tried_again_a_little_later(store: SqlStore) -> None:
    async with asking(store, Reply(status=502), Reply(body=b"[1", headers={}, cut_at=1), FINE) as (http, server, clock):
        assert (await http.get(server.url, pace=PACE)).body == b"[]"
    assert len(server.asked) == 3
    assert [0.5 <= clock.slept[0] <= 1.5, 1 <= clock.slept[1] <= 3, len(clock.slept)] == [True, True, 2]


async def test_a_host_that_goes_on_failing_is_given_up(store: SqlStore) -> None:
    async with asking(store, Reply(status=503)) as (http, server, _):
        error = await refused(http, server.url)
    assert (error.reason, error.answered, len(server.asked)) == ("127.0.0.1 answered 503", False, TRIES)


async def test_a_host_that_takes_no_connection_is_tried_again(store: SqlStore) -> None:
    async with asking(store, FINE) as (http, _, clock):
        error = await refused(http, NOTHING_LISTENS)
    assert error.reason == "127.0.0.1 could not be reached (ConnectError)"
    assert len(clock.slept) == TRIES - 1


async def test_a_body_that_is_cut_off_is_no_answer(store: SqlStore) -> None:
    async with asking(store, Reply(body=b"[1, 2, 3]", cut_at=4)) as (http, server, _):
        error = await refused(http, server.url)
    assert error.reason == "127.0.0.1 could not be reached (RemoteProtocolError)"


# --- limits -----------------------------------------------------------------------------------------------------------


async def test_a_host_that_drips_is_left_when_its_time_is_over(store: SqlStore) -> None:
    async with asking(store, Reply(body=b"[]" * 500, drips=0.01), limits=IMPATIENT) as (http, server, _):
        error = await refused(http, server.url)
    assert (error.reason, len(server.asked)) == ("127.0.0.1 did not answer in 0.3 s", 1)


async def test_a_host_that_falls_silent_is_left(store: SqlStore) -> None:
    limits = RequestLimits(read=timedelta(seconds=0.1))
    async with asking(store, Reply(is_silent=True), limits=limits) as (http, server, _):
        error = await refused(http, server.url)
    assert (error.reason, len(server.asked)) == ("127.0.0.1 fell silent for 0.1 s", 1)


async def test_all_tries_share_the_time_of_one_answer(store: SqlStore) -> None:
    cut_off_late = Reply(body=b"[]", drips=0.2, cut_at=1)
    async with asking(store, cut_off_late, cut_off_late, FINE, limits=IMPATIENT) as (http, server, _):
        error = await refused(http, server.url)
    assert error.reason == "127.0.0.1 did not answer in 0.3 s"


async def test_a_body_without_an_end_is_left_at_the_limit(store: SqlStore) -> None:
    endless = Reply(body=b" " * 100_000, times=ENDLESS)
    async with asking(store, endless) as (http, server, _):
        error = await refused(http, server.url)
    assert (error.reason, error.answered) == ("127.0.0.1 sent more than 20 MB", True)


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(packed(b" " * 1_000_000, times=100), id="one that unpacks into 100 MB"),
        pytest.param(packed(b"[]") + b" " * 3_000_000, id="one that goes on after its end"),
    ],
)
async def test_a_small_body_that_unpacks_into_a_huge_one_takes_no_memory(store: SqlStore, bomb: bytes) -> None:
    limits = RequestLimits(largest_body=2_000_000)
    async with asking(store, Reply(body=bomb, headers={"Content-Encoding": "gzip"}), limits=limits) as (
        http,
        server,
        _,
    ):
        tracemalloc.start()
        try:
            error = await refused(http, server.url)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert error.reason == "127.0.0.1 sent more than 2 MB"
    assert most < 10_000_000


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}),
        Reply(body=packed(b"[1, 2]")[:-9], headers={"Content-Encoding": "gzip"}),
        Reply(body=b"[]", headers={"Content-Encoding": "br"}),
    ],
)
async def test_a_body_that_cannot_be_unpacked_is_no_answer(store: SqlStore, reply: Reply) -> None:
    async with asking(store, reply) as (http, server, _):
        error = await refused(http, server.url)
    assert error.answered
    assert len(server.asked) == 1


# --- waiting ----------------------------------------------------------------------------------------------------------


async def test_requests_are_as_far_apart_as_the_host_wants_over_all_clients(store: SqlStore) -> None:
    pace = Pace(key="slow", interval=timedelta(seconds=3))
    clock = SteppingClock(NOW)
    moments: list[datetime] = []

    def answer(_: Asked) -> Reply:
        moments.append(clock.now())
        return FINE

    async with (
        web(answer) as server,
        HttpClient(clock, store.rate_limits) as one,
        HttpClient(clock, store.rate_limits) as other,
    ):
        for http in (one, other, one, other):
            await http.get(server.url, pace=pace)
    assert moments == [NOW + timedelta(seconds=3 * number) for number in range(4)]


async def test_many_who_ask_in_vain_keep_nobody_waiting(store: SqlStore) -> None:
    pace = Pace(key="slow", interval=timedelta(seconds=3))
    async with asking(store, FINE) as (http, server, clock):
        await store.rate_limits.hold("slow", NOW + LONGEST_WAIT + timedelta(seconds=1))
        for _ in range(50):
            assert (await refused(http, server.url, pace)).retry_after == LONGEST_WAIT + timedelta(seconds=1)
        clock.moment += timedelta(seconds=2)
        assert (await http.get(server.url, pace=pace)).status == 200


async def test_who_asks_for_people_takes_no_moment_that_is_far_off(store: SqlStore) -> None:
    pace = Pace(key="slow", interval=timedelta(seconds=3))
    async with asking(store, FINE) as (http, server, _):
        await store.rate_limits.hold("slow", NOW + PEOPLES_WAIT + timedelta(seconds=1))
        for _ in range(50):
            await refused(http, server.url, pace.for_people())
        assert (await http.get(server.url, pace=pace)).status == 200


async def test_a_short_wait_that_the_host_asks_for_is_kept(store: SqlStore) -> None:
    async with asking(store, Reply(status=429, headers={"Retry-After": "7"}), FINE) as (http, server, clock):
        assert (await http.get(server.url, pace=PACE)).status == 200
    assert clock.slept == [7]


@pytest.mark.parametrize("status", [429, 503])
async def test_after_a_long_wait_is_asked_for_nobody_asks_before_it_is_over(store: SqlStore, status: int) -> None:
    too_many = Reply(status=status, headers={"Retry-After": "600"})
    async with asking(store, too_many, FINE) as (http, server, clock):
        assert (await refused(http, server.url)).retry_after == timedelta(minutes=10)
        async with HttpClient(clock, store.rate_limits) as other:
            clock.moment += timedelta(minutes=9)
            error = await refused(other, server.url)
            assert (error.reason, error.retry_after) == ("127.0.0.1 asked us to wait", timedelta(minutes=1))
            assert len(server.asked) == 1
            clock.moment += timedelta(minutes=1)
            assert (await other.get(server.url, pace=PACE)).status == 200


async def test_a_host_that_complains_without_a_word_is_left_alone_for_as_long_as_its_pace_says(store: SqlStore) -> None:
    pace = Pace(key="arxiv", interval=timedelta(), after_429=timedelta(minutes=10))
    async with asking(store, Reply(status=429)) as (http, server, _):
        assert (await refused(http, server.url, pace)).retry_after == timedelta(minutes=10)
        assert (await refused(http, server.url)).retry_after == timedelta(minutes=1)


async def test_when_the_window_is_used_up_the_next_request_waits_for_the_next_one(store: SqlStore) -> None:
    used_up = Reply(body=b"[]", headers={"RateLimit": '"api";r=0;t=120'})
    async with asking(store, used_up, FINE) as (http, server, clock):
        assert (await http.get(server.url, pace=PACE)).status == 200
        assert (await refused(http, server.url)).retry_after == timedelta(seconds=120)
        clock.moment += timedelta(seconds=120)
        assert (await http.get(server.url, pace=PACE)).status == 200
    assert len(server.asked) == 2


async def test_a_host_that_always_complains_is_given_up(store: SqlStore) -> None:
    async with asking(store, Reply(status=429, headers={"Retry-After": "1"})) as (http, server, _):
        assert (await refused(http, server.url)).retry_after == timedelta(seconds=1)
    assert len(server.asked) == TRIES


def _in(seconds: int) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry-after": "30"}, 30),
        (429, {"retry-after": _in(45)}, 45),
        (429, {"retry-after": _in(-45)}, 0),
        (429, {"retry-after": "9" * 5_000}, 86_400),
        (429, {"retry-after": "Tue, 16 Jun 9999999999 09:00:00 GMT"}, None),
        (429, {"retry-after": "soon", "ratelimit": '"api";r=0;t=12'}, 12),
        (429, {"ratelimit": '"api";r=3;t=12'}, 12),
        (200, {"ratelimit": '"api";r=3;t=12'}, None),
        (200, {"ratelimit": '"api";r=0;t=12'}, 12),
        (200, {"ratelimit": '"api";r=0;t=' + "9" * 5_000}, 86_400),
        (200, {"ratelimit": "r=zero;t"}, None),
        (200, {}, None),
    ],
)
def test_the_waiting_time_is_read_from_the_headers(status: int, headers: dict[str, str], seconds: int | None) -> None:
    waiting = waiting_time(Answer(status=status, headers=headers), NOW.astimezone(UTC))
    assert waiting == (None if seconds is None else timedelta(seconds=seconds))


def test_a_wait_that_is_slept_through_is_shorter_than_a_lease() -> None:
    assert timedelta(minutes=5) > LONGEST_WAIT * TRIES


# --- where ------------------------------------------------------------------------------------------------------------


def _to(address: Callable[[str], str]) -> Callable[[Asked], Reply]:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/there":
            return FINE
        return Reply(status=302, headers={"Location": address(asked.headers["host"])})

    return answer


async def test_a_redirect_within_the_host_is_followed_at_its_pace(store: SqlStore) -> None:
    pace = Pace(key="slow", interval=timedelta(seconds=3))
    clock = SteppingClock(NOW)
    async with web(_to(lambda _: "/there")) as server, HttpClient(clock, store.rate_limits) as http:
        assert (await http.get(f"{server.url}/here", pace=pace)).body == b"[]"
    assert ([asked.path for asked in server.asked], clock.slept) == (["/here", "/there"], [3])


@pytest.mark.parametrize(
    "address",
    [
        lambda _: "http://169.254.169.254/latest/meta-data",
        lambda _: "http://127.0.0.1:9/",
        lambda host: f"ftp://{host}/there",
        lambda host: f"https://{host}/there",
        lambda host: f"//localhost:{host.partition(':')[2]}/there",
        lambda _: "file:///etc/passwd",
    ],
)
async def test_a_redirect_to_another_place_is_not_followed(store: SqlStore, address: Callable[[str], str]) -> None:
    async with web(_to(address)) as server, HttpClient(SteppingClock(NOW), store.rate_limits) as http:
        error = await refused(http, server.url)
    assert "redirects to" in error.reason
    assert len(server.asked) == 1


async def test_redirects_in_circles_end(store: SqlStore) -> None:
    async with web(_to(lambda _: "/again")) as server, HttpClient(SteppingClock(NOW), store.rate_limits) as http:
        assert (await refused(http, server.url)).reason == "127.0.0.1 redirects in circles"
    assert len(server.asked) == 4


async def test_a_proxy_of_the_environment_is_used_and_loopback_is_asked_directly(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with web(in_turn(FINE)) as proxy, web(in_turn(FINE)) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with HttpClient(SteppingClock(NOW), store.rate_limits) as http:
            await http.get("http://papers.example/api", pace=PACE)
            await http.get(server.url, pace=PACE)
    assert [asked.path for asked in proxy.asked] == ["http://papers.example/api"]
    assert len(server.asked) == 1


@pytest.mark.parametrize("address", ["gopher://me:hunter2@proxy.example", "http://me:hunter2@proxy.example:port"])
async def test_a_proxy_that_cannot_be_used_is_a_mistake_in_the_settings(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with pytest.raises(SettingsError) as caught:
        HttpClient(SteppingClock(NOW), store.rate_limits)
    assert "HTTPS_PROXY" in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_no_error_repeats_a_secret_of_the_address(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://me:hunter2@127.0.0.1:9")
    async with asking(store, FINE) as (http, _, _):
        for url in (
            "http://papers.example/?token=hunter2",
            f"{NOTHING_LISTENS}/?token=hunter2",
            "http://a:port/?t=hunter2",
        ):
            error = await refused(http, url)
            assert "hunter2" not in repr(error) + str(error) + error.reason
