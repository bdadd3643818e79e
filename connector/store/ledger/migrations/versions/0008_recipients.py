"""Whom each message and task went to; of tasks it stood in the note."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the column. Of mails that went out before, nobody knows any more whom they went to."""
    op.add_column("delivery", sa.Column("recipient", sa.String(), nullable=True))
    op.execute(
        "UPDATE delivery SET recipient = substr(note, 5), note = NULL WHERE channel = 'task' AND note LIKE 'for %'"
    )
