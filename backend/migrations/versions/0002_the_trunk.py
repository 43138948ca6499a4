"""The trunk: net, staff, catalogue, photos, dispatch, live feed, cases."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

from backend.live.models import Xid8

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("county", "on", name=op.f("pk_calendar_day")),
    )
    op.create_geospatial_table(
        "case",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("matter_code", sa.String(length=16), nullable=False),
        sa.Column("condition_code", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("grid_code", sa.String(length=15), nullable=False),
        sa.Column("grid_version", sa.Integer(), nullable=False),
        sa.Column("grid_path", sa.String(), nullable=False),
        sa.Column("on_border", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("squad_code", sa.String(), nullable=True),
        sa.Column("rework_count", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_s", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_case")),
        sa.UniqueConstraint("county", "code", name=op.f("uq_case_county_code")),
    )
    op.create_index("ix_case_code", "case", ["code"], unique=False)
    op.create_index(
        "ix_case_county_grid_path",
        "case",
        ["county", "grid_path"],
        unique=False,
        postgresql_ops={"grid_path": "text_pattern_ops"},
    )
    op.create_index("ix_case_county_opened_at", "case", ["county", "opened_at"], unique=False)
    op.create_index("ix_case_county_reporter_id", "case", ["county", "reporter_id"], unique=False)
    op.create_index("ix_case_county_status_due_at", "case", ["county", "status", "due_at"], unique=False)
    op.create_geospatial_index(
        "ix_case_place", "case", ["place"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "catalogue",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "version", name=op.f("pk_catalogue")),
    )
    op.create_geospatial_table(
        "grid",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=15), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("parent_code", sa.String(length=15), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("indicative", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "shape",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column(
            "label_point",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("county", "code", "version", name=op.f("pk_grid")),
    )
    op.create_index(
        "ix_grid_path", "grid", ["county", "path"], unique=False, postgresql_ops={"path": "text_pattern_ops"}
    )
    op.create_geospatial_index(
        "ix_grid_shape", "grid", ["shape"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("tx", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("audience", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_county_tx_id", "outbox", ["county", "tx", "id"], unique=False)
    op.create_geospatial_table(
        "photo",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("byte_size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "place",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "sha256", name=op.f("pk_photo")),
    )
    op.create_table(
        "routing_rule",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("matters", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("severities", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("zone", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "code", name=op.f("pk_routing_rule")),
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    op.create_index("ix_sign_in_county_staff_id", "sign_in", ["county", "staff_id"], unique=False)
    op.create_table(
        "staff",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("next_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_staff")),
        sa.UniqueConstraint("phone", name=op.f("uq_staff_phone")),
    )
    op.create_table(
        "unit",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "code", name=op.f("pk_unit")),
    )
    op.create_table(
        "work_hours",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.PrimaryKeyConstraint("county", "starts", name=op.f("pk_work_hours")),
    )
    op.create_table(
        "case_event",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("from_status", sa.String(length=32), nullable=True),
        sa.Column("to_status", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_role", sa.String(length=32), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("client_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "case_id"], ["case.county", "case.id"], name=op.f("fk_case_event_county_case_id")
        ),
        sa.PrimaryKeyConstraint("county", "case_id", "id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("county", "case_id", "seq", name=op.f("uq_case_event_county_case_id_seq")),
    )
    op.create_table(
        "matter",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("major_code", sa.String(length=8), nullable=False),
        sa.Column("major_name", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("photo_guidance", sa.String(), nullable=False),
        sa.Column("photos_before_min", sa.Integer(), nullable=False),
        sa.Column("photos_before_max", sa.Integer(), nullable=False),
        sa.Column("photos_after_min", sa.Integer(), nullable=False),
        sa.Column("photos_after_max", sa.Integer(), nullable=False),
        sa.Column("closing_condition", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=True),
        sa.Column("department_code", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("self_dispatch", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "catalogue_version"],
            ["catalogue.county", "catalogue.version"],
            name=op.f("fk_matter_county_catalogue_version"),
        ),
        sa.PrimaryKeyConstraint("county", "catalogue_version", "code", name=op.f("pk_matter")),
    )
    op.create_table(
        "post",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("duty", sa.String(length=32), nullable=True),
        sa.Column("grid_path", sa.String(), nullable=True),
        sa.Column("squad_code", sa.String(), nullable=True),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_post_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_post")),
    )
    op.create_index("ix_post_county_staff_id", "post", ["county", "staff_id"], unique=False)
    op.create_table(
        "report",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("place_source", sa.String(length=32), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "case_id"], ["case.county", "case.id"], name=op.f("fk_report_county_case_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_county_case_id", "report", ["county", "case_id"], unique=False)
    op.create_table(
        "routing_decision",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_code", sa.String(), nullable=True),
        sa.Column("squad_code", sa.String(), nullable=True),
        sa.Column("sentence_zh", sa.String(), nullable=False),
        sa.Column("sentence_en", sa.String(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "case_id"], ["case.county", "case.id"], name=op.f("fk_routing_decision_county_case_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_routing_decision")),
    )
    op.create_index("ix_routing_decision_county_case_id", "routing_decision", ["county", "case_id"], unique=False)
    op.create_table(
        "squad",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("capabilities", sa.ARRAY(sa.String()), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "unit_code"], ["unit.county", "unit.code"], name=op.f("fk_squad_county_unit_code")
        ),
        sa.PrimaryKeyConstraint("county", "code", name=op.f("pk_squad")),
    )
    op.create_table(
        "assignment",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("squad_code", sa.String(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "case_id"], ["case.county", "case.id"], name=op.f("fk_assignment_county_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["county", "squad_code"], ["squad.county", "squad.code"], name=op.f("fk_assignment_county_squad_code")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_assignment")),
    )
    op.create_index("ix_assignment_county_case_id", "assignment", ["county", "case_id"], unique=False)
    op.create_index("ix_assignment_county_squad_code", "assignment", ["county", "squad_code"], unique=False)
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["county", "case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "case_photo",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("phase", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "case_id", "event_id"],
            ["case_event.county", "case_event.case_id", "case_event.id"],
            name=op.f("fk_case_photo_county_case_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("county", "case_id", "event_id", "sha256", name=op.f("pk_case_photo")),
    )
    op.create_index("ix_case_photo_county_sha256", "case_photo", ["county", "sha256"], unique=False)
    op.create_table(
        "filing_condition",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("matter_code", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("severity", sa.String(length=32), nullable=False),
        sa.Column("limit_amount", sa.Integer(), nullable=False),
        sa.Column("limit_unit", sa.String(length=32), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "catalogue_version", "matter_code"],
            ["matter.county", "matter.catalogue_version", "matter.code"],
            name=op.f("fk_filing_condition_county_catalogue_version_matter_code"),
        ),
        sa.PrimaryKeyConstraint("county", "catalogue_version", "code", name=op.f("pk_filing_condition")),
    )
    op.create_table(
        "rota_shift",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("squad_code", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "squad_code"], ["squad.county", "squad.code"], name=op.f("fk_rota_shift_county_squad_code")
        ),
        sa.PrimaryKeyConstraint("county", "squad_code", "weekday", "starts", name=op.f("pk_rota_shift")),
    )
    op.create_table(
        "squad_jurisdiction",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("squad_code", sa.String(), nullable=False),
        sa.Column("grid_path", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "squad_code"],
            ["squad.county", "squad.code"],
            name=op.f("fk_squad_jurisdiction_county_squad_code"),
        ),
        sa.PrimaryKeyConstraint("county", "squad_code", "grid_path", name=op.f("pk_squad_jurisdiction")),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: a downgrade would drop cases")
