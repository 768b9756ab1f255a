"""What columns make of values: read back as they were stored, moments in UTC, and nothing that would be another one."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, Dialect, MetaData, Table, create_engine, insert, select, text
from sqlalchemy.dialects import registry
from sqlalchemy.exc import StatementError

from adapters.sql.columns import Json, Lines, Moment

TABLE = Table("t", MetaData(), Column("at", Moment), Column("lines", Lines), Column("kept", Json))
NOON = datetime(2026, 6, 16, 12, 0, 0, 7, tzinfo=UTC)


def stored(**values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Store a row in SQLite; returns it as it is read back, and as the database has it."""
    with create_engine("sqlite://").begin() as connection:
        TABLE.create(connection)
        connection.execute(insert(TABLE).values(values))
        read = connection.execute(select(TABLE)).mappings().one()
        return dict(read), dict(connection.execute(text("SELECT * FROM t")).mappings().one())


@pytest.mark.parametrize(
    "values",
    [
        {"at": NOON, "lines": ("cs.AI", "cs.CL"), "kept": {"b": [1, None, "世界"], "a": "\ud800"}},
        {"at": None, "lines": None, "kept": None},
        {"at": NOON, "lines": (), "kept": {}},
    ],
)
def test_what_is_stored_is_read_back(values: dict[str, Any]) -> None:
    read, _ = stored(**values)
    assert read == values
    assert list(read["kept"] or ()) == list(values["kept"] or ())


def test_moments_of_any_zone_are_one_text_that_orders_rightly() -> None:
    berlin = NOON.astimezone(ZoneInfo("Europe/Berlin"))
    read, kept = stored(at=berlin)
    assert read["at"] == NOON
    assert read["at"].tzinfo is UTC
    assert kept["at"] == "2026-06-16 12:00:00.000007"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        stored(at=NOON.replace(tzinfo=None))


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_each_database_gets_utc(name: str) -> None:
    dialect: Dialect = registry.load(name)()
    bound = Moment().process_bind_param(NOON.astimezone(ZoneInfo("Asia/Tokyo")), dialect)
    assert bound is not None
    assert bound.replace(tzinfo=UTC) == NOON
    assert Moment().process_result_value(bound, dialect) == NOON


def test_a_line_break_makes_no_line_of_its_own() -> None:
    assert stored(lines=("one\ntwo", "three"))[0]["lines"] == ("one two", "three")


def test_json_is_ascii_so_that_no_database_refuses_a_character() -> None:
    assert stored(kept={"title": "Ω\x00\ud800"})[1]["kept"] == '{"title":"\\u03a9\\u0000\\ud800"}'
