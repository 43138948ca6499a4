"""The catalogue over HTTP: drafts, workbooks good and hostile, publishing now and later, and what it leaves alone."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openpyxl import Workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.matters.models import Limit, LimitUnit, Stage
from backend.matters.queries import stage_limits
from tests.backend.matters.catalogues import changed, column, sheet
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People, Person

COUNTY_KEEPER = "19900008002"


@pytest.fixture
async def keeper(people: People) -> Person:
    return await people.person(COUNTY_KEEPER)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two answers say the same; times may be written in another zone."""
    times = {"created_at": None, "updated_at": None}
    return one | times == other | times


def told(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def begin(keeper: Person, draft_id: object = None, *, from_version: int = 1) -> dict[str, Any]:
    url = f"/api/catalogue/drafts/{draft_id or uuid4()}"
    return told(await keeper.http.put(url, json={"title": "秋季修订", "from_version": from_version}))


async def upload(keeper: Person, data: bytes, draft_id: object = None, version: int | None = None) -> httpx.Response:
    return await keeper.http.put(
        f"/api/catalogue/drafts/{draft_id or uuid4()}/workbook",
        params={} if version is None else {"version": version},
        files={"file": ("目录.xlsx", data, "application/octet-stream")},
    )


async def put_matter(keeper: Person, draft: dict[str, Any], matter: dict[str, Any], code: str | None = None) -> Any:
    url = f"/api/catalogue/drafts/{draft['id']}/matters/{code or matter['code']}"
    return await keeper.http.put(url, json={"version": draft["version"], "matter": matter})


async def publish(keeper: Person, draft: dict[str, Any], **more: Any) -> httpx.Response:
    body = {"version": draft["version"], "over": draft["over"]} | more
    return await keeper.http.post(f"/api/catalogue/drafts/{draft['id']}/publish", json=body)


def wanted(draft: dict[str, Any], code: str = "E0112", **more: Any) -> dict[str, Any]:
    """The matter of the draft as the desk sends it back."""
    found: dict[str, Any] = dict(next(matter for matter in draft["content"] if matter["code"] == code))
    found["department_code"] = found.pop("department")["code"]
    for derived in ("kind", "major_code", "initials"):
        del found[derived]
    return found | more


async def with_change(keeper: Person) -> dict[str, Any]:
    """A draft in which a matter has another name."""
    draft = await begin(keeper)
    return told(await put_matter(keeper, draft, wanted(draft, name="路面不洁")))


async def in_force(person: Person) -> dict[str, Any]:
    return told(await person.http.get("/api/matters"))


async def exported(keeper: Person, version: int = 1) -> bytes:
    answer = await keeper.http.get(f"/api/catalogue/versions/{version}/export.xlsx")
    assert answer.status_code == 200, answer.text
    return answer.content


# Reading


async def test_phones_get_everything_about_a_matter_and_nothing_twice(people: People) -> None:
    worker = await people.worker()
    answer = await worker.http.get("/api/matters")
    (litter,) = [matter for matter in answer.json()["matters"] if matter["code"] == "E0110"]
    assert litter["department"] == {"code": "xxk-sanitation", "name": "徐霞客镇环境卫生管理所"}
    assert (litter["self_handle"], litter["near_far_hint"], litter["review_needed"]) == (True, True, False)
    assert (litter["duplicate_radius_m"], litter["duplicate_hours"], litter["initials"]) == (50, 72, "blshlj")
    again = await worker.http.get("/api/matters", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await worker.http.get("/api/matters", headers={"If-None-Match": '"320281-0-0"'})
    assert other.status_code == 200


async def test_a_planting_season_comes_along(people: People) -> None:
    found = (await in_force(await people.worker()))["matters"]
    (tree,) = [matter for matter in found if matter["code"] == "C0402"]
    assert tree["conditions"][3]["season"] == {
        "begins": "11-15",
        "ends": "03-31",
        "limit": {"amount": 15, "unit": "work_day"},
    }


async def test_stage_limits_are_the_countys(keeper: Person, session: AsyncSession) -> None:
    found = told(await keeper.http.get("/api/catalogue/stage-limits"))
    assert found["accept"] == {"amount": 0.25, "unit": "urgent_hour"}
    told(
        await keeper.http.put(
            "/api/catalogue/stage-limits", json=found | {"verify": {"amount": 2, "unit": "work_hour"}}
        )
    )
    limits = await stage_limits(session, "320281")
    assert limits == {
        Stage.ACCEPT: Limit(0.25, LimitUnit.URGENT_HOUR),
        Stage.VERIFY: Limit(2, LimitUnit.WORK_HOUR),
        Stage.INSPECT: Limit(4, LimitUnit.WORK_HOUR),
    }
    refused = await keeper.http.put(
        "/api/catalogue/stage-limits", json=found | {"verify": {"amount": 0, "unit": "day"}}
    )
    assert {error["field"] for error in told(refused, 422)["errors"]} == {"verify.amount", "verify.unit"}


# Who


async def test_only_the_countys_administrators_change_it(people: People, keeper: Person) -> None:
    town = await people.administrator()
    assert told(await town.http.get("/api/catalogue/versions"))["may_change"] is False
    assert told(await keeper.http.get("/api/catalogue/versions"))["may_change"] is True
    for answer in (
        await town.http.get("/api/catalogue/drafts"),
        await town.http.put(f"/api/catalogue/drafts/{uuid4()}", json={"title": "x", "from_version": 1}),
        await upload(town, await exported(town)),
        await town.http.put(
            "/api/catalogue/stage-limits", json=told(await town.http.get("/api/catalogue/stage-limits"))
        ),
    ):
        assert told(answer, 403)["code"] == "not_your_catalogue"


# Drafts


async def test_single_matters_are_added_changed_renumbered_and_removed(keeper: Person) -> None:
    draft = await begin(keeper)
    assert draft["differences"] == {"added": [], "removed": [], "changed": []}
    draft = told(await put_matter(keeper, draft, wanted(draft, name="路面不洁", duplicate_radius_m=150)))
    assert [(f["title"], f["before"], f["after"]) for f in draft["differences"]["changed"][0]["fields"]] == [
        ("名称", "道路不洁", "路面不洁"),
        ("重复距离米", "100", "150"),
    ]
    copy = wanted(draft, code="E0112") | {"code": "E0198", "name": "路面结油"}
    copy["conditions"] = [one | {"code": "E0198-1"} for one in copy["conditions"]]
    draft = told(await put_matter(keeper, draft, copy))
    moved = copy | {"code": "E0197", "conditions": [one | {"code": "E0197-1"} for one in copy["conditions"]]}
    draft = told(await put_matter(keeper, draft, moved, code="E0198"))
    assert [one["code"] for one in draft["differences"]["added"]] == ["E0197"]
    url = f"/api/catalogue/drafts/{draft['id']}/matters/E0113"
    draft = told(await keeper.http.delete(url, params={"version": draft["version"]}))
    assert [one["code"] for one in draft["differences"]["removed"]] == ["E0113"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "暴露生活垃圾"}, "matter.name"),
        ({"major_name": "别的大类"}, "matter.major_name"),
        ({"department_code": "nobody"}, "matter.department_code"),
        ({"photos_before": {"min": 3, "max": 2}}, "matter.photos_before.min"),
        ({"photos_before": {"min": 4, "max": 6}}, "matter.photos_before.min"),
        ({"conditions": []}, "matter.conditions"),
        ({"code": "Z0112"}, "matter.code"),
        ({"duplicate_radius_m": -1}, "matter.duplicate_radius_m"),
        ({"weight": 1e9}, "matter.weight"),
        ({"closing_condition": "长" * 401}, "matter.closing_condition"),
    ],
)
async def test_a_wrong_matter_is_refused_at_its_field(keeper: Person, change: dict[str, Any], field: str) -> None:
    draft = await begin(keeper)
    refused = told(await put_matter(keeper, draft, wanted(draft) | change, code="E0112"), 422)
    assert [error["field"] for error in refused["errors"]] == [field]


async def test_wrong_conditions_are_refused_at_theirs(keeper: Person) -> None:
    draft = await begin(keeper)
    (condition,) = wanted(draft)["conditions"]
    season = {"begins": "02-30", "ends": "03-31", "limit": {"amount": 999, "unit": "work_hour"}}
    two = [condition | {"code": "E0110-1", "season": season}, condition]
    refused = told(await put_matter(keeper, draft, wanted(draft, conditions=two)), 422)
    assert [error["field"] for error in refused["errors"]] == [
        "matter.conditions",
        "matter.conditions.0.code",
        "matter.conditions.0.season.begins",
        "matter.conditions.0.season.limit",
    ]


async def test_two_keepers_do_not_overwrite_each_other(keeper: Person) -> None:
    seen = await begin(keeper)
    told(await put_matter(keeper, seen, wanted(seen, name="路面不洁")))
    stale = told(await put_matter(keeper, seen, wanted(seen, name="道路脏污")), 409)
    assert (stale["code"], stale["version"]) == ("stale_draft", 2)
    taken = await put_matter(keeper, seen | {"version": 2}, wanted(seen, code="E0113"), code="E0112")
    assert told(taken, 409)["code"] == "code_taken"


async def test_a_draft_is_begun_once_renamed_and_put_away(keeper: Person) -> None:
    draft_id = uuid4()
    first, again = await begin(keeper, draft_id), await begin(keeper, draft_id)
    assert same(first, again)
    url = f"/api/catalogue/drafts/{draft_id}"
    assert told(await keeper.http.put(url, json={"title": "冬季", "from_version": 1}))["title"] == "冬季"
    assert [one["title"] for one in (await keeper.http.get("/api/catalogue/drafts")).json()] == ["冬季"]
    assert (await keeper.http.delete(url)).status_code == (await keeper.http.delete(url)).status_code == 204
    assert (await keeper.http.get("/api/catalogue/drafts")).json() == []
    assert told(await keeper.http.put(url, json={"title": "x", "from_version": 1}), 409)["code"] == "draft_closed"
    assert told(await keeper.http.get(f"/api/catalogue/drafts/{uuid4()}"), 404)["code"] == "no_such_draft"
    other = await keeper.http.put(f"/api/catalogue/drafts/{uuid4()}", json={"title": "x", "from_version": 9})
    assert told(other, 404)["code"] == "no_such_version"


# Workbooks


async def test_the_exported_workbook_changes_nothing(keeper: Person) -> None:
    draft = told(await upload(keeper, await exported(keeper)))
    assert (draft["fault_count"], draft["matters"], draft["source"]) == (0, 142, "目录.xlsx")
    assert draft["differences"] == {"added": [], "removed": [], "changed": []}
    assert told(await publish(keeper, draft), 409)["code"] == "nothing_to_publish"


async def test_a_workbook_with_a_fault_is_mended_on_the_desk_or_sent_again(keeper: Person) -> None:
    def spoil(book: Workbook) -> None:
        page = sheet(book, "事项")
        for row in page.iter_rows(min_row=2):
            if row[0].value == "E0112":
                row[column(page, "责任单位") - 1].value = "没有的单位"

    whole = await exported(keeper)
    spoilt = changed(whole, spoil)
    draft = told(await upload(keeper, spoilt))
    (fault,) = draft["faults"]
    assert (fault["sheet"], fault["column"], fault["value"]) == ("事项", "责任单位", "没有的单位")
    assert (fault["sentence"], fault["matter"]) == ("没有这个单位", "E0112")
    assert told(await publish(keeper, draft), 409)["code"] == "draft_has_faults"
    assert same(told(await upload(keeper, spoilt, draft["id"], draft["version"])), draft)
    mended = told(await put_matter(keeper, draft, wanted(draft, name="路面不洁")))
    assert mended["faults"] == []
    stale = await upload(keeper, whole, draft["id"], draft["version"])
    assert told(stale, 409)["code"] == "stale_draft"
    anew = told(await upload(keeper, whole, draft["id"], mended["version"]))
    assert (anew["version"], anew["fault_count"], anew["differences"]["changed"]) == (3, 0, [])


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "<workbook/>")
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (200 * 2**20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "empty"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (bomb, "too_large"),
        (lambda: b"PK\x03\x04 nothing", "damaged"),
        (lambda: b"\x00\x01", "other_format"),
    ],
    ids=["empty", "old", "bomb", "damaged", "other"],
)
async def test_what_is_no_workbook_is_refused(keeper: Person, make: Callable[[], bytes], reason: str) -> None:
    refused = told(await upload(keeper, make()), 422)
    assert (refused["code"], refused["reason"]) == ("unreadable_table", reason)
    assert (await keeper.http.get("/api/catalogue/drafts")).json() == []


async def test_another_table_is_told_and_cannot_be_published(keeper: Person) -> None:
    draft = told(await upload(keeper, "姓名,手机号\n网格员,19900000001\n".encode()))
    assert [fault["sentence"] for fault in draft["faults"]] == ["没有找到工作表「事项」", "没有找到工作表「立案条件」"]
    assert told(await publish(keeper, draft), 409)["code"] == "draft_has_faults"


# Publishing


async def test_published_at_once_and_a_repeat_changes_nothing(keeper: Person, people: People, clock: Clock) -> None:
    draft = await with_change(keeper)
    published = told(await publish(keeper, draft))
    assert (published["state"], published["published_version"]) == ("published", 2)
    assert same(told(await publish(keeper, draft)), published)
    now = await in_force(await people.worker())
    assert now["version"] == 2
    assert [m["initials"] for m in now["matters"] if m["code"] == "E0112"] == ["lmbj"]
    versions = told(await keeper.http.get("/api/catalogue/versions"))["versions"]
    assert [(v["version"], v["state"], v["matters"]) for v in versions] == [(2, "in_force", 142), (1, "past", 142)]
    told_apart = told(await keeper.http.get("/api/catalogue/versions/2"))
    assert [one["code"] for one in told_apart["differences"]["changed"]] == ["E0112"]
    assert told_apart["against"] == 1


async def test_published_for_later_it_waits_for_its_time(keeper: Person, people: People, clock: Clock) -> None:
    draft = await with_change(keeper)
    later = MONDAY_MORNING + timedelta(days=7)
    told(await publish(keeper, draft, in_force_at=later.isoformat()))
    worker = await people.worker()
    assert (await in_force(worker))["version"] == 1
    clock.at = later + timedelta(seconds=1)
    assert (await in_force(await people.worker()))["version"] == 2


async def test_a_newer_version_replaces_one_that_waits(keeper: Person, clock: Clock) -> None:
    first = await with_change(keeper)
    told(await publish(keeper, first, in_force_at=(MONDAY_MORNING + timedelta(days=7)).isoformat()))
    second = await begin(keeper)
    second = told(await put_matter(keeper, second, wanted(second, code="E0113", name="路面破损")))
    assert [one["code"] for one in second["differences"]["changed"]] == ["E0112", "E0113"]
    assert [one["kind"] for one in second["warnings"]] == ["waiting_version"]
    told(await publish(keeper, second))
    versions = told(await keeper.http.get("/api/catalogue/versions"))["versions"]
    assert [v["state"] for v in versions] == ["in_force", "replaced", "past"]


async def test_what_was_published_meanwhile_is_looked_at_first(keeper: Person) -> None:
    mine, theirs = await with_change(keeper), await with_change(keeper)
    told(await publish(keeper, theirs))
    refused = told(await publish(keeper, mine), 409)
    assert (refused["code"], refused["over"]) == ("catalogue_changed", 2)


@pytest.mark.parametrize(("days", "code"), [(-1, "time_passed"), (400, "malformed")])
async def test_only_a_time_to_come_within_a_year(keeper: Person, clock: Clock, days: int, code: str) -> None:
    draft = await with_change(keeper)
    at = MONDAY_MORNING + timedelta(days=days)
    refused = told(await publish(keeper, draft, in_force_at=at.isoformat()), 422)
    assert (refused["code"], refused["errors"][0]["field"]) == (code, "in_force_at")


async def test_who_still_names_a_removed_matter_is_told(keeper: Person, session: AsyncSession) -> None:
    await session.execute(text("UPDATE squad SET capabilities = '{E0112,E0110}' WHERE code = 'xxk-squad-1'"))
    await session.execute(
        text("UPDATE rule_set SET rules = jsonb_set(rules, '{1,matters}', '[\"E0112\"]') WHERE status = 'in_force'")
    )
    draft = await begin(keeper)
    url = f"/api/catalogue/drafts/{draft['id']}/matters/E0112"
    draft = told(await keeper.http.delete(url, params={"version": draft["version"]}))
    assert [(one["kind"], "E0112" in one["sentence"], "E0110" in one["sentence"]) for one in draft["warnings"]] == [
        ("squad", True, False),
        ("rule", True, False),
    ]


async def test_open_cases_keep_their_version(keeper: Person, people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    case = told(await worker.report("E0112"), 201)["case"]
    draft = await begin(keeper)
    url = f"/api/catalogue/drafts/{draft['id']}/matters/E0112"
    draft = told(await keeper.http.delete(url, params={"version": draft["version"]}))
    told(await publish(keeper, draft))
    assert (await worker.case(case["id"]))["matter"]["name"] == "道路不洁"
    assert told(await worker.report("E0112"), 422)["code"] == "unknown_matter"
