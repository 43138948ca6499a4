"""Phone trackers that people set up for themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "track_source",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("protocol", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("datum", sa.String(length=32), nullable=False),
        sa.Column("speed_unit", sa.String(length=32), nullable=True),
        sa.Column("zone", sa.String(length=32), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("disabled_at", TIME, nullable=True),
        sa.Column("disabled_by", sa.Uuid(), nullable=True),
        sa.Column("last_contact_at", TIME, nullable=True),
        sa.Column("last_fix_at", TIME, nullable=True),
        sa.Column("battery", sa.Float(), nullable=True),
        sa.Column("charging", sa.Boolean(), nullable=True),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("off_patrol", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("elsewhere", sa.Integer(), nullable=False),
        sa.Column("complaint", sa.String(length=32), nullable=True),
        sa.Column("complaint_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_track_source_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_track_source")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_track_source_token_hash")),
    )
    op.create_index("ix_track_source_county_staff_id", "track_source", ["county", "staff_id"])
