"""Duty of the demo town: the county's statuses, and turns on the shifts of the all-round squads for two weeks.

Day and night each have a crew of their own; the leader joins the day's from Monday to Friday. The department teams have
no turns: their shifts are the whole team's. Which shifts there are stands in organisation.json.
"""

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any, NamedTuple

WEEKS = 2
CREWS = {time(8): slice(0, 2), time(20): slice(2, 4)}
LEADER_JOINS = time(8)


class Turn(NamedTuple):
    squad_code: str
    on: date
    starts: time
    phone: str


def turns(squads: list[dict[str, Any]], staff: list[dict[str, Any]], today: date) -> Iterator[Turn]:
    """Who is on which shift, from the Monday of this week on."""
    monday = today - timedelta(days=today.weekday())
    for squad in squads:
        if squad["kind"] != "all_round":
            continue
        leaders, members = (_phones(staff, squad["code"], role) for role in ("squad_leader", "squad_member"))
        for day in (monday + timedelta(days=n) for n in range(7 * WEEKS)):
            for starts, crew in CREWS.items():
                joins = leaders if starts == LEADER_JOINS and day.weekday() < 5 else []
                yield from (Turn(squad["code"], day, starts, phone) for phone in [*joins, *members[crew]])


def _phones(staff: list[dict[str, Any]], squad_code: str, role: str) -> list[str]:
    return [
        person["phone"]
        for person in staff
        if any(post.get("squad") == squad_code and post["role"] == role for post in person["posts"])
    ]
