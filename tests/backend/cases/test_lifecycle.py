"""The life of a case against a table written independently of the code's own, and against random lives."""

from dataclasses import dataclass, replace
from itertools import chain, combinations, product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.cases.actions import standing
from backend.cases.terms import Action, Handlers, Standing, Status, allowed_steps, decide_step
from backend.cases.models import Case
from backend.cases.queries import HANDLING_ACTIONS
from backend.errors import Problem
from backend.permissions import Actor, PostHeld, Role

# From, action, who, to. `squad` = a member of the squad that has it, `eyes` = an inspector or grid worker of its grid.
MOVES = {
    ("pending_dispatch", "dispatch"): ("operator", "pending_ack"),
    ("pending_ack", "acknowledge"): ("squad", "handling"),
    ("pending_ack", "send_back"): ("squad", "pending_dispatch"),
    ("pending_ack", "reassign"): ("operator", "pending_ack"),
    ("handling", "arrive"): ("squad", "handling"),
    ("handling", "feedback"): ("squad", "pending_inspection"),
    ("handling", "send_back"): ("squad", "pending_dispatch"),
    ("pending_inspection", "pass"): ("eyes", "closed"),
    ("pending_inspection", "fail"): ("eyes", "rework"),
    ("rework", "acknowledge"): ("squad", "handling"),
    ("rework", "send_back"): ("squad", "pending_dispatch"),
    ("rework", "reassign"): ("operator", "pending_ack"),
}
WHO = {action: who for (_, action), (who, _) in MOVES.items()}


def subsets(roles: list[Role]) -> list[frozenset[Role]]:
    sizes = range(len(roles) + 1)
    return [frozenset(c) for c in chain.from_iterable(combinations(roles, size) for size in sizes)]


SQUAD = [Role.SQUAD_MEMBER, Role.SQUAD_LEADER]
STANDINGS = [
    Standing(grid_roles, squad_roles, has_handled)
    for grid_roles, squad_roles, has_handled in product(subsets(list(Role)), subsets(SQUAD), [False, True])
]


def is_one(who: str, standing: Standing) -> bool:
    if who == "squad":
        return bool(standing.squad_roles)
    wanted = {"operator": {Role.OPERATOR}, "eyes": {Role.INSPECTOR, Role.WORKER}}[who]
    return bool(wanted & standing.grid_roles)


def expected(status: Status, action: Action, standing: Standing) -> str:
    """The status that follows, or the code of the refusal."""
    if action not in WHO:
        return "not_an_action"
    who = WHO[action]
    if who == "eyes" and standing.has_handled:
        return "separation_of_powers"
    if not is_one(who, standing):
        return "not_your_case"
    return MOVES[status, action][1] if (status, action) in MOVES else "wrong_state"


def outcome(status: Status, action: Action, standing: Standing) -> str:
    try:
        step, role = decide_step(status, action, standing)
    except Problem as problem:
        return problem.code
    assert role in step.roles & standing.roles
    return step.target


def test_every_status_action_and_standing_is_as_the_table_says() -> None:
    wrong = [
        (status, action, standing)
        for status, action, standing in product(Status, Action, STANDINGS)
        if outcome(status, action, standing) != expected(status, action, standing)
    ]
    assert wrong == []


def test_the_actions_offered_are_exactly_those_that_would_succeed() -> None:
    for status, somewhere in product(Status, STANDINGS):
        offered = {step.action for step in allowed_steps(status, somewhere)}
        assert offered == {action for action in Action if outcome(status, action, somewhere) in set(Status)}


def test_a_squad_post_bound_to_a_grid_gives_no_squad_role_on_others_cases() -> None:
    neighbour = Standing(frozenset(SQUAD), frozenset(), has_handled=False)
    assert all(not allowed_steps(status, neighbour) for status in Status)


# Random lives

PATH = "320281/320281104/320281104206/320281104206003"


def somebody(number: int, *posts: PostHeld) -> Actor:
    return Actor("320281", UUID(int=number), f"somebody {number}", posts)


CAST = [
    somebody(1, PostHeld(Role.SQUAD_MEMBER, squad_code="one")),
    somebody(2, PostHeld(Role.SQUAD_LEADER, squad_code="one"), PostHeld(Role.INSPECTOR, PATH)),
    somebody(3, PostHeld(Role.SQUAD_MEMBER, squad_code="two"), PostHeld(Role.WORKER, PATH)),
    somebody(4, PostHeld(Role.INSPECTOR, "320281/320281104")),
    somebody(5, PostHeld(Role.WORKER, PATH)),
    somebody(6, PostHeld(Role.OPERATOR, "320281/320281104")),
    somebody(7, PostHeld(Role.WORKER, "320281/320281104/320281104207")),
    somebody(8, *(PostHeld(role, PATH, "one") for role in Role)),
]


@dataclass(frozen=True)
class Life:
    status: Status = Status.PENDING_DISPATCH
    squad: str | None = None
    persons: frozenset[UUID] = frozenset()
    squads: frozenset[str] = frozenset()
    on_site: bool = False


def after(life: Life, actor: Actor, action: Action, to_squad: str) -> Life | None:
    """The life as the server would carry it on, None if the attempt is refused."""
    case = Case(county="320281", grid_path=PATH, squad_code=life.squad)  # type: ignore[call-arg]
    try:
        step, _ = decide_step(
            life.status, action, standing(actor, case, Handlers(life.persons, life.squads, life.on_site))
        )
    except Problem:
        return None
    if action in HANDLING_ACTIONS:
        life = replace(life, persons=life.persons | {actor.staff_id}, squads=life.squads | {life.squad or ""})
    if action in {Action.DISPATCH, Action.REASSIGN}:
        life = replace(life, squad=to_squad)
    if action == Action.SEND_BACK:
        life = replace(life, squad=None)
    on_site = action == Action.ARRIVE or (life.on_site and step.target == Status.HANDLING)
    return replace(life, status=step.target, on_site=on_site)


ATTEMPTS = st.tuples(st.sampled_from(CAST), st.sampled_from(list(Action)), st.sampled_from(["one", "two"]))


@given(st.lists(ATTEMPTS, max_size=60))
def test_no_life_leaves_the_table_and_no_handler_inspects(attempts: list[tuple[Actor, Action, str]]) -> None:
    life = Life()
    for actor, action, to_squad in attempts:
        next_life = after(life, actor, action, to_squad)
        if next_life is None:
            continue
        assert life.status != Status.CLOSED
        assert MOVES[life.status, action][1] == next_life.status
        if action in {Action.PASS, Action.FAIL}:
            assert actor.staff_id not in life.persons
            assert not life.squads & set(actor.squad_codes)
        if next_life.status in {Status.PENDING_ACK, Status.HANDLING, Status.REWORK}:
            assert next_life.squad
        life = next_life


def test_every_status_can_be_reached_and_left_but_closed() -> None:
    reached = {Life()}
    fresh = set(reached)
    while fresh:
        found = {after(life, *attempt) for life in fresh for attempt in product(CAST, Action, ["one", "two"])}
        fresh = {life for life in found if life} - reached
        reached |= fresh
    assert {life.status for life in reached} == set(Status)
    assert all(MOVES[key][1] in set(Status) for key in MOVES)
    assert not any(
        after(life, *a) for life in reached if life.status == "closed" for a in product(CAST, Action, ["one"])
    )
