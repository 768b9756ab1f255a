"""Whose each delivery is, beside its slot: workspaces take turns, and what is on its way is found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PENDING = sa.text("state = 'pending'")
_HELD = sa.text("held_until IS NOT NULL")


def upgrade() -> None:
    """Add the columns, fill them, and make the indexes."""
    for name in ("platform", "workspace"):
        op.add_column("delivery", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.execute(
        "UPDATE delivery SET platform = (SELECT platform FROM channel WHERE channel.key = delivery.channel), "
        "workspace = (SELECT workspace FROM channel WHERE channel.key = delivery.channel)"
    )
    op.drop_index("ix_delivery_pending", "delivery")
    _index("ix_delivery_pending", ["platform", "workspace", "slot", "key"], _PENDING)
    _index("ix_delivery_held", ["channel"], _HELD)


def downgrade() -> None:
    """Bring the earlier index back, and drop the columns."""
    op.drop_index("ix_delivery_held", "delivery")
    op.drop_index("ix_delivery_pending", "delivery")
    _index("ix_delivery_pending", ["slot", "key"], _PENDING)
    for name in ("workspace", "platform"):
        op.drop_column("delivery", name)


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "delivery", columns, sqlite_where=where, postgresql_where=where)
