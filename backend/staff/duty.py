"""A squad's duty at a moment, as `sql/on_duty.sql` answers it, and the words for why it is not on duty. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from backend.clock import SHANGHAI
from backend.errors import Say
from backend.staff.models import BaseStatus, SquadKind

# How long a status said outside any shift is believed. The twin of the figure in sql/on_duty.sql.
WORD_COUNTS_FOR = timedelta(hours=12)

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Standing(StrEnum):
    """Why a member is on duty (the first two) or not."""

    ROSTERED = "rostered"
    STEPPED_IN = "stepped_in"
    ON_LEAVE = "on_leave"
    SIGNED_OFF = "signed_off"
    NOT_ROSTERED = "not_rostered"


ON_DUTY = frozenset({Standing.ROSTERED, Standing.STEPPED_IN})
# Who can take something new: waiting for work, or on the way to some that can be put off.
FREE = frozenset({BaseStatus.AVAILABLE, BaseStatus.EN_ROUTE})


@dataclass(frozen=True)
class MemberDuty:
    """One member at that moment. `rostered`: a shift of theirs is running, whether they serve it or not."""

    id: UUID
    name: str
    leads: bool
    rostered: bool
    standing: Standing
    on_until: datetime | None
    status_code: str | None
    base: BaseStatus

    @property
    def on_duty(self) -> bool:
        return self.standing in ON_DUTY


@dataclass(frozen=True)
class SquadDuty:
    """One squad at that moment. `has_jurisdiction` and `can_do` are None when no grid or no matter was asked for."""

    code: str
    name: str
    unit_code: str
    unit_name: str
    kind: SquadKind
    capabilities: tuple[str, ...]
    jurisdiction: tuple[str, ...]
    has_jurisdiction: bool | None
    can_do: bool | None
    has_members: bool
    shift_ends_at: datetime | None
    next_starts_at: datetime | None
    members: tuple[MemberDuty, ...]

    @property
    def members_on_duty(self) -> tuple[MemberDuty, ...]:
        return tuple(member for member in self.members if member.on_duty)

    @property
    def on_duty(self) -> bool:
        """At least one member is; a squad that never had members is on duty by its rota alone."""
        return bool(self.members_on_duty) if self.has_members else self.shift_ends_at is not None

    @property
    def on_until(self) -> datetime | None:
        """When the last of those on duty goes off, as things stand."""
        if not self.has_members:
            return self.shift_ends_at
        return max((m.on_until for m in self.members_on_duty if m.on_until), default=None)


def is_free(duty: SquadDuty) -> bool:
    """Whether somebody on duty is free; nothing is known of a squad that never had members, so it is taken to be."""
    return not duty.has_members or any(member.base in FREE for member in duty.members_on_duty)


def why_off_duty(duty: SquadDuty) -> Say | None:
    """One clause on why nobody of the squad is on duty, with the next shift if one is near; None when it is on duty."""
    if duty.on_duty:
        return None
    cause = _cause(duty)
    if duty.next_starts_at is None:
        return Say(f"{cause.zh}，近期没有班次", f"{cause.en}, no shift soon")
    next_shift = moment_words(duty.next_starts_at)
    return Say(f"{cause.zh}，下一班 {next_shift.zh}", f"{cause.en}, next shift {next_shift.en}")


def _cause(duty: SquadDuty) -> Say:
    if duty.shift_ends_at is None:
        return Say("不在班次内", "no shift now")
    on_leave = sum(m.rostered and m.standing == Standing.ON_LEAVE for m in duty.members)
    signed_off = sum(m.rostered and m.standing == Standing.SIGNED_OFF for m in duty.members)
    parts_zh = [f"{on_leave} 人请假"] * bool(on_leave) + [f"{signed_off} 人已下班"] * bool(signed_off)
    parts_en = [f"{on_leave} on leave"] * bool(on_leave) + [f"{signed_off} signed off"] * bool(signed_off)
    if not parts_zh:
        return Say("当班的人已不在本队", "those on the shift have left the squad")
    return Say(f"当班的 {'、'.join(parts_zh)}", f"of the shift {', '.join(parts_en)}")


def moment_words(at: datetime) -> Say:
    """A moment in local time as people say it, for example `11月24日（周二）08:30`."""
    local = at.astimezone(SHANGHAI)
    clock = local.strftime("%H:%M")
    return Say(
        f"{local.month}月{local.day}日（周{_WEEKDAYS_ZH[local.weekday()]}）{clock}",
        f"{_WEEKDAYS_EN[local.weekday()]} {local.day}/{local.month} {clock}",
    )
