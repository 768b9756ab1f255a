"""Workspaces that took paperround in, with their tokens, which are stored encrypted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "installation",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("platform", "workspace")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("token", "bot_user", "scopes")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("installation")
