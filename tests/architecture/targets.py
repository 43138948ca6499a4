"""What the requests of the route walk name: two cases of each scope with their photos, drafts and people, made over HTTP, and
ids of what is nowhere."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.assessment.models import FigureObjection
from backend.flags.models import EvidenceFlag, FlagKind
from backend.permissions import Role
from tests.architecture.places import OTHER_COUNTY, OTHER_TOWN, Place
from tests.backend.patrols.stories import put_fixes, start
from tests.backend.patrols.walking import walk
from tests.conftest import MONDAY_MORNING, NOBODY_THERE
from tests.drawing import begin
from tests.net_files import geojson, grid_rows
from tests.people import PLACES, People, Person, as_parts, report_body, sha256
from tests.pictures import noise

Sessions = async_sessionmaker[AsyncSession]
SCOPES = ("own", "other_grid", "other_squad", "other_town", "other_county")


@dataclass(frozen=True)
class Target:
    """What a request of the walk may name: the ids of one scope's two cases, and the photos they still await.

    `waiting` waits for its squad and awaits the photo `late`; `handled` waits for inspection, and the step `feedback`
    of it awaits `late_after`. `secrets` must never reach people outside the scope; `told_by_code` are those among them
    that the case's code, which is a key, opens.
    """

    names: Mapping[str, str]
    late: bytes
    late_after: bytes
    version: int
    secrets: frozenset[bytes] = frozenset()
    told_by_code: frozenset[bytes] = frozenset()


# Where each scope of the demo town lies: the grid, its worker, and the squad whose jurisdiction it is.
DEMO_SCOPES = {
    "own": ("320281104206003", "璜塘村第3网格", "一中队"),
    "other_grid": ("320281104200003", "金凤村第3网格", "一中队"),
    "other_squad": ("320281104209003", "马镇村第3网格", "二中队"),
}
FOREIGN_PLACES: dict[str, Place] = {"other_town": OTHER_TOWN, "other_county": OTHER_COUNTY}


async def open_cases(sessions: Sessions, people: People, scope: str) -> Target:
    """Two cases in the scope, made over HTTP by its own people: one just reported, one handled."""
    if place := FOREIGN_PLACES.get(scope):
        grid, lng, lat = place.grid, place.lng, place.lat
        administrator = await people.person(place.phone(Role.ADMINISTRATOR))
        worker = await people.person(place.phone(Role.WORKER))
        squad_member = await people.person(place.phone(Role.SQUAD_MEMBER))
        operator = await people.person(place.phone(Role.OPERATOR))
    else:
        grid, at_grid, squad = DEMO_SCOPES[scope]
        operator = await people.operator()
        lng, lat = PLACES[grid]
        worker, squad_member = await people.worker(at_grid), await people.squad_member(squad)
        administrator = await people.administrator()
    pictures = {name: noise(f"{scope}-{name}") for name in ("before", "late", "handled", "after", "late_after")}
    where = {"place": {"lng": lng, "lat": lat}}
    reports = [uuid4(), uuid4()]
    waiting = await _report(worker, reports[0], scope, [pictures["before"]], [pictures["late"]], where)
    handled = await _report(worker, reports[1], scope, [pictures["handled"]], [], where)
    feedback = uuid4()
    handled = await _handle(squad_member, handled, feedback, scope, pictures["after"], pictures["late_after"])
    leave = await _ask_leave(squad_member, scope)
    draft = await begin(administrator, f"canary-{scope}")
    await draft.do("describe", code=grid, management_grade=1)
    names = {
        "draft": draft.id,
        "draft_version": str(draft.version),
        "rules": await _draft_rules(administrator, grid),
        "import": await _upload_grids(administrator, scope),
        "waiting": waiting["id"],
        "patrol": await _patrol(worker),
        "look": await _look(operator, "replay"),
        "live": await _look(operator, "live"),
        "objection": await _objection(worker),
        "export": await _export(operator),
        "view": await _saved_view(operator, scope),
        "robot": await _robot(administrator, waiting["squad"]["code"], scope),
        **await _tracker(worker, scope),
        "flag": await _flag(sessions, grid[:6], waiting["id"], reports[0]),
        "figure_objection": await _figure_objection(sessions, grid[:6], handled, scope),
        "bulletin": await _bulletin(operator, scope),
        "handled": handled["id"],
        "code": waiting["code"],
        "report": str(reports[0]),
        "feedback": str(feedback),
        "leave": leave,
        "photo": sha256(pictures["before"]),
        "photo_handled": sha256(pictures["handled"]),
        "photo_after": sha256(pictures["after"]),
        "late": sha256(pictures["late"]),
        "late_after": sha256(pictures["late_after"]),
        "late_bytes": str(len(pictures["late"])),
        "late_after_bytes": str(len(pictures["late_after"])),
        "words": f"canary-{scope}",
        "squad": waiting["squad"]["code"],
        "grid": grid,
        "lng": str(lng),
        "lat": str(lat),
        "bbox": f"{lng - 0.01},{lat - 0.01},{lng + 0.01},{lat + 0.01}",
        "phone": worker.about["phone"],
        "person": (await worker.http.get("/api/me")).json()["id"],
        "cursor": await _cursor_before(sessions),
    }
    return Target(
        names,
        pictures["late"],
        pictures["late_after"],
        waiting["version"],
        await _secrets(scope, squad_member, [waiting, handled], pictures),
        await _told_by_code(scope, squad_member, waiting, pictures["before"]),
    )


async def _patrol(worker: Person) -> str:
    """One that runs, with a fix."""
    patrol_id = await start(worker)
    answer = await put_fixes(worker, patrol_id, walk(1))
    assert answer.json()["stored"] == 1, answer.text
    return str(patrol_id)


async def _look(operator: Person, kind: str) -> str:
    look_id = uuid4()
    day = {} if kind == "live" else {"on_day": MONDAY_MORNING.date().isoformat()}
    answer = await operator.http.put(f"/api/track-looks/{look_id}", json={"kind": kind, "reason": "walk"} | day)
    assert answer.status_code == 200, answer.text
    return str(look_id)


async def _export(operator: Person) -> str:
    """One that no worker has begun."""
    export_id = str(uuid4())
    answer = await operator.http.put(f"/api/exports/{export_id}", json={"form": "gpx"})
    assert answer.status_code == 201, answer.text
    return export_id


async def _objection(worker: Person) -> str:
    objection_id = uuid4()
    body = {"on_day": MONDAY_MORNING.date().isoformat(), "words": "walk"}
    answer = await worker.http.put(f"/api/my/objections/{objection_id}", json=body)
    assert answer.status_code == 200, answer.text
    return str(objection_id)


async def _robot(administrator: Person, squad: str, scope: str) -> str:
    robot_id = str(uuid4())
    url = f"{NOBODY_THERE}/robot/send?access_token={sha256(scope.encode())}"
    body = {"name": f"canary-{scope}", "kind": "dingtalk", "squad": squad, "url": url, "active": False}
    answer = await administrator.http.put(f"/api/channels/robots/{robot_id}", json=body)
    assert answer.status_code == 200, answer.text
    return robot_id


async def _saved_view(operator: Person, scope: str) -> str:
    """One of the operator's own; those of the demo town's scopes are one person's."""
    view_id = str(uuid4())
    answer = await operator.http.put(f"/api/saved-views/{view_id}", json={"name": f"canary-{scope}", "query": ""})
    assert answer.status_code == 201, answer.text
    return view_id


async def _tracker(worker: Person, scope: str) -> dict[str, str]:
    """One that the worker has set up, and its secret."""
    tracker = str(uuid4())
    answer = await worker.http.put(
        f"/api/track-sources/{tracker}", json={"protocol": "osmand", "name": f"canary-{scope}"}
    )
    return {"tracker": tracker, "tracker_token": answer.json()["token"]}


async def _flag(sessions: Sessions, county: str, case_id: str, event_id: UUID) -> str:
    """One of the waiting case."""
    flag = EvidenceFlag(
        county=county,
        id=uuid4(),
        case_id=UUID(case_id),
        event_id=event_id,
        kind=FlagKind.ACCURACY,
        facts={"accuracy_m": 0.0, "times": 1},
        found_at=MONDAY_MORNING,
    )
    async with sessions() as session, session.begin():
        session.add(flag)
    return str(flag.id)


async def _figure_objection(sessions: Sessions, county: str, case: dict[str, Any], scope: str) -> str:
    """To the handled case, by the squad that handled it; nobody has answered it."""
    objection = FigureObjection(
        county=county,
        id=uuid4(),
        case_id=UUID(case["id"]),
        squad_code=case["squad"]["code"],
        words=f"canary-{scope}",
        made_by=uuid4(),
        made_at=MONDAY_MORNING,
    )
    async with sessions() as session, session.begin():
        session.add(objection)
    return str(objection.id)


async def _bulletin(operator: Person, scope: str) -> str:
    """A draft of the month before."""
    bulletin_id = str(uuid4())
    body = {"kind": "monthly", "day": "2026-10-05", "remarks": f"canary-{scope}"}
    answer = await operator.http.put(f"/api/bulletins/{bulletin_id}", json=body)
    assert answer.status_code == 201, answer.text
    return bulletin_id


async def _report(
    worker: Person, report_id: UUID, scope: str, sent: list[bytes], late: list[bytes], where: dict[str, Any]
) -> dict[str, Any]:
    body = report_body(photos=[*sent, *late], words=f"canary-{scope}", **where)
    for declared in body["photos"]:
        declared["original"] = declared["sha256"]
    answer = await worker.send_report(report_id, body, sent)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()["case"]
    assert case["status"] == "pending_ack", case["why"]
    return case


async def _handle(
    member: Person, case: dict[str, Any], action_id: UUID, scope: str, sent: bytes, late: bytes
) -> dict[str, Any]:
    case = (await member.act("acknowledge", case)).json()["case"]
    body = {
        "action": "feedback",
        "version": case["version"],
        "words": f"canary-{scope}",
        "photos": [{"sha256": sha256(sent)}, {"sha256": sha256(late), "original": sha256(late)}],
    }
    answer = await member.http.put(
        f"/api/cases/{case['id']}/actions/{action_id}", files=as_parts("action", body, [sent])
    )
    assert answer.status_code == 201, answer.text
    handled: dict[str, Any] = answer.json()["case"]
    return handled


async def _upload_grids(administrator: Person, scope: str) -> str:
    """An import that nobody has said how to read."""
    import_id = str(uuid4())
    files = {"file": (f"canary-{scope}.geojson", geojson(grid_rows()), "application/geo+json")}
    answer = await administrator.http.put(f"/api/net/imports/{import_id}", files=files)
    assert answer.status_code == 201, answer.text
    return import_id


async def _draft_rules(administrator: Person, grid: str) -> str:
    """A draft of the rules in force with one more, for this grid alone."""
    draft_id = str(uuid4())
    rules = (await administrator.http.get("/api/routing-rules")).json()["in_force"]["rules"]
    more = {"code": "W9", "priority": 100, "name": "walk", "matters": ["E0110"], "grids": [grid]}
    body = {"version": 0, "base": 1, "title": "walk", "rules": [*rules, more | {"target": {"kind": "own_squads"}}]}
    answer = await administrator.http.put(f"/api/routing-rules/drafts/{draft_id}", json=body)
    assert answer.status_code == 201, answer.text
    return draft_id


async def _ask_leave(member: Person, scope: str) -> str:
    """A leave that waits for a decision; each scope has a month of its own."""
    leave_id = str(uuid4())
    month = f"2027-{SCOPES.index(scope) + 1:02}"
    times = {"starts_at": f"{month}-01T08:00+08:00", "ends_at": f"{month}-02T08:00+08:00"}
    body = {"kind": "annual", "reason": f"canary-{scope}", **times}
    answer = await member.http.put(f"/api/duty/leaves/{leave_id}", json=body)
    assert answer.status_code == 200, answer.text
    return leave_id


async def _secrets(
    scope: str, reader: Person, cases: list[dict[str, Any]], pictures: dict[str, bytes]
) -> frozenset[bytes]:
    """What identifies these cases: ids, codes, words, photos by hash and by content, and the words of a foreign place."""
    said = {f"canary-{scope}", *(case[part] for case in cases for part in ("id", "code"))}
    said |= {sha256(picture) for picture in pictures.values()}
    received = [pictures[name] for name in ("before", "handled", "after")]
    shown = [(await reader.http.get(f"/api/photos/{sha256(picture)}/320")).content for picture in received]
    seen = {picture[-200:-100] for picture in (*received, *shown)}
    place = FOREIGN_PLACES.get(scope)
    if place:
        said |= {place.canary(f"staff-{Role.WORKER}"), place.canary(f"staff-{Role.SQUAD_MEMBER}")}
    if scope == "other_county":
        said |= {f"-{OTHER_COUNTY.town}", OTHER_COUNTY.grid}
    return frozenset({word.encode() for word in said} | seen)


async def _told_by_code(scope: str, reader: Person, case: dict[str, Any], before: bytes) -> frozenset[bytes]:
    """The code itself and the picture that its page shows; not the words, nor the photo's hash."""
    shown = (await reader.http.get(f"/api/photos/{sha256(before)}/320")).content
    told = {case["code"].encode(), shown[-200:-100]}
    return told | {f"-{OTHER_COUNTY.town}".encode()} if scope == "other_county" else frozenset(told)


def absent() -> Target:
    """Ids of the same shape as real ones, of things that are nowhere."""
    picture = noise("absent")
    ids = {
        name: str(uuid4())
        for name in (
            *("waiting", "flag", "handled", "report", "feedback"),
            *("draft", "import", "leave", "person", "rules"),
            *(
                "patrol",
                "look",
                "live",
                "objection",
                "export",
                "tracker",
                "view",
                "figure_objection",
                "bulletin",
                "robot",
            ),
        )
    }
    hashes = dict.fromkeys(("photo", "late", "late_after"), hashlib.sha256(picture).hexdigest())
    words = {
        "tracker_token": "0" * 26,
        "code": "ZZZZZZZZZZ",
        "phone": "19999999999",
        "grid": "999999999999999",
        "squad": "nobody",
    }
    sizes = dict.fromkeys(("late_bytes", "late_after_bytes"), str(len(picture)))
    names = ids | hashes | sizes | words | {"draft_version": "2"}
    return Target(names, picture, picture, version=2)


async def _cursor_before(sessions: Sessions) -> str:
    """Where the live feed of the demo county begins."""
    async with sessions() as session:
        oldest = await session.scalar(text("SELECT min(tx::text::bigint) FROM outbox WHERE county = '320281'"))
    return f"{oldest}-0"
