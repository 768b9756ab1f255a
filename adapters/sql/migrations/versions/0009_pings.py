"""The role that the digests of a subscription call."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("subscription", sa.Column("ping", sa.Text))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("subscription", "ping")
