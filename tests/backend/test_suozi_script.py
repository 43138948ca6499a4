"""./suozi and `backend.cli up` as a person at a terminal meets them: sentences instead of tracebacks, clean ends.

Set-up from nothing (packages, .venv, npm) is proved by tests/fresh_machine, not here.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.postgis import DURABLE, StartError, open_cluster, server_pid, stop
from backend.serve import claimed, listening

ROOT = Path(__file__).resolve().parents[2]
REFUSAL_S = 60

# What every Debian has; no apt-get, no chromium, no sudo.
BARE_TOOLS = [
    "awk",
    "bash",
    "cat",
    "df",
    "dirname",
    "env",
    "flock",
    "grep",
    "head",
    "id",
    "mkdir",
    "readlink",
    "rm",
    "sed",
]
BARE_TOOLS += ["sha256sum", "sort", "tail", "tee", "paste", "cut", "find", "xargs", "python3"]


class Machine:
    """A checkout holding only the script, on a PATH with nothing but BARE_TOOLS and the programs a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.bin = folder / "bin"
        self.checkout.mkdir()
        self.bin.mkdir()
        shutil.copy(ROOT / "suozi", self.checkout)
        for tool in BARE_TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or f"/usr/bin/{tool}")

    def has(self, program: str, script: str) -> None:
        target = self.bin / program
        target.unlink(missing_ok=True)
        target.write_text(f"#!/bin/bash\n{script}\n")
        target.chmod(0o755)

    def suozi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.bin), "LC_ALL": "C.UTF-8"}
        command = [str(self.checkout / "suozi"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_a_command_the_usage_is_shown(machine: Machine) -> None:
    shown = machine.suozi()
    assert shown.returncode == 0
    assert "./suozi up" in shown.stdout
    assert machine.suozi("fly").returncode == 2


def test_doctor_tells_what_is_missing_before_anything_is_installed(machine: Machine) -> None:
    told = machine.suozi("doctor")
    assert told.returncode == 0
    assert "✗ Chromium (test): apt-get install chromium" in told.stdout


@pytest.mark.parametrize(
    ("complaint", "chinese", "english"),
    [
        ("Err:1 bookworm InRelease  Temporary failure resolving", "下载失败", "check the network"),
        ("write error (28: No space left on device)", "磁盘空间不足", "The disk is full"),
        ("E: dpkg was interrupted", "安装步骤失败", "A set-up step failed"),
    ],
)
def test_a_failed_installation_is_explained(machine: Machine, complaint: str, chinese: str, english: str) -> None:
    machine.has("id", "echo 0")
    machine.has("apt-get", f"echo '{complaint}'; exit 100")
    failed = machine.suozi("test")
    assert failed.returncode == 1
    assert chinese in failed.stderr
    assert english in failed.stderr


def test_a_machine_without_apt_is_told_what_to_install(machine: Machine) -> None:
    failed = machine.suozi("test")
    assert failed.returncode == 1
    assert "There is no apt-get" in failed.stderr
    assert "chromium" in failed.stderr


def test_too_little_disk_space_is_refused_before_anything_is_downloaded(machine: Machine) -> None:
    machine.has("df", "echo header; echo '/dev/x 100 90 400000 90% /'")
    machine.has("apt-get", "touch downloaded")
    failed = machine.suozi("test")
    assert failed.returncode == 1
    assert "Only 390 MB are free" in failed.stderr
    assert not (machine.checkout / "downloaded").exists()


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the server's own user may enter; pytest keeps its own private to whoever runs it."""
    with tempfile.TemporaryDirectory(prefix="suozi-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Starts `up` on a port with a data folder below `home`; whatever still runs is ended at the end."""
    started: list[subprocess.Popen[str]] = []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SUOZI_")}

    def up(port: int, data: Path, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "backend.cli", "up", "--port", str(port), "--data", str(data), *options]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        started.append(process)
        return process

    yield up
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
    for directory in home.glob("*/postgres"):
        stop(open_cluster(directory, settings=DURABLE))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ready_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "Suozi is ready" in line, process.communicate()[1]
    return line


def healthy(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as answer:
        return bool(answer.status == 200)


def refusal(process: subprocess.Popen[str]) -> str:
    _, told = process.communicate(timeout=REFUSAL_S)
    assert process.returncode == 1
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 2, told
    return told


@pytest.mark.nightly
def test_up_from_start_to_stop(start: Start, home: Path) -> None:
    data, other_data = home / "data", home / "other"
    port, other_port = free_port(), free_port()

    first = start(port, data)
    line = ready_line(first)
    assert f"http://127.0.0.1:{port}" in line
    assert "administrator" in line
    assert healthy(port)

    assert f"process {first.pid}" in refusal(start(other_port, data))
    assert f"Port {port} is taken" in refusal(start(port, other_data))

    beside = start(other_port, other_data, "--empty")
    assert "demo" not in ready_line(beside)
    beside.send_signal(signal.SIGINT)
    assert beside.wait(20) == 0
    assert healthy(port)

    first.kill()
    first.wait()
    cluster = open_cluster(data / "postgres", settings=DURABLE)
    assert server_pid(cluster) is not None
    began = time.monotonic()
    again = start(port, data)
    ready_line(again)
    assert time.monotonic() - began < 15  # 3 s alone; other tests run beside this one
    again.terminate()
    assert again.wait(20) == 0
    assert again.communicate() == ("", "")
    assert server_pid(cluster) is None


def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match="Cannot write to"), claimed(tmp_path / "file" / "data"):
        pass


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(StartError, match="Cannot listen on"), listening("192.0.2.1", 8000):
        pass
