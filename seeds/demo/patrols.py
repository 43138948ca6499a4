"""Patrols of the demo town: of today, of the days before, and some that run now, along the roads of its base map.

Only a town that is being served gets them (`load.load_demo`); tests make their own. They are taken by the same actions as over
HTTP and worked out at once. With the same hour of the same day they are the same to the byte.
"""

import json
import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from math import hypot
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import shapely
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import SHANGHAI, local_date
from backend.patrols.consent import answer_consent
from backend.patrols.deriving import WHILE_RUNNING, days_due, derive_wanted
from backend.patrols.intake import Batch, take_fixes
from backend.patrols.models import Travel
from backend.patrols.packing import NewFix
from backend.patrols.patrolling import take_patrol
from backend.patrols.rules import CONSENT_VERSION
from backend.patrols.schemas import ConsentIn, PatrolIn, SpanIn
from backend.patrols.shifts import shift_of
from backend.permissions import Actor
from backend.staff.models import Staff
from backend.staff.queries import actor_of

BASE_MAP = Path(__file__).parent / "base_map.geojson"
# A demo patrol keeps its id from load to load.
PATROLS = UUID("0b6d2f61-7f1c-4a52-8e0e-2f9d7f8d3b40")
ROADS = ("street", "secondary", "primary")
# Metres in a degree at the town (31.8° north); good enough to walk by.
M_PER_LNG, M_PER_LAT = 94_660.0, 110_890.0
SPEED_MPS = {Travel.WALK: 1.25, Travel.EBIKE: 4.2, Travel.CAR: 7.5}
EVERY_S = 5
DAYS_BEFORE = 6
MINUTE = timedelta(minutes=1)

Place = tuple[float, float]


class Story(NamedTuple):
    """One patrol: minutes since its start for what happens in it, each `(from, until)`.

    `gap`: the page was not visible. `silence`: nothing was heard. `leap`: the minute at which the phone was kilometres off.
    """

    phone: str
    near: Place
    starts: time
    minutes: int
    travel: Travel = Travel.WALK
    stay: tuple[int, int] | None = None
    gap: tuple[int, int] | None = None
    silence: tuple[int, int] | None = None
    pause: tuple[int, int] | None = None
    leap: int | None = None
    days: Sequence[int] = (0,)


# In the middle of the grids of those who walk there.
HUANGTANG, MAZHEN, QIAOQI = (120.373926, 31.80583), (120.315278, 31.793034), (120.275811, 31.813788)
XUXIAKE, XINJIE = (120.333849, 31.813001), (120.260583, 31.800372)
EVERY_DAY = range(DAYS_BEFORE + 1)
STORIES = (
    Story(
        "19900001050",
        HUANGTANG,
        time(8, 10),
        128,
        stay=(22, 35),
        gap=(52, 70),
        pause=(84, 95),
        leap=44,
    ),
    Story("19900001050", HUANGTANG, time(8, 20), 105, stay=(40, 52), days=EVERY_DAY[1::2]),
    Story("19900001081", MAZHEN, time(7, 50), 86, Travel.EBIKE, stay=(31, 39), silence=(58, 66), days=EVERY_DAY[::3]),
    Story("19900001138", QIAOQI, time(9, 5), 92, stay=(47, 63), days=EVERY_DAY[::3]),
    Story("19900001072", XUXIAKE, time(13, 40), 75, stay=(20, 27), days=EVERY_DAY[2::3]),
)
CREWS = tuple(f"19900009{n}" for n in range(101, 113))


class Running(NamedTuple):
    """A patrol that goes on: whose, where, how long already, how long nothing was heard, and whether it is paused."""

    phones: Sequence[str]
    near: Place
    travel: Travel
    minutes: int
    silent_min: float = 0.3
    paused: bool = False


RUNNING = (
    Running(CREWS, HUANGTANG, Travel.CAR, 70),
    Running(("19900001050",), HUANGTANG, Travel.WALK, 48),
    Running(("19900001166",), XINJIE, Travel.EBIKE, 41, silent_min=24),
    Running(("19900001138",), QIAOQI, Travel.WALK, 52, silent_min=5, paused=True),
)


async def write_patrols(session: AsyncSession, county: str, now: datetime) -> None:
    """What has begun by now. People without a rota walk between 7:00 and 20:00; at night only crews are out."""
    actors = {
        staff.phone: await actor_of(session, staff, now)
        for staff in await session.scalars(
            select(Staff).where(col(Staff.county) == county, col(Staff.phone).in_(_phones()))
        )
    }
    for story in STORIES:
        for days_ago in story.days:
            day = local_date(now) - timedelta(days=days_ago)
            await _walk(session, actors[story.phone], story, datetime.combine(day, story.starts, SHANGHAI), now)
    for running in RUNNING:
        await _run(session, actors, running, now)
    for wanted in await days_due(session, now + WHILE_RUNNING):
        await derive_wanted(session, wanted, now)


def _phones() -> set[str]:
    return {story.phone for story in STORIES} | {phone for running in RUNNING for phone in running.phones}


async def _walk(session: AsyncSession, actor: Actor, story: Story, starts_at: datetime, now: datetime) -> None:
    """A patrol that has ended; one that would not have ended yet is left out."""
    ends_at = starts_at + story.minutes * MINUTE
    if ends_at > now or (await shift_of(session, actor, starts_at)).ends_at is None:
        return

    def spans(*parts: tuple[int, int] | None) -> list[SpanIn]:
        return [SpanIn(from_at=starts_at + a * MINUTE, to_at=starts_at + b * MINUTE) for a, b in filter(None, parts)]

    content = PatrolIn(
        revision=2,
        travel=story.travel,
        started_at=starts_at,
        ended_at=ends_at,
        pauses=spans(story.pause),
        hidden=spans(story.gap),
    )
    unheard = [part for part in (story.gap, story.silence, story.pause) if part]
    fixes = _fixes(story.near, starts_at, story.minutes, story.travel, story.phone, stay=story.stay, leap=story.leap)
    heard = [fix for fix in fixes if not any(a <= (fix.at - starts_at) / MINUTE < b for a, b in unheard)]
    await _take(session, actor, content, heard, now)


async def _run(session: AsyncSession, actors: dict[str, Actor], running: Running, now: datetime) -> None:
    """The first of these people whose shift runs long enough is out; nobody, if none has one."""
    for minutes in (running.minutes, running.minutes / 4, 6):
        for phone in running.phones:
            starts_at = now - minutes * MINUTE
            shift = await shift_of(session, actors[phone], starts_at)
            if shift.ends_at and shift.ends_at > now:
                await _go_on(session, actors[phone], running, starts_at, now)
                return


async def _go_on(session: AsyncSession, actor: Actor, running: Running, starts_at: datetime, now: datetime) -> None:
    last_at = max(starts_at, now - running.silent_min * MINUTE)
    pauses = [SpanIn(from_at=last_at)] if running.paused else []
    content = PatrolIn(revision=1, travel=running.travel, started_at=starts_at, pauses=pauses)
    minutes = (last_at - starts_at) / MINUTE
    await _take(
        session, actor, content, list(_fixes(running.near, starts_at, minutes, running.travel, actor.name)), now
    )


async def _take(session: AsyncSession, actor: Actor, content: PatrolIn, fixes: list[NewFix], now: datetime) -> None:
    at = content.ended_at or now
    patrol_id = uuid5(PATROLS, f"{actor.staff_id} {content.started_at.isoformat()}")
    await answer_consent(
        session, actor=actor, content=ConsentIn(text_version=CONSENT_VERSION, agreed=True), at=content.started_at
    )
    await take_patrol(session, actor=actor, patrol_id=patrol_id, content=content, phone_at=None, at=at)
    batch = Batch(actor.county, actor.staff_id, actor.staff_id, uuid5(patrol_id, "fixes"), at)
    await take_fixes(session, batch, fixes)


def _fixes(
    near: Place,
    starts_at: datetime,
    minutes: float,
    travel: Travel,
    who: str,
    *,
    stay: tuple[int, int] | None = None,
    leap: int | None = None,
) -> Iterator[NewFix]:
    """What the phone tells of a walk along the roads: some metres of noise that lasts, and now and then a bad fix."""
    chance = random.Random(f"{who} {starts_at.isoformat()}")  # noqa: S311 -- a demo, not a secret
    way = roads().way(near, minutes * 60 * SPEED_MPS[travel], chance)
    gone_m, off_x, off_y = 0.0, 0.0, 0.0
    for n in range(int(minutes * 60 / EVERY_S)):
        minute = n * EVERY_S / 60
        if not (stay and stay[0] <= minute < stay[1]):
            gone_m += SPEED_MPS[travel] * EVERY_S * chance.uniform(0.75, 1.2)
        off_x, off_y = off_x * 0.8 + chance.gauss(0, 1.1), off_y * 0.8 + chance.gauss(0, 1.1)
        x, y = way.at(gone_m)
        # A phone that takes its place from a far cell for two fixes.
        jump_m = 2_600 if leap is not None and 0 <= minute - leap < 2 * EVERY_S / 60 else 0
        yield NewFix(
            starts_at + timedelta(seconds=n * EVERY_S),
            (x + off_x + jump_m) / M_PER_LNG,
            (y + off_y + jump_m / 2) / M_PER_LAT,
            accuracy_m=round(chance.uniform(4, 9), 1) if chance.random() > 0.01 else 85.0,
        )


@dataclass(frozen=True)
class Way:
    """A line to walk along, in metres, there and back again if need be."""

    points: list[Place]
    gone_m: list[float]

    def at(self, metres: float) -> Place:
        whole = self.gone_m[-1]
        metres %= 2 * whole
        metres = 2 * whole - metres if metres > whole else metres
        n = max(1, bisect_left(self.gone_m, metres))
        (x0, y0), (x1, y1) = self.points[n - 1], self.points[n]
        part = (metres - self.gone_m[n - 1]) / max(self.gone_m[n] - self.gone_m[n - 1], 1e-9)
        return x0 + part * (x1 - x0), y0 + part * (y1 - y0)


@dataclass(frozen=True)
class Roads:
    """Crossings and the ways between them, in metres."""

    ways: dict[Place, list[list[Place]]]

    def way(self, near: Place, length_m: float, chance: random.Random) -> Way:
        """From the crossing nearest to a place (lng, lat) along roads, those not walked yet first, not too far away."""
        home = (near[0] * M_PER_LNG, near[1] * M_PER_LAT)
        here = min((place for place in self.ways if len(self.ways[place]) > 2), key=lambda p: _apart_m(p, home))
        points, gone, walked = [here], [0.0], dict[tuple[Place, Place], int]()
        while gone[-1] < length_m:
            choices = self.ways[here]
            least = min(
                choices, key=lambda w: (walked.get((here, w[-1]), 0), _apart_m(w[-1], home) > 1_500, chance.random())
            )
            for place in least[1:]:
                gone.append(gone[-1] + _apart_m(points[-1], place))
                points.append(place)
            there = least[-1]
            for ends in ((here, there), (there, here)):
                walked[ends] = walked.get(ends, 0) + 1
            here = there
        return Way(points, gone)


def _apart_m(one: Place, other: Place) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


@cache
def roads() -> Roads:
    """The roads of the base map, cut where they meet."""
    features: list[dict[str, Any]] = json.loads(BASE_MAP.read_text(encoding="utf-8"))["features"]
    lines = [
        shapely.LineString([(x * M_PER_LNG, y * M_PER_LAT) for x, y in feature["geometry"]["coordinates"]])
        for feature in features
        if feature["properties"]["kind"] in ROADS
    ]
    ways: dict[Place, list[list[Place]]] = {}
    for part in shapely.get_parts(shapely.unary_union(lines, grid_size=1.0)):
        points = [(float(x), float(y)) for x, y in part.coords]
        ways.setdefault(points[0], []).append(points)
        ways.setdefault(points[-1], []).append(points[::-1])
    return Roads(ways)
