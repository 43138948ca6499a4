"""The life of a case: the words of the table in `lifecycle.py`, and and what a decision about it is made of.

Pure: no database, no HTTP. The states and separations follow the field's own practice (GB/T 30428.8 stages): whoever accepts,
handles and inspects a case are different persons, and handling and inspecting organisations differ.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.errors import Say
from backend.matters.models import Severity
from backend.permissions import Role


class Status(StrEnum):
    VERIFYING = "verifying"
    PENDING_FILING = "pending_filing"
    PENDING_DISPATCH = "pending_dispatch"
    PENDING_ACK = "pending_ack"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    PENDING_REVIEW = "pending_review"
    PENDING_INSPECTION = "pending_inspection"
    REWORK = "rework"
    CLOSED = "closed"
    DECLINED = "declined"
    VOIDED = "voided"
    MERGED = "merged"


class Action(StrEnum):
    # Taken by the system itself, or with a report
    REPORT = "report"
    JOIN = "join"
    SELF_HANDLE = "self_handle"
    ROUTE = "route"
    HAND_OVER = "hand_over"
    ESCALATE = "escalate"
    # Before filing
    VERIFY_FOUND = "verify_found"
    VERIFY_ABSENT = "verify_absent"
    VERIFY_UNABLE = "verify_unable"
    WAIVE_VERIFICATION = "waive_verification"
    SEND_VERIFICATION = "send_verification"
    FILE = "file"
    DECLINE = "decline"
    # Into a squad's hands, and back
    DISPATCH = "dispatch"
    CLAIM = "claim"
    REASSIGN = "reassign"
    ACKNOWLEDGE = "acknowledge"
    ARRIVE = "arrive"
    FEEDBACK = "feedback"
    SEND_BACK = "send_back"
    RAISE_TIER = "raise_tier"
    # Review and inspection
    REVIEW_PASS = "review_pass"
    REVIEW_RETURN = "review_return"
    PASS = "pass"
    FAIL = "fail"
    # More time, and no time
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    ASK_SUSPENSION = "ask_suspension"
    GRANT_SUSPENSION = "grant_suspension"
    REFUSE_SUSPENSION = "refuse_suspension"
    RESUME = "resume"
    # Pressing
    REMIND = "remind"
    SUPERVISE = "supervise"
    REPLY_SUPERVISION = "reply_supervision"
    # Several hands
    ADD_CO_HANDLER = "add_co_handler"
    WHISTLE = "whistle"
    WAIVE_PART = "waive_part"
    CO_ACKNOWLEDGE = "co_acknowledge"
    CO_ARRIVE = "co_arrive"
    CO_FEEDBACK = "co_feedback"
    # Setting right
    RECATEGORISE = "recategorise"
    MERGE = "merge"
    UNMERGE = "unmerge"
    ASK_VOID = "ask_void"
    CONFIRM_VOID = "confirm_void"
    REFUSE_VOID = "refuse_void"
    FORCE_CLOSE = "force_close"
    REOPEN = "reopen"
    # The resident's word
    SATISFIED = "satisfied"
    NOT_SATISFIED = "not_satisfied"


class Need(StrEnum):
    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Photos(StrEnum):
    """How many photos an action wants: none, any number, or as many as the matter asks for after handling."""

    NONE = "none"
    OPTIONAL = "optional"
    AS_MATTER_ASKS = "as_matter_asks"


class Ask(StrEnum):
    """What else an action must name: a squad, several, a matter, another case, a day, a moment, a reason from its list."""

    SQUAD = "squad"
    SQUADS = "squads"
    MATTER = "matter"
    CASE = "case"
    DAY = "day"
    MOMENT = "moment"
    REASON = "reason"


class ClockEffect(StrEnum):
    """What a step does to the clocks; `clocks.py` replays them. The limit that a started clock has stands in the event."""

    KEEP = "keep"
    START_ACCEPT = "start_accept"  # the command centre's time begins
    START_VERIFY = "start_verify"  # the verifier's begins, the command centre's waits
    STOP_VERIFY = "stop_verify"  # and goes on
    HAND = (
        "hand"  # the command centre's stops, the handler's begins; the same handler's goes on where it was taken back
    )
    TAKE_BACK = "take_back"  # the handler's waits, the command centre's begins anew
    FINISH = "finish"  # the handler's stops, the inspector's begins
    REWORK = "rework"  # the inspector's stops, the handler has a share of the limit
    REOPEN = "reopen"  # the handler's first clock goes on with what was left of it
    EXTEND = "extend"  # the handler has the limit once more on top
    SUSPEND = "suspend"  # the handler's waits
    RESUME = "resume"  # and goes on
    CHANGE_LIMIT = "change_limit"  # the handler's limit is another one, from the same start
    STOP = "stop"  # all stop


class ClockKind(StrEnum):
    """Whose time is running: the command centre's, the verifier's, the handler's, the inspector's."""

    ACCEPT = "accept"
    VERIFY = "verify"
    HANDLE = "handle"
    INSPECT = "inspect"


class Guard(StrEnum):
    """A condition beyond role and state; what each means and says is in `guards.py`."""

    APART = "apart"
    NOT_HANDLER = "not_handler"
    NOT_ACCEPTOR = "not_acceptor"
    OTHER_PERSON_VOIDS = "other_person_voids"
    FROM_STAFF = "from_staff"
    FROM_PUBLIC = "from_public"
    EMERGENCY = "emergency"
    SAMPLED = "sampled"
    HELD = "held"
    MERGED_VERIFYING = "merged_verifying"
    MERGED_UNFILED = "merged_unfiled"
    FILED = "filed"
    UNFILED = "unfiled"
    NOT_ON_SITE = "not_on_site"
    REVIEW_ASKED = "review_asked"
    MAY_EXTEND = "may_extend"
    EXTENSION_ASKED = "extension_asked"
    MAY_SUSPEND = "may_suspend"
    SUSPENSION_ASKED = "suspension_asked"
    NO_VOID_ASKED = "no_void_asked"
    VOID_ASKED = "void_asked"
    SUPERVISED = "supervised"
    TIER_ABOVE = "tier_above"
    PART_NEW = "part_new"
    PART_NOT_ON_SITE = "part_not_on_site"
    PART_TAKEN = "part_taken"
    PARTS_OPEN = "parts_open"
    PARTS_DONE = "parts_done"
    NOT_REOPENED = "not_reopened"
    ANSWERABLE = "answerable"


@dataclass(frozen=True, eq=False)
class Step:
    """One row of the table, and the same as no other.

    Who may take it, by where the role is held: `grid` over the case's grid, `lead` among those who hold the case (主办),
    `side` in a squad that has a part of it (协办、吹哨), `local` in a squad responsible for the grid; or by the `system`, or by
    the `resident` who reported it. `target` None leaves the case where it is. The first row of an action whose guards hold
    is the one that is taken. A `quiet` step does not make another's view of the case stale.
    """

    action: Action
    sources: frozenset[Status]
    target: Status | None
    label: Say
    grid: frozenset[Role] = frozenset()
    lead: frozenset[Role] = frozenset()
    side: frozenset[Role] = frozenset()
    local: frozenset[Role] = frozenset()
    system: bool = False
    resident: bool = False
    words: Need = Need.NONE
    photos: Photos = Photos.NONE
    asks: frozenset[Ask] = frozenset()
    guards: tuple[Guard, ...] = ()
    clock: ClockEffect = ClockEffect.KEEP
    quiet: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        return self.grid | self.lead | self.side | self.local


class Part(StrEnum):
    """How far a squad is with its part of a case."""

    NEW = "new"
    TAKEN = "taken"
    ON_SITE = "on_site"


@dataclass(frozen=True)
class CaseFacts:
    """What the guards ask of a case, whoever is asking.

    `sampled`: settled on the spot and drawn for inspection. `held`: a squad or a duty has handled it. `merged_from`: where a
    merged case was. `filed`: an emergency may be dispatched before it is. `overdue`: the handling clock has run out.
    `open_parts`: parts neither finished nor waived. `answerable`: the resident's 72 hours after closing are not over, and
    no answer came yet.
    """

    status: Status
    severity: Severity = Severity.NORMAL
    from_staff: bool = True
    sampled: bool = False
    held: bool = True
    merged_from: Status | None = None
    filed: bool = True
    tier: int = 2
    overdue: bool = False
    on_site: bool = False
    review_needed: bool = False
    extension_count: int = 0
    suspension_count: int = 0
    reopened_count: int = 0
    extension_asked: bool = False
    suspension_asked: bool = False
    void_asked_by: UUID | None = None
    supervised: bool = False
    open_parts: int = 0
    answerable: bool = False


@dataclass(frozen=True)
class Standing:
    """What the actor is to this case: roles by where they are held, what they did with it, their squad's part of it."""

    grid: frozenset[Role] = frozenset()
    lead: frozenset[Role] = frozenset()
    side: frozenset[Role] = frozenset()
    local: frozenset[Role] = frozenset()
    has_handled: bool = False
    has_accepted: bool = False
    part: Part | None = None
    staff_id: UUID | None = None

    def roles_for(self, step: Step) -> frozenset[Role]:
        """The roles in which the actor may take the step, before its guards are asked."""
        return (step.grid & self.grid) | (step.lead & self.lead) | (step.side & self.side) | (step.local & self.local)


@dataclass(frozen=True)
class Handlers:
    """Who has had to do with a case so far: handled it as persons, squads or the grid's own team, or accepted it.

    `on_site`: whoever holds it has arrived. `parts`: those still open, by squad. `arrive_by`: when the
    first of the whistled squads that are not there yet must be.
    """

    staff_ids: frozenset[UUID] = frozenset()
    squad_codes: frozenset[str] = frozenset()
    acceptor_ids: frozenset[UUID] = frozenset()
    by_grid_team: bool = False
    on_site: bool = False
    parts: tuple[tuple[str, Part], ...] = ()
    arrive_by: datetime | None = None


ENDED_STATUSES: frozenset[Status] = frozenset({Status.CLOSED, Status.DECLINED, Status.VOIDED, Status.MERGED})
OPEN_STATUSES: frozenset[Status] = frozenset(Status) - ENDED_STATUSES

STATUS_WORDS: dict[Status, Say] = {
    Status.VERIFYING: Say("核实中", "being verified"),
    Status.PENDING_FILING: Say("待立案", "waiting to be filed"),
    Status.PENDING_DISPATCH: Say("待派遣", "waiting for dispatch"),
    Status.PENDING_ACK: Say("待接单", "waiting to be accepted"),
    Status.HANDLING: Say("处置中", "being handled"),
    Status.SUSPENDED: Say("挂账", "suspended"),
    Status.PENDING_REVIEW: Say("待审核", "waiting for review"),
    Status.PENDING_INSPECTION: Say("待核查", "waiting for inspection"),
    Status.REWORK: Say("返工", "rework"),
    Status.CLOSED: Say("已结案", "closed"),
    Status.DECLINED: Say("不予受理", "declined"),
    Status.VOIDED: Say("已作废", "voided"),
    Status.MERGED: Say("已并案", "merged"),
}
