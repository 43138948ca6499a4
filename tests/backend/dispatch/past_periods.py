"""Past periods made up from a seed, and the slow way of saying who got what in them: one choose_squad per case."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time
from uuid import UUID

from backend.clock import SHANGHAI
from backend.dispatch.rehearsal import DUTY, NOBODY, DutyHeld, Held, Past, PastCase, PastMatter
from backend.dispatch.routing import PersonFacts, Question, SquadFacts, choose_squad, serves_town
from backend.dispatch.rules import Moment, Rule, Target, TargetKind, Window
from backend.matters.models import DayKind, Severity
from backend.permissions import covers
from backend.staff.models import Duty, SquadKind

DAY_S, HOUR_S = 86_400, 3_600
BEGINS = datetime(2026, 9, 1, tzinfo=SHANGHAI)
DEPARTMENTS = ("sanitation", "market", "greening")
MATTERS = [
    PastMatter(f"E{major:02}{n:02}", f"事项{n}", f"E{major:02}", DEPARTMENTS[n % 3], (major, n) != (3, 4))
    for major in (1, 2, 3)
    for n in range(5)
]


def grid_paths(towns: int, villages: int, grids: int) -> list[str]:
    return [f"320281/T{t}/T{t}V{v}/T{t}V{v}G{g}" for t in range(towns) for v in range(villages) for g in range(grids)]


def made_up(seed: int, *, cases: int, days: int, squads: int) -> Past:
    """A county of two towns with this many all-round squads and three departments, and cases spread over the days."""
    draw = random.Random(seed)
    paths = grid_paths(2, 6, 4)
    villages = sorted({path.rsplit("/", 1)[0] for path in paths})
    teams = [
        *(_squad(f"squad-{n}", "enforcement", SquadKind.ALL_ROUND, ("*",)) for n in range(squads)),
        *(_squad(f"team-{unit}", unit, SquadKind.DEPARTMENT, draw.choice([("*",), ("E01", "E0201")])) for unit in DEPARTMENTS),
    ]  # fmt: skip
    begins = BEGINS.timestamp()
    moments = sorted(round(begins + draw.random() * days * DAY_S) for _ in range(cases))
    holders = [*(squad.code for squad in teams), DUTY + Duty.GRID_CHIEF, NOBODY]
    return Past(
        cases=[
            PastCase(
                code=f"C{n:06}",
                at=float(at),
                until=at + draw.expovariate(1 / (9 * HOUR_S)) if draw.random() < 0.97 else float("inf"),
                matter=draw.choice(MATTERS),
                severity=draw.choice(list(Severity)),
                grid_code=path.rsplit("/", 1)[1],
                grid_path=path,
                holder=draw.choice(holders),
                counted=draw.random() < 0.9,
            )
            for n, at in enumerate(moments)
            for path in (draw.choice(paths),)
        ],
        squads=teams,
        jurisdictions={
            squad.code: tuple(villages[n % squads :: squads]) if squad.kind == SquadKind.ALL_ROUND else ("320281",)
            for n, squad in enumerate(teams)
        },
        shifts={squad.code: _shifts(draw, begins, days) for squad in teams},
        held=[Held(draw.choice(teams).code, begins + draw.random() * 2 * DAY_S) for _ in range(20)],
        duties=[
            DutyHeld(Duty.GRID_CHIEF, path, "某网格", UUID(int=n), f"网格长 {n}", first, first + draw.randint(0, days))
            for n, path in enumerate(draw.sample(paths + villages, 20))
            for first in (BEGINS.toordinal() + draw.randint(0, days),)
        ],
        clusters={villages[0].rsplit("/", 1)[1]: "LP01"},
        calendar={BEGINS.date(): DayKind.HOLIDAY},
    )


def _squad(code: str, unit: str, kind: SquadKind, capabilities: tuple[str, ...]) -> SquadFacts:
    return SquadFacts(code, code, unit, kind, capabilities, on_duty=False, has_jurisdiction=False, open_cases=0)


def _shifts(draw: random.Random, begins: float, days: int) -> list[tuple[float, float]]:
    starts = [begins + day * DAY_S + draw.choice([0, 8, 20]) * HOUR_S for day in range(-1, days) if draw.random() < 0.8]
    return [(at, at + draw.choice([8, 12]) * HOUR_S) for at in starts]


RULES = [
    Rule("R1", 1, "特急", Target(TargetKind.TOWN_SQUADS), severities=(Severity.EMERGENCY,)),
    Rule("R2", 2, "本辖区", Target(TargetKind.OWN_SQUADS)),
    Rule("R3", 3, "部门", Target(TargetKind.DEPARTMENT)),
]
NIGHT = Window((), time(20), time(8))
HOLIDAYS = Window((), time(0), time(0), days_off_only=True)
DRAFT = [
    replace(RULES[0], priority=10),
    Rule("A", 20, "轻微", Target(TargetKind.DUTY, "grid_chief"), severities=(Severity.MINOR,), grids=("T0", "LP01")),
    Rule("B", 30, "夜间", Target(TargetKind.SQUAD, "squad-1"), windows=(NIGHT, HOLIDAYS)),
    Rule("C", 40, "市场", Target(TargetKind.UNIT, "market"), matters=("E02",), grids=("T1V2",)),
    *(replace(rule, priority=rule.priority * 50) for rule in RULES[1:]),
]


def moment_of(at: float, past: Past) -> Moment:
    local = datetime.fromtimestamp(at, UTC).astimezone(SHANGHAI)
    days = [local.date(), datetime.fromtimestamp(at - DAY_S, UTC).astimezone(SHANGHAI).date()]
    return Moment(local, *(day.weekday() >= 5 or past.calendar.get(day) == DayKind.HOLIDAY for day in days))


def facts_at(
    case: PastCase, past: Past, held: "list[tuple[str, float]]"
) -> tuple[Question, list[SquadFacts], list[PersonFacts]]:
    """Everything that choose_squad wants for one case, looked up afresh."""
    load = Counter(code for code, until in held if until > case.at)
    codes = case.grid_path.split("/")
    matter = case.matter
    question = Question(
        matter.code, matter.name, matter.major_code, matter.department_code, matter.self_dispatch,
        case.severity, case.grid_code, case.grid_code,
        within=(*codes, *(past.clusters[code] for code in codes if code in past.clusters)),
        moment=moment_of(case.at, past),
    )  # fmt: skip
    squads = [
        replace(
            squad,
            on_duty=any(starts <= case.at < ends for starts, ends in past.shifts[squad.code]),
            open_cases=load[squad.code],
            has_jurisdiction=any(covers(own, case.grid_path) for own in past.jurisdictions[squad.code]),
            in_town=serves_town(past.jurisdictions[squad.code], case.grid_path),
        )
        for squad in past.squads
    ]
    day = question.moment.local.toordinal() if question.moment else 0
    team = [
        PersonFacts(d.staff_id, d.name, d.duty, d.grid_name, case.grid_path.count("/") - d.grid_path.count("/"))
        for d in past.duties
        if d.first_day <= day <= d.last_day and covers(d.grid_path, case.grid_path)
    ]
    return question, squads, team


def one_by_one(past: Past, rules: list[Rule], most: int | None = None) -> list[str]:
    """Who gets each of the first cases, by choose_squad with the facts of its moment."""
    held: list[tuple[str, float]] = [(h.squad_code, h.until) for h in past.held]
    holders = []
    for case in past.cases[:most]:
        question, squads, team = facts_at(case, past, held)
        decision = choose_squad(question, rules, squads, team)
        holders.append(decision.squad.code if decision.squad else DUTY + decision.duty if decision.duty else NOBODY)
        if decision.squad:
            held.append((decision.squad.code, case.until))
    return holders
