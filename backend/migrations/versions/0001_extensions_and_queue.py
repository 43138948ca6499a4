"""PostGIS, and the job queue's own tables as procrastinate 3.10.0 ships them.

The copy beside this file is that version's schema: a newer package must not change what this migration makes. On an
upgrade of the package, its files under sql/migrations are copied into migrations of their own.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    schema = Path(__file__).with_name("0001_procrastinate_3_10_0.sql").read_text(encoding="utf-8")
    # Straight to the driver: the file's own % signs are not parameters.
    op.get_bind().connection.driver_connection.execute(schema)


def downgrade() -> None:
    raise NotImplementedError("there is nothing before the first migration")
