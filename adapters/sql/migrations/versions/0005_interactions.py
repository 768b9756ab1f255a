"""What people do: buttons, changes that can be undone, reading lists; what a channel mutes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "request",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("platform", "workspace", "channel", "user", "text")),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("is_single_use", sa.Boolean, nullable=False),
        sa.Column("used_at", _MOMENT),
    )
    op.create_index("ix_request_expires_at", "request", ["expires_at"])
    op.create_table(
        "change",
        sa.Column("key", _KEY, primary_key=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("channel", _KEY, sa.ForeignKey("channel.key"), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("before", "after")),
        sa.Column("undone_by", sa.Text),
        sa.UniqueConstraint("id", name="uq_change_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_channel", "change", ["channel"])
    op.create_index("ix_change_at", "change", ["at"])
    op.create_table(
        "saved",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("platform", "workspace", "user")),
        sa.Column("paper", _KEY, sa.ForeignKey("paper.key"), primary_key=True, autoincrement=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_saved_paper", "saved", ["paper"])
    op.add_column("channel", sa.Column("mutes", sa.Text))
    op.add_column("channel", sa.Column("quiet_notes", sa.Boolean))


def downgrade() -> None:
    """Drop the tables."""
    op.drop_column("channel", "quiet_notes")
    op.drop_column("channel", "mutes")
    for name in ("saved", "change", "request"):
        op.drop_table(name)
