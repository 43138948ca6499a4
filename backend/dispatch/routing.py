"""Which squad gets a case, and why: a pure decision over the rules and a few facts about each squad.

Rules are tried by priority; within a rule the squads that can take the case are ordered by own jurisdiction, then fewest
open cases, then code, so that the same facts always give the same answer. Nobody fits = a normal outcome with a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backend.dispatch.models import Zone
from backend.errors import Say
from backend.matters.models import Severity
from backend.staff.models import SquadKind

ANY = "*"


class Verdict(StrEnum):
    """What became of one squad under one rule."""

    CHOSEN = "chosen"
    BUSIER = "busier"
    FARTHER = "outside_jurisdiction_second_choice"
    OFF_DUTY = "off_duty"
    NO_JURISDICTION = "no_jurisdiction"
    NOT_CAPABLE = "not_capable"


REASONS: dict[Verdict, Say] = {
    Verdict.CHOSEN: Say("选中", "chosen"),
    Verdict.BUSIER: Say("可派，但手上案件更多", "could take it, but holds more cases"),
    Verdict.FARTHER: Say("可派，但不是本辖区", "could take it, but it is not its jurisdiction"),
    Verdict.OFF_DUTY: Say("不在岗", "off duty"),
    Verdict.NO_JURISDICTION: Say("不是本辖区", "not its jurisdiction"),
    Verdict.NOT_CAPABLE: Say("不办这类事项", "does not handle this matter"),
}


@dataclass(frozen=True)
class Rule:
    code: str
    priority: int
    name: str
    matters: tuple[str, ...]
    severities: tuple[str, ...]
    zone: Zone
    target: SquadKind

    def applies_to(self, question: "Question") -> bool:
        return _names(self.matters, question.matter_code, question.major_code) and _names(
            self.severities, question.severity
        )


@dataclass(frozen=True)
class Question:
    """What is to be routed, where."""

    matter_code: str
    matter_name: str
    major_code: str
    department_code: str
    self_dispatch: bool
    severity: Severity
    grid_code: str
    grid_name: str


@dataclass(frozen=True)
class SquadFacts:
    """A squad as it stands at the moment of the decision. `why_off_duty`: one clause with the next shift, if it is not."""

    code: str
    name: str
    unit_code: str
    kind: SquadKind
    capabilities: tuple[str, ...]
    on_duty: bool
    has_jurisdiction: bool
    open_cases: int
    why_off_duty: Say | None = None


@dataclass(frozen=True)
class Candidate:
    squad: SquadFacts
    rule_code: str
    verdict: Verdict

    @property
    def reason(self) -> Say:
        """One clause on what became of the squad; for one that is off duty, why and until when."""
        why = self.squad.why_off_duty
        if self.verdict != Verdict.OFF_DUTY or why is None:
            return REASONS[self.verdict]
        off_duty = REASONS[Verdict.OFF_DUTY]
        return Say(f"{off_duty.zh}：{why.zh}", f"{off_duty.en}: {why.en}")


@dataclass(frozen=True)
class Decision:
    """The squad and the rule that chose it, or neither; and everybody who was looked at."""

    squad: SquadFacts | None
    rule: Rule | None
    sentence: Say
    candidates: list[Candidate] = field(default_factory=list)


def choose_squad(question: Question, rules: Sequence[Rule], squads: Sequence[SquadFacts]) -> Decision:
    """The first rule, by priority, under which some squad can take the case decides."""
    if not question.self_dispatch:
        return Decision(None, None, _never_by_rule(question))
    seen: list[Candidate] = []
    for rule in sorted(rules, key=lambda r: (r.priority, r.code)):
        if not rule.applies_to(question):
            continue
        candidates = _candidates(question, rule, squads)
        seen += candidates
        chosen = next((c for c in candidates if c.verdict == Verdict.CHOSEN), None)
        if chosen:
            return Decision(chosen.squad, rule, _chosen_sentence(chosen.squad), seen)
    return Decision(None, None, _nobody(seen), seen)


def _names(listed: Sequence[str], *values: str) -> bool:
    return ANY in listed or any(value in listed for value in values)


def _candidates(question: Question, rule: Rule, squads: Sequence[SquadFacts]) -> list[Candidate]:
    """Every squad of the rule's kind with its verdict, best first."""
    able, others = [], []
    for squad in squads:
        if squad.kind != rule.target:
            continue
        refusal = _refusal(question, rule, squad)
        if refusal:
            others.append(Candidate(squad, rule.code, refusal))
        else:
            able.append(squad)
    able.sort(key=lambda s: (not s.has_jurisdiction, s.open_cases, s.code))
    others.sort(key=lambda c: (not c.squad.has_jurisdiction, c.squad.code))
    return [Candidate(squad, rule.code, _rank(squad, able[0])) for squad in able] + others


def _refusal(question: Question, rule: Rule, squad: SquadFacts) -> Verdict | None:
    if not _names(squad.capabilities, question.matter_code, question.major_code):
        return Verdict.NOT_CAPABLE
    if rule.target == SquadKind.DEPARTMENT and squad.unit_code != question.department_code:
        return Verdict.NOT_CAPABLE
    if rule.zone == Zone.JURISDICTION and not squad.has_jurisdiction:
        return Verdict.NO_JURISDICTION
    return None if squad.on_duty else Verdict.OFF_DUTY


def _rank(squad: SquadFacts, best: SquadFacts) -> Verdict:
    if squad is best:
        return Verdict.CHOSEN
    return Verdict.BUSIER if squad.has_jurisdiction == best.has_jurisdiction else Verdict.FARTHER


def _chosen_sentence(squad: SquadFacts) -> Say:
    if squad.kind == SquadKind.DEPARTMENT:
        where = Say("事项的承办部门", "the matter's own department")
    elif squad.has_jurisdiction:
        where = Say("辖区内", "in its jurisdiction")
    else:
        where = Say("跨辖区支援", "outside its jurisdiction")
    load = (
        Say("手上没有别的案件", "holds no other case")
        if squad.open_cases == 0
        else Say(f"手上 {squad.open_cases} 件", f"holds {squad.open_cases}")
    )
    return Say(
        f"派给{squad.name}：{where.zh}、在岗、{load.zh}", f"Sent to {squad.name}: {where.en}, on duty, {load.en}"
    )


def _never_by_rule(question: Question) -> Say:
    return Say(
        f"「{question.matter_name}」不自动派遣，等指挥中心派遣",
        f"“{question.matter_name}” is not routed by rule; it waits for the command centre",
    )


def _nobody(candidates: Sequence[Candidate]) -> Say:
    near = [c for c in candidates if c.verdict == Verdict.OFF_DUTY]
    if not near:
        return Say(
            "没有规则能派出这个案件，等指挥中心派遣", "No rule covers this case; it waits for the command centre"
        )
    names = list(dict.fromkeys(c.squad.name for c in near))
    return Say(
        f"没有在岗的队伍能接（{'、'.join(names)}不在岗），等指挥中心派遣",
        f"No squad on duty can take it ({', '.join(names)} off duty); it waits for the command centre",
    )
