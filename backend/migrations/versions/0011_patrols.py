"""Patrols, their fixes in monthly parts, derived days, coverage, consent, and who looked at whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "coverage_day",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("grid_code", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("cells", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("county", "grid_code", "on_day", name=op.f("pk_coverage_day")),
    )
    op.create_table(
        "fix_batch",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("content_check", sa.BigInteger(), nullable=False),
        sa.Column("skew_s", sa.Integer(), nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("off_patrol", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("county", "first_at", "id", name=op.f("pk_fix_batch")),
        postgresql_partition_by="RANGE (first_at)",
    )
    # Packed already: pressing it once more would only cost time.
    op.execute("ALTER TABLE fix_batch ALTER COLUMN packed SET STORAGE EXTERNAL")
    op.create_index("ix_fix_batch_county_staff_id", "fix_batch", ["county", "staff_id", "first_at"])
    op.create_table(
        "fix_quarantine",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_fix_quarantine")),
    )
    op.create_index("ix_fix_quarantine_county_staff_id", "fix_quarantine", ["county", "staff_id", "received_at"])
    op.create_table(
        "off_patrol_count",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "staff_id", "on_day", name=op.f("pk_off_patrol_count")),
    )
    op.create_table(
        "patrol_rules",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("fixes_days", sa.Integer(), nullable=False),
        sa.Column("track_days", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("county", name=op.f("pk_patrol_rules")),
    )
    op.create_table(
        "retention_run",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("fixes_before", sa.Date(), nullable=False),
        sa.Column("tracks_before", sa.Date(), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("oldest_fix_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("county", "at", name=op.f("pk_retention_run")),
    )
    op.create_table(
        "staff_day_wanted",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "staff_id", "on_day", name=op.f("pk_staff_day_wanted")),
    )
    op.create_table(
        "patrol",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("travel", sa.String(length=32), nullable=False),
        sa.Column("scope_path", sa.String(), nullable=False),
        sa.Column("squad_code", sa.String(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("shift_ends_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column(
            "ended_by",
            sa.String(length=32),
            nullable=True,
        ),
        sa.Column("pauses", postgresql.JSONB(), nullable=False),
        sa.Column("hidden", postgresql.JSONB(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_patrol_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_patrol")),
    )
    op.create_index("ix_patrol_county_on_day", "patrol", ["county", "on_day"])
    op.create_index("ix_patrol_county_staff_id", "patrol", ["county", "staff_id", "on_day"])
    op.create_table(
        "staff_day",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("input_hash", sa.String(length=64), nullable=False),
        sa.Column("derived_at", TIME, nullable=False),
        sa.Column("fixes", sa.Integer(), nullable=False),
        sa.Column("flagged", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_s", sa.Integer(), nullable=False),
        sa.Column("raw_m", sa.Float(), nullable=False),
        sa.Column("clean_m", sa.Float(), nullable=False),
        sa.Column("stays", postgresql.JSONB(), nullable=False),
        sa.Column("gaps", postgresql.JSONB(), nullable=False),
        sa.Column("moves", postgresql.JSONB(), nullable=False),
        sa.Column("dwell_s", postgresql.JSONB(), nullable=False),
        sa.Column("unknown_s", sa.Float(), nullable=False),
        sa.Column("outside_s", sa.Float(), nullable=False),
        sa.Column("coverage", postgresql.JSONB(), nullable=False),
        sa.Column("track", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_staff_day_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "staff_id", "on_day", name=op.f("pk_staff_day")),
    )
    op.create_index("ix_staff_day_county_on_day", "staff_day", ["county", "on_day"])
    op.create_table(
        "track_consent",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_track_consent_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_track_consent")),
    )
    op.create_index("ix_track_consent_county_staff_id", "track_consent", ["county", "staff_id", "at"])
    op.create_table(
        "track_look",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("squad_code", sa.String(), nullable=True),
        sa.Column("grid_path", sa.String(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.ForeignKeyConstraint(["county", "by"], ["staff.county", "staff.id"], name=op.f("fk_track_look_county_by")),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_track_look")),
    )
    op.create_table(
        "track_objection",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_track_objection_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_track_objection")),
    )
    op.create_index("ix_track_objection_county_staff_id", "track_objection", ["county", "staff_id", "on_day"])
    op.create_table(
        "track_looked",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("look_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "look_id"], ["track_look.county", "track_look.id"], name=op.f("fk_track_looked_county_look_id")
        ),
        sa.PrimaryKeyConstraint("county", "look_id", "staff_id", "kind", name=op.f("pk_track_looked")),
    )
    op.create_index("ix_track_looked_county_staff_id", "track_looked", ["county", "staff_id", "at"])
