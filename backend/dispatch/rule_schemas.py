"""Routing rules as they cross the wire and as a set keeps them: `RuleIn` is both."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from backend.dispatch.models import RuleSetStatus
from backend.dispatch.rules import ANY, Rule, Target, TargetKind, Window
from backend.matters.models import Severity
from backend.staff.models import Duty
from backend.staff.schemas_duty import ShiftTime
from backend.wire import PhoneTime, Point, Wire

MOST_RULES = 200

GridCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,15}$")]
MatterWord = Annotated[str, Field(pattern=r"^(\*|[0-9A-Za-z-]{2,16})$", description="a matter, a major, or `*`")]
UnitOrSquad = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class WindowIn(Wire):
    """Hours of a rule, local time. `ends` <= `starts`: they end on the next day."""

    weekdays: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)] = Field(
        default_factory=list, description="on which they begin, Monday = 0; empty: every day"
    )
    starts: ShiftTime
    ends: ShiftTime
    days_off_only: bool = Field(default=False, description="only when they begin on a day off by the county's calendar")


class SquadClassTarget(Wire):
    """A class of squads: all-round ones of the place, all-round ones of the town, or the matter's own department's."""

    kind: Literal[TargetKind.OWN_SQUADS, TargetKind.TOWN_SQUADS, TargetKind.DEPARTMENT]


class OneTarget(Wire):
    """One squad, or one unit's squads, within their jurisdiction."""

    kind: Literal[TargetKind.SQUAD, TargetKind.UNIT]
    code: UnitOrSquad


class DutyTarget(Wire):
    """Whoever holds this duty in the case's grid, or else in the nearest one above it."""

    kind: Literal[TargetKind.DUTY]
    code: Duty


class RuleIn(Wire):
    """One rule. `code` is unique in its set and stays with the rule while it is edited; so is `priority`."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
    priority: Annotated[int, Field(ge=1, le=9999)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    matters: Annotated[list[MatterWord], Field(min_length=1, max_length=300)]
    grids: Annotated[list[GridCode], Field(max_length=1000)] = Field(
        default_factory=list, description="empty: everywhere"
    )
    severities: Annotated[list[Severity], Field(max_length=4)] = Field(default_factory=list, description="empty: any")
    windows: Annotated[list[WindowIn], Field(max_length=20)] = Field(default_factory=list, description="empty: always")
    target: Annotated[SquadClassTarget | OneTarget | DutyTarget, Field(discriminator="kind")]

    @model_validator(mode="after")
    def _plain(self) -> "RuleIn":
        """One way of saying each thing: `*` stands alone, and lists are sorted and without repeats."""
        self.matters = [ANY] if ANY in self.matters else sorted(set(self.matters))
        self.grids = sorted(set(self.grids))
        self.severities = [severity for severity in Severity if severity in self.severities]
        for window in self.windows:
            window.weekdays = sorted(set(window.weekdays))
        return self


class RuleDraftIn(Wire):
    """A draft whole. `version` is the draft's as it was seen, 0 for a new one; `base` the number of the set in force."""

    version: Annotated[int, Field(ge=0)]
    base: Annotated[int, Field(ge=0)]
    title: Annotated[str, Field(min_length=1, max_length=100)]
    rules: Annotated[list[RuleIn], Field(max_length=MOST_RULES)]


class WarningKind(StrEnum):
    """Shadowed: an earlier rule always speaks first. Unreachable: nothing there is matches. Partly: something named is."""

    SHADOWED = "shadowed"
    UNREACHABLE = "unreachable"
    PARTLY = "partly"


class RuleWarning(BaseModel):
    """Something about a rule that does not hinder saving, and should be known before publishing."""

    rule_code: str | None = Field(description="null: about the whole set")
    kind: WarningKind
    by: str | None = Field(description="the earlier rule that always speaks first")
    sentence: str


class RuleSetOut(BaseModel):
    """A set of rules as it is or was."""

    id: UUID
    number: int | None = Field(description="of a published set")
    title: str
    status: RuleSetStatus
    version: int
    base: int
    author_name: str | None
    updated_at: datetime
    in_force_from: datetime | None
    in_force_to: datetime | None
    rules: list[RuleIn]


class RuleSetsOut(BaseModel):
    """All that a county has of rules. `may_edit`: the reader may keep drafts; publishing also looks at their scope."""

    may_edit: bool
    in_force: RuleSetOut | None
    drafts: list[RuleSetOut]
    history: list[RuleSetOut]
    places: dict[str, str] = Field(description="names of all grids that these rules name, by code")
    squads: dict[str, str]
    units: dict[str, str]


class CheckedOut(BaseModel):
    """What should be known about a draft before it is published. `changes`: rules by code, against the set in force."""

    version: int
    warnings: list[RuleWarning]
    added: list[str]
    removed: list[str]
    changed: list[str]
    out_of_scope: list[str] = Field(description="names of changed rules that reach beyond the reader's scope")
    outdated: bool = Field(description="another set has been published since the draft was last saved")


class RulePublishIn(Wire):
    version: Annotated[int, Field(ge=1)]


class TrialIn(Wire):
    """Who would get this? By the rules given, or by those in force."""

    rules: Annotated[list[RuleIn], Field(max_length=MOST_RULES)] | None = None
    grid: GridCode
    matter: Annotated[str, Field(max_length=16)]
    severity: Severity
    at: PhoneTime | None = Field(default=None, description="when; now if left out")
    place: Point | None = None


class RehearsalIn(Wire):
    """The past period [from, to), at most a year of it."""

    from_: PhoneTime = Field(alias="from")
    to: PhoneTime


class HolderOut(BaseModel):
    """Who can have got a case: a squad, those with a duty, or nobody; with what each set of rules gives them."""

    key: str = Field(description="the squad's code, `duty:` and the duty, or empty for nobody")
    name: str
    old_cases: int
    new_cases: int
    old_most_at_once: int
    new_most_at_once: int


class RehearsedCase(BaseModel):
    code: str
    routed_at: datetime
    matter: str = Field(description="its name")
    severity: Severity
    grid: str = Field(description="its name")
    old: str = Field(description="key of the holder")
    new: str
    sentence: str = Field(description="what the new rules say")


class Move(BaseModel):
    """Cases that go from one holder to another, or stay; the first of them."""

    old: str
    new: str
    cases: int
    first: list[RehearsedCase]


class RehearsalOut(BaseModel):
    """A past period under the rules in force and under the draft, both replayed in the same way."""

    cases: int
    changed_cases: int
    as_it_was: int = Field(description="cases for which the replay of the rules in force gives what really happened")
    nobody_old: int
    nobody_new: int
    holders: list[HolderOut]
    moves: list[Move]
    changed: list[RehearsedCase] = Field(description="the first hundred")
    nobody: list[RehearsedCase] = Field(description="the first fifty that nobody would take")
    shortfalls: list[str]
    seconds: float = Field(description="how long the replay took")


def target_of(target: SquadClassTarget | OneTarget | DutyTarget) -> Target:
    return Target(target.kind, None if isinstance(target, SquadClassTarget) else target.code)


def rule_of(kept: RuleIn) -> Rule:
    """The rule as routing knows it."""
    return Rule(
        code=kept.code,
        priority=kept.priority,
        name=kept.name,
        target=target_of(kept.target),
        matters=tuple(kept.matters),
        grids=tuple(kept.grids),
        severities=tuple(kept.severities),
        windows=tuple(Window(tuple(w.weekdays), w.starts, w.ends, w.days_off_only) for w in kept.windows),
    )
