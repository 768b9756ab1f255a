"""Indexes for what grows: claims walk the pending slots in order, a channel's ledger is found without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    """Make the indexes."""
    op.drop_index("ix_delivery_pending", "delivery")
    _index_pending("ix_delivery_pending", ["slot", "key"])
    _index_pending("ix_delivery_pending_channel", ["channel"])
    op.create_index("ix_ledger_channel", "ledger", ["channel"])


def downgrade() -> None:
    """Bring the earlier ones back."""
    op.drop_index("ix_ledger_channel", "ledger")
    op.drop_index("ix_delivery_pending_channel", "delivery")
    op.drop_index("ix_delivery_pending", "delivery")
    _index_pending("ix_delivery_pending", ["due_at"])


def _index_pending(name: str, columns: list[str]) -> None:
    op.create_index(name, "delivery", columns, sqlite_where=_PENDING, postgresql_where=_PENDING)
