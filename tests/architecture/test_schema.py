"""The database's shape: models equal migrations, the county comes first everywhere, names follow the convention."""

from importlib.metadata import version
from importlib.resources import files
from typing import NamedTuple

import pytest
from sqlalchemy import Table, UniqueConstraint, inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.migrations import runner
from backend.migrations.tables import METADATA
from backend.settings import ROOT

VERSIONS = ROOT / "backend" / "migrations" / "versions"
TABLES = sorted(METADATA.tables.values(), key=lambda table: table.name)

# What does not begin with the county, and why.
WITHOUT_COUNTY = {
    "pk_outbox": "the live outbox is serial, so that its order is the order of writing",
    "pk_sign_in": "the token's hash is all that a request brings; it is random",
    "uq_track_source_token_hash": "the token is all that a phone tracker brings; it is random",
    "uq_staff_phone": "the phone number is the login name, before the county is known",
    "ix_case_code": "the code is the key that a resident brings, who names no county",
    "ix_case_place": "GiST over geometry",
    "ix_case_open_place": "GiST over geometry",
    "ix_case_words": "GIN over pieces of words",
    "ix_case_life": "GiST over a span of time",
    "ix_grid_shape": "GiST over geometry",
}
# Tables that grow with use. The rest are looked up; no lookup table may point into one that grows.
GROWING = {
    "assignment",
    "bulletin",
    "case",
    "case_change",
    "case_event",
    "case_outcome",
    "case_photo",
    "coverage_day",
    "delivery",
    "escalation",
    "evidence_flag",
    "export",
    "figure_objection",
    "fix_batch",
    "fix_quarantine",
    "flag_check",
    "notice",
    "notification",
    "off_patrol_count",
    "outbox",
    "patrol",
    "photo",
    "photo_look",
    "push_subscription",
    "report",
    "resident_message",
    "routing_decision",
    "sign_in",
    "staff_day",
    "staff_day_wanted",
    "track_consent",
    "track_look",
    "track_looked",
    "track_objection",
}


class Constraint(NamedTuple):
    """A constraint as the database has it: p = primary key, u = unique, f = foreign key."""

    table: str
    name: str
    kind: str
    columns: tuple[str, ...]
    target: str | None
    target_columns: tuple[str, ...]


CONSTRAINTS = text(
    """
    SELECT c.conrelid::regclass::text, c.conname, c.contype::text,
      ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, i)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.i),
      CASE WHEN c.confrelid <> 0 THEN c.confrelid::regclass::text END,
      ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, i)
            JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.i)
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype IN ('p', 'u', 'f') AND t.relname = ANY(:tables) ORDER BY 1, 2
    """
)


@pytest.fixture
async def constraints(session: AsyncSession) -> list[Constraint]:
    rows = await session.execute(CONSTRAINTS, {"tables": [table.name for table in TABLES]})
    return [
        Constraint(table.strip('"'), name, kind, tuple(columns), target and target.strip('"'), tuple(target_columns))
        for table, name, kind, columns, target, target_columns in rows
    ]


def test_models_say_what_the_migrations_made(database_url: str) -> None:
    runner.check(database_url)


def test_keys_of_the_database_are_those_of_the_models(constraints: list[Constraint]) -> None:
    """Alembic compares neither primary keys nor names."""
    declared = {
        (table.name, constraint.name, tuple(column.name for column in constraint.columns))
        for table in TABLES
        for constraint in (table.primary_key, *_uniques(table), *table.foreign_key_constraints)
    }
    assert {(c.table, c.name, c.columns) for c in constraints} == declared


def _uniques(table: Table) -> list[UniqueConstraint]:
    return [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]


def test_names_follow_the_convention(constraints: list[Constraint]) -> None:
    for constraint in constraints:
        columns = "_".join(constraint.columns)
        expected = {
            "p": f"pk_{constraint.table}",
            "u": f"uq_{constraint.table}_{columns}",
            "f": f"fk_{constraint.table}_{columns}",
        }
        assert constraint.name == expected[constraint.kind]
    for table in TABLES:
        for index in table.indexes:
            assert str(index.name).startswith((f"ix_{table.name}_", f"uq_{table.name}_")), index.name


def test_the_county_comes_first(constraints: list[Constraint]) -> None:
    others = {c.name for c in constraints if c.columns[0] != "county"}
    others |= {
        str(i.name) for table in TABLES for i in table.indexes if next((c.name for c in i.columns), "") != "county"
    }
    assert others == set(WITHOUT_COUNTY)
    assert all("county" in table.columns for table in TABLES)


def test_no_foreign_key_crosses_counties_or_points_from_a_lookup_into_what_grows(constraints: list[Constraint]) -> None:
    assert {table.name for table in TABLES} >= GROWING
    for constraint in constraints:
        if constraint.kind == "f":
            assert constraint.target_columns[0] == "county", constraint.name
            assert constraint.table in GROWING or constraint.target not in GROWING, constraint.name


async def test_the_net_alone_has_triggers(session: AsyncSession) -> None:
    triggers = await session.scalars(
        text(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text NOT LIKE 'procrastinate%'"
        )
    )
    assert set(triggers) == {"net_inserted", "net_updated", "net_deleted", "net_is_tiled"}


def test_the_copied_queue_schema_is_the_installed_packages() -> None:
    """A newer procrastinate needs its own migrations copied first; see the docstring of migration 0001."""
    copied = VERSIONS / f"0001_procrastinate_{version('procrastinate').replace('.', '_')}.sql"
    shipped = files("procrastinate") / "sql" / "schema.sql"
    assert copied.read_text(encoding="utf-8") == shipped.read_text(encoding="utf-8")


async def test_every_table_is_ours_or_known(session: AsyncSession) -> None:
    connection = await session.connection()
    names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    others = {name for name in names if not name.startswith("procrastinate_")} - {table.name for table in TABLES}
    assert others == {"alembic_version", "spatial_ref_sys"}
