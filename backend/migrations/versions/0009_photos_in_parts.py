"""Photos that come in parts over a bad link until they are whole, and the camera's own files that follow on Wi-Fi."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo_part",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "event_id", "sha256", "start", name=op.f("pk_photo_part")),
    )
    op.add_column("case_photo", sa.Column("original_sha256", sa.String(length=64), nullable=True))
    op.add_column("case_photo", sa.Column("original_received_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_photo_part_county_sender_id", "photo_part", ["county", "sender_id"])
