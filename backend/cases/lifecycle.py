"""The life of a case as one table: which action leads from where to where, who may do it, what it needs.

Pure: no database, no HTTP. The states and separations follow the field's own practice (GB/T 30428.8 stages; handler and
inspector are different persons of different organisations).
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from backend.errors import Conflict, NotAllowed, Say
from backend.permissions import SQUAD_ROLES, Role


class Status(StrEnum):
    PENDING_DISPATCH = "pending_dispatch"
    PENDING_ACK = "pending_ack"
    HANDLING = "handling"
    PENDING_INSPECTION = "pending_inspection"
    REWORK = "rework"
    CLOSED = "closed"


class Action(StrEnum):
    REPORT = "report"
    ROUTE = "route"
    DISPATCH = "dispatch"
    REASSIGN = "reassign"
    ACKNOWLEDGE = "acknowledge"
    ARRIVE = "arrive"
    SEND_BACK = "send_back"
    FEEDBACK = "feedback"
    PASS = "pass"
    FAIL = "fail"
    HAND_OVER = "hand_over"


class Need(StrEnum):
    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Photos(StrEnum):
    """How many photos an action wants: none, any number, or as many as the matter asks for after handling."""

    NONE = "none"
    OPTIONAL = "optional"
    AS_MATTER_ASKS = "as_matter_asks"


@dataclass(frozen=True)
class Step:
    """One row of the table. `apart` = the actor must not have handled the case nor belong to a squad that did."""

    action: Action
    sources: frozenset[Status]
    target: Status
    roles: frozenset[Role]
    label: Say
    words: Need = Need.NONE
    photos: Photos = Photos.NONE
    squad: Need = Need.NONE
    apart: bool = False


_S = Status
_INSPECTORS = frozenset({Role.INSPECTOR, Role.WORKER})
_OPERATORS = frozenset({Role.OPERATOR})

# In the order in which a person thinks of them: the first allowed one is the screen's main button.
STEPS: tuple[Step, ...] = (
    Step(
        Action.DISPATCH,
        frozenset({_S.PENDING_DISPATCH}),
        _S.PENDING_ACK,
        _OPERATORS,
        Say("派遣", "Dispatch"),
        words=Need.OPTIONAL,
        squad=Need.REQUIRED,
    ),
    Step(
        Action.ACKNOWLEDGE,
        frozenset({_S.PENDING_ACK, _S.REWORK}),
        _S.HANDLING,
        SQUAD_ROLES,
        Say("接单", "Accept"),
    ),
    Step(
        Action.ARRIVE,
        frozenset({_S.HANDLING}),
        _S.HANDLING,
        SQUAD_ROLES,
        Say("到场", "On site"),
    ),
    Step(
        Action.FEEDBACK,
        frozenset({_S.HANDLING}),
        _S.PENDING_INSPECTION,
        SQUAD_ROLES,
        Say("处置完", "Handled"),
        words=Need.REQUIRED,
        photos=Photos.AS_MATTER_ASKS,
    ),
    Step(
        Action.SEND_BACK,
        frozenset({_S.PENDING_ACK, _S.HANDLING, _S.REWORK}),
        _S.PENDING_DISPATCH,
        SQUAD_ROLES,
        Say("退回", "Send back"),
        words=Need.REQUIRED,
    ),
    Step(
        Action.PASS,
        frozenset({_S.PENDING_INSPECTION}),
        _S.CLOSED,
        _INSPECTORS,
        Say("核查通过", "Pass"),
        words=Need.OPTIONAL,
        photos=Photos.OPTIONAL,
        apart=True,
    ),
    Step(
        Action.FAIL,
        frozenset({_S.PENDING_INSPECTION}),
        _S.REWORK,
        _INSPECTORS,
        Say("不通过，返工", "Fail, rework"),
        words=Need.REQUIRED,
        photos=Photos.OPTIONAL,
        apart=True,
    ),
    Step(
        Action.REASSIGN,
        frozenset({_S.PENDING_ACK, _S.REWORK}),
        _S.PENDING_ACK,
        _OPERATORS,
        Say("改派", "Reassign"),
        words=Need.REQUIRED,
        squad=Need.REQUIRED,
    ),
)

STEP_BY_ACTION: dict[Action, Step] = {step.action: step for step in STEPS}
OPEN_STATUSES: frozenset[Status] = frozenset(Status) - {Status.CLOSED}


@dataclass(frozen=True)
class Standing:
    """What the actor is to this case: roles at its grid, roles in the squad that holds it, whether they handled it.

    `on_site`: the squad has reported its arrival, which it does once.
    """

    grid_roles: frozenset[Role]
    squad_roles: frozenset[Role]
    has_handled: bool
    on_site: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        return (self.grid_roles - SQUAD_ROLES) | self.squad_roles


@dataclass(frozen=True)
class Handlers:
    """Who has handled a case so far, as persons and as squads; and whether the squad that holds it is on site."""

    staff_ids: frozenset[UUID]
    squad_codes: frozenset[str]
    on_site: bool


def allowed_steps(status: Status, standing: Standing) -> list[Step]:
    """The steps this actor may take now, main one first."""
    return [
        step
        for step in STEPS
        if status in step.sources
        and step.roles & standing.roles
        and not (step.apart and standing.has_handled)
        and not (step.action == Action.ARRIVE and standing.on_site)
    ]


def decide_step(status: Status, action: Action, standing: Standing) -> tuple[Step, Role]:
    """The step that `action` takes from `status`, and the role in which the actor takes it.

    Raises NotAllowed if no role of the actor may ever do it here, Conflict `wrong_state` if the case is not where the
    action begins, Conflict `separation_of_powers` if the actor handled the case and now wants to inspect it.
    """
    step = STEP_BY_ACTION.get(action)
    if step is None:
        raise NotAllowed("not_an_action", Say("这一步由系统自动完成", "This step is taken by the system itself"))
    if step.apart and standing.has_handled:
        raise Conflict(
            "separation_of_powers",
            Say(
                "处置人和处置队不能核查自己的案件，请由督查员或网格员核查",
                "Whoever handled a case may not inspect it; an inspector or grid worker must",
            ),
        )
    roles = step.roles & standing.roles
    if not roles:
        raise NotAllowed(
            "not_your_case",
            Say(
                f"你现在不能对这个案件做「{step.label.zh}」：它不在你手上或不在你的职责内",
                f"You may not do “{step.label.en}” on this case: it is not in your hands or not your duty",
            ),
        )
    if status not in step.sources:
        raise Conflict(
            "wrong_state",
            Say(
                f"案件现在是「{STATUS_WORDS[status].zh}」，不能再「{step.label.zh}」",
                f"The case is now “{STATUS_WORDS[status].en}”; “{step.label.en}” is not possible",
            ),
        )
    if step.action == Action.ARRIVE and standing.on_site:
        raise Conflict("wrong_state", Say("本队已经到场，不用再报", "Your squad has already reported its arrival"))
    return step, min(roles)


STATUS_WORDS: dict[Status, Say] = {
    Status.PENDING_DISPATCH: Say("待派遣", "waiting for dispatch"),
    Status.PENDING_ACK: Say("待接单", "waiting to be accepted"),
    Status.HANDLING: Say("处置中", "being handled"),
    Status.PENDING_INSPECTION: Say("待核查", "waiting for inspection"),
    Status.REWORK: Say("返工", "rework"),
    Status.CLOSED: Say("已结案", "closed"),
}
