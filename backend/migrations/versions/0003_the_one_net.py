"""The one net: grids by edition, drafts and imports; people and posts in full; rota, duty and leave.

The rule that grids tile is in the file beside this one; what is in the database already is proved when it is next touched.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from pypinyin import Style, lazy_pinyin
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _net()
    _tiling()
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
                srid=3857,
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
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("scope_paths", sa.ARRAY(sa.String()), nullable=False),
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
        sa.Column("published_by_name", sa.String(), nullable=True),
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
    # A change of the net is told to everybody and names no case.
    op.alter_column("outbox", "case_id", nullable=True)
    op.add_column("grid", sa.Column("cluster_code", sa.String(length=15), nullable=True))
    op.add_column("grid", sa.Column("management_grade", sa.Integer(), nullable=True))
    op.add_column("grid", sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("grid", "edition", server_default=None)
    # What is there already becomes the first edition; areas are whole square metres from now on.
    op.execute("UPDATE grid SET area_m2 = round(area_m2::numeric)")
    for level in ("village", "town", "county"):
        areas = sa.text(
            "UPDATE grid SET area_m2 = parts.area_m2 FROM (SELECT county, parent_code, sum(area_m2) AS area_m2 FROM grid"
            " WHERE kind = 'base' AND valid_to IS NULL GROUP BY county, parent_code) AS parts WHERE level = :level"
            " AND grid.valid_to IS NULL AND parts.county = grid.county AND parts.parent_code = grid.code"
        )
        op.execute(areas.bindparams(level=level))
    op.execute(
        "INSERT INTO net_edition SELECT county, 1, '初始版本', min(valid_from), now(), NULL, NULL, jsonb_build_object('added', count(*))"
        " FROM grid GROUP BY county"
    )


def _tiling() -> None:
    op.create_table(
        "net_unproved",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("parent_code", sa.String(length=15), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("county", "parent_code", name=op.f("pk_net_unproved")),
    )
    op.create_index("ix_grid_county_parent_code", "grid", ["county", "parent_code"], unique=False)
    op.create_check_constraint("shape_is_valid", "grid", "ST_IsValid(shape)")
    rule = Path(__file__).with_name("0003_the_net_is_tiled.sql").read_text(encoding="utf-8")
    # Straight to the driver: the file's own % signs are not parameters.
    op.get_bind().connection.driver_connection.execute(rule)


def _people() -> None:
    op.add_column("assignment", sa.Column("handler_id", sa.Uuid(), nullable=True))
    op.add_column("post", sa.Column("engagement", sa.String(length=32), nullable=True))
    op.add_column("staff", sa.Column("home_unit_code", sa.String(), nullable=True))
    op.add_column("staff", sa.Column("left_on", sa.Date(), nullable=True))
    op.add_column("staff", sa.Column("keeper_path", sa.String(), nullable=True))
    for column in (
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("initials", sa.String(), nullable=False, server_default=""),
        sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default="false"),
    ):
        op.add_column("staff", column)
        op.alter_column("staff", column.name, server_default=None)
    _write_initials()
    # Whoever accepted a case is the one who handles it.
    op.execute(
        "UPDATE assignment SET handler_id = e.actor_id FROM case_event e WHERE e.county = assignment.county"
        " AND e.case_id = assignment.case_id AND e.action = 'acknowledge' AND e.at = assignment.acknowledged_at"
    )


def _write_initials() -> None:
    """Of everybody who is there already; from now on the code that writes a name writes its initials too."""
    people = op.get_bind().execute(sa.text("SELECT county, id, name FROM staff")).all()
    for county, person_id, name in people:
        letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower().replace(" ", "")
        op.get_bind().execute(
            sa.text("UPDATE staff SET initials = :letters WHERE county = :county AND id = :id"),
            {"letters": letters, "county": county, "id": person_id},
        )


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
    # A county that has squads already begins with the usual statuses; it may word them as it likes.
    op.execute(
        "INSERT INTO duty_status (county, code, position, name_zh, name_en, base)"
        " SELECT c.county, s.* FROM (SELECT DISTINCT county FROM squad) c, (VALUES"
        " ('standby', 0, '待命', 'Standing by', 'available'), ('ready', 1, '备勤', 'On reserve', 'available'),"
        " ('under_way', 2, '出动', 'Under way', 'en_route'), ('arrived', 3, '到场', 'On scene', 'on_scene'),"
        " ('occupied', 4, '忙碌', 'Busy', 'busy'), ('meal', 5, '用餐', 'Meal break', 'busy'),"
        " ('home', 6, '下班', 'Off duty', 'off_duty')) AS s (code, position, name_zh, name_en, base)"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("pk_rota_shift"), "rota_shift")
    op.create_primary_key(op.f("pk_rota_shift"), "rota_shift", ["county", "squad_code", "weekday", "starts"])
    op.drop_column("staff", "must_change_password")
    op.drop_column("staff", "initials")
    op.drop_column("staff", "version")
    op.drop_column("staff", "keeper_path")
    op.drop_column("staff", "left_on")
    op.drop_column("staff", "home_unit_code")
    op.drop_column("rota_shift", "ends_on")
    op.drop_column("rota_shift", "starts_on")
    op.drop_column("post", "engagement")
    op.execute("DELETE FROM outbox WHERE case_id IS NULL")
    op.alter_column("outbox", "case_id", nullable=False)
    for event in ("inserted", "updated", "deleted"):
        op.execute(f"DROP TRIGGER net_{event} ON grid")
    op.drop_table("net_unproved")
    for function in ("mark_net_unproved()", "prove_net()", "broken_net_rule(text, text, date)"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_constraint(op.f("ck_grid_shape_is_valid"), "grid")
    op.drop_index("ix_grid_county_parent_code", table_name="grid")
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
    op.drop_geospatial_table("grid_outline")
    op.drop_table("duty_status")
