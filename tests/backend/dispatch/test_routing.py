"""Which squad gets a case: a table of situations with the answer and its reason, and what holds for all of them."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.clock import SHANGHAI
from backend.dispatch.routing import (
    Decision,
    PersonFacts,
    Question,
    SquadFacts,
    Verdict,
    choose_squad,
    order_of,
    points_to,
    serves_town,
    speaks_of,
)
from backend.dispatch.rules import Moment, Rule, Target, TargetKind, Window
from backend.matters.models import Severity
from backend.staff.models import Duty, SquadKind

ALL_ROUND, DEPARTMENT = SquadKind.ALL_ROUND, SquadKind.DEPARTMENT
OWN_SQUADS, TOWN_SQUADS = Target(TargetKind.OWN_SQUADS), Target(TargetKind.TOWN_SQUADS)
OWN_DEPARTMENT = Target(TargetKind.DEPARTMENT)
R1 = Rule("R1", 1, "特急", TOWN_SQUADS, severities=(Severity.EMERGENCY,))
R2 = Rule("R2", 2, "本辖区", OWN_SQUADS)
R3 = Rule("R3", 3, "部门兜底", OWN_DEPARTMENT)
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
    return [(c.rule_code, c.squad.code, c.verdict) for c in decision.candidates if c.squad]


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


HERE = replace(GARBAGE, lng=120.3, lat=31.8)


def at(facts: SquadFacts, distance_m: float, age_s: int = 60) -> SquadFacts:
    return replace(facts, distance_m=distance_m, position_age_s=age_s)


def test_of_two_with_as_much_to_do_the_nearer_goes_and_the_sentence_says_how_far_it_is() -> None:
    near, far = at(replace(OWN, code="z", name="二中队"), 320), at(OWN, 2500)
    decision = choose_squad(HERE, RULES, [busy(far, 1), busy(near, 1)])
    assert decision.sentence.zh == "派给二中队：辖区内、在岗、手上 1 件、距 320 米"
    assert verdicts(decision) == [("R2", "z", Verdict.CHOSEN), ("R2", "own", Verdict.MORE_DISTANT)]
    assert decision.shortfalls == []
    assert choose_squad(HERE, RULES, [far, busy(near, 1)]).squad == far, "fewer cases come before a shorter way"


def test_a_stale_or_missing_position_is_told_and_not_counted() -> None:
    unknown, fresh = replace(OWN, code="b", name="b队"), at(replace(OWN, code="c", name="c队"), 9000, 30 * 60)
    stale = at(OWN, 10, 52 * 60)
    decision = choose_squad(HERE, RULES, [stale, unknown, fresh])
    assert decision.squad == fresh
    assert {c.name: c.reason.zh for c in decision.candidates} == {
        "c队": "选中",
        "own队": "可派，其余条件相同，排在后面；位置 52 分钟前，未计距离",
        "b队": "可派，其余条件相同，排在后面；没有位置，未计距离",
    }
    assert [s.zh for s in decision.shortfalls] == ["b队没有位置，未计距离", "own队位置 52 分钟前，未计距离"]
    assert choose_squad(GARBAGE, RULES, [unknown]).shortfalls == [], "without a place there is no distance to miss"


def test_a_squad_all_of_whose_people_are_busy_is_passed_over() -> None:
    engaged = replace(OWN, free=False)
    decision = choose_squad(GARBAGE, RULES, [engaged, TEAM])
    assert decision.squad == TEAM
    assert verdicts(decision)[0] == ("R2", "own", Verdict.NOT_FREE)
    assert choose_squad(GARBAGE, RULES, [engaged]).sentence.zh == "此刻没有人能接（own队都在忙），等指挥中心派遣"


def test_a_squad_that_sent_the_case_back_does_not_get_it_again() -> None:
    again = replace(GARBAGE, sent_back_by=("own",))
    decision = choose_squad(again, RULES, [OWN, off(TEAM)])
    assert decision.squad is None
    assert verdicts(decision)[0] == ("R2", "own", Verdict.SENT_BACK)
    assert decision.sentence.zh == "此刻没有人能接（team队不在岗；own队退回过），等指挥中心派遣"


def test_one_squad_or_one_units_squads_take_it_within_their_jurisdiction() -> None:
    named = Rule("N", 1, "专人", Target(TargetKind.SQUAD, "own"))
    assert choose_squad(GARBAGE, [named], [OTHER, OWN]).squad == OWN
    assert choose_squad(GARBAGE, [replace(named, target=Target(TargetKind.SQUAD, "other"))], [OTHER, OWN]).squad is None
    unit = replace(named, target=Target(TargetKind.UNIT, "sanitation"))
    decision = choose_squad(GARBAGE, [unit], [OWN, TEAM, WRONG_TEAM])
    assert (decision.squad, len(decision.candidates)) == (TEAM, 1)


def test_help_comes_from_the_town_not_from_beyond() -> None:
    beyond = replace(OTHER, in_town=False)
    assert choose_squad(URGENT, RULES, [off(OWN), beyond]).squad is None
    path = "320281/320281104/320281104206/320281104206003"
    assert serves_town(["320281/320281104/320281104200"], path)
    assert serves_town(["320281"], path)
    assert serves_town([], path)
    assert not serves_town(["320281/320281105"], path)


CHIEF = Rule("D", 1, "网格长", Target(TargetKind.DUTY, "grid_chief"), severities=(Severity.NORMAL,))


def person(name: str, steps: int, duty: Duty = Duty.GRID_CHIEF, **more: Any) -> PersonFacts:
    return PersonFacts(UUID(int=ord(name)), name, duty, f"上{steps}级", steps, **more)


def test_a_duty_of_the_grid_takes_it_where_it_is_held_nearest() -> None:
    team = [
        person("丙", 2),
        person("乙", 1),
        person("甲", 1),
        person("丁", 0, on_leave=True),
        person("戊", 0, Duty.GRID_WORKER),
    ]
    decision = choose_squad(GARBAGE, [CHIEF, R2], [OWN], team)
    assert (decision.squad, decision.duty, decision.rule) == (None, Duty.GRID_CHIEF, CHIEF)
    assert decision.sentence.zh == "派给网格长：上1级，共 2 人"
    assert [(c.name, c.verdict) for c in decision.candidates] == [
        ("丁", Verdict.ON_LEAVE), ("乙", Verdict.CHOSEN), ("甲", Verdict.CHOSEN), ("丙", Verdict.HIGHER_UP)
    ]  # fmt: skip
    assert choose_squad(GARBAGE, [CHIEF, R2], [OWN], team[3:]).squad == OWN, "nobody there: the next rule"
    assert choose_squad(replace(GARBAGE, sent_back_by=("grid_chief",)), [CHIEF, R2], [OWN], team).squad == OWN


def test_a_rule_speaks_of_its_grids_only() -> None:
    inside = replace(GARBAGE, within=("320281", "320281104", "320281104206", "320281104206003", "LP01"))
    for code in (*inside.within,):
        assert choose_squad(inside, [replace(R2, grids=("x", code))], [OWN]).squad == OWN
    assert choose_squad(inside, [replace(R2, grids=("320281104207",))], [OWN]).squad is None


# Hours of a rule

NIGHT = Window((4,), time(22), time(6))
OFF_DAYS = Window((), time(0), time(0), days_off_only=True)
HOURS: list[tuple[Window, str, bool, bool, bool]] = [
    # window, local moment, day off, day before off, holds
    (Window((0,), time(8), time(12)), "2026-11-23T08:00", False, True, True),
    (Window((0,), time(8), time(12)), "2026-11-23T12:00", False, True, False),
    (Window((0,), time(8), time(12)), "2026-11-24T09:00", False, False, False),
    (Window((), time(8), time(12)), "2026-11-24T09:00", False, False, True),
    (NIGHT, "2026-11-27T22:00", False, False, True),
    (NIGHT, "2026-11-28T05:59", True, False, True),
    (NIGHT, "2026-11-28T06:00", True, False, False),
    (NIGHT, "2026-11-27T05:59", False, False, False),
    (NIGHT, "2026-11-28T23:00", True, False, False),
    (OFF_DAYS, "2026-11-28T00:00", True, False, True),
    (OFF_DAYS, "2026-11-28T23:59", True, False, True),
    (OFF_DAYS, "2026-11-27T23:59", False, False, False),
    (Window((), time(20), time(8), days_off_only=True), "2026-11-30T07:59", False, True, True),
    (Window((), time(20), time(8), days_off_only=True), "2026-11-28T07:59", True, False, False),
]


@pytest.mark.parametrize(("window", "local", "day_off", "day_before_off", "holds"), HOURS)
def test_hours_hold_when_they_say(window: Window, local: str, day_off: bool, day_before_off: bool, holds: bool) -> None:
    moment = Moment(datetime.fromisoformat(f"{local}+08:00"), day_off, day_before_off)
    assert window.holds(moment) == holds
    there = replace(GARBAGE, moment=moment)
    assert (choose_squad(there, [replace(R2, windows=(window,))], [OWN]).squad == OWN) == holds


def test_a_rule_with_hours_is_silent_where_the_time_is_not_known() -> None:
    assert choose_squad(GARBAGE, [replace(R2, windows=(OFF_DAYS,))], [OWN]).squad is None


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
        in_town=st.booleans(),
        free=st.sampled_from([True, True, False]),
        distance_m=st.one_of(st.none(), st.floats(0, 1e5)),
        position_age_s=st.one_of(st.none(), st.integers(0, 7200)),
    ),
    max_size=7,
    unique_by=lambda s: s.code,
)
MIDNIGHT = datetime(2026, 1, 1, tzinfo=SHANGHAI)
MOMENTS = st.builds(
    Moment,
    st.integers(0, 366 * 24 * 60).map(lambda minutes: MIDNIGHT + timedelta(minutes=minutes)),
    st.booleans(),
    st.booleans(),
)
QUESTIONS = st.builds(
    replace,
    st.sampled_from([GARBAGE, HERE]),
    severity=st.sampled_from(Severity),
    self_dispatch=st.sampled_from([True, True, False]),
    within=st.sampled_from([(), ("a",), ("a", "b")]),
    moment=st.one_of(st.none(), MOMENTS),
    sent_back_by=st.sampled_from([(), ("s1",), ("s1", "s2", "grid_chief")]),
)
TARGETS = [
    *(Target(kind) for kind in (TargetKind.OWN_SQUADS, TargetKind.TOWN_SQUADS, TargetKind.DEPARTMENT)),
    Target(TargetKind.SQUAD, "s1"),
    Target(TargetKind.UNIT, "sanitation"),
    Target(TargetKind.DUTY, "grid_chief"),
]
TEAMS = st.lists(
    st.builds(person, st.sampled_from("甲乙丙丁"), st.integers(0, 3), on_leave=st.booleans()),
    max_size=3,
    unique_by=lambda p: p.name,
)
WINDOWS = st.builds(
    Window,
    st.lists(st.integers(0, 6), max_size=3).map(tuple),
    st.times(),
    st.times(),
    st.booleans(),
)
SOME_RULES = st.lists(
    st.builds(
        Rule,
        st.sampled_from([f"R{n}" for n in range(9)]),
        st.integers(1, 4),
        st.just("规则"),
        st.sampled_from(TARGETS),
        st.sampled_from([("*",), ("E01",), ("E0110",), ("E02",)]),
        severities=st.sampled_from([(), (Severity.EMERGENCY,), (Severity.NORMAL, Severity.MINOR)]),
        grids=st.sampled_from([(), ("a",), ("b", "c")]),
        windows=st.lists(WINDOWS, max_size=1).map(tuple),
    ),
    max_size=4,
    unique_by=lambda r: r.code,
)


@given(QUESTIONS, SOME_RULES, SQUADS, TEAMS, st.data())
def test_the_order_of_rules_squads_and_people_changes_nothing(
    question: Question, rules: list[Rule], squads: list[SquadFacts], team: list[PersonFacts], data: st.DataObject
) -> None:
    mixed = [data.draw(st.permutations(facts)) for facts in (rules, squads, team)]
    assert choose_squad(question, *mixed) == choose_squad(question, rules, squads, team)


@given(QUESTIONS, SOME_RULES, SQUADS, TEAMS)
def test_whoever_is_chosen_can_take_it_and_is_the_best_of_its_rule(
    question: Question, rules: list[Rule], squads: list[SquadFacts], team: list[PersonFacts]
) -> None:
    decision = choose_squad(question, rules, squads, team)
    chosen, rule = decision.squad, decision.rule
    assert (rule is not None) == (chosen is not None) + (decision.duty is not None), "exactly one winner, or none"
    assert sum(c.verdict == Verdict.CHOSEN and c.squad is not None for c in decision.candidates) == (chosen is not None)
    if rule is not None:
        assert {c.rule_code for c in decision.candidates if c.verdict == Verdict.CHOSEN} == {rule.code}
        assert rule.holds_at(question.moment)
        assert not rule.grids or set(rule.grids) & set(question.within)
    if chosen is None or rule is None:
        return
    assert question.self_dispatch
    assert chosen.on_duty
    assert chosen.free
    assert chosen.code not in question.sent_back_by
    assert {"*", "E0110", "E01"} & set(chosen.capabilities)
    kind = rule.target.kind
    assert kind != TargetKind.DEPARTMENT or (chosen.kind == DEPARTMENT and chosen.unit_code == question.department_code)
    assert chosen.kind == ALL_ROUND or kind not in {TargetKind.OWN_SQUADS, TargetKind.TOWN_SQUADS}
    assert chosen.has_jurisdiction or kind in {TargetKind.TOWN_SQUADS, TargetKind.DEPARTMENT}
    assert rule.target.code in {None, chosen.code, chosen.unit_code}
    rivals = [c.squad for c in decision.candidates if c.rule_code == rule.code and c.verdict in SECOND_BEST and c.squad]
    for rival in rivals:
        assert order_of(chosen) < order_of(rival)


SECOND_BEST = {Verdict.BUSIER, Verdict.FARTHER, Verdict.MORE_DISTANT, Verdict.ALIKE}


@given(QUESTIONS, SOME_RULES, SQUADS, TEAMS)
def test_sending_nobody_means_that_nobody_could_go(
    question: Question, rules: list[Rule], squads: list[SquadFacts], team: list[PersonFacts]
) -> None:
    decision = choose_squad(question, rules, squads, team)
    if decision.rule is None:
        assert not {c.verdict for c in decision.candidates} & (SECOND_BEST | {Verdict.CHOSEN, Verdict.HIGHER_UP})
        assert decision.sentence.zh.endswith("等指挥中心派遣")


@given(QUESTIONS, SOME_RULES, SQUADS, TEAMS, st.sampled_from(TARGETS))
def test_a_rule_added_at_the_end_never_changes_a_decided_case(
    question: Question, rules: list[Rule], squads: list[SquadFacts], team: list[PersonFacts], target: Target
) -> None:
    decision = choose_squad(question, rules, squads, team)
    if decision.rule is not None:
        assert choose_squad(question, [*rules, Rule("Z", 99, "最后", target)], squads, team) == decision


@given(QUESTIONS, SOME_RULES, SQUADS, TEAMS)
def test_every_squad_that_was_looked_at_has_a_reason(
    question: Question, rules: list[Rule], squads: list[SquadFacts], team: list[PersonFacts]
) -> None:
    decision = choose_squad(question, rules, squads, team)
    assert all(c.reason.zh and c.reason.en and c.name for c in decision.candidates)
    tried = [
        r
        for r in rules
        if decision.rule is None or (r.priority, r.code) <= (decision.rule.priority, decision.rule.code)
    ]
    looked_at = {(r.code, s.code) for r in tried if speaks_of(r, question) for s in squads if points_to(r, s)}
    assert {(c.rule_code, c.squad.code) for c in decision.candidates if c.squad} == (
        looked_at if question.self_dispatch else set()
    )
