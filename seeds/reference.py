"""What every county starts with: work calendar, catalogue with filing conditions, duty statuses and routing rules."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import chinese_calendar
from sqlmodel import SQLModel

from backend.cases.escalation_models import EscalationStep
from backend.dispatch.models import RuleSet, RuleSetStatus
from backend.dispatch.rule_schemas import RuleIn
from backend.matters.initials import initials_of
from backend.matters.models import (
    USUAL_STAGE_LIMITS,
    CalendarDay,
    Catalogue,
    DayKind,
    FilingCondition,
    Matter,
    Severity,
    StageLimit,
    WorkHours,
)
from backend.staff.models import DutyStatus, Unit

HERE = Path(__file__).parent / "catalogue"
# A county's first rule set keeps its id from load to load.
RULE_SETS = UUID("2a7c9e34-6d0b-4f9e-8c57-90b1de5a4f33")
WORK_HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))


def reference(county: str, *, units: str, since: date) -> Iterable[Iterable[SQLModel]]:
    """The rows in batches, parents before children, in force from the local day `since`; `units` as in `unit_code`."""
    matters = _read("matters.json")["matters"]
    yield _statuses(county, _read("duty_statuses.json"))
    yield _calendar(county, since)
    yield [
        Catalogue(county=county, version=1, in_force_at=datetime.combine(since, time(0), UTC), title="参考目录 2026.1")
    ]
    yield _matters(county, units, matters)
    yield _conditions(county, matters)
    yield _stage_limits(county)
    yield ladder(county, _read("escalation_ladder.json"))
    yield _rules(county, since, _read("routing_rules.json"))


def departments(county: str, county_name: str, *, units: str) -> Iterable[SQLModel]:
    """The units to which the catalogue gives its matters, and the two centres."""
    return (
        Unit(county=county, code=unit_code(units, u["code"]), name=f"{county_name}{u['name']}", kind=u["kind"])
        for u in _read("units.json")
    )


def unit_code(units: str, code: str) -> str:
    """The code of a unit of the catalogue in a county whose units' codes begin with `units`."""
    return f"{units}-{code}"


def _read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def _statuses(county: str, statuses: list[dict[str, Any]]) -> Iterable[SQLModel]:
    return (DutyStatus(county=county, position=n, **status) for n, status in enumerate(statuses))


def _calendar(county: str, since: date) -> Iterable[SQLModel]:
    """Working hours, and the days on which the country's calendar differs from Monday to Friday."""
    for starts, ends in WORK_HOURS:
        yield WorkHours(county=county, starts=starts, ends=ends)
    day = since
    while day.year <= max(chinese_calendar.constants.holidays).year:
        is_workday = chinese_calendar.is_workday(day)
        if is_workday != (day.weekday() < 5):
            kind = DayKind.WORKDAY if is_workday else DayKind.HOLIDAY
            yield CalendarDay(county=county, on=day, kind=kind, source="国务院办公厅放假通知")
        day += timedelta(days=1)


def _matters(county: str, units: str, matters: list[dict[str, Any]]) -> Iterable[SQLModel]:
    for m in matters:
        yield Matter(
            county=county,
            catalogue_version=1,
            code=m["code"],
            kind=m["kind"],
            major_code=m["major_code"],
            major_name=m["major_name"],
            name=m["name"],
            icon=m["icon"],
            initials=initials_of(m["name"]),
            photo_guidance=m["photo_guidance"],
            photos_before_min=m["photos_before"]["min"],
            photos_before_max=m["photos_before"]["max"],
            photos_after_min=m["photos_after"]["min"],
            photos_after_max=m["photos_after"]["max"],
            closing_condition=m["closing_condition"],
            legal_basis=m["legal_basis"],
            department_code=unit_code(units, m["department"]),
            weight=m["weight"],
            self_dispatch=m["self_dispatch"],
            self_handle=m["self_handle"],
            near_far_hint=m["near_far_hint"],
            duplicate_radius_m=m["duplicate_radius_m"],
            duplicate_hours=m["duplicate_hours"],
            review_needed=m["review_needed"],
        )


def _conditions(county: str, matters: list[dict[str, Any]]) -> Iterable[SQLModel]:
    for m in matters:
        for position, condition in enumerate(m["conditions"]):
            season = condition.get("limit_in_season", {})
            yield FilingCondition(
                county=county,
                catalogue_version=1,
                code=condition["code"],
                matter_code=m["code"],
                position=position,
                words=condition["words"],
                severity=condition["severity"],
                limit_amount=condition["limit"]["amount"],
                limit_unit=condition["limit"]["unit"],
                season_from=season.get("from"),
                season_to=season.get("to"),
                season_amount=season.get("amount"),
                season_unit=season.get("unit"),
                is_default=condition["default"],
            )


def _stage_limits(county: str) -> Iterable[SQLModel]:
    return (
        StageLimit(county=county, stage=stage, amount=limit.amount, unit=limit.unit)
        for stage, limit in USUAL_STAGE_LIMITS.items()
    )


def ladder(county: str, steps: list[dict[str, Any]]) -> Iterable[SQLModel]:
    """Steps for every severity unless they name some."""
    return (EscalationStep(county=county, **{"severities": [s.value for s in Severity]} | step) for step in steps)


def _rules(county: str, since: date, rules: list[dict[str, Any]]) -> Iterable[SQLModel]:
    """The first set of rules, in force; a rule's note is for whoever reads the file."""
    kept = [RuleIn.model_validate({name: v for name, v in rule.items() if name != "note"}) for rule in rules]
    yield RuleSet(
        county=county,
        id=uuid5(RULE_SETS, county),
        number=1,
        title="初始规则",
        status=RuleSetStatus.IN_FORCE,
        updated_at=datetime.combine(since, time(0), UTC),
        in_force_from=datetime.combine(since, time(0), UTC),
        rules=[rule.model_dump(mode="json") for rule in kept],
    )
