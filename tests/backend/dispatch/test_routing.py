"""Which squad gets a case: a table of situations with the answer and its reason, and what holds for all of them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.dispatch.models import Zone
from backend.dispatch.routing import Decision, Question, Rule, SquadFacts, Verdict, choose_squad
from backend.matters.models import Severity
from backend.staff.models import SquadKind

ALL_ROUND, DEPARTMENT = SquadKind.ALL_ROUND, SquadKind.DEPARTMENT
R1 = Rule("R1", 1, "特急", ("*",), ("emergency",), Zone.TOWN, ALL_ROUND)
R2 = Rule("R2", 2, "本辖区", ("*",), ("*",), Zone.JURISDICTION, ALL_ROUND)
R3 = Rule("R3", 3, "部门兜底", ("*",), ("*",), Zone.TOWN, DEPARTMENT)
RULES = [R1, R2, R3]
GARBAGE = Question("E0110", "暴露生活垃圾", "E01", "sanitation", True, Severity.NORMAL, "206003", "璜塘村第3网格")


def squad(code: str, **facts: Any) -> SquadFacts:
    given_ = {
        "name": f"{code}队",
        "unit_code": "enforcement",
        "kind": ALL_ROUND,
        "capabilities": ("*",),
        "on_duty": True,
        "has_jurisdiction": False,
        "open_cases": 0,
    }
    return SquadFacts(code=code, **given_ | facts)


OWN = squad("own", has_jurisdiction=True)
OTHER = squad("other")
TEAM = squad("team", kind=DEPARTMENT, unit_code="sanitation", capabilities=("E01", "C03"), has_jurisdiction=True)
WRONG_TEAM = squad("wrong-team", kind=DEPARTMENT, unit_code="market", capabilities=("*",), has_jurisdiction=True)


def off(facts: SquadFacts) -> SquadFacts:
    return replace(facts, on_duty=False)


def busy(facts: SquadFacts, open_cases: int) -> SquadFacts:
    return replace(facts, open_cases=open_cases)


URGENT = replace(GARBAGE, severity=Severity.EMERGENCY)

# What is asked, of whom, who gets it by which rule, and a piece of the sentence.
TABLE: dict[str, tuple[Question, list[SquadFacts], str | None, str | None, str]] = {
    "own squad on duty": (GARBAGE, [OTHER, OWN, TEAM], "own", "R2", "派给own队：辖区内、在岗、手上没有别的案件"),
    "load is told": (GARBAGE, [busy(OWN, 7)], "own", "R2", "手上 7 件"),
    "a busy own squad is not relieved by a free neighbour": (GARBAGE, [busy(OWN, 99), OTHER], "own", "R2", "辖区内"),
    "an emergency too prefers its own squad": (URGENT, [OTHER, busy(OWN, 9)], "own", "R1", "辖区内"),
    "an emergency crosses jurisdictions": (URGENT, [off(OWN), OTHER], "other", "R1", "跨辖区支援、在岗"),
    "an emergency goes to the less busy helper": (
        URGENT, [off(OWN), busy(OTHER, 2), busy(squad("third"), 1)], "third", "R1", "手上 1 件",
    ),
    "anything else does not cross": (GARBAGE, [off(OWN), OTHER], None, None, "没有在岗的队伍能接（own队不在岗）"),
    "of two own squads the less busy": (GARBAGE, [busy(OWN, 3), replace(OWN, code="own-2", open_cases=2)], "own-2", "R2", ""),
    "of two alike the first by code": (GARBAGE, [replace(OWN, code="b"), replace(OWN, code="a")], "a", "R2", ""),
    "the department steps in": (GARBAGE, [off(OWN), OTHER, TEAM], "team", "R3", "事项的承办部门、在岗"),
    "only the matter's own department": (GARBAGE, [off(OWN), WRONG_TEAM], None, None, "own队不在岗"),
    "only a team that can": (
        GARBAGE, [off(OWN), replace(TEAM, capabilities=("C03", "E02"))], None, None, "own队不在岗",
    ),
    "a team by the very matter": (GARBAGE, [replace(TEAM, capabilities=("E0110",))], "team", "R3", ""),
    "a squad that cannot": (GARBAGE, [replace(OWN, capabilities=("E02",)), TEAM], "team", "R3", ""),
    "everybody asleep": (GARBAGE, [off(OWN), off(TEAM)], None, None, "（own队、team队不在岗）"),
    "nobody at all": (GARBAGE, [], None, None, "没有规则能派出这个案件，等指挥中心派遣"),
    "never by rule": (
        replace(GARBAGE, self_dispatch=False), [OWN, TEAM], None, None, "「暴露生活垃圾」不自动派遣，等指挥中心派遣",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_situation(name: str) -> None:
    question, squads, code, rule, sentence = TABLE[name]
    decision = choose_squad(question, RULES, squads)
    assert decision.squad == next((s for s in squads if s.code == code), None)
    assert decision.rule == next((r for r in RULES if r.code == rule), None)
    assert sentence in decision.sentence.zh


def verdicts(decision: Decision) -> list[tuple[str, str, str]]:
    return [(c.rule_code, c.squad.code, c.verdict) for c in decision.candidates]


def test_every_candidate_is_kept_with_its_reason_best_first() -> None:
    decision = choose_squad(
        GARBAGE,
        RULES,
        [off(replace(OWN, code="asleep")), replace(OWN, capabilities=("C01",)), OTHER, TEAM, off(WRONG_TEAM)],
    )
    assert verdicts(decision) == [
        ("R2", "asleep", Verdict.OFF_DUTY),
        ("R2", "own", Verdict.NOT_CAPABLE),
        ("R2", "other", Verdict.NO_JURISDICTION),
        ("R3", "team", Verdict.CHOSEN),
        ("R3", "wrong-team", Verdict.NOT_CAPABLE),
    ]
    emergency = choose_squad(URGENT, RULES, [OTHER, busy(OWN, 5), busy(replace(OWN, code="own-2"), 8), off(squad("z"))])
    assert verdicts(emergency) == [
        ("R1", "own", Verdict.CHOSEN),
        ("R1", "own-2", Verdict.BUSIER),
        ("R1", "other", Verdict.FARTHER),
        ("R1", "z", Verdict.OFF_DUTY),
    ]


def test_rules_are_tried_by_priority_and_only_if_they_apply() -> None:
    only_litter = replace(R3, code="R0", priority=0, matters=("E0110", "E02"))
    assert choose_squad(GARBAGE, [R2, only_litter], [OWN, TEAM]).squad == TEAM
    by_major = replace(only_litter, matters=("E01",))
    assert choose_squad(GARBAGE, [R2, by_major], [OWN, TEAM]).squad == TEAM
    elsewhere = replace(only_litter, matters=("E011", "E0", "C01"))
    assert choose_squad(GARBAGE, [R2, elsewhere], [OWN, TEAM]).squad == OWN
    same_priority = replace(R3, code="R2a", priority=2)
    assert choose_squad(GARBAGE, [same_priority, R2], [OWN, TEAM]).squad == OWN


def test_without_rules_nothing_is_sent() -> None:
    assert choose_squad(GARBAGE, [], [OWN]).squad is None


# What holds for every situation

CAPABILITIES = st.lists(st.sampled_from(["*", "E0110", "E01", "E02", "C03"]), max_size=3).map(tuple)
SQUADS = st.lists(
    st.builds(
        squad,
        st.sampled_from([f"s{n}" for n in range(9)]),
        unit_code=st.sampled_from(["enforcement", "sanitation", "market"]),
        kind=st.sampled_from(SquadKind),
        capabilities=CAPABILITIES,
        on_duty=st.booleans(),
        has_jurisdiction=st.booleans(),
        open_cases=st.integers(0, 3),
    ),
    max_size=7,
    unique_by=lambda s: s.code,
)
QUESTIONS = st.builds(
    replace, st.just(GARBAGE), severity=st.sampled_from(Severity), self_dispatch=st.sampled_from([True, True, False])
)
SOME_RULES = st.lists(
    st.builds(
        Rule,
        st.sampled_from([f"R{n}" for n in range(9)]),
        st.integers(1, 4),
        st.just("规则"),
        st.sampled_from([("*",), ("E01",), ("E0110",), ("E02",)]),
        st.sampled_from([("*",), ("emergency",), ("normal", "minor")]),
        st.sampled_from(Zone),
        st.sampled_from(SquadKind),
    ),
    max_size=4,
    unique_by=lambda r: r.code,
)


@given(QUESTIONS, SOME_RULES, SQUADS, st.data())
def test_the_order_of_rules_and_squads_changes_nothing(
    question: Question, rules: list[Rule], squads: list[SquadFacts], data: st.DataObject
) -> None:
    shuffled = choose_squad(question, data.draw(st.permutations(rules)), data.draw(st.permutations(squads)))
    assert shuffled == choose_squad(question, rules, squads)


@given(QUESTIONS, SOME_RULES, SQUADS)
def test_whoever_is_chosen_is_on_duty_can_do_it_and_is_the_best_of_its_rule(
    question: Question, rules: list[Rule], squads: list[SquadFacts]
) -> None:
    decision = choose_squad(question, rules, squads)
    chosen, rule = decision.squad, decision.rule
    assert (chosen is None) == (rule is None)
    assert sum(c.verdict == Verdict.CHOSEN for c in decision.candidates) == (chosen is not None)
    if chosen is None or rule is None:
        return
    assert question.self_dispatch
    assert chosen.on_duty
    assert {"*", "E0110", "E01"} & set(chosen.capabilities)
    assert chosen.kind == rule.target
    assert chosen.kind == ALL_ROUND or chosen.unit_code == question.department_code
    assert chosen.has_jurisdiction or rule.zone == Zone.TOWN
    rivals = [c.squad for c in decision.candidates if c.verdict in {Verdict.BUSIER, Verdict.FARTHER}]
    for rival in rivals:
        assert (not chosen.has_jurisdiction, chosen.open_cases, chosen.code) < (
            not rival.has_jurisdiction,
            rival.open_cases,
            rival.code,
        )


@given(QUESTIONS, SOME_RULES, SQUADS)
def test_sending_nobody_means_that_nobody_could_go(
    question: Question, rules: list[Rule], squads: list[SquadFacts]
) -> None:
    decision = choose_squad(question, rules, squads)
    if decision.squad is None and question.self_dispatch:
        assert all(
            c.verdict in {Verdict.OFF_DUTY, Verdict.NO_JURISDICTION, Verdict.NOT_CAPABLE} for c in decision.candidates
        )
        assert decision.sentence.zh.endswith("等指挥中心派遣")
