"""`doctor`: every check, what it found, and what to do when it failed."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import available_timezones

from adapters.http import HttpClient, Pace
from adapters.sql.migrate import known_versions
from adapters.sql.store import open_store
from adapters.web.listening import listen_at
from bot.cli.border import DONE, FAILED, say
from bot.cli.checking import Check, Unpaced, check_clock
from bot.clock import SystemClock
from bot.errors import RefusedError, SettingsError, SourceError, StoreError
from bot.ports import Clock
from bot.settings import Settings, load_settings, unknown_variables
from bot.text.clean import clean

ANSWER_WITHIN = timedelta(seconds=5)
"""How long a server may take; a slower one would be of little use."""

HOLDER = "doctor"

DISCORD = "discord"
"""The name of the check that says whether Discord can be reached."""

LARGEST_ANSWER = 10_000
"""Bytes of a health check that are looked at."""


def run_doctor(flags: Mapping[str, Any]) -> int:
    """Print every check; returns the exit status."""
    return asyncio.run(_examine(flags))


async def _examine(flags: Mapping[str, Any]) -> int:
    status = DONE
    async for check in _checks(flags):
        # It repeats what others call themselves: a workspace, a server.
        say(clean(f"{'FAIL' if check.fix else 'ok  '}  {check.name}: {check.found}"))
        if check.fix:
            say(clean(f"      {check.fix}"))
            status = FAILED
    return status


async def _checks(flags: Mapping[str, Any]) -> AsyncIterator[Check]:
    for warning in unknown_variables():
        yield Check(name="settings", found=warning, fix="Remove it, or write the name of a setting (docs/settings.md).")
    try:
        settings = load_settings(flags)
    except SettingsError as error:
        for problem in error.problems:
            yield Check(name="settings", found=problem, fix="Correct it; docs/settings.md has every setting.")
        yield Check(name="settings", found="nothing else can be checked with these settings", fix="Run doctor again.")
        return
    yield Check(name="settings", found="understood")
    yield _time_zones()
    clock = SystemClock()
    yield await _database(settings, clock)
    yield _console(settings)
    if settings.http.port is not None:
        yield await _web(settings.http.host, settings.http.port)
    servers = await _servers(settings, clock)
    for check in servers:
        yield check
    if settings.slack.is_configured:
        from bot.cli.doctor_slack import slack_checks  # noqa: PLC0415 - nothing of Slack is loaded unless it is wanted

        async for check in slack_checks(settings, clock):
            yield check
    is_away = any(check.name == DISCORD and check.fix for check in servers)
    if settings.discord.token is not None and not is_away:
        from bot.cli.doctor_discord import discord_checks  # noqa: PLC0415 - nor anything of Discord

        async for check in discord_checks(settings, clock, settings.discord.token):
            yield check


def _time_zones() -> Check:
    zones = len(available_timezones())
    fix = "" if zones else "Install tzdata: pip install tzdata."
    return Check(name="time zones", found=f"{zones} zones known", fix=fix)


async def _database(settings: Settings, clock: Clock) -> Check:
    """Open the database and write to it: a lease taken and given back."""
    try:
        async with open_store(settings.database_url.get_secret_value()) as store:
            await store.leases.acquire(HOLDER, HOLDER, clock.wall(), timedelta(seconds=1))
            await store.leases.release(HOLDER, HOLDER)
            papers = (await store.papers.statistics(clock.now())).papers
    except StoreError as error:
        return Check(name="database", found=str(error), fix="Set PAPERROUND_DATABASE_URL, or see to what it names.")
    found = f"can be read and written, at version {known_versions()[-1]}, {papers:,} papers"
    return Check(name="database", found=found)


def _console(settings: Settings) -> Check:
    file = settings.console.file
    if file is None:
        return Check(name="console", found="digests go to stdout")
    place = file if file.exists() else file.absolute().parent
    if not file.is_dir() and os.access(place, os.W_OK):
        return Check(name="console", found=f"digests are appended to {file}")
    fix = "Set PAPERROUND_CONSOLE__FILE to a file you may write."
    return Check(name="console", found=f"digests cannot be appended to {file}", fix=fix)


async def _web(host: str, port: int) -> Check:
    """Take the port and give it back; a paperround that runs and has it is well, too."""
    try:
        listen_at(host, port).close()
    except RefusedError as error:
        if await _is_paperround(host, port):
            return Check(name="web server", found=f"paperround answers at {host} port {port}")
        return Check(name="web server", found=error.message, fix=error.hint)
    return Check(name="web server", found=f"{host} port {port} is free" if port else f"{host} has a free port")


async def _is_paperround(host: str, port: int) -> bool:
    """Ask what listens there for its health."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
                answer = await reader.read(LARGEST_ANSWER)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return b"\r\nserver: paperround\r\n" in answer.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    """Something small to ask a server for, without a token, and the setting that names it.

    Where it is asked again with the token, a refusal is an answer, too.
    """

    server: str
    url: str
    setting: str
    is_asked_again: bool = False


async def _servers(settings: Settings, clock: Clock) -> list[Check]:
    """Ask every server that is of use for something small, side by side."""
    async with HttpClient(clock, Unpaced(), contact=settings.contact) as http, asyncio.TaskGroup() as group:
        tasks = [group.create_task(_server(http, clock, address)) for address in _addresses(settings)]
    return [check for task in tasks for check in task.result()]


def _addresses(settings: Settings) -> Iterator[_Address]:
    if "huggingface" in settings.sources:
        yield _Address(
            server="huggingface",
            url=f"{settings.huggingface.base_url}/api/daily_papers?limit=1",
            setting="PAPERROUND_HUGGINGFACE__BASE_URL",
        )
    if "arxiv" in settings.sources:
        yield _Address(server="arxiv", url=f"{settings.arxiv.rss_url}/cs.AI", setting="PAPERROUND_ARXIV__RSS_URL")
    if settings.discord.is_configured:
        yield _Address(
            server=DISCORD,
            url=f"{settings.discord.api_url}/gateway",
            setting="PAPERROUND_DISCORD__API_URL",
            is_asked_again=True,
        )


async def _server(http: HttpClient, clock: Clock, address: _Address) -> list[Check]:
    pace = Pace(key=f"doctor:{address.server}", interval=timedelta())
    try:
        async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
            answer = await http.get(address.url, pace=pace)
    except TimeoutError:
        return [_away(address, f"no answer within {ANSWER_WITHIN.seconds} s")]
    except SourceError as error:
        return [_away(address, error.reason)]
    if answer.status >= HTTPStatus.BAD_REQUEST and not address.is_asked_again:
        found = f"{address.url} answers {answer.status}"
        return [Check(name=address.server, found=found, fix=f"Correct {address.setting}; docs/settings.md has it.")]
    reached = Check(name=address.server, found=f"{address.url} answers")
    return [reached, *check_clock(clock, address.server, answer.headers.get("date", ""))]


def _away(address: _Address, reason: str) -> Check:
    fix = f"Let this machine reach it (a proxy is named by HTTPS_PROXY), or correct {address.setting}."
    return Check(name=address.server, found=f"{address.url}: {reason}", fix=fix)
