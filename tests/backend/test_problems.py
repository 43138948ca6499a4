"""What the database refuses, in our words."""

import psycopg
from sqlalchemy.exc import OperationalError

from backend.problems import from_database


def test_a_full_disk_is_said_to_be_full_and_not_to_be_down() -> None:
    problem = from_database(OperationalError("INSERT", {}, psycopg.errors.DiskFull("no space left on device")))
    assert problem is not None
    assert (problem.status, problem.code) == (507, "storage_full")


def test_a_server_that_is_gone_asks_for_patience() -> None:
    problem = from_database(OperationalError("SELECT 1", {}, psycopg.OperationalError("connection refused")))
    assert problem is not None
    assert (problem.status, problem.code, problem.headers["Retry-After"]) == (503, "database_unavailable", "5")
