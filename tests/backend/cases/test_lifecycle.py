"""The life of a case against a table written by hand and by itself: what the field's rules say, not what the code does.

Every status and action is tried in every role by every way of holding it; every condition is tried both ways, alone and at
random together with all the others.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple
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

ME, OTHER = UUID(int=1), UUID(int=2)

LETTERS = dict(
    zip(
        "VFDAHSRIWCXOM",
        [
            "verifying", "pending_filing", "pending_dispatch", "pending_ack", "handling", "suspended", "pending_review",
            "pending_inspection", "rework", "closed", "declined", "voided", "merged",
        ],
        strict=True,
    )
)  # fmt: skip

# Who: `operator` and `eyes` (inspector, worker) over the case's grid; `holder` (squad member, leader, worker of the grid
# team) and `leader` among those who hold it; `side` in a squad with a part of it; `local` in a squad of the place; `resident`.
# `=` stays where it is. Of an action's rows the first counts whose conditions hold. Clock: what it does to the clocks.
TABLE = """
verify_found       | V        | F | eyes            |                               | stop_verify
verify_absent      | V        | F | eyes            |                               | stop_verify
verify_unable      | V        | F | eyes            |                               | stop_verify
waive_verification | V        | F | operator        |                               | stop_verify
send_verification  | F        | V | operator        |                               | start_verify
file               | F        | D | operator        | not_handler                   | keep
file               | DAHSRIW  | = | operator        | unfiled not_handler           | keep
decline            | VF       | X | operator        |                               | stop
dispatch           | VF       | A | operator        | emergency                     | hand
dispatch           | D        | A | operator        |                               | hand
claim              | D        | H | local           | not_acceptor                  | hand
acknowledge        | AW       | H | holder          | not_acceptor                  | keep
arrive             | H        | H | holder          | not_on_site not_acceptor      | keep
feedback           | H        | R | holder          | review not_acceptor           | keep
feedback           | H        | I | holder          | not_acceptor                  | finish
review_pass        | R        | I | leader          | not_acceptor                  | finish
review_return      | R        | H | leader          | not_acceptor                  | keep
send_back          | AHW      | D | holder          |                               | take_back
raise_tier         | DAHW     | D | operator leader | tier_above                    | take_back
pass               | I        | C | eyes            | apart filed parts_done        | stop
fail               | I        | W | eyes            | apart held                    | rework
fail               | I        | D | eyes            | apart                         | start_accept
ask_extension      | AHW      | = | holder          | may_extend                    | keep
grant_extension    | AHW      | = | operator        | extension_asked not_handler   | extend
refuse_extension   | AHW      | = | operator        | extension_asked not_handler   | keep
ask_suspension     | H        | = | holder          | may_suspend                   | keep
grant_suspension   | H        | S | operator        | suspension_asked not_handler  | suspend
refuse_suspension  | H        | = | operator        | suspension_asked not_handler  | keep
resume             | S        | H | operator leader |                               | resume
reassign           | AHSW     | A | operator        |                               | hand
remind             | VFDAHSRIW| = | operator eyes   |                               | keep
supervise          | VFDAHSRIW| = | operator        |                               | keep
reply_supervision  | VFDAHSRIW| = | holder          | supervised                    | keep
add_co_handler     | AHSRW    | = | operator        |                               | keep
whistle            | VFDAHSRIW| = | operator        |                               | keep
waive_part         | VFDAHSRIW| = | operator        | parts_open                    | keep
co_acknowledge     | VFDAHSRIW| = | side            | part_new not_acceptor         | keep
co_arrive          | VFDAHSRIW| = | side            | part_not_there not_acceptor   | keep
co_feedback        | VFDAHSRIW| = | side            | part_taken not_acceptor       | keep
recategorise       | VFDAHSW  | = | operator        |                               | change_limit
merge              | VFDA     | M | operator        |                               | stop
unmerge            | M        | V | operator        | was_verifying                 | start_verify
unmerge            | M        | F | operator        | was_unfiled                   | start_accept
unmerge            | M        | D | operator        |                               | start_accept
ask_void           | VFDAHSW  | = | operator        | no_void_asked                 | keep
confirm_void       | VFDAHSW  | O | operator        | void_asked second_person      | stop
refuse_void        | VFDAHSW  | = | operator        | void_asked                    | keep
force_close        | VFDAHSRIW| C | operator        | not_handler                   | stop
reopen             | C        | W | operator        | first_time held               | reopen
reopen             | C        | D | operator        | first_time                    | start_accept
satisfied          | C        | = | resident        | answerable                    | keep
not_satisfied      | C        | W | resident        | answerable first_time held    | reopen
not_satisfied      | C        | D | resident        | answerable first_time         | start_accept
not_satisfied      | C        | = | resident        | answerable                    | keep
"""

# Each condition as the rules of the field have it, and the code with which it is refused.
CONDITIONS: dict[str, tuple[Any, str]] = {
    "apart": (lambda c, a: not (a.has_handled or a.has_accepted), "separation_of_powers"),
    "not_handler": (lambda c, a: not a.has_handled, "separation_of_powers"),
    "not_acceptor": (lambda c, a: not a.has_accepted, "separation_of_powers"),
    "second_person": (lambda c, a: c.void_asked_by != a.staff_id, "second_person_needed"),
    "emergency": (lambda c, a: c.severity == "emergency", "not_an_emergency"),
    "held": (lambda c, a: c.held, "wrong_state"),
    "filed": (lambda c, a: c.filed, "not_filed"),
    "unfiled": (lambda c, a: not c.filed, "wrong_state"),
    "not_on_site": (lambda c, a: not c.on_site, "wrong_state"),
    "review": (lambda c, a: c.review_needed, "wrong_state"),
    "tier_above": (lambda c, a: c.tier <= 3, "no_tier_above"),
    "may_extend": (lambda c, a: not (c.overdue or c.extension_asked or c.extension_count >= 2), "no_extension"),
    "extension_asked": (lambda c, a: c.extension_asked, "nothing_asked"),
    "may_suspend": (lambda c, a: not (c.suspension_asked or c.suspension_count >= 1), "no_suspension"),
    "suspension_asked": (lambda c, a: c.suspension_asked, "nothing_asked"),
    "supervised": (lambda c, a: c.supervised, "nothing_asked"),
    "parts_open": (lambda c, a: c.open_parts >= 1, "wrong_state"),
    "parts_done": (lambda c, a: c.open_parts == 0, "parts_open"),
    "part_new": (lambda c, a: a.part == "new", "wrong_state"),
    "part_not_there": (lambda c, a: a.part in ("new", "taken"), "wrong_state"),
    "part_taken": (lambda c, a: a.part in ("taken", "on_site"), "wrong_state"),
    "was_verifying": (lambda c, a: c.merged_from == "verifying", "wrong_state"),
    "was_unfiled": (lambda c, a: c.merged_from == "pending_filing", "wrong_state"),
    "no_void_asked": (lambda c, a: c.void_asked_by is None, "already_asked"),
    "void_asked": (lambda c, a: c.void_asked_by is not None, "nothing_asked"),
    "first_time": (lambda c, a: c.reopened_count == 0, "reopened_before"),
    "answerable": (lambda c, a: c.answerable, "answer_over"),
}
PERSONS_APART = {"apart", "not_handler", "not_acceptor", "second_person"}

HELD_IN: dict[str, tuple[str, set[str]]] = {
    "operator": ("grid", {"operator"}),
    "eyes": ("grid", {"inspector", "worker"}),
    "holder": ("lead", {"squad_member", "squad_leader", "worker"}),
    "leader": ("lead", {"squad_leader"}),
    "side": ("side", {"squad_member", "squad_leader"}),
    "local": ("local", {"squad_member", "squad_leader"}),
}


class Row(NamedTuple):
    action: str
    sources: set[str]
    target: str | None
    who: list[str]
    conditions: list[str]
    clock: str

    def is_for(self, actor: Standing) -> bool:
        held = (HELD_IN[who] for who in self.who if who != "resident")
        return any({str(role) for role in getattr(actor, holding)} & roles for holding, roles in held)

    def failing(self, case: CaseFacts, actor: Standing) -> list[str]:
        return [name for name in self.conditions if not CONDITIONS[name][0](case, actor)]


def _rows() -> Iterator[Row]:
    for line in TABLE.strip().splitlines():
        action, sources, target, who, conditions, clock = (cell.strip() for cell in line.split("|"))
        yield Row(action, {LETTERS[s] for s in sources}, LETTERS.get(target), who.split(), conditions.split(), clock)


ROWS = list(_rows())
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
