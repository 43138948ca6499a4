"""The cases of the generated year: what differs from one to the next is copied in, and SQL makes the rows of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import col

from backend.cases.clocks import clocks_of
from backend.cases.models import Case, CaseEvent
from backend.cases.terms import OPEN_STATUSES
from backend.database import make_engine, make_sessions
from backend.matters.clocks import WARN_PERCENT
from backend.matters.models import LimitUnit, Matter
from backend.matters.queries import work_calendar
from tests.bench.year_county import BEGAN, COUNTY, INSPECTORS, NOW, OPERATORS, SQUADS, TOWNS, WORKERS, person_id
from tests.bench.year_lives import Life, lives, step_of
from tests.bench.year_times import Limits, deadlines, late_seconds, moments

_SAID = (
    "垃圾堆在路边，气味大，请尽快清理", "非机动车乱停放，占了盲道", "井盖破损，来往车辆压得响", "沿街晾挂，影响通行",
    "墙上又贴了小广告", "店外经营，桌椅摆到人行道", "路灯不亮，晚上看不清", "绿化带里有建筑垃圾", "河边有人倒污水",
    "违规标语还没有拆",
    "流动摊贩堵在学校门口", "垃圾箱满溢，蚊蝇多", "电动车飞线充电", "围挡倒了一片，有危险", "道路积水，行人绕行",
)  # fmt: skip


@dataclass
class Cases:
    """Writes them into an empty county, over one connection that trusts its keys."""

    connection: psycopg.Connection[Any]
    numbers: np.random.Generator
    towns: list[str]
    leaves: list[Any]
    points: list[Any]
    conditions: Any
    matters: dict[str, Matter]
    limits: Limits

    def write(self, cases: int) -> None:
        run = self.connection.execute
        for statement in (Path(__file__).parent / "year_before.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                run(statement)
        all_lives = lives()
        self._lookups(all_lives)
        shares = np.array([life.share for life in all_lives])
        counts = np.floor(cases * shares / shares.sum()).astype(int)
        counts[0] += cases - counts.sum()
        number = 0
        for index, (life, count) in enumerate(zip(all_lives, counts, strict=True)):
            self._born(index, life, number, int(count))
            number += int(count)
        indexes = _take_indexes_off(self.connection)
        for statement in (Path(__file__).parent / "year_rows.sql").read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                run(statement)
        for statement in indexes:
            run(statement)

    def _lookups(self, all_lives: tuple[Life, ...]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO of_grid VALUES (%s, %s, %s, %s, %s)",
                [
                    (n, row.code, row.path, p.x, p.y)
                    for n, (row, p) in enumerate(zip(self.leaves, self.points, strict=True))
                ],
            )
            cursor.executemany(
                "INSERT INTO of_condition VALUES (%s, %s, %s, %s, jsonb_build_object('amount', %s::float8, 'unit', %s::text))",
                [
                    (n, c.matter_code, c.code, c.severity, c.limit_amount, c.limit_unit)
                    for n, c in enumerate(self.conditions)
                ],
            )
            cursor.executemany(
                "INSERT INTO of_step VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (
                        index,
                        n,
                        m.action,
                        m.from_status,
                        m.to_status,
                        m.squad,
                        touches,
                        clock and clock.kind,
                        clock and step_of(clock.started_at),
                    )
                    for index, life in enumerate(all_lives)
                    for n, (m, touches, clock) in enumerate(zip(life.moves, life.touches, life.running, strict=True), 1)
                ],
            )
            cursor.executemany(
                f"INSERT INTO of_stand VALUES ({', '.join(['%s'] * 20)})",
                [
                    (index, n, s.status, s.squad, s.tier, s.self_handled, s.rework, s.send_back, s.extension,
                     s.suspension, s.reopened, s.asked, s.resume_step, s.reply_step, s.filed_step, s.closed_step,
                     s.answer, s.satisfaction, life.source, life.moves[n - 1].from_status if s.status == "merged" else None)
                    for index, life in enumerate(all_lives)
                    for n, s in enumerate(life.stands, 1)
                ],
            )  # fmt: skip
            cursor.executemany(
                "INSERT INTO of_lead VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    (
                        index,
                        lead.squad,
                        lead.from_step,
                        lead.acknowledged_step,
                        lead.arrived_step,
                        lead.ended_step,
                        lead.end,
                    )
                    for index, life in enumerate(all_lives)
                    for lead in life.leads
                ],
            )
            cursor.executemany(
                "INSERT INTO of_part VALUES (%s, %s, %s)",
                [(i, n, life.moves[n - 1].action) for i, life in enumerate(all_lives) for n in life.parts],
            )
            cursor.executemany("INSERT INTO of_words VALUES (%s, %s)", list(enumerate(_SAID)))
            for kind, count in (
                ("operator", OPERATORS),
                ("leader", SQUADS),
                ("member", SQUADS),
                ("inspector", INSPECTORS),
                ("worker", WORKERS),
            ):
                cursor.executemany(
                    "INSERT INTO of_person VALUES (%s, %s, %s)", [(kind, n, person_id(kind, n)) for n in range(count)]
                )

    def _born(self, index: int, life: Life, first: int, count: int) -> None:
        """The cases that lead this life: when each of their steps happens, where, about what, and how late."""
        draw = self.numbers
        grid = draw.choice(len(self.leaves), count, p=_heavy(len(self.leaves), draw))
        condition = draw.choice(len(self.conditions), count, p=self._condition_shares())
        opened = _opened(draw, count)
        amounts = np.array([c.limit_amount for c in self.conditions])[condition]
        units = np.array([c.limit_unit.value for c in self.conditions])[condition]
        limit_us = self.limits.length_us(amounts, units)
        working = np.isin(units, [LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY])
        times = moments(draw, life, opened, limit_us, working)
        late_s = late_seconds(self.limits, life, times, limit_us, working)
        due, warn = (deadlines(self.limits, life, times, limit_us, working, percent) for percent in (100, WARN_PERCENT))
        now_us = round(NOW.timestamp() * 1e6)
        seen = (times <= now_us).sum(axis=1)
        town = np.array([self.towns.index(row.path.rsplit("/", 2)[0]) for row in self.leaves])[grid]
        squad_1 = np.where(draw.random(count) < 0.6, town, TOWNS + condition % (SQUADS - TOWNS))
        squad_2 = (squad_1 + 1 + draw.integers(0, SQUADS - 1, count)) % SQUADS
        worker = draw.integers(0, WORKERS, count)
        words = draw.integers(0, len(_SAID), count)
        moved = draw.normal(0, 0.0006, (count, 2))
        salts = draw.integers(0, 1 << 62, count)
        with self.connection.cursor().copy("COPY born FROM STDIN") as copy:
            for lower in range(0, count, 20_000):
                some = slice(lower, min(lower + 20_000, count))
                lines = [
                    f"{first + lower + i}\t{_uuid7(t[0], salt)}\t{index}\t{n}\t{g}\t{c}\t{a}\t{b}"
                    f"\t{w}\t{said}\t{east:.6f}\t{north:.6f}\t{late}\t{_array(t)}\t{_array(dues)}\t{_array(warns)}\n"
                    for i, (t, salt, n, g, c, a, b, w, said, (east, north), late, dues, warns) in enumerate(
                        zip(
                            times[some].tolist(), salts[some].tolist(), seen[some].tolist(), grid[some].tolist(),
                            condition[some].tolist(), squad_1[some].tolist(), squad_2[some].tolist(),
                            worker[some].tolist(), words[some].tolist(), moved[some].tolist(), late_s[some].tolist(),
                            due[some].tolist(), warn[some].tolist(),
                            strict=True,
                        )
                    )
                ]  # fmt: skip
                copy.write("".join(lines))

    def _condition_shares(self) -> NDArray[np.float64]:
        """A matter as often as its weight says, its default condition mostly, emergencies seldom."""
        severity = {"emergency": 0.05, "urgent": 0.2, "normal": 1.0, "minor": 0.5}
        shares = np.array(
            [
                self.matters[c.matter_code].weight * severity[c.severity] * (3.0 if c.is_default else 1.0)
                for c in self.conditions
            ]
        )
        found: NDArray[np.float64] = shares / shares.sum()
        return found


def _uuid7(at_us: int, salt: int) -> str:
    return f"{at_us // 1000:012x}7{salt & 0xFFF:03x}8{salt >> 12 & 0x7FFFFFFFFFFF:015x}"


def _array(values: list[int]) -> str:
    return f"{{{','.join(map(str, values))}}}"


def _heavy(count: int, draw: np.random.Generator) -> NDArray[np.float64]:
    """Some grids have many times the cases of others."""
    weights = np.random.default_rng(11).lognormal(0, 0.8, count)
    found: NDArray[np.float64] = weights / weights.sum()
    return found


def _opened(draw: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Microseconds since 1970: by day and night as people report, a third as many on weekends."""
    day = draw.integers(0, 365, count)
    weekend = (day + BEGAN.weekday()) % 7 >= 5
    again = weekend & (draw.random(count) < 0.65)
    day = np.where(again, np.maximum(day - draw.integers(2, 5, count), 0), day)
    hour = np.clip(draw.normal(10.5, 3.2, count), 0, 23.99) - 9  # the year begins at nine in the morning, local time
    at = BEGAN.timestamp() + day * 86400.0 + hour * 3600
    at = np.clip(at, BEGAN.timestamp(), NOW.timestamp() - 60)
    found: NDArray[np.int64] = (at * 1e6).astype(np.int64)
    return found


def _take_indexes_off(connection: psycopg.Connection[Any]) -> list[str]:
    """Drop keys and indexes of the tables that are filled; returns the statements that make them again."""
    again: list[str] = []
    constraints = connection.execute(
        """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype FROM pg_constraint
        WHERE conrelid IN ('"case"'::regclass, 'case_event'::regclass, 'assignment'::regclass, 'report'::regclass)
           OR (contype = 'f' AND confrelid IN ('"case"'::regclass, 'case_event'::regclass))
        ORDER BY contype = 'f' DESC
        """
    ).fetchall()
    for table, name, definition, kind in constraints:
        if kind in ("p", "u", "f"):
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            valid = " NOT VALID" if kind == "f" else ""
            again.insert(0, f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}{valid}")
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('case', 'case_event', 'assignment', 'report')"
        " AND schemaname = 'public'"
    ).fetchall()
    for name, definition in indexes:
        connection.execute(f"DROP INDEX {name}")
        again.append(definition)
    return again


async def wind_open_ones(url: str, connection: psycopg.Connection[Any]) -> None:
    """The running clock of every open case, by the replay that winds it in life."""
    engine = make_engine(url)
    async with make_sessions(engine)() as session:
        calendar = await work_calendar(session, COUNTY)
        is_open = (col(Case.county) == COUNTY, col(Case.status).in_(OPEN_STATUSES))
        ids = select(col(Case.id)).where(*is_open)
        rows = await session.execute(
            select(
                col(CaseEvent.case_id),
                CaseEvent.action,
                CaseEvent.from_status,
                CaseEvent.to_status,
                CaseEvent.content,
                CaseEvent.at,
            )
            .where(col(CaseEvent.county) == COUNTY, col(CaseEvent.case_id).in_(ids))
            .order_by(col(CaseEvent.case_id), col(CaseEvent.seq))
        )
        histories: dict[UUID, list[Any]] = {}
        for row in rows:
            histories.setdefault(row.case_id, []).append(row)
    await engine.dispose()
    wound = []
    for case_id, events in histories.items():
        clocks = clocks_of(calendar, events)
        runs = clocks.running
        stands = runs is None or runs.paused_at is not None
        wound.append(
            (
                runs.kind.value if runs else None,
                runs.started_at if runs else None,
                None if stands or runs is None else runs.warn_at,
                None if stands or runs is None else runs.due_at,
                clocks.late_s,
                COUNTY,
                case_id,
            )
        )
    with connection.cursor() as cursor:
        cursor.executemany(
            'UPDATE "case" SET clock_kind = %s, clock_started_at = %s, warn_at = %s, due_at = %s, late_s = %s'
            " WHERE county = %s AND id = %s",
            wound,
        )
        cursor.execute(
            'UPDATE assignment a SET due_at = c.due_at FROM "case" c WHERE a.county = c.county AND a.case_id = c.id'
            " AND a.ended_at IS NULL AND a.kind = 'lead' AND c.clock_kind = 'handle' AND c.due_at IS NOT NULL"
        )
