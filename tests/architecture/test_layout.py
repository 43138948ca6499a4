"""The tree itself: names that say nothing, addresses and paths of one machine, undocumented settings."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from backend.settings import ROOT, Settings

# Words that name no thing of the domain; as part of a name they are refused, the second group only as the whole name.
EMPTY_WORDS = re.compile(r"(?:^|_)(?:utils?|helpers?|managers?|misc|commons?|repositor(?:y|ies))(?:_|$)")
EMPTY_NAMES = {"event", "task", "check", "data", "info", "manager", "base", "service", "services", "crud"}
CODE = {".py", ".ts", ".vue"}

# Where packages come from is the business of the machine that installs them; where a person's files lie, nobody's.
REGISTRIES = re.compile(r"registry\.\w+\.|npmmirror|pypi\.\w+\.?|pythonhosted|mirrors?\.\w+\.\w+", re.IGNORECASE)
MACHINE_PATHS = re.compile(r"(?<![\w.:/])/(?:home|Users|root|work|mnt|workspace)/\w|[A-Z]:\\Users")
# These build a whole machine of their own, whose paths they name.
MAY_NAME_PATHS = {"tests/fresh_machine/run", "Dockerfile"}
LOCKS = ("requirements.lock", "requirements-dev.lock", "tools.lock", "s3-server.lock", "pwa/package-lock.json")


def kept_files() -> list[Path]:
    """Every file that is, or would be, in the repository, without the photos and the built base map."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name and not name.startswith("tests/data/"))
    return sorted(path for path in paths if path.is_file())


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", name).lower().strip("_")


def defined_names(path: Path) -> list[str]:
    """Classes, functions and module-level names of a Python file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [n.name for n in ast.walk(tree) if isinstance(n, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)]
    assigned = [t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)]
    return named + assigned


def test_no_name_is_empty_of_meaning() -> None:
    files = [path for path in kept_files() if path.suffix in CODE]
    for path in files:
        for part in path.relative_to(ROOT).with_suffix("").parts:
            assert not EMPTY_WORDS.search(snake(part)), path
            assert snake(part) not in EMPTY_NAMES, path
        if path.suffix == ".py":
            empty = [name for name in defined_names(path) if EMPTY_WORDS.search(snake(name))]
            assert not empty, f"{path}: {empty}"
    assert len(files) > 50


def test_no_table_or_class_of_the_domain_has_a_bare_name() -> None:
    for path in (ROOT / "backend").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.ClassDef) and snake(node.name) in EMPTY_NAMES), f"{path}: {node.name}"


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = []
    for path in kept_files():
        name = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), start=1):
            of_a_machine = (MACHINE_PATHS.search(line) or str(ROOT) in line) and name not in MAY_NAME_PATHS
            if path != Path(__file__) and (REGISTRIES.search(line) or of_a_machine):
                found.append(f"{name}:{number}: {line.strip()[:120]}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_files_say_what_and_not_from_where(lock: str) -> None:
    content = (ROOT / lock).read_text(encoding="utf-8")
    assert '"resolved"' not in content
    if lock.endswith(".lock"):
        assert "://" not in content
        assert "--hash=sha256:" in content
    else:
        assert '"integrity"' in content


def test_every_setting_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("Settings")[2]
    for name in Settings.model_fields:
        assert f"`SUOZI_{name.upper()}`" in section, f"README.md, Settings: SUOZI_{name.upper()} is missing"
    named = set(re.findall(r"`SUOZI_([A-Z_]+)`", section))
    assert named <= {name.upper() for name in Settings.model_fields}, "README.md names settings that do not exist"
