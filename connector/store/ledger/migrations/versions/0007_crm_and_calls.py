"""Which CRM the ledger of an org is about, and how many API calls each night has made."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table, and adds the column. The CRM is that of the next sync or apply."""
    op.create_table(
        "crm",
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("org", "id"),
    )
    op.add_column("night", sa.Column("calls", sa.Integer(), nullable=False, server_default="0"))
