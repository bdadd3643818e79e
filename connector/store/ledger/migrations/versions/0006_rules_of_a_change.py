"""Every rule that took part in a change, not only the one that said the last word."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the columns. Of the changes so far only the last rule is known."""
    op.add_column("change", sa.Column("also", sa.String(), nullable=True))
    op.add_column("plan_kind", sa.Column("also", sa.String(), nullable=True))
    op.add_column("plan_rule", sa.Column("begun", sa.Integer(), nullable=False, server_default="0"))
