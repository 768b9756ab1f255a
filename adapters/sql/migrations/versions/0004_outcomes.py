"""How runs ended, and what processes share: pacing and leases."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outcome",
        sa.Column("key", _KEY, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("stage", "name", "kind", "reason")),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("slot", _MOMENT),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("seen", "new", "skipped")),
    )
    op.create_index("ix_outcome_name", "outcome", ["stage", "name", "at"])
    op.create_index("ix_outcome_at", "outcome", ["at"])
    op.create_table(
        "fetch_record",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("ok", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "reason")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("seen", "new", "skipped")),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("retry_at", _MOMENT),
    )
    op.create_table(
        "rate_limit",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("free_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "lease",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("lease", "rate_limit", "fetch_record", "outcome"):
        op.drop_table(name)
