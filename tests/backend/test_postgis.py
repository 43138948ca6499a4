"""The private PostGIS cluster, with real servers in temporary folders."""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from backend import postgis
from backend.postgis import (
    DURABLE,
    THROWAWAY,
    Cluster,
    StartError,
    conninfo,
    ensure_database,
    open_cluster,
    running,
    server_pid,
)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A folder that the server's own user may enter; pytest keeps its own private to whoever runs it."""
    with tempfile.TemporaryDirectory(prefix="suozi-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def cluster(home: Path) -> Cluster:
    return open_cluster(home / "数据 with blank" / "postgres", settings=THROWAWAY)


def ask(url: str, question: str) -> object:
    with psycopg.connect(conninfo(url)) as connection:
        row = connection.execute(question).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def test_a_new_cluster_offers_postgis_and_is_stopped_afterwards(cluster: Cluster) -> None:
    with running(cluster):
        url = ensure_database(cluster, "suozi")
        assert ask(url, "SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'") == 1
        assert ask(url, "SELECT current_setting('listen_addresses')") == ""
        assert ask(url, "SELECT current_setting('max_parallel_workers_per_gather')") == "0"
        assert ensure_database(cluster, "suozi") == url
        postgis.check_given_database(url)
    assert server_pid(cluster) is None
    with pytest.raises(psycopg.OperationalError):
        ask(url, "SELECT 1")


def test_nobody_else_may_enter_the_socket_folder(cluster: Cluster) -> None:
    with running(cluster):
        assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700
        assert len(os.fsencode(cluster.socket_dir / ".s.PGSQL.5432")) < 108


def test_the_last_user_stops_a_shared_cluster(cluster: Cluster) -> None:
    release = threading.Event()
    joined = threading.Event()

    def share() -> None:
        with running(cluster):
            joined.set()
            release.wait(30)

    other = threading.Thread(target=share)
    with running(cluster):
        other.start()
        assert joined.wait(30)
    assert server_pid(cluster) is not None
    release.set()
    other.join(30)
    assert server_pid(cluster) is None


def test_a_server_left_behind_by_a_killed_user_is_adopted_and_stopped(cluster: Cluster) -> None:
    postgis.start(cluster)
    left_behind = server_pid(cluster)
    with running(cluster):
        assert server_pid(cluster) == left_behind
    assert server_pid(cluster) is None


def test_an_acknowledged_write_survives_a_killed_server(home: Path) -> None:
    cluster = open_cluster(home / "kept" / "postgres", settings=DURABLE)
    with running(cluster):
        url = ensure_database(cluster, "suozi")
        with psycopg.connect(conninfo(url)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        pid = server_pid(cluster)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
    with running(cluster):
        assert ask(url, "SELECT one FROM kept") == 1


def test_a_server_that_dies_while_in_use_comes_back_by_itself(home: Path) -> None:
    cluster = open_cluster(home / "dies" / "postgres", settings=DURABLE)
    with running(cluster):
        url = ensure_database(cluster, "suozi")
        with psycopg.connect(conninfo(url)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        first = server_pid(cluster)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while server_pid(cluster) in {first, None}:
            assert time.monotonic() < deadline, "the server was not started again"
            time.sleep(0.1)
        postgis.wait_until_it_answers(cluster)
        assert ask(url, "SELECT answer FROM kept") == 42
    assert server_pid(cluster) is None


def test_a_server_is_stopped_even_when_the_way_to_its_data_is_closed(home: Path, cluster: Cluster) -> None:
    with running(cluster):
        home.chmod(0o700)
    home.chmod(0o755)
    assert server_pid(cluster) is None


def test_a_lock_file_with_the_number_of_another_program_does_not_matter(cluster: Cluster) -> None:
    with running(cluster):
        pass
    (cluster.directory / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.directory}\n")
    with running(cluster):
        assert server_pid(cluster) is not None


def test_a_half_made_data_directory_is_made_again(home: Path) -> None:
    cluster = open_cluster(home / "half" / "postgres", settings=THROWAWAY)
    unfinished = home / "half" / "postgres.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("15\n")
    with running(cluster):
        assert server_pid(cluster) is not None
    assert not unfinished.exists()


def test_a_folder_with_something_else_in_it_is_left_alone(home: Path) -> None:
    diary = home / "taken" / "postgres" / "diary"
    diary.parent.mkdir(parents=True)
    diary.write_text("mine")
    with pytest.raises(StartError, match="not empty"), running(open_cluster(diary.parent, settings=THROWAWAY)):
        pass
    assert diary.read_text() == "mine"


def test_data_of_another_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    with pytest.raises(StartError, match="postgresql-9-postgis-3"):
        open_cluster(tmp_path / "postgres", settings=THROWAWAY)


def test_a_full_disk_is_refused_before_anything_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgis, "FREE_BYTES_FOR_A_NEW_CLUSTER", 10**18)
    cluster = open_cluster(home / "full" / "postgres", settings=THROWAWAY)
    with pytest.raises(StartError, match="磁盘空间不足"), running(cluster):
        pass
    assert not cluster.directory.exists()


def test_a_disk_that_fills_up_is_told_from_the_servers_own_words() -> None:
    told = postgis.refusal(Path("/x"), 'FATAL:  could not write lock file "postmaster.pid": No space left on device')
    assert "free at least 500 MB" in str(told)


def test_a_socket_folder_of_somebody_else_is_refused(home: Path) -> None:
    cluster = open_cluster(home / "stolen" / "postgres", settings=THROWAWAY)
    cluster.socket_dir.mkdir(mode=0o777)
    cluster.socket_dir.chmod(0o777)
    try:
        with pytest.raises(StartError, match="0700"), running(cluster):
            pass
    finally:
        cluster.socket_dir.rmdir()


def test_a_database_that_does_not_answer_is_refused_in_a_sentence() -> None:
    with pytest.raises(StartError, match="SUOZI_DATABASE_URL"):
        postgis.check_given_database("postgresql+psycopg://nobody@127.0.0.1:1/none")
