"""The work calendar as the rota shows it: the days on which Monday-to-Friday does not hold."""

from tests.people import People


async def test_calendar_names_holidays_and_weekend_days_that_are_worked(people: People) -> None:
    member = await people.squad_member()
    answer = await member.http.get("/api/calendar", params={"from": "2026-09-20", "to": "2026-10-10"})
    days = {row["on"]: row["kind"] for row in answer.json()}
    assert days["2026-10-01"] == days["2026-10-07"] == "holiday"
    assert days["2026-10-10"] == "workday", "a Saturday that is worked for the holiday; the last day is included"
    assert "2026-10-03" not in days, "a Saturday is free anyway"
    assert "2026-09-29" not in days


async def test_calendar_between_days_that_are_none_is_empty(people: People) -> None:
    member = await people.squad_member()
    answer = await member.http.get("/api/calendar", params={"from": "2026-10-08", "to": "2026-10-01"})
    assert answer.json() == []
    malformed = await member.http.get("/api/calendar", params={"from": "yesterday", "to": "2026-10-01"})
    assert malformed.status_code == 422
