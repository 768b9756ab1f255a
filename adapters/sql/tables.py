"""The tables as this version of the program sees them; migrations/ brings a database there.

    paper ──< alias          channel ──< subscription        source_change   fetch_record
      │ └───< sighting          │ └────< delivery ──< part   import_progress outcome
      ├─────< ledger >──────────┤            └──< delivery_subscription      rate_limit   lease
      └─────< saved             └──────< change                request       installation

Full text (`adapters/sql/library/fulltext.py`) stands beside `paper` and is kept in step by the database itself.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from adapters.sql.columns import Json, Lines, Moment

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

Key = BigInteger().with_variant(Integer, "sqlite")
"""A key counted by the database; SQLite counts only what is exactly INTEGER."""

# --- papers -------------------------------------------------------------------------------------------------------

paper = Table(
    "paper",
    metadata,
    Column("key", Key, primary_key=True),
    Column("id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("authors", Lines, nullable=False),
    Column("categories", Lines, nullable=False),
    Column("published_at", Moment),
    Column("link_abs", Text, nullable=False),
    Column("link_pdf", Text, nullable=False),
    Column("link_hf", Text, nullable=False),
    Column("link_code", Text, nullable=False),
    Column("link_project", Text, nullable=False),
    Column("upvotes", Integer),
    Column("stars", Integer),
    Column("tldr", Text, nullable=False),
    Column("keywords", Lines, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("title_key", Text, nullable=False),
    Column("title_tokens", Text, nullable=False),
    Column("abstract_tokens", Text, nullable=False),
    Column("author_tokens", Text, nullable=False),
    Column("organisation_tokens", Text, nullable=False),
    Index("ix_paper_title_key", "title_key"),
    sqlite_autoincrement=True,
)

alias = Table(
    "alias",
    metadata,
    Column("id", Text, nullable=False),
    Column("paper", Key, ForeignKey("paper.key"), nullable=False, index=True),
    PrimaryKeyConstraint("id"),
)

sighting = Table(
    "sighting",
    metadata,
    Column("paper", Key, ForeignKey("paper.key"), nullable=False),
    Column("source", Text, nullable=False),
    Column("listed_on", Date, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    PrimaryKeyConstraint("paper", "source", "listed_on"),
    Index("ix_sighting_listed_on", "listed_on"),
)

source_change = Table(
    "source_change",
    metadata,
    Column("source", Text, nullable=False),
    Column("change", BigInteger, nullable=False),
    PrimaryKeyConstraint("source"),
)

import_progress = Table(
    "import_progress",
    metadata,
    Column("digest", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("is_done", Boolean, nullable=False),
    PrimaryKeyConstraint("digest"),
)

# --- channels and subscriptions -----------------------------------------------------------------------------------

channel = Table(
    "channel",
    metadata,
    Column("key", Key, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("timezone", Text),
    Column("cap", Integer),
    Column("who_can_manage", Text),
    Column("last_number", Integer, nullable=False),
    Column("mutes", Lines),
    Column("quiet_notes", Boolean),
    UniqueConstraint("platform", "workspace", "id", name="uq_channel_name"),
    sqlite_autoincrement=True,
)

subscription = Table(
    "subscription",
    metadata,
    Column("channel", Key, ForeignKey("channel.key"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("query", Text, nullable=False),
    Column("typed", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    Column("local_time", Text, nullable=False),
    Column("weekdays", Text, nullable=False),
    Column("timezone", Text),
    Column("cap", Integer),
    Column("min_upvotes", Integer, nullable=False),
    Column("upvoted_only", Boolean, nullable=False),
    Column("sources", Lines, nullable=False),
    Column("state", Text, nullable=False),
    Column("paused_by", Text),
    Column("pause_reason", Text),
    Column("paused_at", Moment),
    Column("paused_until", Moment),
    Column("pause_detail", Text),
    Column("creator", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("floor_on", Date, nullable=False),
    Column("next_due", Moment),
    Column("last_run_at", Moment),
    Column("seen_change", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("ping", Text),
    PrimaryKeyConstraint("channel", "number"),
    UniqueConstraint("channel", "query", name="uq_subscription_query"),
    Index(
        "ix_subscription_next_due",
        "next_due",
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

# --- deliveries and the ledger ------------------------------------------------------------------------------------

delivery = Table(
    "delivery",
    metadata,
    Column("key", Key, primary_key=True),
    Column("channel", Key, ForeignKey("channel.key"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("slot", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("held_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("document", Json, nullable=False),
    Column("reason", Text, nullable=False),
    # Those of its channel, here so that one index has the queue of each workspace.
    Column("platform", Text, nullable=False, server_default=""),
    Column("workspace", Text, nullable=False, server_default=""),
    UniqueConstraint("channel", "kind", "slot", name="uq_delivery_slot"),
    Index(
        "ix_delivery_pending",
        "platform",
        "workspace",
        "slot",
        "key",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_delivery_pending_channel",
        "channel",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(
        "ix_delivery_held",
        "channel",
        sqlite_where=text("held_until IS NOT NULL"),
        postgresql_where=text("held_until IS NOT NULL"),
    ),
    Index("ix_delivery_settled_at", "settled_at"),
    sqlite_autoincrement=True,
)

delivery_subscription = Table(
    "delivery_subscription",
    metadata,
    Column("delivery", Key, ForeignKey("delivery.key", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("delivery", "number"),
)

part = Table(
    "part",
    metadata,
    Column("delivery", Key, ForeignKey("delivery.key", ondelete="CASCADE"), nullable=False),
    Column("index", Integer, nullable=False),
    Column("payload", Json, nullable=False),
    Column("papers", Lines, nullable=False),
    Column("state", Text, nullable=False),
    Column("message", Text),
    Column("href", Text),
    Column("title", Text),
    PrimaryKeyConstraint("delivery", "index"),
    Index("ix_part_message", "message"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("key", Key, primary_key=True),
    Column("channel", Key, ForeignKey("channel.key"), nullable=False),
    Column("paper", Key, ForeignKey("paper.key"), nullable=False),
    Column("state", Text, nullable=False),
    Column("subscription", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("as_lead", Boolean, nullable=False),
    Column("is_rising", Boolean, nullable=False),
    Column("upvotes", Integer),
    Column("below_top_tenth", Boolean, nullable=False),
    Column("href", Text, nullable=False),
    Column("delivery", Key, ForeignKey("delivery.key", ondelete="SET NULL")),
    Index(
        "uq_ledger_shown",
        "channel",
        "paper",
        "is_rising",
        unique=True,
        sqlite_where=text("state = 'shown'"),
        postgresql_where=text("state = 'shown'"),
    ),
    Index(
        "uq_ledger_subscription",
        "channel",
        "subscription",
        "paper",
        "state",
        unique=True,
        sqlite_where=text("state <> 'shown'"),
        postgresql_where=text("state <> 'shown'"),
    ),
    Index("ix_ledger_channel", "channel"),
    Index("ix_ledger_paper", "paper"),
    Index("ix_ledger_delivery", "delivery"),
)

# --- what people do -----------------------------------------------------------------------------------------------

request = Table(
    "request",
    metadata,
    Column("id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("is_single_use", Boolean, nullable=False),
    Column("used_at", Moment),
    PrimaryKeyConstraint("id"),
    Index("ix_request_expires_at", "expires_at"),
)

change = Table(
    "change",
    metadata,
    Column("key", Key, primary_key=True),
    Column("id", Text, nullable=False),
    Column("channel", Key, ForeignKey("channel.key"), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    Column("undone_by", Text),
    UniqueConstraint("id", name="uq_change_id"),
    Index("ix_change_channel", "channel"),
    Index("ix_change_at", "at"),
    sqlite_autoincrement=True,
)

saved = Table(
    "saved",
    metadata,
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("paper", Key, ForeignKey("paper.key"), nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("platform", "workspace", "user", "paper"),
    Index("ix_saved_paper", "paper"),
)

# --- workspaces ---------------------------------------------------------------------------------------------------

installation = Table(
    "installation",
    metadata,
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("token", Text, nullable=False),
    Column("bot_user", Text, nullable=False),
    Column("scopes", Lines, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("platform", "workspace"),
)
"""Tokens are written and read through `adapters/sql/sealed.py` alone."""

# --- what happened, and who may go next ---------------------------------------------------------------------------

outcome = Table(
    "outcome",
    metadata,
    Column("key", Key, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("slot", Moment),
    Column("seen", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Index("ix_outcome_name", "stage", "name", "at"),
    Index("ix_outcome_at", "at"),
)

fetch_record = Table(
    "fetch_record",
    metadata,
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("etag", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("retry_at", Moment),
    PrimaryKeyConstraint("source", "key"),
)

rate_limit = Table(
    "rate_limit",
    metadata,
    Column("key", Text, nullable=False),
    Column("free_at", Moment, nullable=False),
    PrimaryKeyConstraint("key"),
)

lease = Table(
    "lease",
    metadata,
    Column("source", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
    PrimaryKeyConstraint("source"),
)
