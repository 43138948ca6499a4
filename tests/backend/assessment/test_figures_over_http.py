"""Figures over HTTP, told as stories: from a report to a number and back to its cases; bulletins; objections; the scheme."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.assessment.models import CaseOutcome
from backend.assessment.refreshing import outcome_rows
from backend.assessment.schemes import USUAL
from backend.cases.models import Case
from seeds.load import COUNTY, staff_id
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People, Person
from tests.people import photo as a_photo


@pytest.fixture
def clock() -> Clock:
    """In UTC, like the server's own: answers are then equal to the letter, whether fresh or read back."""
    return Clock(MONDAY_MORNING.astimezone(UTC))


NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
WORDS = "已清运"


async def figures(person: Person, **asked: Any) -> dict[str, Any]:
    answer = await person.http.get("/api/indicators", params=NOVEMBER | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def behind(person: Person, indicator: str, side: str = "part", **asked: Any) -> list[str]:
    asked = NOVEMBER | {"indicator": indicator, "side": side} | asked
    answer = await person.http.get("/api/indicators/cases", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.json()["count"] == len(answer.json()["cases"])
    return [case["id"] for case in answer.json()["cases"]]


async def handled(people: People, clock: Clock, *, late: bool = False) -> dict[str, Any]:
    """A case from report to closure; 暴露生活垃圾 has four working hours."""
    worker, member, inspector = await people.worker(), await people.squad_member(), await people.inspector()
    case = (await worker.report("E0110")).json()["case"]
    case = (await member.act("acknowledge", case)).json()["case"]
    clock.at += timedelta(hours=8) if late else timedelta(minutes=30)
    case = (await member.act("feedback", case, words=WORDS, photos=[a_photo("orientation/Portrait_6.jpg")])).json()[
        "case"
    ]
    clock.at += timedelta(minutes=30)
    done = await inspector.act("pass", case)
    clock.at += timedelta(minutes=1)
    assert done.status_code == 201, done.text
    found: dict[str, Any] = done.json()["case"]
    return found


async def kept_as_the_histories_say(session: AsyncSession) -> int:
    """Every outcome that is kept is what the history of its case gives now; how many there are."""
    kept = (await session.scalars(select(CaseOutcome).execution_options(populate_existing=True))).all()
    ids = list(await session.scalars(select(col(Case.id)).where(col(Case.county) == COUNTY)))
    anew = {(row["case_id"], row["level"], row["body"]): row for row in await outcome_rows(session, COUNTY, ids)}
    assert {(row.case_id, row.level, row.body): row.model_dump() for row in kept} == anew
    return len(kept)


async def test_from_reports_to_numbers_and_back(people: People, clock: Clock, session: AsyncSession) -> None:
    operator = await people.operator()
    empty = await figures(operator, by="village")
    assert (empty["rows"], empty["total"]["figures"]["closing"]) == ([], {"part": 0, "whole": 0})
    in_time, late = await handled(people, clock), await handled(people, clock, late=True)
    waiting = (await (await people.worker()).report("E0110")).json()["case"]
    clock.at += timedelta(minutes=1)
    found = await figures(operator, by="village")
    assert found["pending"] == 0
    (row,) = found["rows"]
    assert (row["codes"], row["names"]) == (["320281104206"], ["璜塘村"])
    assert row["figures"]["reported"] == {"part": 3, "whole": None}
    assert row["figures"]["closing"] == {"part": 2, "whole": 2}
    assert row["figures"]["on_time"] == {"part": 1, "whole": 2}
    assert row["figures"] == found["total"]["figures"]
    assert await behind(operator, "on_time", within="320281104206") == [in_time["id"]]
    assert await behind(operator, "on_time", "rest", within="320281104206") == [late["id"]]
    assert set(await behind(operator, "reported")) == {in_time["id"], late["id"], waiting["id"]}
    squads = await figures(operator, by="squad")
    assert [(row["codes"], row["rank"]) for row in squads["rows"]] == [(["xxk-squad-1"], None)], "too few"
    assert squads["rows"][0]["figures"]["due"] == {"part": 2, "whole": None}
    trend = await operator.http.get("/api/indicators/trend", params=NOVEMBER | {"indicator": "closing", "step": "week"})
    assert sum(point["part"] for point in trend.json()["points"]) == 2
    assert await kept_as_the_histories_say(session) == 9, "three cases, each on its own, a squad's and a unit's account"


async def test_no_step_is_missed(people: People, clock: Clock, session: AsyncSession) -> None:
    """Whatever happens to a case, the figures follow: a case of everything, looked at after each step."""
    worker, member, operator = await people.worker(), await people.squad_member(), await people.operator()
    inspector = await people.inspector()
    case = (await worker.report("E0401")).json()["case"]
    steps: list[tuple[Person, str, dict[str, Any]]] = [
        (member, "acknowledge", {}),
        (member, "ask_extension", {"words": "等材料"}),
        (operator, "grant_extension", {}),
        (operator, "supervise", {"words": "盯紧", "until": (clock() + timedelta(hours=5)).isoformat()}),
        (member, "ask_suspension", {"words": "等季节", "until_day": "2026-12-20"}),
        (operator, "grant_suspension", {}),
        (operator, "resume", {}),
        (member, "send_back", {"words": "不归本队"}),
        (operator, "dispatch", {"squad": "xxk-squad-1", "words": "就近"}),
        (member, "acknowledge", {}),
        (member, "feedback", {"words": WORDS, "photos": [a_photo("orientation/Portrait_6.jpg")]}),
        (inspector, "fail", {"words": "没干净"}),
        (member, "acknowledge", {}),
        (member, "feedback", {"words": WORDS, "photos": [a_photo("orientation/Portrait_6.jpg")]}),
        (inspector, "pass", {}),
    ]
    for person, action, more in steps:
        clock.at += timedelta(minutes=3)
        # Sent back, the rules may have found somebody else meanwhile.
        step = "reassign" if (action, case["status"]) == ("dispatch", "pending_ack") else action
        answer = await person.act(step, case, **more)
        assert answer.status_code == 201, (step, answer.text)
        case = answer.json()["case"]
        await figures(operator)
        assert await kept_as_the_histories_say(session)
    clock.at += timedelta(minutes=1)
    squads = {row["codes"][0]: row["figures"] for row in (await figures(operator, by="squad"))["rows"]}
    assert squads["xxk-squad-1"]["rework"] == {"part": 1, "whole": 1}
    assert squads["xxk-squad-1"]["sending_back"] == {"part": 1, "whole": 1}


async def few_will_do(people: People) -> Person:
    """The county's administrator, who has let one case that was due be enough for a score."""
    county = await people.person("19900008002")
    content = USUAL.model_dump(mode="json") | {"least_due": 1}
    assert (await county.http.put("/api/assessment-scheme", json={"version": 0, "content": content})).status_code == 200
    return county


async def test_a_grid_has_figures_and_no_place(people: People, clock: Clock) -> None:
    operator = await people.operator()
    await few_will_do(people)
    await handled(people, clock)
    grids = await figures(operator, by="grid")
    assert [(row["score"], row["rank"]) for row in grids["rows"]] == [(None, None)]
    villages = await figures(operator, by="village")
    assert [(row["score"], row["rank"]) for row in villages["rows"]] == [(100.0, 1)]


async def test_no_answer_names_a_person(people: People, clock: Clock, session: Any) -> None:
    """Neither an id nor a name nor a telephone number of anybody stands in any answer about figures."""
    await handled(people, clock)
    case = await handled(people, clock, late=True)
    operator, leader = await people.operator(), await people.squad_leader()
    objection = str(uuid4())
    put = await leader.http.put(
        f"/api/figure-objections/{objection}", json={"case_id": case["id"], "squad": "xxk-squad-1", "words": "停电两天"}
    )
    assert put.status_code == 201, put.text
    bulletin = str(uuid4())
    body = {"kind": "monthly", "day": "2026-11-05", "remarks": "按语"}
    answers = [await operator.http.put(f"/api/bulletins/{bulletin}", json=body), put]
    paths = (
        "indicators/definitions",
        "indicators",
        *(f"indicators?by={by}" for by in ("town", "village", "grid", "squad", "major", "matter", "source")),
        "indicators/cases?indicator=due",
        "indicators/trend?indicator=due",
        "assessment-scheme",
        "figure-objections",
        "anomalies",
        "anomalies/cases?rule=fast&code=xxk-squad-1",
        "bulletins",
        f"bulletins/{bulletin}",
    )
    answers += [await person.http.get(f"/api/{path}") for person in (operator, leader) for path in paths]
    assert sum(answer.status_code == 200 for answer in answers) > 20
    everybody = (await session.execute(text("SELECT id::text, name, phone FROM staff"))).all()
    assert len(everybody) > 100
    said = "\n".join(answer.text for answer in answers)
    assert case["code"] in said
    for person_id, name, phone in everybody:
        assert person_id not in said
        assert phone not in said
        assert name not in said, name


async def test_nobody_can_ask_for_figures_of_persons(people: People) -> None:
    operator = await people.operator()
    for by in ("person", "staff", "worker", "reporter", "actor"):
        assert (await operator.http.get("/api/indicators", params={"by": by})).status_code == 422
    person = str(staff_id("19900001050"))
    plain = await figures(operator, by="village")
    assert (await figures(operator, by="village", reporter=person, staff=person))["rows"] == plain["rows"]


async def test_a_squads_leader_sees_the_squads_own_first_and_objects(people: People, clock: Clock) -> None:
    case = await handled(people, clock, late=True)
    leader, other, operator = await people.squad_leader(), await people.squad_leader("二中队"), await people.operator()
    own = await figures(leader, by="squad")
    assert [row["codes"] for row in own["rows"]] == [["xxk-squad-1"]]
    assert own["total"]["figures"]["on_time"] == {"part": 0, "whole": 1}
    assert (await figures(other, by="squad"))["rows"] == []
    assert (await leader.http.get("/api/indicators", params={"by": "unit"})).json()["errors"][0][
        "code"
    ] == "one_account"
    assert await behind(leader, "on_time", "rest") == [case["id"]]
    objection = str(uuid4())
    body = {"case_id": case["id"], "squad": "xxk-squad-1", "words": "停电两天，供电所有通知"}
    foreign = await other.http.put(f"/api/figure-objections/{uuid4()}", json=body)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "not_your_figures")
    for status in (201, 200):
        assert (await leader.http.put(f"/api/figure-objections/{objection}", json=body)).status_code == status
    twice = await leader.http.put(f"/api/figure-objections/{uuid4()}", json=body)
    assert (twice.status_code, twice.json()["code"]) == (409, "objected_before")
    assert (await figures(leader, by="squad"))["total"]["figures"]["on_time"] == {"part": 0, "whole": 1}
    assert [one["id"] for one in (await operator.http.get("/api/figure-objections")).json()] == [objection]
    assert (await other.http.get("/api/figure-objections")).json() == []
    answer = {"upheld": True, "words": "情况属实"}
    assert (await leader.http.put(f"/api/figure-objections/{objection}/answer", json=answer)).status_code == 403
    upheld = await operator.http.put(f"/api/figure-objections/{objection}/answer", json=answer)
    assert upheld.json()["upheld"] is True
    again = await operator.http.put(f"/api/figure-objections/{objection}/answer", json=answer | {"upheld": False})
    assert (again.status_code, again.json()["code"]) == (409, "answered_already")
    assert (await figures(leader, by="squad"))["total"]["figures"]["on_time"] == {"part": 0, "whole": 0}
    assert (await figures(operator))["total"]["figures"]["due"] == {"part": 0, "whole": None}


async def test_a_case_that_is_in_time_is_no_reason_to_object(people: People, clock: Clock) -> None:
    case = await handled(people, clock)
    leader = await people.squad_leader()
    await figures(leader)
    body = {"case_id": case["id"], "squad": "xxk-squad-1", "words": "x"}
    refused = await leader.http.put(f"/api/figure-objections/{uuid4()}", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_object")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-11-30", "to": "2026-11-01"}, "to"),
        ({"from": "2020-01-01", "to": "2026-11-01"}, "from"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "from"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "from"),
        ({"by": ["squad", "unit"]}, "by"),
        ({"squad": "xxk-squad-1", "by": "unit"}, "by"),
    ],
)
async def test_what_cannot_be_asked_says_which_field(people: People, asked: dict[str, Any], field: str) -> None:
    answer = await (await people.operator()).http.get("/api/indicators", params=asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


# Bulletins


async def test_a_bulletin_stands_once_it_is_issued(people: People, clock: Clock) -> None:
    operator = await people.operator()
    await handled(people, clock, late=True)
    bulletin = f"/api/bulletins/{uuid4()}"
    body = {"kind": "monthly", "day": "2026-11-05"}
    draft = (await operator.http.put(bulletin, json=body)).json()
    assert (draft["first"], draft["last"], draft["status"], draft["hash"]) == (
        "2026-11-01",
        "2026-11-30",
        "draft",
        None,
    )
    assert draft["content"]["title"] == "徐霞客镇网格化治理工作情况通报（2026年11月）"
    assert "共受理案件1件，立案1件" in draft["content"]["sections"][0]["paragraphs"][0]
    edited = await operator.http.put(bulletin, json=body | {"remarks": "请各村重视。", "version": 1})
    assert (edited.status_code, edited.json()["version"]) == (200, 2)
    stale = await operator.http.put(bulletin, json=body | {"remarks": "别的话", "version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    early = await operator.http.post(f"{bulletin}/issue", json={"version": 2})
    assert (early.status_code, early.json()["code"]) == (409, "period_unfinished")
    clock.at = datetime(2026, 12, 1, 1, tzinfo=UTC)
    issued = (await (await people.operator()).http.post(f"{bulletin}/issue", json={"version": 2})).json()
    assert (issued["status"], issued["number"], len(issued["hash"])) == ("issued", 1, 64)
    clock.at = datetime(2026, 11, 29, 1, tzinfo=UTC)
    await handled(people, clock)
    clock.at = datetime(2026, 12, 1, 2, tzinfo=UTC)
    operator = await people.operator()
    assert (await figures(operator))["total"]["figures"]["reported"]["part"] == 2
    assert (await operator.http.get(bulletin)).json() == issued
    fixed = await operator.http.put(bulletin, json=body | {"remarks": "改", "version": 3})
    assert (fixed.status_code, fixed.json()["code"]) == (409, "bulletin_issued")
    kept = await operator.http.delete(bulletin, params={"version": 3})
    assert (kept.status_code, kept.json()["code"]) == (409, "bulletin_issued")


async def test_a_draft_is_thrown_away_as_it_was_seen(people: People) -> None:
    operator = await people.operator()
    draft = f"/api/bulletins/{uuid4()}"
    body = {"kind": "weekly", "day": "2026-11-23"}
    for more in ({}, {"remarks": "请各村重视。", "version": 1}):
        assert (await operator.http.put(draft, json=body | more)).status_code in (200, 201)
    stale = await operator.http.delete(draft, params={"version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert (await operator.http.delete(draft, params={"version": 2})).status_code == 204
    assert (await operator.http.get(draft)).json()["code"] == "no_such_bulletin"
    assert (await operator.http.get("/api/bulletins")).json() == []


HOSTILE = ("=1+1", '=HYPERLINK("//bad.test")', "+1", "-1", "@SUM(1)", "\t=1", "=cmd|'/C calc'!A0")


async def test_the_workbook_of_a_bulletin_has_no_formula(people: People, clock: Clock) -> None:
    operator = await people.operator()
    await handled(people, clock)
    bulletin = f"/api/bulletins/{uuid4()}"
    body = {"kind": "weekly", "day": "2026-11-23", "remarks": "\n".join(f"x\n{each}" for each in HOSTILE)}
    assert (await operator.http.put(bulletin, json=body)).status_code == 201
    got = await operator.http.get(f"{bulletin}/workbook")
    assert got.headers["content-type"].startswith("application/vnd.openxmlformats")
    with zipfile.ZipFile(io.BytesIO(got.content)) as opened:
        xml = "".join(opened.read(name).decode() for name in opened.namelist())
    assert "<f>" not in xml
    assert "<hyperlink" not in xml
    book = load_workbook(io.BytesIO(got.content))
    assert book.sheetnames == ["通报正文", "各村（社区）办理情况", "各责任单位办理情况", "高发事项"]
    sheet = book["各村（社区）办理情况"]
    assert [cell.value for cell in sheet[2]][:4] == ["名次", "村（社区）", "应结案", "结案"]
    assert [cell.value for cell in sheet[3]][:5] == ["—", "璜塘村", 1, 1, 1], "too few for a place"
    assert sheet["E3"].number_format == "0.00%"


# What is worth a look


async def test_what_is_worth_a_look_opens_exactly_its_cases(people: People, clock: Clock, session: Any) -> None:
    operator, worker, member = await people.operator(), await people.worker(), await people.squad_member()
    quick = (await worker.report("E0110")).json()["case"]
    quick = (await member.act("acknowledge", quick)).json()["case"]
    await member.act("feedback", quick, words=WORDS, photos=[a_photo("orientation/Portrait_6.jpg")])
    for _ in range(6):
        clock.at += timedelta(minutes=1)
        assert (await worker.report("E0136")).status_code == 201
    clock.at += timedelta(minutes=1)
    found = {rule["key"]: rule for rule in (await operator.http.get("/api/anomalies", params=NOVEMBER)).json()["rules"]}
    assert [(g["code"], g["count"]) for g in found["fast"]["groups"]] == [("xxk-squad-1", 1)]
    assert [(g["code"], g["count"]) for g in found["clustered"]["groups"]] == [("320281104206003", 7)]
    assert found["bounced"]["groups"] == []
    for key, rule in found.items():
        for group in rule["groups"]:
            asked = NOVEMBER | {"rule": key, "code": group["code"], "limit": 200}
            cases = (await operator.http.get("/api/anomalies/cases", params=asked)).json()
            assert (cases["count"], len(cases["cases"])) == (group["count"], group["count"])


# The scheme


async def test_only_the_countys_administrator_changes_the_scheme(people: People, clock: Clock) -> None:
    await handled(people, clock, late=True)
    town, county = await people.administrator(), await few_will_do(people)
    content = USUAL.model_dump(mode="json") | {"least_due": 1}
    content["weights"]["places"] = {"closing": 100}
    refused = await town.http.put("/api/assessment-scheme", json={"version": 0, "content": content})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_scheme")
    before = (await figures(county, by="village"))["rows"][0]["score"]
    changed = await county.http.put("/api/assessment-scheme", json={"version": 1, "content": content})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert before == 60.0, "nothing was missed (20 + 40), and nothing was closed in time"
    assert (await figures(county, by="village"))["rows"][0]["score"] == 100.0
    stale = await county.http.put("/api/assessment-scheme", json={"version": 0, "content": content})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    content["weights"]["places"] = {"closing": 90}
    wrong = await county.http.put("/api/assessment-scheme", json={"version": 2, "content": content})
    assert wrong.status_code == 422
