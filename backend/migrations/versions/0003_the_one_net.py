"""The one net: grids by edition, drafts and imports; people and posts in full; rota, duty and leave."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _net()
    _people()
    _duty()


def _net() -> None:
    op.create_geospatial_table(
        "grid_outline",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("max_zoom", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=15), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "shape",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("county", "edition", "max_zoom", "code", name=op.f("pk_grid_outline")),
    )
    op.create_geospatial_index(
        "ix_grid_outline_shape", "grid_outline", ["shape"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "net_draft",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base_edition", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("operations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_net_draft")),
    )
    op.create_table(
        "net_edition",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("county", "number", name=op.f("pk_net_edition")),
    )
    op.create_table(
        "net_import",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("layers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reading", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("repairs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_net_import")),
    )
    op.add_column("grid", sa.Column("cluster_code", sa.String(length=15), nullable=True))
    op.add_column("grid", sa.Column("management_grade", sa.Integer(), nullable=True))
    op.add_column("grid", sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("grid", "edition", server_default=None)
    # What is there already becomes the first edition; areas are whole square metres from now on.
    op.execute("UPDATE grid SET area_m2 = round(area_m2::numeric)")
    op.execute(
        "INSERT INTO net_edition SELECT county, 1, '初始版本', min(valid_from), now(), NULL, jsonb_build_object('added', count(*))"
        " FROM grid GROUP BY county"
    )


def _people() -> None:
    op.add_column("assignment", sa.Column("handler_id", sa.Uuid(), nullable=True))
    op.add_column("post", sa.Column("engagement", sa.String(length=32), nullable=True))
    op.add_column("staff", sa.Column("home_unit_code", sa.String(), nullable=True))
    op.add_column("staff", sa.Column("left_on", sa.Date(), nullable=True))


def _duty() -> None:
    op.create_table(
        "duty_status",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("base", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "code", name=op.f("pk_duty_status")),
    )
    op.create_table(
        "duty_state",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("status_code", sa.String(), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_duty_state_county_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["county", "status_code"],
            ["duty_status.county", "duty_status.code"],
            name=op.f("fk_duty_state_county_status_code"),
        ),
        sa.PrimaryKeyConstraint("county", "staff_id", name=op.f("pk_duty_state")),
    )
    op.create_table(
        "staff_leave",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_staff_leave_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_staff_leave")),
    )
    op.create_index("ix_staff_leave_county_staff_id", "staff_leave", ["county", "staff_id", "starts_at"], unique=False)
    op.create_table(
        "duty_swap",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("squad_code", sa.String(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("asker_day", sa.Date(), nullable=False),
        sa.Column("asker_starts", sa.Time(), nullable=False),
        sa.Column("taker_id", sa.Uuid(), nullable=False),
        sa.Column("taker_day", sa.Date(), nullable=True),
        sa.Column("taker_starts", sa.Time(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["county", "asker_id"], ["staff.county", "staff.id"], name=op.f("fk_duty_swap_county_asker_id")
        ),
        sa.ForeignKeyConstraint(
            ["county", "squad_code"], ["squad.county", "squad.code"], name=op.f("fk_duty_swap_county_squad_code")
        ),
        sa.ForeignKeyConstraint(
            ["county", "taker_id"], ["staff.county", "staff.id"], name=op.f("fk_duty_swap_county_taker_id")
        ),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_duty_swap")),
    )
    op.create_table(
        "duty_turn",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("squad_code", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "squad_code"], ["squad.county", "squad.code"], name=op.f("fk_duty_turn_county_squad_code")
        ),
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_duty_turn_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "squad_code", "on_day", "starts", "staff_id", name=op.f("pk_duty_turn")),
    )
    op.create_index("ix_duty_turn_county_staff_id", "duty_turn", ["county", "staff_id", "on_day"], unique=False)
    op.create_table(
        "shift_change",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("squad_code", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ends", sa.Time(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "squad_code"], ["squad.county", "squad.code"], name=op.f("fk_shift_change_county_squad_code")
        ),
        sa.PrimaryKeyConstraint("county", "squad_code", "on_day", "starts", name=op.f("pk_shift_change")),
    )
    op.add_column("rota_shift", sa.Column("starts_on", sa.Date(), nullable=False, server_default="2026-01-01"))
    op.alter_column("rota_shift", "starts_on", server_default=None)
    op.drop_constraint(op.f("pk_rota_shift"), "rota_shift")
    op.create_primary_key(
        op.f("pk_rota_shift"), "rota_shift", ["county", "squad_code", "weekday", "starts", "starts_on"]
    )
    op.add_column("rota_shift", sa.Column("ends_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_constraint(op.f("pk_rota_shift"), "rota_shift")
    op.create_primary_key(op.f("pk_rota_shift"), "rota_shift", ["county", "squad_code", "weekday", "starts"])
    op.drop_column("staff", "left_on")
    op.drop_column("staff", "home_unit_code")
    op.drop_column("rota_shift", "ends_on")
    op.drop_column("rota_shift", "starts_on")
    op.drop_column("post", "engagement")
    op.drop_column("grid", "edition")
    op.drop_column("grid", "management_grade")
    op.drop_column("grid", "cluster_code")
    op.drop_column("assignment", "handler_id")
    op.drop_table("shift_change")
    op.drop_index("ix_duty_turn_county_staff_id", table_name="duty_turn")
    op.drop_table("duty_turn")
    op.drop_table("duty_swap")
    op.drop_index("ix_staff_leave_county_staff_id", table_name="staff_leave")
    op.drop_table("staff_leave")
    op.drop_table("duty_state")
    op.drop_table("net_import")
    op.drop_table("net_edition")
    op.drop_table("net_draft")
    op.drop_geospatial_index(
        "ix_grid_outline_shape", table_name="grid_outline", postgresql_using="gist", column_name="shape"
    )
    op.drop_geospatial_table("grid_outline")
    op.drop_table("duty_status")
