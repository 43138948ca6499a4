"""What photos look like, and flags about evidence. Photos of the last half year are worked through again for both."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
SMALL = ("whole", "top_left", "top_right", "bottom_left", "bottom_right", "middle")
# Behind everything that happens from now on.
AGAIN = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
SELECT 'suozi', 'photos.derive', -10,
    jsonb_build_object('county', county, 'sha256', sha256, 'case_id', case_id, 'event_id', event_id)
FROM case_photo WHERE received_at > now() - interval '180 days' ORDER BY received_at
"""


def upgrade() -> None:
    op.create_table(
        "photo_look",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        *(sa.Column(name, postgresql.BIT(64), nullable=False) for name in SMALL),
        sa.Column("large", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("county", "sha256", name=op.f("pk_photo_look")),
    )
    op.create_index("ix_photo_look_county_seen_at", "photo_look", ["county", "seen_at"])
    op.create_table(
        "evidence_flag",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("other_case_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_evidence_flag")),
        sa.ForeignKeyConstraint(
            ["county", "case_id", "event_id"],
            ["case_event.county", "case_event.case_id", "case_event.id"],
            name=op.f("fk_evidence_flag_county_case_id_event_id"),
        ),
    )
    op.create_index("ix_evidence_flag_county_case_id", "evidence_flag", ["county", "case_id"])
    op.create_table(
        "flag_check",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_flag_check")),
        sa.ForeignKeyConstraint(
            ["county", "flag_id"],
            ["evidence_flag.county", "evidence_flag.id"],
            name=op.f("fk_flag_check_county_flag_id"),
        ),
    )
    op.create_index("ix_flag_check_county_flag_id", "flag_check", ["county", "flag_id"])
    op.add_column("case_photo", sa.Column("exif_at", TIME, nullable=True))
    op.add_column(
        "case_photo", sa.Column("exif_place", Geometry("POINT", srid=4326, spatial_index=False), nullable=True)
    )
    op.execute(AGAIN)
