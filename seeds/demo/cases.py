"""Cases of the demo town in every state that a person may meet, made by the same actions as over HTTP, at times in the past.

Only a town that is being served gets them (`load.load_demo`); tests make their own.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from obstore.store import ObjectStore
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.actions import take_action
from backend.cases.models import Case, ReportSource
from backend.cases.public_reports import file_public_report, take_resident_step
from backend.cases.reporting import file_report
from backend.cases.schemas import ActionIn, DeclaredPhoto, ReportedPlace, ReportIn
from backend.cases.schemas_public import PublicReportIn
from backend.cases.terms import Action
from backend.clock import local_date
from backend.database import lng_lat
from backend.grids.models import Grid
from backend.identifiers import new_id
from backend.permissions import Actor
from backend.photos.intake import PhotoFacts
from backend.photos.keys import photo_key
from backend.staff.models import Staff
from backend.staff.queries import actor_of
from backend.storage import put
from seeds.demo.pictures import SIZE, street_corner

WORKERS = {
    "320281104206003": "19900001050",
    "320281104209003": "19900001081",
    "320281104216003": "19900001138",
}
SQUADS = {
    "xxk-squad-1": "19900009101",
    "xxk-squad-2": "19900009105",
    "xxk-squad-3": "19900009109",
    "xxk-team-sanitation": "19900009305",
    "xxk-team-greening": "19900009309",
    "xxk-team-municipal": "19900009301",
}
INSPECTOR, OPERATOR = "19900006001", "19900007001"
# Some metres apart, so that marks on the map do not lie on one another.
APART_DEGREES = 0.0022


@dataclass
class Town:
    """What the stories are told with. `corner` counts the pictures."""

    session: AsyncSession
    store: ObjectStore
    county: str
    now: datetime
    chance: random.Random = field(default_factory=lambda: random.Random(20260101))  # noqa: S311 -- a demo, not a secret
    corner: int = 0

    async def actor(self, phone: str, at: datetime) -> Actor:
        staff = (await self.session.scalars(select(Staff).where(col(Staff.phone) == phone))).one()
        return await actor_of(self.session, staff, at)

    async def picture(self, *, cleared: bool = False, of: int | None = None) -> PhotoFacts:
        """A picture on disk, of a new corner or of one shown before; a cleared one is of the corner last shown."""
        if not cleared and of is None:
            self.corner += 1
        data = street_corner(of or self.corner, cleared=cleared)
        digest = sha256(data).hexdigest()
        await put(self.store, photo_key(self.county, digest, "original"), data)
        return PhotoFacts(digest, "image/jpeg", len(data), *SIZE, taken_at=None, place=None)

    async def place(self, grid_code: str) -> ReportedPlace:
        grid = (
            await self.session.scalars(select(Grid).where(col(Grid.county) == self.county, col(Grid.code) == grid_code))
        ).first()
        assert grid is not None
        lng, lat = lng_lat(grid.label_point)
        return ReportedPlace(
            lng=lng + self.chance.uniform(-APART_DEGREES, APART_DEGREES) / 2,
            lat=lat + self.chance.uniform(-APART_DEGREES, APART_DEGREES) / 2,
            accuracy_m=self.chance.choice((6.0, 9.0, 14.0)),
        )

    async def case(self, case_id: UUID) -> Case:
        return (await self.session.scalars(select(Case).where(col(Case.id) == case_id))).one()


def _declared(photos: Sequence[PhotoFacts]) -> list[DeclaredPhoto]:
    return [DeclaredPhoto(sha256=photo.sha256) for photo in photos]


async def _report(
    town: Town,
    grid: str,
    matter: str,
    words: str,
    *,
    hours_ago: float,
    self_handled: bool = False,
    of: int | None = None,
) -> UUID:
    at = town.now - timedelta(hours=hours_ago)
    before = await town.picture(of=of)
    after = [await town.picture(cleared=True)] if self_handled else []
    content = ReportIn(
        matter=matter,
        place=await town.place(grid),
        words=words,
        occurred_at=at,
        photos=_declared([before]),
        self_handled=self_handled,
        after_photos=_declared(after),
    )
    worker = await town.actor(WORKERS[grid], at)
    outcome = await file_report(
        town.session, actor=worker, report_id=new_id(), content=content, stored=[before, *after], at=at
    )
    return outcome.case_id


async def _public(town: Town, grid: str, matter: str, words: str, *, hours_ago: float) -> UUID:
    at = town.now - timedelta(hours=hours_ago)
    photo = await town.picture()
    content = PublicReportIn(
        matter=matter, place=await town.place(grid), words=words, occurred_at=at, photos=_declared([photo])
    )
    outcome = await file_public_report(
        town.session,
        county=town.county,
        report_id=new_id(),
        content=content,
        stored=[photo],
        at=at,
        source=ReportSource.RESIDENT,
    )
    return outcome.case_id


async def _act(
    town: Town, case_id: UUID, phone: str, action: Action, *, hours_ago: float, photo: bool = False, **more: Any
) -> None:
    at = town.now - timedelta(hours=hours_ago)
    case = await town.case(case_id)
    photos = [await town.picture(cleared=True)] if photo else []
    content = ActionIn(action=action, version=case.version, photos=_declared(photos), **more)
    await take_action(
        town.session,
        actor=await town.actor(phone, at),
        case_id=case_id,
        action_id=new_id(),
        content=content,
        stored=photos,
        at=at,
    )


async def _member(town: Town, case_id: UUID) -> str:
    """Somebody of the squad that holds the case."""
    return SQUADS[(await town.case(case_id)).squad_code or ""]


async def _handled(town: Town, case_id: UUID, *, accepted: float, done: float, words: str) -> None:
    """Accepted, arrived and handed in so many hours ago."""
    squad = await _member(town, case_id)
    await _act(town, case_id, squad, Action.ACKNOWLEDGE, hours_ago=accepted)
    await _act(town, case_id, squad, Action.ARRIVE, hours_ago=(accepted + done) / 2)
    await _act(town, case_id, squad, Action.FEEDBACK, hours_ago=done, photo=True, words=words)


HUANGTANG, MAZHEN, QIAOQI = WORKERS


async def write_cases(session: AsyncSession, store: ObjectStore, county: str, now: datetime) -> None:
    """Some thirty cases, the youngest minutes old. What the town's rules decide depends on the hour, as in life."""
    town = Town(session, store, county, now)
    await _in_hand(town)
    await _ended(town)
    await _from_residents(town)
    await _at_the_desk(town)
    await session.flush()


async def _in_hand(town: Town) -> None:
    await _report(town, HUANGTANG, "E0110", "路口垃圾桶旁成堆，有异味", hours_ago=0.3)
    on_the_way = await _report(town, MAZHEN, "E0410", "超市门口占了盲道", hours_ago=1.2)
    await _act(town, on_the_way, await _member(town, on_the_way), Action.ACKNOWLEDGE, hours_ago=1.0)
    late = await _report(town, HUANGTANG, "E0136", "沿墙堆着建筑板材", hours_ago=100)
    await _act(town, late, await _member(town, late), Action.ACKNOWLEDGE, hours_ago=99)
    waits = await _report(town, QIAOQI, "E0110", "桥头花坛里有生活垃圾", hours_ago=6)
    await _handled(town, waits, accepted=5.6, done=1.4, words="已清运，花坛冲洗过")
    again = await _report(town, HUANGTANG, "E0207", "围墙上刷了标语", hours_ago=52)
    await _handled(town, again, accepted=51, done=27, words="已刷白")
    await _act(town, again, INSPECTOR, Action.FAIL, hours_ago=3, words="还看得出字，请重刷")


async def _ended(town: Town) -> None:
    for number, (grid, matter, words) in enumerate(
        [
            (HUANGTANG, "E0110", "垃圾袋堆在电线杆下"),
            (MAZHEN, "E0410", "共享单车倒了一片"),
            (QIAOQI, "E0136", "门前堆放木料"),
            (HUANGTANG, "E0110", "菜场后门垃圾满溢"),
            (MAZHEN, "E0110", "河边有塑料袋"),
            (QIAOQI, "E0410", "电动车停在消防通道"),
        ]
    ):
        hours = 30.0 + 26 * number
        done = await _report(town, grid, matter, words, hours_ago=hours)
        await _handled(town, done, accepted=hours - 0.4, done=hours - 2, words="已处置，现场清爽")
        await _act(town, done, INSPECTOR, Action.PASS, hours_ago=hours - 5, words="现场已干净")
    for hours in (2.5, 21.0, 45.0):
        await _report(town, HUANGTANG, "E0201", "电杆上有小广告，已揭掉", hours_ago=hours, self_handled=True)


async def _from_residents(town: Town) -> None:
    await _public(town, HUANGTANG, "E0110", "小区门口的垃圾两天没人收了", hours_ago=0.4)
    seen = await _public(town, MAZHEN, "E0410", "人行道停满了车，推婴儿车过不去", hours_ago=2)
    await _act(town, seen, WORKERS[MAZHEN], Action.VERIFY_FOUND, hours_ago=1.5, photo=True, words="现场属实")
    not_fixed = await _public(town, HUANGTANG, "E0110", "楼下垃圾房味道很大", hours_ago=40)
    await _act(town, not_fixed, WORKERS[HUANGTANG], Action.VERIFY_FOUND, hours_ago=39.5, words="属实")
    await _act(town, not_fixed, OPERATOR, Action.FILE, hours_ago=39.2)
    await _handled(town, not_fixed, accepted=39, done=34, words="已清运")
    await _act(town, not_fixed, INSPECTOR, Action.PASS, hours_ago=30)
    await take_resident_step(
        town.session,
        case=await town.case(not_fixed),
        answer_id=new_id(),
        action=Action.NOT_SATISFIED,
        words="第二天又满了，味道还在",
        stored=[],
        at=town.now - timedelta(hours=1),
    )


async def _at_the_desk(town: Town) -> None:
    # The very photo of the flower bed by the bridge: the desk is told so.
    await _report(town, QIAOQI, "E0110", "桥南绿地有生活垃圾", hours_ago=0.8, of=4)
    await _report(town, QIAOQI, "E0699", "说不清归谁管的一截旧管子", hours_ago=0.6)
    longer = await _report(town, HUANGTANG, "C0103", "井盖松动，车过有响声", hours_ago=3)
    squad = await _member(town, longer)
    await _act(town, longer, squad, Action.ACKNOWLEDGE, hours_ago=2.8)
    await _act(town, longer, squad, Action.ASK_EXTENSION, hours_ago=0.5, reason="material", words="井盖要订货，三天到")
    season = await _report(town, QIAOQI, "C0402", "行道树枯死一株", hours_ago=75)
    squad = await _member(town, season)
    await _act(town, season, squad, Action.ACKNOWLEDGE, hours_ago=74)
    day = local_date(town.now) + timedelta(days=24)
    await _act(
        town, season, squad, Action.ASK_SUSPENSION, hours_ago=72, reason="season", words="等栽植季节补种", until_day=day
    )
    await _act(town, season, OPERATOR, Action.GRANT_SUSPENSION, hours_ago=71)
    joint = await _report(town, MAZHEN, "E0136", "厂区外堆土占了半条路，要几家一起来", hours_ago=4)
    squad = await _member(town, joint)
    await _act(town, joint, squad, Action.ACKNOWLEDGE, hours_ago=3.8)
    await _act(
        town,
        joint,
        OPERATOR,
        Action.WHISTLE,
        hours_ago=1,
        words="到马镇厂区东门，交警已封道",
        squads=["xxk-team-municipal", "xxk-team-sanitation"],
        until=town.now + timedelta(minutes=25),
    )
    first = await _report(town, HUANGTANG, "E0410", "幼儿园门口电动车乱停", hours_ago=1.6)
    twin = await _report(town, HUANGTANG, "E0410", "幼儿园门口电动车占道", hours_ago=1.1)
    await _act(town, twin, OPERATOR, Action.MERGE, hours_ago=0.9, into=first, words="同一处")
