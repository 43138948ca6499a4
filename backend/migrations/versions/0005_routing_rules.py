"""Routing rules as sets that are drafted, published and kept; decisions that name the rule; where people last were.

The rules that are there become each county's first set, in force; decisions made by them say so.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Severities were `*` for any; who is sent to was a zone and a kind of squad.
RULES = """
INSERT INTO rule_set (county, id, number, title, status, version, base, updated_at, in_force_from, rules)
SELECT county, gen_random_uuid(), 1, '初始规则', 'in_force', 1, 0, now(),
    coalesce((SELECT min(d.decided_at) FROM routing_decision d WHERE d.county = rule.county), now()), jsonb_agg(jsonb_build_object(
    'code', code, 'priority', place, 'name', name, 'matters', to_jsonb(matters), 'grids', '[]'::jsonb,
    'severities', CASE WHEN '*' = ANY(severities) THEN '[]'::jsonb ELSE to_jsonb(severities) END,
    'windows', '[]'::jsonb,
    'target', jsonb_build_object('kind', CASE
        WHEN target = 'department' THEN 'department' WHEN zone = 'town' THEN 'town_squads' ELSE 'own_squads' END)
) ORDER BY place)
FROM (SELECT *, row_number() OVER (PARTITION BY county ORDER BY priority, code) AS place FROM routing_rule) AS rule
GROUP BY county
"""


def upgrade() -> None:
    op.create_table(
        "rule_set",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_force_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("county", "number", name=op.f("uq_rule_set_county_number")),
    )
    op.create_index(
        "uq_rule_set_in_force",
        "rule_set",
        ["county"],
        unique=True,
        postgresql_where=sa.text("status = 'in_force'"),
    )
    _decisions()
    op.execute(RULES)
    op.drop_table("routing_rule")
    op.create_geospatial_table(
        "latest_position",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["county", "staff_id"], ["staff.county", "staff.id"], name=op.f("fk_latest_position_county_staff_id")
        ),
        sa.PrimaryKeyConstraint("county", "staff_id", name=op.f("pk_latest_position")),
    )


def _decisions() -> None:
    op.add_column("routing_decision", sa.Column("rule_set", sa.Integer(), nullable=True))
    op.add_column("routing_decision", sa.Column("rule_name", sa.String(), nullable=True))
    op.add_column("routing_decision", sa.Column("duty", sa.String(length=32), nullable=True))
    op.add_column(
        "routing_decision",
        sa.Column("shortfalls", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]"),
    )
    op.alter_column("routing_decision", "shortfalls", server_default=None)
    op.execute(
        "UPDATE routing_decision AS d SET rule_set = 1, rule_name = r.name FROM routing_rule r"
        " WHERE r.county = d.county AND r.code = d.rule_code"
    )
    op.create_index("ix_routing_decision_county_decided_at", "routing_decision", ["county", "decided_at"], unique=False)


# Only rules that the older table can hold: those for everywhere and always, sent to a class of squads.
OLDER_RULES = """
INSERT INTO routing_rule (county, code, priority, name, matters, severities, zone, target)
SELECT s.county, r ->> 'code', (r ->> 'priority')::int, r ->> 'name',
    ARRAY(SELECT jsonb_array_elements_text(r -> 'matters')),
    CASE WHEN r -> 'severities' = '[]' THEN '{*}' ELSE ARRAY(SELECT jsonb_array_elements_text(r -> 'severities')) END,
    CASE WHEN r -> 'target' ->> 'kind' = 'own_squads' THEN 'jurisdiction' ELSE 'town' END,
    CASE WHEN r -> 'target' ->> 'kind' = 'department' THEN 'department' ELSE 'all_round' END
FROM rule_set s, jsonb_array_elements(s.rules) AS r
WHERE s.status = 'in_force' AND r -> 'grids' = '[]' AND r -> 'windows' = '[]'
    AND r -> 'target' ->> 'kind' IN ('own_squads', 'town_squads', 'department')
"""


def downgrade() -> None:
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
    op.execute(OLDER_RULES)
    op.drop_index("ix_routing_decision_county_decided_at", table_name="routing_decision")
    for column in ("shortfalls", "duty", "rule_name", "rule_set"):
        op.drop_column("routing_decision", column)
    op.drop_geospatial_table("latest_position")
    op.drop_table("rule_set")
