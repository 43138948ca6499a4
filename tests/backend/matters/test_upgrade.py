"""A catalogue from before: matters and conditions keep what they said and get sensible values for what is new."""

from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from backend.migrations.runner import migrate
from backend.settings import ROOT
from tests.conftest import cloned_database

REVISION = "0006"
MATTERS = "SELECT code, name, weight FROM matter ORDER BY code"
FRESH = (
    "SELECT kind, self_handle, near_far_hint, review_needed, duplicate_radius_m, duplicate_hours, count(*)"
    " FROM matter GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1"
)


def asked(url: str, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1)) as connection:
        return connection.execute(statement).fetchall()


def test_an_older_database_is_brought_up_and_back() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "backend" / "migrations"))
    config.set_main_option("path_separator", "os")
    revision = ScriptDirectory.from_config(config).get_revision(REVISION)
    assert revision is not None
    assert isinstance(revision.down_revision, str)
    with cloned_database("upgrade") as url:
        config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        before = asked(url, MATTERS)
        command.downgrade(config, revision.down_revision)
        assert asked(url, MATTERS) == before
        migrate(url)
        assert asked(url, MATTERS) == before
        components = sum(row[0].startswith("C") for row in before)
        assert asked(url, FRESH) == [
            ("component", False, False, False, 50, 720, components),
            ("event", False, False, False, 50, 72, len(before) - components),
        ]
        assert asked(url, "SELECT DISTINCT season_from FROM filing_condition") == [(None,)]
        assert asked(url, "SELECT stage, amount, unit FROM stage_limit ORDER BY stage") == [
            ("accept", 0.25, "urgent_hour"),
            ("inspect", 4.0, "work_hour"),
            ("verify", 0.5, "urgent_hour"),
        ]
