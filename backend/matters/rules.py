"""What a catalogue may say: rules that no single field can tell. Pure.

Raises nothing: every fault names the field, what is wrong and how to mend it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from backend.errors import Say
from backend.matters.content import ConditionContent, LimitContent, MatterContent, MonthDay
from backend.matters.models import LimitUnit

# The longest limits that make sense: a month of urgent hours, a month of working hours, a year of days.
LONGEST = {
    LimitUnit.URGENT_HOUR: 720,
    LimitUnit.WORK_HOUR: 240,
    LimitUnit.WORK_DAY: 250,
    LimitUnit.NATURAL_DAY: 365,
}


class Fault(NamedTuple):
    """`field` is a dotted path into the matter, such as `conditions.1.limit`; a condition is counted from 0."""

    code: str
    field: str
    sentence: Say
    mend: Say


@dataclass(frozen=True)
class Others:
    """The rest of the catalogue as far as a matter must agree with it: code by name, name by major, known units."""

    names: Mapping[str, str]
    majors: Mapping[str, str]
    departments: Collection[str]


def others_of(matters: Iterable[MatterContent], departments: Collection[str]) -> Others:
    names: dict[str, str] = {}
    majors: dict[str, str] = {}
    for matter in matters:
        names.setdefault(matter.name, matter.code)
        majors.setdefault(matter.major_code, matter.major_name)
    return Others(names, majors, departments)


def faults_of(matter: MatterContent, others: Others) -> Iterator[Fault]:
    """Everything that is wrong with one matter in its catalogue."""
    yield from _name_faults(matter, others)
    if matter.department_code not in others.departments:
        yield Fault(
            "unknown_unit",
            "department_code",
            Say("没有这个单位", "There is no such unit"),
            Say("写单位的全称或编码", "Write the unit's full name or its code"),
        )
    for field in ("photos_before", "photos_after"):
        photos = getattr(matter, field)
        if photos.min > photos.max:
            yield Fault(
                "photos_min_over_max",
                f"{field}.min",
                Say(
                    f"至少 {photos.min} 张，却最多 {photos.max} 张", f"At least {photos.min}, but at most {photos.max}"
                ),
                Say("把「至少」改小或把「最多」改大", "Lower the minimum or raise the maximum"),
            )
    yield from _condition_faults(matter)


def _name_faults(matter: MatterContent, others: Others) -> Iterator[Fault]:
    bearer = others.names.get(matter.name, matter.code)
    if bearer != matter.code:
        yield Fault(
            "name_taken",
            "name",
            Say(f"{bearer} 也叫「{matter.name}」", f"{bearer} is called “{matter.name}” too"),
            Say("名称不能重复，请改其中一个", "Names must differ; change one of them"),
        )
    major = others.majors.get(matter.major_code, matter.major_name)
    if major != matter.major_name:
        yield Fault(
            "major_has_other_name",
            "major_name",
            Say(
                f"大类 {matter.major_code} 在别的事项里叫「{major}」",
                f"Major {matter.major_code} is called “{major}” elsewhere",
            ),
            Say("同一大类写同一个名称", "Give the major one name throughout"),
        )


def _condition_faults(matter: MatterContent) -> Iterator[Fault]:
    defaults = sum(condition.is_default for condition in matter.conditions)
    if defaults != 1:
        yield Fault(
            "one_default",
            "conditions",
            Say("没有默认条件", "No condition is the default")
            if not defaults
            else Say(f"有 {defaults} 个默认条件", f"{defaults} conditions are the default"),
            Say("一个事项有且只有一个默认条件", "A matter has exactly one default condition"),
        )
    seen: set[str] = set()
    for position, condition in enumerate(matter.conditions):
        place = f"conditions.{position}"
        if not condition.code.startswith(f"{matter.code}-"):
            yield Fault(
                "foreign_condition",
                f"{place}.code",
                Say(f"条件编码不是 {matter.code} 的", f"The condition's code is not one of {matter.code}"),
                Say(f"写成 {matter.code}-1 这样", f"Write it like {matter.code}-1"),
            )
        if condition.code in seen:
            yield Fault(
                "condition_twice",
                f"{place}.code",
                Say(f"条件编码 {condition.code} 用了两次", f"The code {condition.code} is used twice"),
                Say("换一个序号", "Use another number"),
            )
        seen.add(condition.code)
        yield from _limit_faults(f"{place}.limit", condition.limit)
        yield from _season_faults(place, condition)


def _limit_faults(place: str, limit: LimitContent) -> Iterator[Fault]:
    longest = LONGEST[limit.unit]
    if limit.amount > longest:
        yield Fault(
            "limit_too_long",
            place,
            Say(f"时限太长，这种单位最多 {longest}", f"The limit is too long; at most {longest} of this unit"),
            Say("改小，或换一个时限单位", "Make it shorter, or choose another unit"),
        )


def _season_faults(place: str, condition: ConditionContent) -> Iterator[Fault]:
    if condition.season is None:
        return
    for field in ("begins", "ends"):
        if not is_month_day(getattr(condition.season, field)):
            yield Fault(
                "no_such_day",
                f"{place}.season.{field}",
                Say("没有这一天", "There is no such day"),
                Say("写成 11-15 这样，月和日", "Write month and day like 11-15"),
            )
    yield from _limit_faults(f"{place}.season.limit", condition.season.limit)


def is_month_day(text: MonthDay) -> bool:
    """Whether it is a day of some year, the 29th of February included."""
    try:
        date.fromisoformat(f"2000-{text}")
    except ValueError:
        return False
    return True
