"""Alerts and what became of them on each channel."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes both tables."""
    op.create_table(
        "alert",
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("promise", sa.String(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("storm", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org", "number"),
    )
    op.create_index("alert_key", "alert", ["org", "key"], unique=True)
    op.create_index("alert_once", "alert", ["org", "person_id", "promise", "of", "level"], unique=True)
    op.create_table(
        "delivery",
        sa.Column("org", sa.String(), nullable=False),
        sa.Column("alert", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("again", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("named", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("org", "alert", "channel"),
    )
    waiting, standing = sa.text("state IN (0, 1, 4)"), sa.text("state IN (2, 3)")
    op.create_index(
        "delivery_open",
        "delivery",
        ["org", "channel", "alert"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index(
        "delivery_standing",
        "delivery",
        ["org", "channel", "state"],
        sqlite_where=standing,
        postgresql_where=standing,
    )
