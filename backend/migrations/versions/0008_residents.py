"""The residents' face: contacts and who looked at them, photos that came before their report, rate limits."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resident_contact",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "report_id", name=op.f("pk_resident_contact")),
    )
    op.create_table(
        "contact_look",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_contact_look")),
    )
    op.create_index("ix_contact_look_county_case_id", "contact_look", ["county", "case_id"])
    op.create_table(
        "resident_photo",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "report_id", "sha256", name=op.f("pk_resident_photo")),
    )
    op.create_table(
        "rate_count",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("limit_name", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("county", "limit_name", "subject", "starts_at", name=op.f("pk_rate_count")),
    )
