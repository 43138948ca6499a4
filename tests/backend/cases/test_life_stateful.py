"""Random lives of cases, in which people act at the same moment on connections of their own, and what must stay true.

The machine runs in a thread; the app, its clock and its database are those of the test's own loop.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlmodel import col

from backend.cases.models import Case, CaseEvent
from backend.cases.public_reports import take_resident_step
from backend.cases.resuming import resume_case
from backend.cases.terms import Action
from backend.clock import local_date
from backend.errors import Problem
from backend.identifiers import new_id
from backend.permissions import Role
from backend.staff.models import Post
from seeds.load import COUNTY, staff_id
from tests.backend.cases.whole import faults
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People, Person, as_parts, report_body

Answer = TypeVar("Answer")

SQUADS = ["xxk-squad-1", "xxk-squad-2", "xxk-team-sanitation"]
# One for a squad, one that its leader reviews, an emergency, one that waits for the operator, one settled on the spot.
MATTERS = ["E0110", "E0113", "E0133", "E0699"]
PHONES = {
    "worker": "19900001050",
    "member": "19900009101",
    "leader": "19900009001",
    "second squad": "19900009105",
    "team": "19900009305",
    "inspector": "19900006001",
    "operator": "19900007001",
    "second operator": "19900007002",
    "two hats": "19900007003",
}
# Somebody in the command centre and in a squad, and a leader who may inspect: separation must hold for them above all.
TWO_HATS = [
    ("19900007003", Role.SQUAD_LEADER, {"squad_code": "xxk-squad-1"}),
    ("19900009001", Role.INSPECTOR, {"grid_code": "320281104", "grid_path": "320281/320281104"}),
]
PEOPLE = list(PHONES)
PICK = st.integers(0, 99)
HOLDERS = {"xxk-squad-1": "member", "xxk-squad-2": "second squad", "xxk-team-sanitation": "team"}
# Who carries a case on from where it is, and how; the inspector as the rule says.
PLAIN_WAY = {
    "verifying": ("worker", "verify_found"),
    "pending_filing": ("operator", "file"),
    "pending_dispatch": ("second operator", "dispatch"),
    "pending_ack": ("member", "acknowledge"),
    "handling": ("member", "feedback"),
    "rework": ("member", "acknowledge"),
    "suspended": ("operator", "resume"),
    "pending_review": ("leader", "review_pass"),
    "pending_inspection": ("inspector", ""),
    "closed": ("operator", "reopen"),
}
PHOTO = hashlib.sha256(b"a photo that follows").hexdigest()


@dataclass
class Town:
    """The app on a town of its own, its people, and the loop in which they live."""

    app: FastAPI
    clock: Clock
    people: dict[str, Person]
    loop: asyncio.AbstractEventLoop
    tried: int = 0
    taken: set[tuple[str, str]] = field(default_factory=set)
    failures: list[BaseException] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Run it in the town's loop. What went wrong is kept: a race that does not happen twice is a fault all the same."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=60)
        except BaseException as error:
            self.failures.append(error)
            raise


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY_MORNING.astimezone(UTC))


@pytest.fixture
async def town(committing: FastAPI, clock: Clock) -> AsyncIterator[Town]:
    async with committing.state.sessions() as session, session.begin():
        for phone, role, where in TWO_HATS:
            held = select(Post).where(col(Post.staff_id) == staff_id(phone), col(Post.role) == role)
            if (await session.scalars(held)).first() is None:
                post = Post(county=COUNTY, id=new_id(), staff_id=staff_id(phone), role=role, starts_on=date(2026, 1, 1))
                session.add(post.sqlmodel_update(where))
    async with People(committing) as people:
        # The clock moves by weeks: nobody's sign-in may run out meanwhile.
        named = {name: await people.person(phone, days=3000) for name, phone in PHONES.items()}
        yield Town(committing, clock, named, asyncio.get_running_loop())


def body_of(step: dict[str, Any], version: int, at: Any, seed: int, others: list[str]) -> dict[str, Any]:
    """What the step asks for, given in full."""
    body: dict[str, Any] = {"action": step["action"], "version": version, "words": f"第 {seed} 次"}
    body["photos"] = [{"sha256": PHOTO}] if step["photos_min"] else []
    asks = set(step["asks"])
    if "squad" in asks:
        body["squad"] = SQUADS[seed % len(SQUADS)]
    if "squads" in asks:
        body["squads"] = SQUADS[1:]
    if "matter" in asks:
        body["matter"] = MATTERS[seed % len(MATTERS)]
    if "case" in asks:
        body["into"] = others[seed % len(others)] if others else str(uuid4())
    if "day" in asks:
        body["until_day"] = (local_date(at) + timedelta(days=1 + seed % 5)).isoformat()
    if "moment" in asks:
        body["until"] = (at + timedelta(hours=1 + seed % 5)).isoformat()
    if "reason" in asks:
        body["reason"] = step["reasons"][seed % len(step["reasons"])]["code"]
    return body


class Lives(RuleBasedStateMachine):
    town: Town

    def __init__(self) -> None:
        super().__init__()
        self.town.clock.at = MONDAY_MORNING.astimezone(UTC)
        # What may be drawn must not depend on who won a race; how often somebody reported does not.
        self.reports = 0
        self.case_ids: list[str] = []
        self.said: list[str] = []

    # What people do

    @rule(
        how=st.sampled_from(["by staff", "by staff", "settled on the spot", "by telephone", "again"]),
        matter=st.sampled_from(MATTERS),
        pick=PICK,
    )
    def report(self, how: str, matter: str, pick: int) -> None:
        """Sent twice at once under one id: it opens one case, or joins one."""
        self.reports += 1
        more: dict[str, Any] = {}
        if how == "settled on the spot":
            matter, more = "E0110", {"self_handled": True, "after_photos": [{"sha256": PHOTO}]}
        if how == "again" and self.case_ids:
            matter, more = "E0110", {"joins": self._case(pick)}
        by_telephone = how == "by telephone"
        body = report_body(matter, photos=[] if by_telephone else None, **more)
        who, to = ("operator", "hotline/reports") if by_telephone else ("worker", "reports")
        self.town.run(self._report(who, to, body))

    @precondition(lambda self: self.reports)
    @rule(pick=PICK, steps=st.integers(1, 6), fails=st.booleans())
    def carry_on(self, pick: int, steps: int, fails: bool) -> None:
        """The plain way of a case, one person after another."""
        self.town.run(self._carry_on(self._case(pick), steps, "fail" if fails else "pass"))

    @precondition(lambda self: self.reports)
    @rule(pick=PICK, who=st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=4, unique=True))
    def press_the_main_button(self, pick: int, who: list[str]) -> None:
        """Each presses what their screen shows first, at the same moment."""
        self.town.run(self._at_once(self._case(pick), [(name, 0) for name in who]))

    @precondition(lambda self: self.reports)
    @rule(
        pick=PICK,
        who=st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(0, 999)), min_size=2, max_size=4),
        twice=st.booleans(),
        besides=st.sampled_from(["", "", "the day comes", "the resident is content", "the resident is not"]),
        hours=st.sampled_from([0, 0, 0.2, 3, 26, 80, 24 * 9]),
    )
    def act_at_once(self, pick: int, who: list[tuple[str, int]], twice: bool, besides: str, hours: float) -> None:
        """Anything that is offered to them, at the same moment; perhaps sent twice, perhaps with the system or a resident."""
        self.town.clock.at += timedelta(hours=hours)
        self.town.run(self._at_once(self._case(pick), who, twice=twice, besides=besides))

    @precondition(lambda self: self.reports > 1)
    @rule(pick=PICK, other=PICK)
    def merge_crosswise(self, pick: int, other: int) -> None:
        self.town.run(self._crosswise(self._case(pick), self._case(other)))

    @precondition(lambda self: self.reports)
    @rule(pick=PICK, who=st.sampled_from(PEOPLE), action=st.sampled_from(Action), old=st.integers(1, 3))
    def send_what_was_not_offered(self, pick: int, who: str, action: Action, old: int) -> None:
        """A hand-made request, with an old version and without what the step needs."""
        self.town.run(self._wild(self._case(pick), who, action, old))

    @invariant()
    def everything_is_whole(self) -> None:
        self.town.run(self._whole())

    async def _whole(self) -> None:
        # The rules touch the youngest four only; the others have been looked at before.
        found = await faults(self.town.app.state.sessions, [UUID(case_id) for case_id in self.case_ids[-4:]])
        assert not found, "\n".join([*found, *self.said[-12:]])

    # How they do it

    def _case(self, pick: int) -> str:
        # The youngest are the likeliest to be halfway through their life.
        return self.case_ids[-1 - pick % min(len(self.case_ids), 4)]

    async def _report(self, who: str, to: str, body: dict[str, Any]) -> None:
        url, parts = f"/api/{to}/{new_id()}", as_parts("report", body, [])
        http = self.town.people[who].http
        answers = await asyncio.gather(*(http.put(url, files=parts) for _ in range(2)))
        assert sorted(a.status_code for a in answers) == [200, 201], [a.text for a in answers]
        (case_id,) = {a.json()["case"]["id"] for a in answers}
        if case_id not in self.case_ids:
            self.case_ids.append(case_id)

    async def _carry_on(self, case_id: str, steps: int, verdict: str) -> None:
        for _ in range(steps):
            async with self.town.app.state.sessions() as session:
                case = await session.get(Case, (COUNTY, UUID(case_id)))
            if case.status not in PLAIN_WAY:
                return
            who, action = PLAIN_WAY[case.status]
            body = {
                "action": action or verdict,
                "version": case.version,
                "words": "照常",
                "photos": [{"sha256": PHOTO}],
            }
            if body["action"] == "dispatch":
                body["squad"] = SQUADS[0]
            if body["action"] not in ("feedback", "pass", "fail"):
                del body["photos"]
            await self._fire(
                [(HOLDERS.get(case.squad_code, who) if who == "member" else who, case_id, body, uuid4())], case_id
            )

    async def _at_once(
        self, case_id: str, who: list[tuple[str, int]], *, twice: bool = False, besides: str = ""
    ) -> None:
        requests: list[tuple[str, str, dict[str, Any], UUID]] = []
        others = [other for other in self.case_ids if other != case_id]
        for name, seed in who:
            seen = await self.town.people[name].http.get(f"/api/cases/{case_id}")
            if seen.status_code == 404 or not (steps := seen.json()["allowed_actions"]):
                continue
            body = body_of(steps[seed % len(steps)], seen.json()["version"], self.town.clock.at, seed, others)
            requests.append((name, case_id, body, uuid4()))
        if twice:
            requests += requests[:1]
        await self._fire(requests, case_id, besides)

    async def _crosswise(self, one: str, two: str) -> None:
        async with self.town.app.state.sessions() as session:
            versions = {c: (await session.get(Case, (COUNTY, UUID(c)))).version for c in (one, two)}
        merges = [("operator", one, two), ("second operator", two, one)]
        await self._fire(
            [(name, a, {"action": "merge", "version": versions[a], "into": b}, uuid4()) for name, a, b in merges], one
        )

    async def _wild(self, case_id: str, who: str, action: Action, old: int) -> None:
        body = {"action": action.value, "version": old, "words": "说明", "squad": SQUADS[0], "into": self.case_ids[0]}
        await self._fire([(who, case_id, body, uuid4())], case_id)

    async def _fire(
        self, requests: list[tuple[str, str, dict[str, Any], UUID]], case_id: str, besides: str = ""
    ) -> None:
        sent = [self._put(*request) for request in requests]
        answers, _ = await asyncio.gather(asyncio.gather(*sent), self._besides(UUID(case_id), besides))
        for (name, _case, body, _id), answer in zip(requests, answers, strict=True):
            told = answer.json()
            self.said.append(f"{name} {body['action']} → {answer.status_code} {told.get('code', '')}")
            assert answer.status_code in (200, 201, 403, 404, 409, 422), answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                assert told["detail"]
                assert told["code"] != "conflicting_change", "the database had to refuse what a guard should have"
            # Whoever lost a claim may not see the case any more; everybody else is shown what it is now.
            if told.get("code") == "stale_version" and not (body["action"] == "claim" and "case" not in told):
                assert told["case"]["version"] == told["version"]
            self.town.tried += 1
            if answer.status_code == 201:
                self.town.taken.add((body["action"], told["case"]["status"]))
        await self._taken_exactly_once(requests, list(answers))

    async def _put(self, name: str, case_id: str, body: dict[str, Any], action_id: UUID) -> httpx.Response:
        return await self.town.people[name].http.put(f"/api/cases/{case_id}/actions/{action_id}", json=body)

    async def _taken_exactly_once(
        self, requests: list[tuple[str, str, dict[str, Any], UUID]], answers: list[httpx.Response]
    ) -> None:
        """An id that was answered with 201 once is in the history once; one that was refused is not."""
        by_id: dict[UUID, list[int]] = {}
        for (_name, _case, _body, action_id), answer in zip(requests, answers, strict=True):
            by_id.setdefault(action_id, []).append(answer.status_code)
        async with self.town.app.state.sessions() as session:
            kept = set(await session.scalars(select(col(CaseEvent.id)).where(col(CaseEvent.id).in_(by_id))))
        for action_id, codes in by_id.items():
            assert codes.count(201) == (1 if action_id in kept else 0), codes
            assert action_id not in kept or set(codes) <= {200, 201}, codes

    async def _besides(self, case_id: UUID, what: str) -> None:
        if not what:
            return
        at = self.town.clock.at
        async with self.town.app.state.sessions() as session, session.begin():
            if what == "the day comes":
                await resume_case(session, COUNTY, case_id, at)
                return
            found = select(Case).where(col(Case.county) == COUNTY, col(Case.id) == case_id).with_for_update(of=Case)
            case = (await session.scalars(found)).one()
            action = Action.SATISFIED if what == "the resident is content" else Action.NOT_SATISFIED
            try:
                await take_resident_step(
                    session, case=case, answer_id=new_id(), action=action, words="", stored=[], at=at
                )
            except Problem as problem:
                self.said.append(f"resident {action} → {problem.code}")
            else:
                self.town.taken.add((action.value, case.status.value))


async def live(town: Town, *, lives: int, steps: int) -> None:
    machine = type("TheseLives", (Lives,), {"town": town})
    budget = settings(
        max_examples=lives,
        stateful_step_count=steps,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    try:
        await asyncio.to_thread(run_state_machine_as_test, machine, settings=budget)
    except (HypothesisException, AssertionError, TimeoutError) as error:
        raise (town.failures or [error])[0] from None


async def test_whatever_people_do_at_once_every_case_stays_whole(town: Town) -> None:
    await live(town, lives=4, steps=14)
    ended = {status for _action, status in town.taken}
    assert len(town.taken) > 20, f"a machine in which little happens proves little: {sorted(town.taken)}"
    assert {"handling", "pending_inspection", "closed"} <= ended


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_many_long_lives(town: Town) -> None:
    await live(town, lives=150, steps=60)
