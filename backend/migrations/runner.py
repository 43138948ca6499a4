"""Bringing a database to the newest schema, and asking whether models and migrations agree."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def migrate(database_url: str, revision: str = "head") -> None:
    """Upgrade to the newest schema, or to an older revision; does nothing when it is there already."""
    command.upgrade(_config(database_url), revision)


def check(database_url: str) -> None:
    """Raises alembic.util.CommandError if the models say anything else than the migrations made."""
    command.check(_config(database_url))


def revise(database_url: str, message: str) -> None:
    """Write a new migration from the difference between the models and this (migrated) database."""
    command.revision(_config(database_url), message=message, autogenerate=True)
