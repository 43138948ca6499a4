"""What the operator's queue is read by, when most cases of a county have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

OPEN = (
    "status IN ('handling', 'pending_ack', 'pending_dispatch', 'pending_filing', 'pending_inspection',"
    " 'pending_review', 'rework', 'suspended', 'verifying')"
)


def upgrade() -> None:
    op.execute('CREATE INDEX ix_case_county_updated_at ON "case" (county, updated_at)')
    for column in ("matter_code", "squad_code", "severity"):
        op.execute(f'CREATE INDEX ix_case_county_{column} ON "case" (county, {column}, updated_at)')
    op.execute("CREATE INDEX ix_case_from_the_public ON \"case\" (county, source, updated_at) WHERE source <> 'staff'")
    op.execute(
        "CREATE INDEX ix_case_due_at ON \"case\" (county, coalesce(due_at, '3000-01-01 00:00:00+00'::timestamptz), id)"
    )
    op.execute(
        "CREATE INDEX ix_assignment_awaited ON assignment (county, case_id)"
        " WHERE ended_at IS NULL AND arrive_by IS NOT NULL AND arrived_at IS NULL"
    )
    op.execute('CREATE INDEX ix_case_county_closed_at ON "case" (county, closed_at) WHERE closed_at IS NOT NULL')
    op.execute(
        'CREATE INDEX ix_case_open_due_at ON "case"'
        f" (county, coalesce(due_at, '3000-01-01 00:00:00+00'::timestamptz), id) WHERE {OPEN}"
    )
    op.execute(f'CREATE INDEX ix_case_open_place ON "case" USING gist (place) WHERE {OPEN}')
    op.execute(
        "CREATE INDEX ix_case_not_satisfied ON \"case\" (county, updated_at) WHERE satisfaction = 'not_satisfied'"
    )
    op.execute('CREATE INDEX ix_case_life ON "case" USING gist (tstzrange(LEAST(opened_at, closed_at), closed_at))')
    # Part of a text is found by its trigrams where the server has that module; without it every case is read.
    offered = sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
    if op.get_bind().scalar(offered):
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute('CREATE INDEX ix_case_words ON "case" USING gin (words gin_trgm_ops)')
        op.execute('CREATE INDEX ix_case_code_part ON "case" USING gin (code gin_trgm_ops)')
