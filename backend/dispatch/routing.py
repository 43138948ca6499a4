"""Who gets a case, and why: a pure decision over the rules and a few facts about each squad and each person of the grid.

Rules are tried by priority; the first under which somebody can take the case decides. Within a rule the squads that can
take it are ordered by own jurisdiction, then fewest open cases, then distance as far as it is known, then code, so that the
same facts always give the same answer. Nobody fits = a normal outcome with a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from uuid import UUID

from backend.dispatch.rules import Moment, Rule, TargetKind, in_order, names
from backend.errors import Say
from backend.grids.queries import distance_words
from backend.matters.models import Severity
from backend.permissions import covers
from backend.staff.models import Duty, SquadKind
from backend.staff.people_words import DUTY_WORDS

# A position older than this says nothing about where the squad is now.
POSITION_COUNTS_FOR_S = 30 * 60


class Verdict(StrEnum):
    """What became of one squad or person under one rule."""

    CHOSEN = "chosen"
    BUSIER = "busier"
    FARTHER = "outside_jurisdiction_second_choice"
    MORE_DISTANT = "more_distant"
    ALIKE = "alike"
    OFF_DUTY = "off_duty"
    NOT_FREE = "not_free"
    SENT_BACK = "sent_back"
    NO_JURISDICTION = "no_jurisdiction"
    NOT_CAPABLE = "not_capable"
    HIGHER_UP = "higher_up"
    ON_LEAVE = "on_leave"


REASONS: dict[Verdict, Say] = {
    Verdict.CHOSEN: Say("选中", "chosen"),
    Verdict.BUSIER: Say("可派，但手上案件更多", "could take it, but holds more cases"),
    Verdict.FARTHER: Say("可派，但不是本辖区", "could take it, but it is not its jurisdiction"),
    Verdict.MORE_DISTANT: Say("可派，但离得更远", "could take it, but is farther away"),
    Verdict.ALIKE: Say("可派，其余条件相同，排在后面", "could take it, is alike in all else, and comes later"),
    Verdict.OFF_DUTY: Say("不在岗", "off duty"),
    Verdict.NOT_FREE: Say("在岗的人都在忙", "everybody on duty is busy"),
    Verdict.SENT_BACK: Say("退回过这个案件", "has sent this case back"),
    Verdict.NO_JURISDICTION: Say("不是本辖区", "not its jurisdiction"),
    Verdict.NOT_CAPABLE: Say("不办这类事项", "does not handle this matter"),
    Verdict.HIGHER_UP: Say("在更大的网格任职，下一级有人", "serves a larger grid, and a smaller one has somebody"),
    Verdict.ON_LEAVE: Say("请假", "on leave"),
}


@dataclass(frozen=True)
class Question:
    """What is to be routed, where and when.

    `within`: codes of all grids in which the place lies, and of their clusters. `sent_back_by`: codes of squads, and words
    of duties, that have sent this case back already.
    """

    matter_code: str
    matter_name: str
    major_code: str
    department_code: str
    self_dispatch: bool
    severity: Severity
    grid_code: str
    grid_name: str
    lng: float | None = None
    lat: float | None = None
    sent_back_by: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    moment: Moment | None = None


@dataclass(frozen=True)
class SquadFacts:
    """A squad as it stands at the moment of the decision. `why_off_duty`: one clause with the next shift, if it is not.

    `free`: one of those on duty is not busy or on the scene of something. `members_on_duty` is None for a squad without
    accounts. Distance and age are those of the freshest position of a member on duty, however old it is.
    """

    code: str
    name: str
    unit_code: str
    kind: SquadKind
    capabilities: tuple[str, ...]
    on_duty: bool
    has_jurisdiction: bool
    open_cases: int
    why_off_duty: Say | None = None
    in_town: bool = True
    free: bool = True
    members_on_duty: int | None = None
    distance_m: float | None = None
    position_age_s: int | None = None

    @property
    def known_distance_m(self) -> float | None:
        """The distance, if the position is fresh enough to count."""
        fresh = self.position_age_s is not None and self.position_age_s <= POSITION_COUNTS_FOR_S
        return self.distance_m if fresh else None


@dataclass(frozen=True)
class PersonFacts:
    """Somebody with a duty in the case's grid or one above it. `steps`: how many grids above, 0 for the case's own."""

    id: UUID
    name: str
    duty: Duty
    grid_name: str
    steps: int
    on_leave: bool = False


@dataclass(frozen=True)
class Candidate:
    """A squad or a person that a rule looked at. `shortfall`: what could not be taken into account about it."""

    rule_code: str
    verdict: Verdict
    squad: SquadFacts | None = None
    person: PersonFacts | None = None
    shortfall: Say | None = None

    @property
    def name(self) -> str:
        who = self.squad or self.person
        return who.name if who else ""

    @property
    def reason(self) -> Say:
        """One clause on what became of them: for a squad off duty why and until when; then what was not counted."""
        said = REASONS[self.verdict]
        why = self.squad.why_off_duty if self.squad else None
        if self.verdict == Verdict.OFF_DUTY and why:
            said = Say(f"{said.zh}：{why.zh}", f"{said.en}: {why.en}")
        if self.shortfall:
            said = Say(f"{said.zh}；{self.shortfall.zh}", f"{said.en}; {self.shortfall.en}")
        return said


@dataclass(frozen=True)
class Decision:
    """Who takes the case by which rule (a squad, or a duty of its grid), or nobody; and everybody who was looked at.

    `shortfalls` say of those who could take it what was not counted.
    """

    squad: SquadFacts | None
    rule: Rule | None
    sentence: Say
    candidates: list[Candidate] = field(default_factory=list)
    duty: Duty | None = None
    shortfalls: list[Say] = field(default_factory=list)


def choose_squad(
    question: Question, rules: Sequence[Rule], squads: Sequence[SquadFacts], team: Sequence[PersonFacts] = ()
) -> Decision:
    """The first rule, by priority, under which somebody can take the case decides."""
    if not question.self_dispatch:
        return Decision(None, None, _never_by_rule(question))
    seen: list[Candidate] = []
    for rule in in_order(rules):
        if not speaks_of(rule, question):
            continue
        by_duty = rule.target.kind == TargetKind.DUTY
        candidates = _people(question, rule, team) if by_duty else _squads(question, rule, squads)
        seen += candidates
        chosen = [c for c in candidates if c.verdict == Verdict.CHOSEN]
        if chosen:
            return _decided(rule, chosen, seen)
    return Decision(None, None, _nobody(seen), seen)


def speaks_of(rule: Rule, question: Question) -> bool:
    """Whether the rule is about such a case, there and then."""
    return (
        rule.names_matter(question.matter_code, question.major_code)
        and rule.names_severity(question.severity)
        and rule.names_place(question.within)
        and rule.holds_at(question.moment)
    )


def points_to(rule: Rule, squad: SquadFacts) -> bool:
    """Whether the squad is of those that the rule looks at."""
    kind, code = rule.target.kind, rule.target.code
    if kind == TargetKind.SQUAD:
        return squad.code == code
    if kind == TargetKind.UNIT:
        return squad.unit_code == code
    if kind == TargetKind.DUTY:
        return False
    return squad.kind == (SquadKind.DEPARTMENT if kind == TargetKind.DEPARTMENT else SquadKind.ALL_ROUND)


def lasting_refusal(question: Question, rule: Rule, squad: SquadFacts) -> Verdict | None:
    """Why the squad cannot take such a case whenever it comes; None if that depends on the moment alone."""
    if not names(squad.capabilities, question.matter_code, question.major_code):
        return Verdict.NOT_CAPABLE
    if rule.target.kind == TargetKind.DEPARTMENT:
        return None if squad.unit_code == question.department_code else Verdict.NOT_CAPABLE
    there = squad.in_town if rule.target.kind == TargetKind.TOWN_SQUADS else squad.has_jurisdiction
    return None if there else Verdict.NO_JURISDICTION


def serves_town(jurisdiction: Sequence[str], grid_path: str) -> bool:
    """Whether a squad with this jurisdiction (paths) serves the town of the grid; without any it is the whole county's."""
    town = "/".join(grid_path.split("/")[:2])
    return not jurisdiction or any(covers(town, path) or covers(path, town) for path in jurisdiction)


def _refusal(question: Question, rule: Rule, squad: SquadFacts) -> Verdict | None:
    lasting = lasting_refusal(question, rule, squad)
    if lasting:
        return lasting
    if squad.code in question.sent_back_by:
        return Verdict.SENT_BACK
    if not squad.on_duty:
        return Verdict.OFF_DUTY
    return None if squad.free else Verdict.NOT_FREE


def order_of(squad: SquadFacts) -> tuple[bool, int, float, str]:
    """The best comes first; an unknown distance comes after every known one."""
    distance_m = squad.known_distance_m
    return not squad.has_jurisdiction, squad.open_cases, inf if distance_m is None else distance_m, squad.code


def _squads(question: Question, rule: Rule, squads: Sequence[SquadFacts]) -> list[Candidate]:
    """Every squad to which the rule points with its verdict, best first."""
    able: list[SquadFacts] = []
    refused: list[tuple[SquadFacts, Verdict]] = []
    for squad in squads:
        if points_to(rule, squad):
            refusal = _refusal(question, rule, squad)
            if refusal:
                refused.append((squad, refusal))
            else:
                able.append(squad)
    able.sort(key=order_of)
    refused.sort(key=lambda pair: (not pair[0].has_jurisdiction, pair[0].code))
    return [
        Candidate(rule.code, _rank(squad, able[0]), squad, shortfall=position_shortfall(question, squad))
        for squad in able
    ] + [Candidate(rule.code, verdict, squad) for squad, verdict in refused]


def _rank(squad: SquadFacts, best: SquadFacts) -> Verdict:
    if squad is best:
        return Verdict.CHOSEN
    if squad.has_jurisdiction != best.has_jurisdiction:
        return Verdict.FARTHER
    if squad.open_cases != best.open_cases:
        return Verdict.BUSIER
    farther = squad.known_distance_m is not None and squad.known_distance_m != best.known_distance_m
    return Verdict.MORE_DISTANT if farther else Verdict.ALIKE


def position_shortfall(question: Question, squad: SquadFacts) -> Say | None:
    """Why the squad's distance was not counted; None if it was, or if the case has no place to be distant from."""
    if question.lng is None or squad.known_distance_m is not None:
        return None
    if squad.position_age_s is None:
        return Say("没有位置，未计距离", "no position, distance not counted")
    age = age_words(squad.position_age_s)
    return Say(f"位置 {age.zh}前，未计距离", f"position {age.en} old, distance not counted")


def age_words(seconds: int) -> Say:
    minutes = seconds // 60
    if minutes < 120:
        return Say(f"{minutes} 分钟", f"{minutes} min")
    hours = minutes // 60
    return Say(f"{hours} 小时", f"{hours} h") if hours < 48 else Say(f"{hours // 24} 天", f"{hours // 24} days")


def _people(question: Question, rule: Rule, team: Sequence[PersonFacts]) -> list[Candidate]:
    """Everybody who holds the duty, nearest grid first; all who are there in the nearest grid get the case together."""
    holders = sorted((p for p in team if p.duty == rule.target.code), key=lambda p: (p.steps, p.name, str(p.id)))
    sent_back = rule.target.code in question.sent_back_by
    nearest = min((p.steps for p in holders if not p.on_leave), default=None)

    def verdict(person: PersonFacts) -> Verdict:
        if sent_back:
            return Verdict.SENT_BACK
        if person.on_leave:
            return Verdict.ON_LEAVE
        return Verdict.CHOSEN if person.steps == nearest else Verdict.HIGHER_UP

    return [Candidate(rule.code, verdict(person), person=person) for person in holders]


# The sentences


def _decided(rule: Rule, chosen: list[Candidate], seen: list[Candidate]) -> Decision:
    shortfalls = [
        Say(f"{c.name}{c.shortfall.zh}", f"{c.name}: {c.shortfall.en}") for c in seen if c.shortfall is not None
    ]
    squad, person = chosen[0].squad, chosen[0].person
    if squad:
        return Decision(squad, rule, _squad_sentence(rule, squad), seen, shortfalls=shortfalls)
    assert person
    duty = DUTY_WORDS[person.duty]
    sentence = Say(
        f"派给{duty.zh}：{person.grid_name}，共 {len(chosen)} 人",
        f"Sent to the {duty.en}: {person.grid_name}, {len(chosen)} in all",
    )
    return Decision(None, rule, sentence, seen, person.duty, shortfalls)


def _squad_sentence(rule: Rule, squad: SquadFacts) -> Say:
    if rule.target.kind == TargetKind.DEPARTMENT:
        where = Say("事项的承办部门", "the matter's own department")
    elif squad.has_jurisdiction:
        where = Say("辖区内", "in its jurisdiction")
    else:
        where = Say("跨辖区支援", "outside its jurisdiction")
    zh, en = [where.zh, "在岗"], [where.en, "on duty"]
    zh.append(f"手上 {squad.open_cases} 件" if squad.open_cases else "手上没有别的案件")
    en.append(f"holds {squad.open_cases}" if squad.open_cases else "holds no other case")
    if squad.known_distance_m is not None:
        distance = distance_words(squad.known_distance_m)
        zh.append(f"距 {distance.zh}")
        en.append(f"{distance.en} away")
    return Say(f"派给{squad.name}：{'、'.join(zh)}", f"Sent to {squad.name}: {', '.join(en)}")


def _never_by_rule(question: Question) -> Say:
    return Say(
        f"「{question.matter_name}」不自动派遣，等指挥中心派遣",
        f"“{question.matter_name}” is not routed by rule; it waits for the command centre",
    )


# Why those who were near did not get it, in the words of the sentence that nobody did.
_NEAR_MISSES: dict[Verdict, Say] = {
    Verdict.OFF_DUTY: Say("不在岗", "off duty"),
    Verdict.NOT_FREE: Say("都在忙", "all busy"),
    Verdict.SENT_BACK: Say("退回过", "sent it back"),
    Verdict.ON_LEAVE: Say("请假", "on leave"),
}


def _nobody(candidates: Sequence[Candidate]) -> Say:
    misses = {miss: list(dict.fromkeys(c.name for c in candidates if c.verdict == miss)) for miss in _NEAR_MISSES}
    told = {miss: names_ for miss, names_ in misses.items() if names_}
    if not told:
        return Say(
            "没有规则能派出这个案件，等指挥中心派遣", "No rule covers this case; it waits for the command centre"
        )
    why_zh = "；".join(f"{'、'.join(names_)}{_NEAR_MISSES[miss].zh}" for miss, names_ in told.items())
    why_en = "; ".join(f"{', '.join(names_)} {_NEAR_MISSES[miss].en}" for miss, names_ in told.items())
    if set(told) == {Verdict.OFF_DUTY}:
        return Say(
            f"没有在岗的队伍能接（{why_zh}），等指挥中心派遣",
            f"No squad on duty can take it ({why_en}); it waits for the command centre",
        )
    return Say(
        f"此刻没有人能接（{why_zh}），等指挥中心派遣",
        f"Nobody can take it now ({why_en}); it waits for the command centre",
    )
