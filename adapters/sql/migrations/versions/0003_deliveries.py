"""Deliveries, their parts, and the ledger of what each channel has had."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the outbox and the ledger."""
    op.create_table(
        "delivery",
        sa.Column("key", _KEY, primary_key=True),
        sa.Column("channel", _KEY, sa.ForeignKey("channel.key"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("slot", _MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("held_until", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.UniqueConstraint("channel", "kind", "slot", name="uq_delivery_slot"),
        sqlite_autoincrement=True,
    )
    pending = sa.text("state = 'pending'")
    op.create_index("ix_delivery_pending", "delivery", ["due_at"], sqlite_where=pending, postgresql_where=pending)
    op.create_index("ix_delivery_settled_at", "delivery", ["settled_at"])
    op.create_table(
        "delivery_subscription",
        sa.Column("delivery", _KEY, sa.ForeignKey("delivery.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "part",
        sa.Column("delivery", _KEY, sa.ForeignKey("delivery.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("index", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("payload", "papers", "state")),
        sa.Column("message", sa.Text),
        sa.Column("href", sa.Text),
    )
    _make_ledger()


def _make_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("key", _KEY, primary_key=True),
        sa.Column("channel", _KEY, sa.ForeignKey("channel.key"), nullable=False),
        sa.Column("paper", _KEY, sa.ForeignKey("paper.key"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("subscription", sa.Integer, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("as_lead", sa.Boolean, nullable=False),
        sa.Column("is_rising", sa.Boolean, nullable=False),
        sa.Column("upvotes", sa.Integer),
        sa.Column("below_top_tenth", sa.Boolean, nullable=False),
        sa.Column("href", sa.Text, nullable=False),
        sa.Column("delivery", _KEY, sa.ForeignKey("delivery.key", ondelete="SET NULL")),
    )
    op.create_index("ix_ledger_paper", "ledger", ["paper"])
    op.create_index("ix_ledger_delivery", "ledger", ["delivery"])
    shown, taken = sa.text("state = 'shown'"), sa.text("state <> 'shown'")
    op.create_index(
        "uq_ledger_shown",
        "ledger",
        ["channel", "paper", "is_rising"],
        unique=True,
        sqlite_where=shown,
        postgresql_where=shown,
    )
    op.create_index(
        "uq_ledger_subscription",
        "ledger",
        ["channel", "subscription", "paper", "state"],
        unique=True,
        sqlite_where=taken,
        postgresql_where=taken,
    )


def downgrade() -> None:
    """Drop the outbox and the ledger."""
    for name in ("ledger", "part", "delivery_subscription", "delivery"):
        op.drop_table(name)
