"""The title of a part, for platforms where a post has one; a posted message is found by its id."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("part", sa.Column("title", sa.Text))
    op.create_index("ix_part_message", "part", ["message"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_part_message", "part")
    op.drop_column("part", "title")
