"""Who may take which step of the table now: the list offered to a person, and the decision about one action. Pure."""

from functools import cache, lru_cache

from backend.cases.guards import GUARDS
from backend.cases.lifecycle import STEPS, steps_of
from backend.cases.terms import STATUS_WORDS, Action, CaseFacts, Guard, Standing, Status, Step
from backend.errors import Conflict, NotAllowed, Say
from backend.permissions import Role

# Told before anything else: being allowed in principle is no use to somebody who may not judge their own work.
_SEPARATIONS = (Guard.APART, Guard.NOT_HANDLER, Guard.NOT_ACCEPTOR, Guard.OTHER_PERSON_VOIDS)


def _failing(step: Step, case: CaseFacts, actor: Standing) -> Guard | None:
    """The first guard of the step that does not hold, separations before others."""
    return next((guard for guard in _in_order(step.guards) if not GUARDS[guard].holds(case, actor)), None)


@cache
def _in_order(guards: tuple[Guard, ...]) -> tuple[Guard, ...]:
    return tuple(sorted(guards, key=lambda guard: guard not in _SEPARATIONS))


@cache
def _steps_from(status: Status) -> tuple[Step, ...]:
    return tuple(step for step in STEPS if status in step.sources)


def allowed_steps(case: CaseFacts, actor: Standing) -> list[Step]:
    """The steps this actor may take now, main one first; of one action at most one."""
    return list(_allowed_steps(case, actor))


# The rows of a queue are much alike.
@lru_cache(maxsize=4096)
def _allowed_steps(case: CaseFacts, actor: Standing) -> tuple[Step, ...]:
    found: dict[Action, Step] = {}
    for step in _steps_from(case.status):
        if step.action not in found and actor.roles_for(step) and _failing(step, case, actor) is None:
            found[step.action] = step
    return tuple(found.values())


def decide_step(case: CaseFacts, action: Action, actor: Standing) -> tuple[Step, Role]:
    """The step that `action` takes from here, and the role in which the actor takes it.

    Raises NotAllowed if no role of the actor may ever take it here, Conflict `separation_of_powers` if the actor may not
    judge their own work, Conflict `wrong_state` if the case is not where the action begins, and the conflict of the guard
    that does not hold.
    """
    rows = [step for step in steps_of(action) if step.roles]
    if not rows:
        raise NotAllowed("not_an_action", Say("这一步由系统自动完成", "This step is taken by the system itself"))
    held = [step for step in rows if actor.roles_for(step)]
    if not held:
        raise NotAllowed(
            "not_your_case",
            Say(
                f"你现在不能对这个案件做「{rows[0].label.zh}」：它不在你手上或不在你的职责内",
                f"You may not do “{rows[0].label.en}” on this case: it is not in your hands or not your duty",
            ),
        )
    step = _applicable(held, case, actor)
    return step, min(actor.roles_for(step))


def decide_resident_step(case: CaseFacts, action: Action) -> Step:
    """The step a resident takes with their own case. Raises NotAllowed and Conflict as `decide_step` does."""
    rows = [step for step in steps_of(action) if step.resident]
    if not rows:
        raise NotAllowed("not_an_action", Say("这一步要由工作人员来做", "This step is for the staff"))
    return _applicable(rows, case, Standing())


def _applicable(rows: list[Step], case: CaseFacts, actor: Standing) -> Step:
    """The first row that begins here and whose guards hold; otherwise the refusal that tells most."""
    here = [step for step in rows if case.status in step.sources]
    refused: Guard | None = None
    for step in here or rows:
        guard = _failing(step, case, actor)
        if guard is None and here:
            return step
        refused = refused or guard
    if refused and (here or refused in _SEPARATIONS):
        rule = GUARDS[refused]
        raise Conflict(rule.code, rule.sentence)
    label = min((step.label for step in rows), key=lambda say: len(say.zh))  # 派遣 rather than 先行派遣
    raise Conflict(
        "wrong_state",
        Say(
            f"案件现在是「{STATUS_WORDS[case.status].zh}」，不能再「{label.zh}」",
            f"The case is now “{STATUS_WORDS[case.status].en}”; “{label.en}” is not possible",
        ),
    )
