"""Hostile and careless input in the fields of an action: refused with the field named, never a defect, never half taken."""

import json
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.cases.history import first_broken_link
from backend.cases.queries import history_of
from backend.cases.schemas import ActionIn
from backend.cases.terms import Action
from seeds.load import COUNTY
from tests.backend.cases.whole import faults
from tests.conftest import MONDAY_MORNING
from tests.examples import examples
from tests.people import People, Person

NOW = MONDAY_MORNING.astimezone(UTC)
SQUADS = [f"xxk-squad-{n}" for n in range(1, 10)]
HUGE = "垃" * 2001


def moment(**later: float) -> str:
    return (NOW + timedelta(**later)).isoformat()


@pytest.fixture
async def operator(people: People) -> Person:
    return await people.operator()


@pytest.fixture
async def case(people: People) -> dict[str, Any]:
    """In the hands of squad 1, accepted."""
    filed = (await (await people.worker()).report("E0110")).json()["case"]
    accepted: dict[str, Any] = (await (await people.squad_member()).act("acknowledge", filed)).json()["case"]
    return accepted


WHISTLE = {"words": "来", "squads": ["xxk-squad-2"], "until": moment(hours=1)}
SUSPENSION = {"words": "等", "reason": "works", "until_day": "2026-12-01"}

OF_THE_OPERATOR: list[tuple[str, dict[str, Any], str]] = [
    ("supervise", {"words": "办", "until": moment(minutes=-1)}, "until"),
    ("supervise", {"words": "办", "until": moment(days=400)}, "until"),
    ("supervise", {"words": "办", "until": "2999-01-01T00:00:00Z"}, "until"),
    ("supervise", {"words": "办", "until": "2026-12-01T00:00:00"}, "until"),
    ("supervise", {"words": "办", "until": "0001-01-01T00:00:00+14:00"}, "until"),
    ("supervise", {"words": "办", "until": 10**400}, "until"),
    ("supervise", {"words": "办"}, "until"),
    ("supervise", {"words": "   ", "until": moment(hours=1)}, "words"),
    ("supervise", {"words": HUGE, "until": moment(hours=1)}, "words"),
    ("supervise", {"words": "a\0b", "until": moment(hours=1)}, "body"),
    ("supervise", {"words": 5, "until": moment(hours=1)}, "words"),
    ("whistle", WHISTLE | {"squads": []}, "squads"),
    ("whistle", WHISTLE | {"squads": SQUADS}, "squads"),
    ("whistle", WHISTLE | {"squads": ["xxk-squad-2"] * 2}, "squads"),
    ("whistle", WHISTLE | {"squads": ["xxk-squad-2", "xxk-squad-1"]}, "squads.1"),
    ("whistle", WHISTLE | {"squads": ["xxk-squad-2", "nobody"]}, "squads.1"),
    ("whistle", WHISTLE | {"squads": "xxk-squad-2"}, "squads"),
    ("whistle", WHISTLE | {"squads": [None]}, "squads.0"),
    ("whistle", WHISTLE | {"squads": ["x" * 33]}, "squads.0"),
    ("add_co_handler", {"words": "来", "squad": "xxk-squad-1"}, "squad"),
    ("add_co_handler", {"words": "来", "squad": "' OR 1=1 --"}, "squad"),
    ("add_co_handler", {"words": "来", "squad": ""}, "squad"),
    ("reassign", {"words": "换", "squad": "nobody"}, "squad"),
    ("recategorise", {"words": "改", "matter": "E9999"}, "matter"),
    ("recategorise", {"words": "改", "matter": "E0112", "condition": "E0110-1"}, "condition"),
    ("recategorise", {"words": "改", "matter": "x" * 17}, "matter"),
    ("force_close", {"words": "关", "reason": "because"}, "reason"),
    ("force_close", {"words": "关", "reason": "season"}, "reason"),
    ("force_close", {"words": "关", "reason": "x" * 33}, "reason"),
    ("remind", {"reason": "works"}, "reason"),
    ("remind", {"photos": [{"sha256": "0" * 64}]}, "photos"),
    ("remind", {"photos": [{"sha256": "xyz"}]}, "photos.0.sha256"),
    ("remind", {"place": {"lng": 181, "lat": 0}}, "place.lng"),
    ("remind", {"place": {"lng": 1e999, "lat": 0}}, "place.lng"),
    ("remind", {"version": 0}, "version"),
    ("remind", {"version": 2**31}, "version"),
    ("remind", {"at": "2026-11-23"}, "at"),
    ("remind", {"into": "not-a-uuid"}, "into"),
    ("remind", {"status": "closed"}, "status"),
    ("no_such_action", {}, "action"),
]  # fmt: skip
OF_THE_SQUAD: list[tuple[str, dict[str, Any], str]] = [
    ("ask_suspension", SUSPENSION | {"until_day": "2026-11-23"}, "until_day"),
    ("ask_suspension", SUSPENSION | {"until_day": "2026-11-01"}, "until_day"),
    ("ask_suspension", SUSPENSION | {"until_day": "2027-11-25"}, "until_day"),
    ("ask_suspension", SUSPENSION | {"until_day": "9999-12-31"}, "until_day"),
    ("ask_suspension", SUSPENSION | {"until_day": "0001-01-01"}, "until_day"),
    ("ask_suspension", SUSPENSION | {"until_day": "tomorrow"}, "until_day"),
    ("ask_suspension", SUSPENSION | {"until_day": None}, "until_day"),
    ("ask_suspension", SUSPENSION | {"reason": "weather"}, "reason"),
    ("ask_extension", {"words": "等"}, "reason"),
    ("feedback", {"words": "好了"}, "photos"),
    ("feedback", {"words": "好了", "photos": [{"sha256": f"{n:064x}"} for n in range(10)]}, "photos"),
    ("feedback", {"words": "好了", "photos": [{"sha256": "0" * 64}] * 2}, "photos"),
]


async def refused(sender: Person, case: dict[str, Any], action: str, more: dict[str, Any], field: str) -> None:
    body = {"action": action, "version": case["version"]} | more
    try:
        answer = await sender.http.put(f"/api/cases/{case['id']}/actions/{uuid4()}", json=body)
    except ValueError:  # a number that JSON cannot carry is written by hand
        text = str(body).replace("'", '"').replace("inf", "1e999")
        answer = await sender.http.put(
            f"/api/cases/{case['id']}/actions/{uuid4()}", content=text, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [e["field"] for e in answer.json()["errors"]] == [field]
    assert answer.json()["errors"][0]["message"]
    assert (await sender.case(case["id"]))["version"] == case["version"]


@pytest.mark.parametrize(("action", "more", "field"), OF_THE_OPERATOR, ids=lambda v: str(v)[:40])
async def test_what_an_operator_may_get_wrong(
    operator: Person, case: dict[str, Any], action: str, more: dict[str, Any], field: str
) -> None:
    await refused(operator, case, action, more, field)


@pytest.mark.parametrize(("action", "more", "field"), OF_THE_SQUAD, ids=lambda v: str(v)[:40])
async def test_what_a_squad_may_get_wrong(
    people: People, case: dict[str, Any], action: str, more: dict[str, Any], field: str
) -> None:
    await refused(await people.squad_member(), case, action, more, field)


async def test_a_year_is_the_most(people: People, case: dict[str, Any]) -> None:
    asked = await (await people.squad_member()).act("ask_suspension", case, **SUSPENSION | {"until_day": "2027-11-23"})
    assert asked.status_code == 201, asked.text


async def test_a_case_is_not_merged_into_itself_nor_into_what_is_not_there(people: People, operator: Person) -> None:
    case = (await (await people.worker()).report("E0110")).json()["case"]
    for into, code in ((case["id"], "same_case"), (str(uuid4()), "unknown_case"), (None, "into_needed")):
        answer = await operator.act("merge", case, into=into)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "into"), answer.text
        assert answer.json()["code"] == code


async def test_the_history_stays_whole_whatever_numbers_a_phone_sends(people: People, session: AsyncSession) -> None:
    """JSONB knows no negative zero and keeps 1e-7 otherwise than we write it; the hash must not depend on either."""
    case = (await (await people.worker()).report("E0133")).json()["case"]
    operator, member = await people.operator(), await people.squad_member()
    for lng, lat, accuracy_m in ((-0.0, -0.0, -0.0), (1e-7, 5e-324, 1e-12), (120.0, 31, 100_000)):
        place = {"lng": lng, "lat": lat, "accuracy_m": accuracy_m}
        answer = await member.act("acknowledge", case, place=place)
        assert answer.status_code == 201, answer.text
        again = await operator.act("reassign", answer.json()["case"], squad="xxk-squad-1", words="再接")
        case = again.json()["case"]
    session.expire_all()
    events = list(await history_of(session, COUNTY, UUID(case["id"])))
    assert sum("place" in event.content for event in events) == 3
    assert first_broken_link(events) is None


# Anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
SENSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "action": st.sampled_from([a.value for a in Action]),
    "version": st.integers(1, 6),
    "words": st.text(max_size=30),
    "reason": st.sampled_from(["works", "not_ours", "transferred", "season", "x"]),
    "squad": st.sampled_from([*SQUADS[:3], "xxk-team-sanitation", "x"]),
    "squads": st.lists(st.sampled_from(SQUADS[:4]), max_size=4),
    "matter": st.sampled_from(["E0110", "E0133", "x"]),
    "condition": st.sampled_from(["E0110-1", "E0133-1", "x"]),
    "into": st.uuids().map(str),
    "until_day": st.dates().map(str),
    "until": st.datetimes(min_value=NOW.replace(tzinfo=None) - timedelta(days=30_000), timezones=st.just(UTC)).map(str),
    "at": st.datetimes(timezones=st.just(UTC)).map(str),
    "place": st.fixed_dictionaries({"lng": st.floats(-200, 200), "lat": st.floats(-100, 100)}),
    "photos": st.lists(st.fixed_dictionaries({"sha256": st.from_regex(r"\A[0-9a-f]{64}\Z")}), max_size=2),
}
REQUIRED = ("action", "version", "words")
BODIES = st.fixed_dictionaries(
    {name: SENSIBLE[name] for name in REQUIRED},
    optional={name: st.one_of(good, good, JSON) for name, good in SENSIBLE.items() if name not in REQUIRED}
    | {"more": JSON},
) | st.fixed_dictionaries({"action": SENSIBLE["action"], "version": JSON, "words": JSON})


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=examples(20, nightly=400),
)
@given(body=BODIES, squad=st.booleans())
async def test_no_body_at_all_is_a_defect_or_breaks_a_case(
    people: People,
    operator: Person,
    case: dict[str, Any],
    sessions: async_sessionmaker[AsyncSession],
    body: dict[str, Any],
    squad: bool,
) -> None:
    sender = await people.squad_member() if squad else operator
    url = f"/api/cases/{case['id']}/actions/{uuid4()}"
    answer = await sender.http.put(url, content=json_of(body), headers={"Content-Type": "application/json"})
    assert answer.status_code in (201, 400, 403, 404, 409, 422), answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
    if answer.status_code == 422:
        assert answer.json()["errors"]
    assert await faults(sessions, [UUID(case["id"])]) == []


def json_of(body: Any) -> bytes:
    """As `json` writes it, with the NaN and Infinity and lone surrogates that a careless phone would send."""
    return json.dumps(body).encode()


def test_the_bodies_of_this_file_name_every_field() -> None:
    assert set(SENSIBLE) == set(ActionIn.model_fields)
