"""The commands behind ./suozi that need our Python packages; installing those is the script's part."""

import asyncio
import errno
import json
import sys
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from backend import worker
from backend.cases.lifecycle_page import lifecycle_page
from backend.main import create_app
from backend.migrations.runner import migrate
from backend.openapi import describe
from backend.postgis import StartError, check_given_database, disk_full
from backend.serve import database, given_database_url, up
from backend.settings import ROOT, Settings
from seeds.county import found_county
from seeds.load import load

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

DataDir = Annotated[
    Path, typer.Option("--data", envvar="SUOZI_DATA_DIR", help="Folder of everything that must be kept.")
]
DEFAULT_DATA_DIR = ROOT / ".data"


@app.command("up")
def up_command(
    host: Annotated[str, typer.Option(envvar="SUOZI_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, envvar="SUOZI_PORT")] = 8000,
    data: DataDir = DEFAULT_DATA_DIR,
    empty: Annotated[bool, typer.Option("--empty", help="Without the demo town.")] = False,
) -> None:
    """Start database, API and job worker in the foreground; Ctrl-C stops them."""
    up(host=host, port=port, data_dir=data.resolve(), empty=empty)


@app.command("migrate")
def migrate_command(data: DataDir = DEFAULT_DATA_DIR) -> None:
    """Bring the database's tables up to date."""
    with database(data.resolve()) as url:
        migrate(url)


@app.command("seed")
def seed_command(data: DataDir = DEFAULT_DATA_DIR) -> None:
    """Load the demo town; loading twice changes nothing."""
    with database(data.resolve()) as url:
        migrate(url)
        load(url, data.resolve())


@app.command("county")
def county_command(
    code: Annotated[str, typer.Argument(help="Six digits (GB/T 2260), such as 320281.")],
    name: Annotated[str, typer.Argument(help="As people call it, such as 江阴市.")],
    phone: Annotated[str, typer.Option(help="Mobile number of the first administrator, who signs in with it.")],
    administrator: Annotated[str, typer.Option(help="The administrator's name.")] = "管理员",
    data: DataDir = DEFAULT_DATA_DIR,
) -> None:
    """Found a county with nothing but the catalogue and its first administrator."""
    with database(data.resolve()) as url:
        migrate(url)
        password = asyncio.run(found_county(url, code=code, name=name, administrator=administrator, phone=phone))
    print(f"{name} 已建好。用 {phone} 和一次性密码 {password} 在 /desk 登录，先改密码，再导入网格。")
    print(f"{name} is founded. Sign in at /desk as {phone} with the one-time password {password}.")


@app.command("worker")
def worker_command() -> None:
    """Run the job worker alone, for the database of SUOZI_DATABASE_URL."""
    url = given_database_url()
    if not url:
        raise StartError(
            "单独运行任务进程需要 SUOZI_DATABASE_URL；./suozi up 已自带任务进程。",
            "A worker of its own needs SUOZI_DATABASE_URL; ./suozi up has one already.",
        )
    check_given_database(url)
    worker.run(Settings(database_url=url))


@app.command("openapi")
def openapi_command() -> None:
    """Write docs/openapi.json from the code."""
    target = ROOT / "docs" / "openapi.json"
    target.write_text(openapi_text())


@app.command("lifecycle")
def lifecycle_command() -> None:
    """Write docs/lifecycle.md from the table of steps."""
    (ROOT / "docs" / "lifecycle.md").write_text(lifecycle_page(), encoding="utf-8")


def openapi_text() -> str:
    """The API's description as docs/openapi.json keeps it. Needs no database."""
    api = create_app(Settings(database_url="postgresql+psycopg://"))
    return json.dumps(describe(api), ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    """Run one command; what a person can mend is said in a sentence instead of a traceback."""
    try:
        app()
    except StartError as error:
        print(error, file=sys.stderr)
    except Exception as error:  # a full disk shows as many errors; anything else is raised again
        if not is_disk_full(error):
            raise
        print(disk_full(ROOT), file=sys.stderr)
    return 1


def is_disk_full(error: Exception) -> bool:
    cause = getattr(error, "orig", error)  # SQLAlchemy wraps the driver's error
    return isinstance(cause, psycopg.errors.DiskFull) or getattr(cause, "errno", None) == errno.ENOSPC


if __name__ == "__main__":
    sys.exit(main())
