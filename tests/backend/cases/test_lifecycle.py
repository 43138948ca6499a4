"""The life of a case against a table written by hand and by itself: what the field's rules say, not what the code does.

Every status and action is tried in every role by every way of holding it; every condition is tried both ways, alone and at
random together with all the others.
"""

from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases.actions import EFFECTS, PHASE_OF_ACTION, ROUTED_AFTER
from backend.cases.clocks import effect_of
from backend.cases.deciding import allowed_steps, decide_resident_step, decide_step
from backend.cases.guards import GUARDS
from backend.cases.lifecycle import QUIET_ACTIONS, REASONS, STEPS, steps_of
from backend.cases.needs import ASKED_IN
from backend.cases.terms import (
    ENDED_STATUSES,
    STATUS_WORDS,
    Action,
    Ask,
    CaseFacts,
    ClockEffect,
    Guard,
    Part,
    Standing,
    Status,
)
from backend.errors import Conflict, NotAllowed, Problem, Say
from backend.matters.models import Severity
from backend.permissions import Role
from tests.backend.cases.life_table import CONDITIONS, PERSONS_APART, ROWS

ME, OTHER = UUID(int=1), UUID(int=2)

BY_SYSTEM = {"report", "join", "self_handle", "route", "hand_over", "escalate"}
BY_RESIDENT = {row.action for row in ROWS if row.who == ["resident"]}
BY_STAFF = {row.action for row in ROWS} - BY_RESIDENT


def expected(case: CaseFacts, action: str, actor: Standing) -> tuple[str, set[str]]:
    """(`status`, {the one that follows}) or (`refused`, {codes that would be true})."""
    rows = [row for row in ROWS if row.action == action and row.who != ["resident"]]
    if not rows:
        return "refused", {"not_an_action"}
    mine = [row for row in rows if row.is_for(actor)]
    if not mine:
        return "refused", {"not_your_case"}
    here = [row for row in mine if case.status in row.sources]
    for row in here:
        if not row.failing(case, actor):
            return "status", {row.target or case.status}
    apart = [name for row in here or mine for name in row.failing(case, actor) if name in PERSONS_APART]
    if apart:
        return "refused", {CONDITIONS[name][1] for name in apart}
    codes = {CONDITIONS[name][1] for row in here for name in row.failing(case, actor)}
    return "refused", codes or {"wrong_state"}


def outcome(case: CaseFacts, action: Action, actor: Standing) -> tuple[str, str]:
    try:
        step, role = decide_step(case, action, actor)
    except (NotAllowed, Conflict) as problem:
        return "refused", problem.code
    assert role in actor.roles_for(step)
    assert step in steps_of(action)
    assert case.status in step.sources
    return "status", step.target or case.status


def disagreement(case: CaseFacts, action: Action, actor: Standing) -> Any:
    kind, which = expected(case, action, actor)
    got = outcome(case, action, actor)
    return None if got[0] == kind and got[1] in which else (case, action, actor, got, which)


HOLDINGS = ("grid", "lead", "side", "local")
NOBODY = Standing(staff_id=ME)
ONE_ROLE = [NOBODY] + [Standing(**{h: frozenset({role})}, staff_id=ME) for h, role in product(HOLDINGS, Role)]  # type: ignore[arg-type]


def test_every_status_and_action_in_every_role_however_it_is_held_is_as_the_table_says() -> None:
    pasts = [{"has_handled": h, "has_accepted": a} for h, a in product([False, True], repeat=2)]
    standings = [replace(s, **past) for s, past in product(ONE_ROLE, pasts)]
    standings += [replace(s, part=part) for s, part in product(ONE_ROLE, Part)]
    wrong = [
        found
        for status, action, standing in product(Status, Action, standings)
        if (found := disagreement(CaseFacts(status), action, standing))
    ]
    assert not wrong, wrong[:5]


# Each fact that a guard asks about, both ways and at its edges.
FLIPS: dict[str, list[Any]] = {
    "severity": [Severity.EMERGENCY, Severity.NORMAL],
    "held": [True, False],
    "merged_from": [None, Status.VERIFYING, Status.PENDING_FILING, Status.PENDING_DISPATCH, Status.PENDING_ACK],
    "filed": [True, False],
    "tier": [1, 2, 3, 4],
    "overdue": [False, True],
    "on_site": [False, True],
    "review_needed": [False, True],
    "extension_count": [0, 1, 2],
    "suspension_count": [0, 1],
    "reopened_count": [0, 1],
    "extension_asked": [False, True],
    "suspension_asked": [False, True],
    "void_asked_by": [None, ME, OTHER],
    "supervised": [False, True],
    "open_parts": [0, 1, 2],
    "answerable": [False, True],
    "from_staff": [False, True],
    "sampled": [False, True],
}
EVERY_ROLE = Standing(*(frozenset(Role) for _ in HOLDINGS), staff_id=ME)


def test_every_condition_is_tried_both_ways() -> None:
    for fact, values in FLIPS.items():
        for value, status, action in product(values, Status, Action):
            case = replace(CaseFacts(status), **{fact: value})
            assert not disagreement(case, action, replace(EVERY_ROLE, part=Part.TAKEN))
    fields = set(CaseFacts.__dataclass_fields__) - {"status"}
    assert set(FLIPS) == fields, "a new fact must be tried here too"


CASES = st.builds(CaseFacts, st.sampled_from(Status), **{fact: st.sampled_from(v) for fact, v in FLIPS.items()})
ROLES = st.frozensets(st.sampled_from(Role), max_size=3)
STANDINGS = st.builds(
    Standing,
    ROLES,
    ROLES,
    ROLES,
    ROLES,
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, *Part]),
    st.sampled_from([ME, OTHER]),
)


@given(CASES, STANDINGS)
def test_anything_at_all_is_decided_as_the_table_says(case: CaseFacts, actor: Standing) -> None:
    for action in Action:
        assert not disagreement(case, action, actor)


@given(CASES, STANDINGS)
def test_what_is_offered_is_exactly_what_would_be_taken(case: CaseFacts, actor: Standing) -> None:
    offered = {step.action: step for step in allowed_steps(case, actor)}
    for action in Action:
        try:
            step, _role = decide_step(case, action, actor)
        except Problem:
            assert action not in offered
        else:
            assert offered[action] == step


@given(CASES)
def test_a_resident_may_do_what_the_table_says_and_nothing_else(case: CaseFacts) -> None:
    for action in Action:
        rows = [row for row in ROWS if row.action == action and row.who == ["resident"] and case.status in row.sources]
        good = next((row for row in rows if not row.failing(case, NOBODY)), None)
        try:
            step = decide_resident_step(case, action)
        except NotAllowed:
            assert action not in BY_RESIDENT
        except Conflict:
            assert action in BY_RESIDENT
            assert good is None
        else:
            assert good
            assert (step.target, step.clock) == (good.target, good.clock)


# Separation of powers, said once more in the field's own words


HANDLING = {
    "claim", "acknowledge", "arrive", "feedback", "review_pass", "review_return", "co_acknowledge", "co_arrive",
    "co_feedback",
}  # fmt: skip


@given(CASES, STANDINGS)
def test_whoever_accepted_a_case_never_handles_it_and_whoever_handled_it_never_accepts_or_inspects(
    case: CaseFacts, actor: Standing
) -> None:
    allowed = {step.action.value for step in allowed_steps(case, actor)}
    if actor.has_accepted:
        assert not allowed & (HANDLING | {"pass", "fail"})
    if actor.has_handled:
        assert not allowed & {"file", "pass", "fail", "grant_extension", "grant_suspension", "force_close"}
    if case.void_asked_by == actor.staff_id:
        assert "confirm_void" not in allowed


def test_a_squad_role_over_a_grid_gives_nothing_and_a_worker_of_the_place_is_not_its_holder() -> None:
    neighbour = Standing(grid=frozenset({Role.SQUAD_MEMBER, Role.SQUAD_LEADER}), staff_id=ME)
    administrator = Standing(grid=frozenset({Role.ADMINISTRATOR}), staff_id=ME)
    for status in Status:
        assert allowed_steps(CaseFacts(status), neighbour) == []
        assert allowed_steps(CaseFacts(status), administrator) == []
    worker = Standing(grid=frozenset({Role.WORKER}), staff_id=ME)
    assert [s.action for s in allowed_steps(CaseFacts(Status.HANDLING), worker)] == ["remind"]


# The main button

MAIN: list[tuple[str, str, str, dict[str, Any], str | None]] = [
    # holding, role, status, facts, the first step offered
    ("grid", "worker", "verifying", {}, "verify_found"),
    ("grid", "inspector", "verifying", {}, "verify_found"),
    ("grid", "worker", "pending_inspection", {}, "pass"),
    ("grid", "inspector", "pending_inspection", {}, "pass"),
    ("grid", "inspector", "pending_inspection", {"open_parts": 1}, "fail"),
    ("grid", "worker", "handling", {}, "remind"),
    ("grid", "operator", "verifying", {}, "waive_verification"),
    ("grid", "operator", "verifying", {"severity": Severity.EMERGENCY}, "dispatch"),
    ("grid", "operator", "pending_filing", {}, "file"),
    ("grid", "operator", "pending_dispatch", {}, "dispatch"),
    ("grid", "operator", "pending_ack", {}, "reassign"),
    ("grid", "operator", "pending_ack", {"filed": False}, "file"),
    ("grid", "operator", "handling", {"extension_asked": True}, "grant_extension"),
    ("grid", "operator", "handling", {"suspension_asked": True}, "grant_suspension"),
    ("grid", "operator", "suspended", {}, "resume"),
    ("grid", "operator", "merged", {}, "unmerge"),
    ("grid", "operator", "closed", {}, "reopen"),
    ("grid", "operator", "closed", {"reopened_count": 1}, None),
    ("lead", "squad_member", "pending_ack", {}, "acknowledge"),
    ("lead", "squad_leader", "pending_ack", {}, "acknowledge"),
    ("lead", "worker", "pending_ack", {}, "acknowledge"),
    ("lead", "squad_member", "handling", {}, "arrive"),
    ("lead", "squad_member", "handling", {"on_site": True}, "feedback"),
    ("lead", "worker", "handling", {"on_site": True}, "feedback"),
    ("lead", "squad_member", "rework", {}, "acknowledge"),
    ("lead", "squad_leader", "pending_review", {}, "review_pass"),
    ("lead", "squad_member", "pending_review", {}, None),
    ("lead", "squad_leader", "suspended", {}, "resume"),
    ("lead", "squad_member", "closed", {}, None),
    ("side", "squad_member", "handling", {}, "co_acknowledge"),
    ("local", "squad_member", "pending_dispatch", {}, "claim"),
    ("local", "squad_member", "handling", {}, None),
]


@pytest.mark.parametrize(("holding", "role", "status", "facts", "main"), MAIN)
def test_the_first_step_offered_is_the_one_a_person_came_for(
    holding: str, role: str, status: str, facts: dict[str, Any], main: str | None
) -> None:
    part = Part.NEW if holding == "side" else None
    actor = Standing(**{holding: frozenset({Role(role)})}, part=part, staff_id=ME)  # type: ignore[arg-type]
    offered = [step.action for step in allowed_steps(CaseFacts(Status(status), **facts), actor)]
    assert offered[:1] == ([main] if main else [])


# The table itself


def test_the_code_has_exactly_the_rows_of_this_table() -> None:
    ours = {(r.action, frozenset(r.sources), r.target, r.clock) for r in ROWS}
    theirs = {(s.action, s.sources, s.target, s.clock) for s in STEPS if s.roles or s.resident}
    assert {a: (t, c) for a, _, t, c in ours - theirs} == {}
    assert {a: (t, c) for a, _, t, c in theirs - ours} == {}
    assert {step.action for step in STEPS} == set(Action)
    assert {s.action.value for s in STEPS if s.system and not s.roles} == BY_SYSTEM
    assert {action.value for action in Action} == BY_SYSTEM | BY_STAFF | BY_RESIDENT


def test_every_status_and_step_has_words_in_both_languages() -> None:
    said: list[Say] = [
        *STATUS_WORDS.values(),
        *(step.label for step in STEPS),
        *(rule.sentence for rule in GUARDS.values()),
        *(say for reasons in REASONS.values() for say in reasons.values()),
        *(sentence for _field, sentence in ASKED_IN.values()),
    ]
    assert set(STATUS_WORDS) == set(Status)
    for say in said:
        assert say.zh.strip(), say
        assert say.en.strip(), say
        assert say.zh != say.en
        assert not set(say.zh) & set(",;!?:"), f"half-width punctuation in {say.zh}"
        assert not set(say.en) & set("，；！？：。、"), f"full-width punctuation in {say.en}"
        assert say.en.isascii() or "“" in say.en or "’" in say.en


def test_reasons_are_there_exactly_where_they_are_asked_for() -> None:
    asked = {step.action for step in STEPS if Ask.REASON in step.asks}
    assert set(REASONS) == asked
    assert all(len(reasons) >= 2 for reasons in REASONS.values())
    assert all(len(code) <= 32 for reasons in REASONS.values() for code in reasons)


def test_every_guard_has_a_rule_and_is_used() -> None:
    assert set(GUARDS) == set(Guard) == {guard for step in STEPS for guard in step.guards}


def test_every_action_of_a_person_has_an_effect_and_no_other_has() -> None:
    assert {action.value for action in EFFECTS} == BY_STAFF
    assert set(PHASE_OF_ACTION) | ROUTED_AFTER <= set(EFFECTS)
    # Whatever can lead a case back to waiting is either sent on by rule or left to the command centre on purpose.
    back = {s.action for s in STEPS if s.target == Status.PENDING_DISPATCH and s.roles}
    assert back - ROUTED_AFTER == {Action.RAISE_TIER}


def test_the_clocks_read_back_from_a_history_what_the_table_said() -> None:
    for step in STEPS:
        for source in step.sources or {None}:
            target = step.target or source
            assert target
            twins = {
                s.clock for s in steps_of(step.action) if (source in s.sources or not source) and s.target == target
            }
            assert effect_of(step.action, source, target) in (twins or {step.clock}), step


def test_a_quiet_step_moves_nothing_and_only_its_clock_may_change() -> None:
    for step in STEPS:
        if step.quiet:
            assert step.target is None
    # An action is quiet as a whole or moves as a whole, save where it does both; there the move is never quiet.
    mixed = {s.action for s in STEPS if s.quiet} & {s.action for s in STEPS if not s.quiet}
    assert mixed == {Action.FILE, Action.NOT_SATISFIED}
    assert Action.RECATEGORISE not in QUIET_ACTIONS, "another matter asks other photos and another time"


def test_what_has_ended_is_left_only_by_the_doors_that_are_meant_to() -> None:
    leaving = {(s.action, src) for s in STEPS for src in s.sources & ENDED_STATUSES if s.target}
    assert leaving == {
        (Action.UNMERGE, Status.MERGED), (Action.REOPEN, Status.CLOSED), (Action.NOT_SATISFIED, Status.CLOSED)
    }  # fmt: skip
    for step in STEPS:
        if step.target in ENDED_STATUSES:
            assert step.clock == ClockEffect.STOP, step


def test_every_status_can_be_reached_and_every_open_one_can_be_carried_to_an_end() -> None:
    moves = {(s, step.target) for step in STEPS for s in step.sources if step.target}
    reached = {step.target for step in STEPS if not step.sources}
    while more := {t for s, t in moves if s in reached} - reached:
        reached |= more
    assert reached == set(Status)
    ending = set(ENDED_STATUSES)
    while more := {s for s, t in moves if t in ending} - ending:
        ending |= more
    assert ending == set(Status)
