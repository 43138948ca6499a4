"""The operator's queue with a year of a county behind it: pages, counts, snapshot and a past hour, over HTTP, many times each.

Ours is what a screen waits for, signed in, all of the answer read. Beside each stands the plain count over the same rows: how
long the database takes to count what the question is about. All at the full year and at a tenth of it, to show the growth.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import quantiles
from tempfile import mkdtemp
from time import perf_counter

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.access import COOKIE
from backend.cases.models import Case
from backend.cases.queries import is_open, visible_to
from backend.cases.queries_groups import Group
from backend.cases.queries_lists import CaseFilter, Sort, matching, page_of_case_ids
from backend.cases.terms import Status
from backend.main import create_app
from backend.matters.models import Severity
from backend.permissions import Actor
from backend.settings import Settings
from tests.bench.turns import Figures, machine
from tests.bench.year import Year, ready_year
from tests.people import cookie_for
from tests.served import served

TIMES, WARM_UPS, MOST_S = 40, 2, 3.0
BOX = "120.05,31.55,120.07,31.57"


@dataclass(frozen=True)
class Asked:
    """One question of the bench, as an address and as the filter that it means; without one only the address is asked."""

    name: str
    url: str
    wanted: CaseFilter | None = None
    sort: Sort = "updated"


def _questions(year: Year, cursor: str) -> list[Asked]:
    day, week = date(2026, 5, 4), date(2026, 5, 10)
    hour = (year.now - timedelta(days=100)).isoformat().replace("+00:00", "Z")
    box = (120.05, 31.55, 120.07, 31.57)
    return [
        Asked("everything, latest first", "/api/cases", CaseFilter()),
        Asked("everything, ten pages on", f"/api/cases?cursor={cursor}", CaseFilter()),
        Asked("open, by deadline", "/api/cases?group=open&sort=due", CaseFilter(group=Group.OPEN), "due"),
        Asked("late, by deadline", "/api/cases?group=late&sort=due", CaseFilter(group=Group.LATE), "due"),
        Asked("whistled", "/api/cases?group=whistled", CaseFilter(group=Group.WHISTLED)),
        Asked("not satisfied", "/api/cases?group=not_satisfied", CaseFilter(group=Group.NOT_SATISFIED)),
        Asked("emergencies, ended too", "/api/cases?severity=emergency", CaseFilter(severities=(Severity.EMERGENCY,))),
        Asked(
            "a squad's closed ones",
            "/api/cases?status=closed&squad=squad-20",
            CaseFilter(statuses=(Status.CLOSED,), squad="squad-20"),
        ),
        Asked(
            "a week's, by closing",
            f"/api/cases?closed_from={day}&closed_to={week}",
            CaseFilter(closed_from=day, closed_to=week),
        ),
        Asked("words, common", "/api/cases?text=垃圾堆在路边", CaseFilter(text="垃圾堆在路边")),
        Asked("words, one case", "/api/cases?text=（1234号）", CaseFilter(text="（1234号）")),
        Asked(
            "open in a box", f"/api/cases?group=open&bbox={BOX}&sort=due", CaseFilter(group=Group.OPEN, bbox=box), "due"
        ),
        Asked("all in a box", f"/api/cases?bbox={BOX}", CaseFilter(bbox=box)),
        Asked("counts of all groups", "/api/cases/counts"),
        Asked("snapshot", "/api/live/snapshot"),
        Asked("a past hour, 100 days ago", f"/api/past?at={hour}&limit=200"),
        Asked("a past hour in a box", f"/api/past?at={hour}&bbox={BOX}"),
    ]


@asynccontextmanager
async def _client(year: Year, role: str) -> AsyncIterator[tuple[httpx.AsyncClient, async_sessionmaker[AsyncSession]]]:
    settings = Settings(database_url=year.url, data_dir=Path(mkdtemp()), run_worker=False)
    app = create_app(settings)
    app.state.clock = lambda: year.now
    cookie = await cookie_for(app, year.phones[role])
    with served(app) as port:
        headers = {"cookie": f"{COOKIE}={cookie}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            yield client, app.state.sessions


async def _times(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """p50 and p95 in milliseconds."""
    taken: list[float] = []
    began = perf_counter()
    for number in range(TIMES + WARM_UPS):
        started = perf_counter()
        await work()
        if number >= WARM_UPS:
            taken.append((perf_counter() - started) * 1000)
        if perf_counter() - began > MOST_S and len(taken) > 4:
            break
    cuts = quantiles(taken, n=20)
    return cuts[9], cuts[18]


async def _ask(client: httpx.AsyncClient, url: str) -> None:
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text


async def _cursor(client: httpx.AsyncClient) -> str:
    cursor = ""
    for _ in range(10):
        page = (await client.get("/api/cases", params={"limit": 200, **({"cursor": cursor} if cursor else {})})).json()
        cursor = page["next_cursor"]
    return cursor


async def _measured(year: Year, role: str) -> AsyncIterator[tuple[Asked, tuple[float, float], float | None, float]]:
    async with _client(year, role) as (client, sessions):
        actor = year.actor
        for asked in _questions(year, await _cursor(client)):
            over_http = await _times(lambda url=asked.url: _ask(client, url))  # type: ignore[misc]
            alone = None
            if asked.wanted:
                alone = (await _times(lambda asked=asked: _page(sessions, actor, asked, year)))[0]  # type: ignore[misc]
            plain = (await _times(lambda asked=asked: _plain(sessions, actor, asked, year)))[0]  # type: ignore[misc]
            yield asked, over_http, alone, plain


async def _page(sessions: async_sessionmaker[AsyncSession], actor: Actor, asked: Asked, year: Year) -> None:
    assert asked.wanted
    async with sessions.begin() as session:
        await page_of_case_ids(session, actor, asked.wanted, at=year.now, sort=asked.sort, start=None, limit=51)


async def _plain(sessions: async_sessionmaker[AsyncSession], actor: Actor, asked: Asked, year: Year) -> None:
    rows = matching(actor, asked.wanted, year.now) if asked.wanted else visible_to(actor) & is_open()
    async with sessions.begin() as session:
        await session.scalar(select(func.count()).select_from(Case).where(rows))


async def run() -> Figures:
    lines: list[str] = []
    figures: Figures | None = None
    for size in (1.0, 0.1):
        with ready_year(size) as year:
            async for asked, (p50, p95), alone, plain in _measured(year, "county"):
                lines.append(
                    f"{asked.name:28} {year.cases:>8,} cases  p50 {p50:7.1f} ms  p95 {p95:7.1f} ms"
                    f"  query {alone if alone is not None else float('nan'):7.1f} ms  count {plain:7.1f} ms"
                    f"  ratio {plain / p50:5.2f}"
                )
                sys.stderr.write(lines[-1] + "\n")
                if asked.name == "open, by deadline" and size == 1:
                    figures = Figures(
                        what="pages of 50 open cases by deadline, out of 770,000, over HTTP",
                        against="plain counts over the same rows",
                        where=machine(Settings(database_url=year.url).conninfo),
                        how_often="",
                        ours_per_s=round(1000 / p50, 1),
                        floor_per_s=round(1000 / plain, 1),
                        ratio=round(plain / p50, 3),
                    )
    assert figures
    return replace(figures, how_often=f"{TIMES} asks each or {MOST_S:.0f} s\n  " + "\n  ".join(lines) + "\n  ")


if __name__ == "__main__":
    print(asyncio.run(run()))  # noqa: T201
