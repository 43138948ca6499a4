"""The private PostGIS cluster: find the server's programs, initialise, start, adopt, stop, and give out database URLs.

It knows nothing of our tables: migrations and demo data are for the caller. The cluster listens on a unix socket only,
in a folder that nobody but the server's own user may enter; that folder, not a password, is what keeps others out.
"""

import errno
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
# Debian packages that ./suozi unpacked because it could not become root.
SYSROOT = ROOT / ".suozi" / "sysroot"
# Not tempfile.gettempdir(): a socket path must stay under 108 bytes and be the same whatever TMPDIR says.
SOCKET_HOME = Path("/tmp")  # noqa: S108  (each folder in it is 0700 and its owner is checked)
OLDEST_SERVER = 140000
FREE_BYTES_FOR_A_NEW_CLUSTER = 500_000_000
START_TIMEOUT_S = 60
WATCH_EVERY_S = 1.0
STOP_TIMEOUT_S = 30

DURABLE = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    # An acknowledged write is on disk, whatever happens next.
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
}
# For tests only: a crash may destroy it, so it is never used for anything that must be kept.
THROWAWAY = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
ALWAYS = {
    "listen_addresses": "",
    "port": "5432",
    "timezone": "UTC",
    "random_page_cost": "1.1",
    "jit": "off",
    # Parallel workers share memory through /dev/shm, which containers keep at 64 MB.
    "max_parallel_workers_per_gather": "0",
    "log_checkpoints": "off",
}


class StartError(Exception):
    """What is wrong and what to do, in one Chinese and one English sentence for the person at the terminal."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f"{chinese}\n{english}")


@dataclass(frozen=True)
class Server:
    """An installed PostgreSQL with PostGIS."""

    bin_dir: Path
    major: int


@dataclass(frozen=True)
class Cluster:
    """One data directory and the server that runs it; `settings` are lines of postgresql.conf."""

    directory: Path
    socket_dir: Path
    server: Server
    user: str
    settings: dict[str, str]


def installed_servers() -> list[Server]:
    """Every PostgreSQL here that has PostGIS, the newest first."""
    found = []
    for base in (Path("/"), SYSROOT):
        for control in base.glob("usr/share/postgresql/*/extension/postgis.control"):
            version = control.parent.parent.name
            # The versioned folder, never PATH: programs found there may be links to a server without PostGIS.
            bin_dir = base / "usr/lib/postgresql" / version / "bin"
            if version.isdigit() and (bin_dir / "initdb").exists():
                found.append(Server(bin_dir, int(version)))
    return sorted(found, key=lambda server: server.major, reverse=True)


def open_cluster(directory: Path, *, settings: dict[str, str]) -> Cluster:
    """The cluster kept in `directory`, which `running` makes. Raises StartError when no fitting server is installed."""
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    directory = reachable_directory(directory.resolve(), user)
    servers = installed_servers()
    version_file = directory / "PG_VERSION"
    if version_file.exists():
        wanted = version_file.read_text().strip()
        servers = [server for server in servers if str(server.major) == wanted]
        if not servers:
            raise StartError(
                f"数据目录由 PostgreSQL {wanted} 建立，而本机没有带 PostGIS 的同版本服务器："
                f"请安装 postgresql-{wanted}-postgis-3，或用 --data 换一个空目录。",
                f"The data in {directory} was made by PostgreSQL {wanted}, and no such server with PostGIS is here: "
                f"install postgresql-{wanted}-postgis-3, or give an empty folder with --data.",
            )
    if not servers:
        raise StartError(
            "没有找到带 PostGIS 的 PostgreSQL：请运行 ./suozi doctor 查看缺少什么。",
            "No PostgreSQL with PostGIS is installed: run ./suozi doctor to see what is missing.",
        )
    owner_uid = pwd.getpwnam(user).pw_uid
    socket_dir = SOCKET_HOME / f"suozi-{owner_uid}-{short_hash(directory)}"
    return Cluster(
        directory, socket_dir, servers[0], user, {**ALWAYS, **settings, "unix_socket_directories": f"{socket_dir}"}
    )


def reachable_directory(directory: Path, user: str) -> Path:
    """`directory`, or a folder under /var/lib/suozi when root's private home keeps the server's user out of it."""
    if os.geteuid() != 0 or directory.exists():
        return directory
    above = next(parent for parent in directory.parents if parent.exists())
    if run_as(user, ["test", "-x", str(above)]).returncode == 0:
        return directory
    return Path("/var/lib/suozi") / short_hash(directory) / "postgres"


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]


@contextmanager
def running(cluster: Cluster) -> Iterator[None]:
    """Keep the cluster running for the block. A running one is shared; whoever leaves last stops it.

    Two locks beside the data directory: `gate` is held while somebody starts or stops the server, `users` is held
    (shared) for as long as it is in use. The server does not inherit them, so a killed user does not count as one.
    """
    make_dir(cluster.directory.parent)
    lock_path = cluster.directory.with_suffix(".lock")
    with Path(f"{lock_path}.gate").open("a") as gate, lock_path.open("a") as users:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            start(cluster)
            fcntl.flock(gate, fcntl.LOCK_UN)
            with kept_alive(cluster):
                yield
        finally:
            fcntl.flock(gate, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_UN)
            if alone(users):
                stop(cluster)


@contextmanager
def kept_alive(cluster: Cluster) -> Iterator[None]:
    """For the block, start the server again within seconds whenever it has died (killed, out of memory)."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(WATCH_EVERY_S):
            if server_pid(cluster) is None:
                # What keeps it from starting now (a dying child, a full disk) may be over at the next try.
                with Path(f"{cluster.directory.with_suffix('.lock')}.gate").open("a") as gate, suppress(StartError):
                    fcntl.flock(gate, fcntl.LOCK_EX)
                    start(cluster)

    watcher = threading.Thread(target=watch, name="postgis", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def alone(users: IO[str]) -> bool:
    """Whether nobody else holds the lock. Takes it; closing the file gives it back."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def start(cluster: Cluster) -> None:
    """Initialise if new, start if not running, and return once it answers. Raises StartError."""
    if not (cluster.directory / "PG_VERSION").exists():
        initialise(cluster)
    make_private_dir(cluster.socket_dir, cluster.user)
    if server_pid(cluster) is None:
        for left_behind in cluster.socket_dir.glob(".s.PGSQL.*"):
            left_behind.unlink()
        lines = [f"{name} = '{value}'" for name, value in cluster.settings.items()]
        (cluster.directory / "suozi.conf").write_text("\n".join([*lines, ""]))
        log = cluster.directory / "server.log"
        log.unlink(missing_ok=True)
        command = [str(cluster.server.bin_dir / "pg_ctl"), "start", "-w", "-t", str(START_TIMEOUT_S)]
        done = run_as(cluster.user, [*command, "-D", str(cluster.directory), "-l", str(log)], server=cluster.server)
        if done.returncode != 0:
            raise refusal(log, log.read_text(errors="replace") if log.exists() else done.stdout)
    wait_until_it_answers(cluster)


def stop(cluster: Cluster) -> None:
    """Stop the server, ending its sessions; a no-op when it does not run.

    By signal and not by pg_ctl, which must enter the data directory: stopping works even when the way there has been closed.
    """
    pid = server_pid(cluster)
    if pid is None:
        return
    for fast_then_immediate in (signal.SIGINT, signal.SIGQUIT):
        with suppress(ProcessLookupError):
            os.kill(pid, fast_then_immediate)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline:
            if server_pid(cluster) is None:
                with suppress(OSError):  # a server that was killed has left its socket in there
                    cluster.socket_dir.rmdir()
                return
            time.sleep(0.02)


def initialise(cluster: Cluster) -> None:
    """Make the data directory in one rename, so that a killed first start leaves nothing half-made."""
    if shutil.disk_usage(cluster.directory.parent).free < FREE_BYTES_FOR_A_NEW_CLUSTER:
        raise disk_full(cluster.directory)
    unfinished = cluster.directory.with_name(f"{cluster.directory.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_private_dir(unfinished, cluster.user)
    command = [str(cluster.server.bin_dir / "initdb"), "-D", str(unfinished), "-U", "suozi"]
    command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject"]
    if cluster.settings.get("fsync") == "off":
        command.append("--no-sync")
    done = run_as(cluster.user, command, server=cluster.server)
    if done.returncode != 0:
        raise refusal(cluster.directory, done.stdout)
    with (unfinished / "postgresql.conf").open("a") as conf:
        conf.write("\ninclude = 'suozi.conf'\n")
    try:
        unfinished.rename(cluster.directory)
    except OSError as error:  # something that is no cluster is in its place
        raise not_writable(cluster.directory, error) from error


def server_pid(cluster: Cluster) -> int | None:
    """This cluster's running server. Removes a lock file whose process id now belongs to another program."""
    pid_file = cluster.directory / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None  # no lock file, or its process is gone: PostgreSQL itself clears that up
    if os.fsencode(cluster.directory) in arguments:
        return pid
    pid_file.unlink(missing_ok=True)
    return None


def wait_until_it_answers(cluster: Cluster) -> None:
    """A server that is adopted may still be recovering from a crash."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            psycopg.connect(conninfo(database_url(cluster, "postgres")), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise refusal(cluster.directory / "server.log", str(error)) from error
            time.sleep(0.1)
        else:
            return


def make_dir(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_writable(directory, error) from error


def make_private_dir(directory: Path, user: str) -> None:
    """Make `directory` with mode 0700 for `user`, or raise StartError when something else is there already."""
    try:
        directory.mkdir(mode=0o700)
        shutil.chown(directory, user)
    except FileExistsError:
        pass
    except OSError as error:
        raise not_writable(directory, error) from error
    seen = directory.lstat()
    if seen.st_uid != pwd.getpwnam(user).pw_uid or seen.st_mode & 0o170777 != 0o040700:
        raise StartError(
            f"{directory} 已存在，但不属于 {user} 或权限不是 0700：请删除它后重试。",
            f"{directory} exists but does not belong to {user} with mode 0700: remove it and try again.",
        )


def run_as(user: str, command: list[str], *, server: Server | None = None) -> subprocess.CompletedProcess[str]:
    """Run a server program as `user` with a clean environment; stdout and stderr come back together.

    It gets a session of its own, so that Ctrl-C at the terminal reaches us alone and the server is stopped in order.
    """
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    if server is not None and server.bin_dir.is_relative_to(SYSROOT):
        environment |= unpacked_libraries()
    account = pwd.getpwnam(user) if os.geteuid() == 0 else None
    return subprocess.run(  # noqa: S603  (our own command lines)
        command,
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=account and os.getgrouplist(user, account.pw_gid),
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        check=False,
    )


def unpacked_libraries() -> dict[str, str]:
    """Where the server finds its libraries and projections when the packages were only unpacked."""
    folders = {path.parent for lib in ("usr/lib", "lib") for path in (SYSROOT / lib).glob("**/*.so.*")}
    needed = sorted(str(path) for path in folders if not {"plugins", "postgresql", "perl"} & set(path.parts))
    projections = str(SYSROOT / "usr/share/proj")
    return {"LD_LIBRARY_PATH": ":".join(needed), "PROJ_LIB": projections, "PROJ_DATA": projections}


def database_url(cluster: Cluster, database: str) -> str:
    return f"postgresql+psycopg://suozi@/{quote(database)}?host={quote(str(cluster.socket_dir), safe='/')}&port=5432"


def conninfo(url: str) -> str:
    """The URL as libpq understands it (without SQLAlchemy's driver name)."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def ensure_database(cluster: Cluster, database: str) -> str:
    """Create the database if it is missing; returns its URL."""
    with psycopg.connect(conninfo(database_url(cluster, "postgres")), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return database_url(cluster, database)


def check_given_database(url: str) -> None:
    """Raises StartError unless the database somebody gave us answers, is recent enough and offers PostGIS."""
    try:
        with psycopg.connect(conninfo(url), connect_timeout=10) as connection:
            version = connection.info.server_version
            offered = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'").fetchone()
    except psycopg.Error as error:
        reason = str(error).splitlines()[0]
        raise StartError(
            f"连不上 SUOZI_DATABASE_URL 指定的数据库：请检查地址、密码和数据库是否存在（{reason}）。",
            f"The database of SUOZI_DATABASE_URL does not answer: check address, password and that it exists ({reason}).",
        ) from error
    if version < OLDEST_SERVER or offered is None:
        raise StartError(
            f"SUOZI_DATABASE_URL 需要装有 PostGIS 的 PostgreSQL 14 以上，而它是 {version // 10000}"
            f"{'' if offered else '，且没有 PostGIS'}。",
            f"SUOZI_DATABASE_URL must be PostgreSQL 14 or newer with the PostGIS package; it is {version // 10000}"
            f"{'' if offered else ' without PostGIS'}.",
        )


def refusal(where: Path, output: str) -> StartError:
    """The server's own complaint as a sentence for the person at the terminal."""
    if "No space left on device" in output:
        return disk_full(where)
    complaints = [line for line in output.splitlines() if "FATAL" in line or "error:" in line]
    reason = last_line("\n".join(complaints) or output)
    return StartError(
        f"数据库没有启动：{reason}（详见 {where}）。",
        f"The database did not start: {reason} (see {where}).",
    )


def disk_full(where: Path) -> StartError:
    return StartError(
        f"{where} 所在磁盘空间不足：请至少留出 500 MB，或用 --data 换一个磁盘。",
        f"The disk of {where} is full: free at least 500 MB, or choose another disk with --data.",
    )


def not_writable(directory: Path, error: OSError) -> StartError:
    if error.errno == errno.ENOSPC:
        return disk_full(directory)
    return StartError(
        f"无法写入 {directory}（{error.strerror}）：请更改权限，或用 --data 换一个目录。",
        f"Cannot write to {directory} ({error.strerror}): change its permissions, or choose another with --data.",
    )


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "?"
