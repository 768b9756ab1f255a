"""Channels and their subscriptions."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of channels."""
    op.create_table(
        "channel",
        sa.Column("key", _KEY, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("platform", "workspace", "id")),
        sa.Column("timezone", sa.Text),
        sa.Column("cap", sa.Integer),
        sa.Column("who_can_manage", sa.Text),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.UniqueConstraint("platform", "workspace", "id", name="uq_channel_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscription",
        sa.Column("channel", _KEY, sa.ForeignKey("channel.key"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("query", "typed", "frequency", "local_time", "weekdays")
        ),
        sa.Column("timezone", sa.Text),
        sa.Column("cap", sa.Integer),
        sa.Column("min_upvotes", sa.Integer, nullable=False),
        sa.Column("upvoted_only", sa.Boolean, nullable=False),
        sa.Column("sources", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("paused_by", sa.Text),
        sa.Column("pause_reason", sa.Text),
        sa.Column("paused_at", _MOMENT),
        sa.Column("paused_until", _MOMENT),
        sa.Column("pause_detail", sa.Text),
        sa.Column("creator", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("floor_on", sa.Date, nullable=False),
        sa.Column("next_due", _MOMENT),
        sa.Column("last_run_at", _MOMENT),
        sa.Column("seen_change", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("channel", "query", name="uq_subscription_query"),
    )
    active = sa.text("state = 'active'")
    op.create_index(
        "ix_subscription_next_due", "subscription", ["next_due"], sqlite_where=active, postgresql_where=active
    )


def downgrade() -> None:
    """Drop channels and subscriptions."""
    op.drop_table("subscription")
    op.drop_table("channel")
