"""Rules tried on the cases of a past period: who would have got what, beside the rules in force. Pure.

Both sets of rules are replayed over the same cases in the same way, in order of time: a case goes to somebody the moment it
was routed, and its squad holds it until its handling ended in history. So all that differs comes from the rules. What is
known of the past is the rota with its changes; leaves, what people said of themselves and positions are not replayed, so
everybody on a shift counts as free and nobody as near (`SHORTFALLS`).
"""

import heapq
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from backend.clock import SHANGHAI
from backend.dispatch.routing import (
    Decision,
    PersonFacts,
    Question,
    SquadFacts,
    choose_squad,
    lasting_refusal,
    points_to,
    serves_town,
)
from backend.dispatch.rules import Moment, Rule, TargetKind, in_order
from backend.errors import Say
from backend.matters.clocks import is_workday
from backend.matters.models import DayKind, Severity
from backend.permissions import covers
from backend.staff.models import Duty

# Who got a case: a squad's code, or `duty:` and the duty's word, or nobody.
NOBODY = ""
DUTY = "duty:"

LISTED_NOBODY, LISTED_CHANGES, LISTED_OF_A_KIND = 50, 100, 20

SHORTFALLS = (
    Say(
        "请假和个人状态没有过去的记录，按排班算在岗，在岗都算有空",
        "Leaves and what people said of themselves are not replayed: whoever has a shift is on duty and free",
    ),
    Say("过去的位置不保存，不计距离", "Past positions are not kept: distance is not counted"),
    Say(
        "队伍、能力、辖区和连片按现在的，事项按当时的目录",
        "Squads, abilities, jurisdictions and clusters are today's; matters are those of their catalogue",
    ),
    Say("只算每个案件的首次派遣，退回后的再派不重演", "Only the first routing of each case is replayed"),
)


class PastMatter(NamedTuple):
    code: str
    name: str
    major_code: str
    department_code: str
    self_dispatch: bool


class PastCase(NamedTuple):
    """A case as it was first routed at `at` (seconds since 1970). `until`: when its handling ended, or infinity.

    `holder` is who got it then. `counted` is false for a case that only adds to the load of its squad.
    """

    code: str
    at: float
    until: float
    matter: PastMatter
    severity: Severity
    grid_code: str
    grid_path: str
    holder: str
    counted: bool = True


class Held(NamedTuple):
    """A squad's case that was open when the period began."""

    squad_code: str
    until: float


class DutyHeld(NamedTuple):
    """Somebody with a duty in a grid, from the first to the last day (ordinals, both included)."""

    duty: Duty
    grid_path: str
    grid_name: str
    staff_id: UUID
    name: str
    first_day: int
    last_day: int


@dataclass(frozen=True)
class Past:
    """A county's past period. `cases` by time; `shifts`: stretches (from, up to) on duty per squad, in seconds since 1970.

    `squads` are as they are now, whatever is said in them of duty, load and grid; `clusters`: code of a grid to its cluster's.
    """

    cases: Sequence[PastCase]
    squads: Sequence[SquadFacts]
    jurisdictions: Mapping[str, tuple[str, ...]]
    shifts: Mapping[str, Sequence[tuple[float, float]]]
    held: Sequence[Held] = ()
    duties: Sequence[DutyHeld] = ()
    clusters: Mapping[str, str] = field(default_factory=dict)
    calendar: Mapping[date, DayKind] = field(default_factory=dict)


class Changed(NamedTuple):
    """A case as somebody reads it: who has it by the old rules, who by the new ones, and the new ones' sentence."""

    case: PastCase
    old: str
    new: str
    sentence: Say


@dataclass
class Load:
    """Of one holder by one set of rules: how many cases it gets, and the most that it holds at once."""

    cases: int = 0
    most_at_once: int = 0


@dataclass
class Rehearsal:
    """What came out. `moves`: cases by (old holder, new holder), with the first few of each kind in `examples`."""

    cases: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[Changed]] = field(default_factory=lambda: defaultdict(list))
    changed: list[Changed] = field(default_factory=list)
    nobody: list[Changed] = field(default_factory=list)
    old_loads: dict[str, Load] = field(default_factory=lambda: defaultdict(Load))
    new_loads: dict[str, Load] = field(default_factory=lambda: defaultdict(Load))
    as_it_was: int = 0


def rehearse(past: Past, old: Sequence[Rule], new: Sequence[Rule]) -> Rehearsal:
    """Replay the period under both sets of rules."""
    found = Rehearsal()
    by_old, by_new = Replay(past, old), Replay(past, new)
    for case in past.cases:
        old_holder, new_holder = by_old.take(case), by_new.take(case)
        if not case.counted:
            continue
        found.cases += 1
        found.moves[old_holder, new_holder] += 1
        found.as_it_was += old_holder == case.holder
        _count(found.old_loads[old_holder], by_old, old_holder)
        _count(found.new_loads[new_holder], by_new, new_holder)
        _list(found, by_new, case, old_holder, new_holder)
    return found


def _count(load: Load, replay: "Replay", holder: str) -> None:
    load.cases += 1
    load.most_at_once = max(load.most_at_once, replay.held_by(holder))


def _list(found: Rehearsal, replay: "Replay", case: PastCase, old: str, new: str) -> None:
    """Keep the case where somebody will read it; only then is its sentence worth making."""
    lists = [found.examples[old, new]] if len(found.examples[old, new]) < LISTED_OF_A_KIND else []
    if old != new and len(found.changed) < LISTED_CHANGES:
        lists.append(found.changed)
    if new == NOBODY and len(found.nobody) < LISTED_NOBODY:
        lists.append(found.nobody)
    if lists:
        changed = Changed(case, old, new, replay.explain(case, took=new).sentence)
        for each in lists:
            each.append(changed)


class _Step(NamedTuple):
    """One rule as it concerns one kind of case: the duty, or the squads that could ever take it (own ones first)."""

    rule: Rule
    duty: Duty | None
    squads: tuple[tuple[bool, int], ...]


class Replay:
    """One set of rules on its way through the period: what each squad holds now, and until when."""

    def __init__(self, past: Past, rules: Sequence[Rule]) -> None:
        self._past = past
        self._rules = in_order(rules)
        self._squads = sorted(past.squads, key=lambda squad: squad.code)
        self._turns = [_turns(past.shifts.get(squad.code, ())) for squad in self._squads]
        self._number = {squad.code: n for n, squad in enumerate(self._squads)}
        self._held = [0] * len(self._squads)
        self._ends: list[tuple[float, int]] = []
        self._plans: dict[tuple[PastMatter, Severity, str], list[_Step]] = {}
        self._standing: dict[str, list[SquadFacts]] = {}
        self._teams: dict[tuple[Duty, str, int], bool] = {}
        self._moment = lru_cache(maxsize=4096)(self._moment_of)
        for squad_code, until in past.held:
            self._hold(self._number.get(squad_code), until)

    def take(self, case: PastCase) -> str:
        """Give the case to somebody, who holds it until it ended in history. Cases must come in order of time."""
        while self._ends and self._ends[0][0] <= case.at:
            self._held[heapq.heappop(self._ends)[1]] -= 1
        key = (case.matter, case.severity, case.grid_path)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(case)
        for rule, duty, squads in plan:
            if rule.windows and not rule.holds_at(self._moment(case.at // 60)):
                continue
            if duty is not None:
                if self._somebody(duty, case.grid_path, case.at):
                    return DUTY + duty
                continue
            best = self._best(squads, case.at)
            if best is not None:
                self._hold(best, case.until)
                return self._squads[best].code
        return NOBODY

    def held_by(self, holder: str) -> int:
        """How many cases the squad holds now; nothing is known of how long a duty or nobody holds one."""
        number = self._number.get(holder)
        return 0 if number is None else self._held[number]

    def _best(self, squads: tuple[tuple[bool, int], ...], at: float) -> int | None:
        best, fewest, best_foreign = None, 0, False
        for foreign, number in squads:
            if best is not None and foreign != best_foreign:
                break
            held = self._held[number]
            if (best is None or held < fewest) and bisect_right(self._turns[number], at) & 1:
                best, fewest, best_foreign = number, held, foreign
        return best

    def _hold(self, number: int | None, until: float) -> None:
        if number is not None:
            self._held[number] += 1
            heapq.heappush(self._ends, (until, number))

    def _plan(self, case: PastCase) -> list[_Step]:
        if not case.matter.self_dispatch:
            return []
        asked, squads = self._question(case), self._facts(case.grid_path)
        steps = []
        for rule in self._rules:
            if not (
                rule.names_matter(case.matter.code, case.matter.major_code)
                and rule.names_severity(case.severity)
                and rule.names_place(asked.within)
            ):
                continue
            if rule.target.kind == TargetKind.DUTY:
                steps.append(_Step(rule, Duty(rule.target.code or ""), ()))
                continue
            could = [
                (not squad.has_jurisdiction, n)
                for n, squad in enumerate(squads)
                if points_to(rule, squad) and lasting_refusal(asked, rule, squad) is None
            ]
            steps.append(_Step(rule, None, tuple(sorted(could))))
        return steps

    def _question(self, case: PastCase) -> Question:
        codes = case.grid_path.split("/")
        clusters = sorted({self._past.clusters[code] for code in codes if code in self._past.clusters})
        matter = case.matter
        return Question(
            matter_code=matter.code,
            matter_name=matter.name,
            major_code=matter.major_code,
            department_code=matter.department_code,
            self_dispatch=matter.self_dispatch,
            severity=case.severity,
            grid_code=case.grid_code,
            grid_name=case.grid_code,
            within=(*codes, *clusters),
        )

    def _facts(self, grid_path: str) -> list[SquadFacts]:
        """The squads as they stand to the grid, by code."""
        if grid_path not in self._standing:
            own = self._past.jurisdictions
            self._standing[grid_path] = [
                replace(
                    squad,
                    has_jurisdiction=any(covers(path, grid_path) for path in own.get(squad.code, ())),
                    in_town=serves_town(own.get(squad.code, ()), grid_path),
                )
                for squad in self._squads
            ]
        return self._standing[grid_path]

    def _moment_of(self, minute: float) -> Moment:
        local = datetime.fromtimestamp(minute * 60, UTC).astimezone(SHANGHAI)
        today = local.date()
        days_off = [not is_workday(day, self._past.calendar) for day in (today, today - timedelta(days=1))]
        return Moment(local, *days_off)

    def _somebody(self, duty: Duty, grid_path: str, at: float) -> bool:
        day = _day(at)
        key = (duty, grid_path, day)
        if key not in self._teams:
            self._teams[key] = any(held.duty == duty for held in self._team(grid_path, day))
        return self._teams[key]

    def _team(self, grid_path: str, day: int) -> list[PersonFacts]:
        depth = grid_path.count("/")
        return [
            PersonFacts(held.staff_id, held.name, held.duty, held.grid_name, depth - held.grid_path.count("/"))
            for held in self._past.duties
            if held.first_day <= day <= held.last_day and covers(held.grid_path, grid_path)
        ]

    def explain(self, case: PastCase, *, took: str | None = None) -> Decision:
        """The whole decision about a case as things stand now; if it was just taken, as they stood before that."""
        taker = self._number.get(took) if took else None
        squads = [
            replace(
                squad,
                on_duty=bool(bisect_right(self._turns[n], case.at) & 1),
                open_cases=self._held[n] - (n == taker),
            )
            for n, squad in enumerate(self._facts(case.grid_path))
        ]
        asked = replace(self._question(case), moment=self._moment(case.at // 60))
        return choose_squad(asked, self._rules, squads, self._team(case.grid_path, _day(case.at)))


def _day(at: float) -> int:
    return datetime.fromtimestamp(at, UTC).astimezone(SHANGHAI).toordinal()


def _turns(shifts: Sequence[tuple[float, float]]) -> list[float]:
    """The moments at which a squad comes on and goes off by turns, out of stretches that may overlap or meet."""
    turns: list[float] = []
    for starts, ends in sorted(shifts):
        if turns and starts <= turns[-1]:
            turns[-1] = max(turns[-1], ends)
        else:
            turns += [starts, ends]
    return turns
