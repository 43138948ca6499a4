"""Filters of the queue that somebody gave a name."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "owner_id"], ["staff.county", "staff.id"], name=op.f("fk_saved_view_county_owner_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("county", "owner_id", "name", name=op.f("uq_saved_view_county_owner_id_name")),
    )
    op.create_index("ix_saved_view_county_shared", "saved_view", ["county", "shared"])
