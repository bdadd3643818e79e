"""What a night left for somebody to look at, and which night told of it first."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns. Each night so far told of itself."""
    op.add_column("night", sa.Column("about", sa.String(), nullable=False, server_default=""))
    op.add_column("night", sa.Column("news", sa.Integer(), nullable=True))
