"""Run a command with SUOZI_TEST_DATABASE_URL: the maintenance database of a throw-away PostGIS cluster in .suozi/test.

    python -m tests.with_postgis python -m pytest tests/geo

The cluster is kept between runs, shared by runs at the same time and stopped by the last of them.
A SUOZI_TEST_DATABASE_URL that is set already is used as it is.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from backend.postgis import ROOT, THROWAWAY, StartError, database_url, open_cluster, running


@contextmanager
def test_database_url() -> Iterator[str]:
    """The URL of the maintenance database; the cluster runs for the block. Raises StartError."""
    given = os.environ.get("SUOZI_TEST_DATABASE_URL")
    if given:
        yield given
        return
    cluster = open_cluster(ROOT / ".suozi" / "test" / "postgres", settings=THROWAWAY)
    with running(cluster):
        yield database_url(cluster, "postgres")


def main(command: list[str]) -> int:
    try:
        with test_database_url() as url:
            return subprocess.call(command, env={**os.environ, "SUOZI_TEST_DATABASE_URL": url})
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
