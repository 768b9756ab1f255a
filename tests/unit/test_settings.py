"""Settings: what comes before what, and every mistake told at once, without a secret."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.logs import redact
from bot.settings import PREFIX, Settings, load_settings, unknown_variables, variables
from bot.settings.slack import deafness


@pytest.fixture(autouse=True)
def _an_empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.upper().startswith((PREFIX, "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def problems_of(flags: dict[str, object] | None = None) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(flags)
    return caught.value.problems


def test_without_anything_set_the_defaults_hold() -> None:
    settings = load_settings()
    assert settings.database_url.get_secret_value() == "sqlite:///paperround.db"
    assert settings.tick_seconds == 15
    assert settings.timezone == "UTC"
    assert settings.sources == ("huggingface", "arxiv")
    assert settings.huggingface.base_url == "https://huggingface.co"
    assert settings.arxiv.categories == ("cs.AI", "cs.CL", "cs.CV", "cs.LG")
    assert settings.console.file is None
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", None)


def test_the_command_line_comes_before_the_environment_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("paperround.toml").write_text('timezone = "Asia/Tokyo"\ntick_seconds = 30\nsources = ["arxiv"]\n')
    assert load_settings().timezone == "Asia/Tokyo"
    monkeypatch.setenv("PAPERROUND_TIMEZONE", "Europe/Berlin")
    monkeypatch.setenv("PAPERROUND_TICK_SECONDS", "5")
    settings = load_settings({"tick_seconds": 1})
    assert (settings.timezone, settings.tick_seconds, settings.sources) == ("Europe/Berlin", 1, ("arxiv",))


def test_groups_are_laid_over_one_another_name_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("paperround.toml").write_text('[arxiv]\nrss_url = "http://localhost:1/rss/"\ncategories = ["cs.RO"]\n')
    monkeypatch.setenv("PAPERROUND_ARXIV__CATEGORIES", "cs.ai, stat.ML")
    arxiv = load_settings().arxiv
    assert arxiv.rss_url == "http://localhost:1/rss"
    assert arxiv.categories == ("cs.AI", "stat.ML")
    assert arxiv.api_url == "https://export.arxiv.org/api/query"


def test_all_mistakes_are_reported_at_once_by_the_name_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("paperround.toml").write_text('sources = ["arxv"]\nhuggingface.base_url = "ftp://x"\n')
    monkeypatch.setenv("PAPERROUND_TIMEZONE", "CETT")
    monkeypatch.setenv("PAPERROUND_TICK_SECONDS", "soon")
    monkeypatch.setenv("PAPERROUND_ARXIV__CATEGORIES", "CL")
    assert problems_of({"database_url": "mysql://example.org/papers"}) == (
        '--database-url: there is no driver for "mysql"; use sqlite:/// or postgresql://',
        "PAPERROUND_TICK_SECONDS: this is no number; write seconds, as in 15",
        'PAPERROUND_TIMEZONE: I don\'t know the zone "CETT"; did you mean "CET"?',
        'paperround.toml: sources: I don\'t know the source "arxv"; did you mean "arxiv"?',
        'paperround.toml: huggingface.base_url: "ftp://x" is no web address; it begins with https:// and a host',
        'PAPERROUND_ARXIV__CATEGORIES: I don\'t know the arXiv category "CL"; did you mean "cs.CL"?',
    )


@pytest.mark.parametrize("options", ["timeout=zz", "timeout=5", "mode=ro"])
def test_the_address_of_a_file_takes_no_options(options: str) -> None:
    (problem,) = problems_of({"database_url": f"sqlite:///paperround.db?{options}"})
    assert problem == "--database-url: the address of a file takes no options; end it before the ?"


@pytest.mark.parametrize(
    "url", ["paperround.db", "localhost/papers", "mysql://h/x", "postgresql://", "sqlite:/x.db", "oracle+x://u:pw@h/d"]
)
def test_a_database_address_without_a_driver_is_refused_and_never_repeated(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERROUND_DATABASE_URL", url)
    (problem,) = problems_of()
    assert problem.startswith("PAPERROUND_DATABASE_URL: ")
    assert redact(problem) == problem
    assert "pw" not in problem


def test_a_password_is_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERROUND_DATABASE_URL", "postgresql://paperround:hunter2@db/paperround")
    settings = load_settings()
    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()
    monkeypatch.setenv("PAPERROUND_TIMEZONE", "CETT")
    assert "hunter2" not in " ".join(problems_of())


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u@db/papers?password=hunter2",
        "postgresql://u@db/papers?sslmode=require&sslpassword=hunter2",
        "postgresql://u:hunter2@[db/papers",
    ],
)
def test_a_password_in_any_place_of_an_address_is_refused_in_the_file(url: str) -> None:
    Path("paperround.toml").write_text(f'database_url = "{url}"\n')
    problem, *_ = problems_of()
    assert "a password does not belong in a file; set PAPERROUND_DATABASE_URL instead" in problem
    assert "hunter2" not in problem


def test_secrets_never_come_from_the_file() -> None:
    Path("paperround.toml").write_text(
        'database_url = "postgresql://paperround:hunter2@db/paperround"\nsecret_key = "hunter3"\n'
    )
    problems = problems_of()
    assert [problem.split(":")[0] for problem in problems] == ["paperround.toml", "paperround.toml"]
    assert any("set PAPERROUND_DATABASE_URL instead" in problem for problem in problems)
    assert any("set PAPERROUND_SECRET_KEY instead" in problem for problem in problems)
    assert "hunter" not in " ".join(problems)


def test_an_unknown_key_of_the_file_is_a_mistake_with_a_suggestion() -> None:
    Path("paperround.toml").write_text(
        'timezome = "UTC"\n[arxiv]\nrss = "https://example.org"\n[discord]\napi_url = "https://x"\n'
    )
    assert problems_of() == (
        'paperround.toml: I don\'t know the key timezome; did you mean "timezone"?',
        'paperround.toml: I don\'t know the key arxiv.rss; did you mean "arxiv.rss_url"?',
    )


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda file: file.symlink_to("/dev/zero")])
def test_a_file_without_an_end_is_not_waited_for(make: Callable[[Path], None]) -> None:
    make(Path("paperround.toml"))
    assert problems_of() == ("paperround.toml: cannot be read: it is no ordinary file",)


@pytest.mark.parametrize(
    "content", [b"timezone = ", b"\xff\xfe\x00", b"timezone = 'UTC'\ntimezone = 'UTC'\n", b"a = " + b"[" * 100_000]
)
def test_a_file_that_cannot_be_read_is_a_mistake_beside_the_others(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("paperround.toml").write_bytes(content)
    monkeypatch.setenv("PAPERROUND_TICK_SECONDS", "0")
    unreadable, too_quick = problems_of()
    assert unreadable.startswith("paperround.toml: cannot be read: ")
    assert too_quick.startswith("PAPERROUND_TICK_SECONDS: ")


def test_a_group_of_the_file_that_is_no_table_is_a_mistake() -> None:
    Path("paperround.toml").write_text("arxiv = 3\n")
    assert problems_of() == ("paperround.toml: arxiv: this is a group of settings; set its members one by one",)


def test_a_variable_that_is_set_to_nothing_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERROUND_TIMEZONE", "")
    monkeypatch.setenv("PAPERROUND_CONSOLE__FILE", "")
    assert load_settings() == Settings()


def test_a_variable_that_nothing_reads_is_named_with_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERROUND_TIMEZOME", "UTC")
    monkeypatch.setenv("PAPERROUND_HTTP__PORT", "8080")
    monkeypatch.setenv("PAPERROUND_SECRET_KEY", "hunter2")
    monkeypatch.setenv("PAPERROUND_ARXIV__RSS_URL", "https://example.org")
    assert unknown_variables() == [
        'PAPERROUND_TIMEZOME: nothing reads this variable; did you mean "PAPERROUND_TIMEZONE"?'
    ]


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("PORT", "http", "this is no whole number; write one, as in 8080"),
        ("PORT", "80.5", "this is no whole number; write one, as in 8080"),
        ("PORT", "65536", "input should be less than or equal to 65535"),
        ("PORT", "-1", "input should be greater than or equal to 0"),
        (
            "HOST",
            "http://localhost",
            '"http://localhost" is no host; write 127.0.0.1, 0.0.0.0 for every address, or a name',
        ),
        ("HOST", "a b", '"a b" is no host; write 127.0.0.1, 0.0.0.0 for every address, or a name'),
    ],
)
def test_a_port_or_host_that_cannot_be_one_is_a_mistake(
    variable: str, value: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"PAPERROUND_HTTP__{variable}", value)
    assert problems_of() == (f"PAPERROUND_HTTP__{variable}: {problem}",)


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost", "::", "::1", "fe80::1%eth0", "web-1.example.org"])
def test_names_and_addresses_are_hosts(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERROUND_HTTP__HOST", host)
    monkeypatch.setenv("PAPERROUND_HTTP__PORT", "8080")
    http = load_settings().http
    assert (http.host, http.port) == (host, 8080)


def test_hf_is_short_for_hugging_face(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERROUND_SOURCES", "arxiv,hf,huggingface")
    assert load_settings().sources == ("arxiv", "huggingface")


def test_every_setting_says_what_it_is() -> None:
    assert all(each.field.description for each in variables())
    assert len({each.name for each in variables()}) == len({each.key for each in variables()}) == 24


# --- Slack ---------------------------------------------------------------------------------------------------------

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-hunter", "SLACK_APP_TOKEN": "xapp-hunter"}
OVER_HTTP = {"SLACK_BOT_TOKEN": "xoxb-hunter", "SLACK_SIGNING_SECRET": "hunter", "PAPERROUND_HTTP__PORT": "8080"}
MANY = {
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "hunter",
    "SLACK_SIGNING_SECRET": "hunter",
    "PAPERROUND_HTTP__PORT": "8080",
    "PAPERROUND_SECRET_KEY": f"{'k' * 43}=",
}


def set_all(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_without_a_token_nothing_of_slack_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    slack = load_settings().slack
    assert not slack.is_configured
    assert slack.base_url == "https://slack.com/api"


@pytest.mark.parametrize(("given", "way"), [(SOCKET, "socket"), (OVER_HTTP, "HTTP"), (MANY, "HTTP")])
def test_slack_is_heard_through_socket_mode_or_over_http(
    given: Mapping[str, str], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, given)
    slack = load_settings().slack
    assert slack.is_configured
    assert slack.is_over_http is (way == "HTTP")


def test_whoever_sets_both_ways_to_hear_gets_socket_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, OVER_HTTP | SOCKET)
    assert not load_settings().slack.is_over_http


def test_no_secret_of_slack_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, OVER_HTTP | SOCKET)
    settings = load_settings()
    assert "hunter" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.slack.bot_token is not None
    assert settings.slack.bot_token.get_secret_value() == "xoxb-hunter"


def test_no_secret_of_slack_comes_from_the_file_or_by_our_own_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERROUND_SLACK__BOT_TOKEN", "xoxb-hunter")
    assert load_settings().slack.bot_token is None
    assert [each.partition(":")[0] for each in unknown_variables()] == ["PAPERROUND_SLACK__BOT_TOKEN"]
    Path("paperround.toml").write_text('[slack]\nbot_token = "xoxb-hunter"\n')
    (problem, *_) = problems_of()
    assert problem.endswith("slack.bot_token is a secret and does not belong in a file; set SLACK_BOT_TOKEN instead")


def test_keys_are_read_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = MANY["PAPERROUND_SECRET_KEY"], f"{'-_' * 21}8="
    monkeypatch.setenv("PAPERROUND_SECRET_KEY", f"{new}, {old}")
    assert load_settings().secret_keys == (new, old)
    assert "kkk" not in repr(load_settings())


def without(given: Mapping[str, str], *names: str) -> Mapping[str, str]:
    return {name: value for name, value in given.items() if name not in names}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (SOCKET | {"SLACK_BOT_TOKEN": "xapp-hunter"}, ["SLACK_BOT_TOKEN"]),
        (SOCKET | {"SLACK_APP_TOKEN": "hunter"}, ["SLACK_APP_TOKEN"]),
        (without(SOCKET, "SLACK_BOT_TOKEN"), ["SLACK_BOT_TOKEN"]),
        (without(OVER_HTTP, "SLACK_BOT_TOKEN"), ["SLACK_BOT_TOKEN"]),
        (without(MANY, "SLACK_CLIENT_SECRET"), ["SLACK_CLIENT_SECRET"]),
        (without(MANY, "PAPERROUND_HTTP__PORT"), ["PAPERROUND_HTTP__PORT"]),
        (without(MANY, "PAPERROUND_SECRET_KEY"), ["PAPERROUND_SECRET_KEY"]),
        (MANY | {"PAPERROUND_SECRET_KEY": f"{MANY['PAPERROUND_SECRET_KEY']},hunter"}, ["PAPERROUND_SECRET_KEY"]),
        (without(MANY, "SLACK_CLIENT_ID"), ["SLACK_CLIENT_ID", "SLACK_BOT_TOKEN"]),
        (MANY | SOCKET, ["SLACK_BOT_TOKEN"]),
    ],
)
def test_what_does_not_go_together_is_named_without_its_value(
    given: Mapping[str, str], named: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, given)
    problems = problems_of()
    assert [each.partition(":")[0] for each in problems] == named
    assert "hunter" not in " ".join(problems)
    assert [redact(each) for each in problems] == list(problems)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (SOCKET, ""),
        (OVER_HTTP, ""),
        (MANY, ""),
        ({}, ""),
        (without(SOCKET, "SLACK_APP_TOKEN"), "SLACK_APP_TOKEN"),
        (without(OVER_HTTP, "PAPERROUND_HTTP__PORT"), "PAPERROUND_HTTP__PORT"),
        (without(MANY, "SLACK_SIGNING_SECRET"), "SLACK_APP_TOKEN"),
    ],
)
def test_who_only_posts_to_slack_needs_no_way_to_hear_it(
    given: Mapping[str, str], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_all(monkeypatch, given)
    settings = load_settings()
    assert deafness(settings.slack, settings.http).partition(":")[0] == named


@pytest.mark.parametrize(
    ("token", "way_out"),
    [
        ("xapp-hunter", "; this is one for SLACK_APP_TOKEN"),
        ("xoxp-hunter", "; this is a person's, take the bot's"),
        ('"xoxb-hunter"', "; take the quotes away"),
        ("hunter", ""),
    ],
)
def test_another_token_is_told_by_its_beginning(token: str, way_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SOCKET | {"SLACK_BOT_TOKEN": token})
    assert problems_of() == (f"SLACK_BOT_TOKEN: it begins with xoxb-, and this does not{way_out}",)


# --- Discord -------------------------------------------------------------------------------------------------------


def test_without_a_token_nothing_of_discord_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", " ")
    discord = load_settings().discord
    assert not discord.is_configured
    assert (discord.token, discord.api_url, discord.gateway_url) == (None, "https://discord.com/api/v10", "")


@pytest.mark.parametrize(
    ("token", "way_out"),
    [
        ("xoxb-hunter", "this is one for SLACK_BOT_TOKEN"),
        ("xapp-hunter", "this is one for SLACK_APP_TOKEN"),
        ("'hunter.2.three'", "take the quotes away"),
    ],
)
def test_a_token_that_is_none_of_discords_is_told_by_its_beginning(
    token: str, way_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", token)
    assert problems_of() == (f"DISCORD_BOT_TOKEN: this is no token of Discord; {way_out}",)


def test_discord_needs_one_token_which_nothing_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "hunter.2.three ")
    monkeypatch.setenv("PAPERROUND_DISCORD__GATEWAY_URL", "ws://127.0.0.1:7/gateway/")
    settings = load_settings()
    assert settings.discord.is_configured
    assert settings.discord.token is not None
    assert settings.discord.token.value == "hunter.2.three"
    assert settings.discord.gateway_url == "ws://127.0.0.1:7/gateway"
    assert "hunter" not in repr(settings) + str(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_BOT_TOKEN", "Bot hunter.2.three"),
        ("PAPERROUND_DISCORD__API_URL", "discord.com/api"),
        ("PAPERROUND_DISCORD__GATEWAY_URL", "https://gateway.discord.gg"),
        ("PAPERROUND_DISCORD__GATEWAY_URL", "wss://somebody@gateway.discord.gg"),
    ],
)
def test_a_mistake_in_what_is_discords_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    (problem,) = problems_of()
    assert problem.startswith(f"{name}: ")
    assert "hunter" not in problem
