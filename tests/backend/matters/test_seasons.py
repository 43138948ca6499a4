"""Limits by season, over the new year too."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.matters.models import FilingCondition, Limit, LimitUnit, Severity
from backend.matters.rules import is_month_day
from backend.matters.seasons import in_season, limit_on

YEAR = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
month_days = st.dates(date(2028, 1, 1), date(2028, 12, 31)).map(lambda day: f"{day:%m-%d}")


def planting(begins: str | None, ends: str | None) -> FilingCondition:
    return FilingCondition(
        county="320281",
        catalogue_version=1,
        code="C0402-4",
        matter_code="C0402",
        position=0,
        words="缺株",
        severity=Severity.MINOR,
        limit_amount=90,
        limit_unit=LimitUnit.WORK_DAY,
        season_from=begins,
        season_to=ends,
        season_amount=15 if begins else None,
        season_unit=LimitUnit.WORK_DAY if begins else None,
        is_default=True,
    )


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        ("2026-11-14", 90),
        ("2026-11-15", 15),
        ("2026-12-31", 15),
        ("2027-01-01", 15),
        ("2028-02-29", 15),
        ("2027-03-31", 15),
        ("2027-04-01", 90),
        ("2027-07-01", 90),
    ],
)
def test_a_season_over_the_new_year(day: str, amount: int) -> None:
    assert limit_on(planting("11-15", "03-31"), date.fromisoformat(day)) == Limit(amount, LimitUnit.WORK_DAY)


def test_without_a_season_the_limit_always_holds() -> None:
    assert {limit_on(planting(None, None), day) for day in YEAR} == {Limit(90, LimitUnit.WORK_DAY)}


@given(month_days, month_days)
def test_both_ends_belong_to_a_season_and_it_is_one_stretch_around_the_year(begins: str, ends: str) -> None:
    inside = [in_season((begins, ends), day) for day in YEAR]
    by_day = {f"{day:%m-%d}": within for day, within in zip(YEAR, inside, strict=True)}
    assert all((by_day[begins], by_day[ends]))
    changes = sum(inside[n] != inside[n - 1] for n in range(366))
    assert changes == (0 if all(inside) else 2)
    first, last = (date.fromisoformat(f"2028-{part}") for part in (begins, ends))
    assert sum(inside) == (last - first).days % 366 + 1


@given(st.from_regex(r"\A[0-9]{2}-[0-9]{2}\Z"))
def test_days_of_a_year(text: str) -> None:
    assert is_month_day(text) == (text in {f"{day:%m-%d}" for day in YEAR})
