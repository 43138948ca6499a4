"""How often a case of the first release was sent back: 0004 began every count at nought, its history knows better."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """UPDATE "case" SET send_back_count = counted.times
            FROM (SELECT case_id, count(*) AS times FROM case_event WHERE action = 'send_back' GROUP BY case_id) counted
            WHERE "case".id = counted.case_id AND "case".send_back_count <> counted.times"""
    )


def downgrade() -> None:
    pass
