"""What comes by telephone is verified on the spot before it is filed, unless it cannot wait."""

from typing import Any
from uuid import uuid4

from tests.people import HUANGTANG_3, People, Person, new_id, photo, report_body, sha256

CONTACT = {"name": "周先生", "phone": "13900001234"}


async def call(operator: Person, matter: str, **more: Any) -> dict[str, Any]:
    body = report_body(matter, at=HUANGTANG_3, photos=[], words="居民来电", contact=CONTACT, **more)
    answer = await operator.http.put(f"/api/hotline/reports/{new_id()}", json=body)
    assert answer.status_code == 201, answer.text
    assert CONTACT["phone"] not in answer.text, "whoever called is kept apart from the case"
    case: dict[str, Any] = answer.json()["case"]
    return case


async def test_a_call_is_verified_then_filed_then_handled(people: People) -> None:
    operator, worker, member = await people.operator(), await people.worker(), await people.squad_member()
    case = await call(operator, "E0110")
    assert (case["status"], case["source"], case["clock"]) == ("verifying", "hotline", "verify")
    assert case["reporter_name"] == "居民"
    assert (await member.http.get(f"/api/cases/{case['id']}")).status_code == 404

    (waiting,) = await worker.cases(verify=True)
    assert waiting["allowed_actions"][0]["action"] == "verify_found"
    assert await (await people.worker("金凤村第3网格")).cases(verify=True) == []
    found = (await worker.act("verify_found", waiting, photos=[photo()], words="属实")).json()["case"]
    assert (found["status"], found["clock"]) == ("pending_filing", "accept")
    assert [p["phase"] for p in found["events"][-1]["photos"]] == ["verification"]
    filed = (await operator.act("file", found)).json()["case"]
    assert (filed["status"], filed["squad"]["code"]) == ("pending_ack", "xxk-squad-1")
    assert [e["action"] for e in filed["events"]] == ["report", "verify_found", "file", "route"]

    case = (await member.act("acknowledge", filed)).json()["case"]
    case = (await member.act("feedback", case, photos=[photo()], words="清了")).json()["case"]
    closed = (await worker.act("pass", case)).json()["case"]
    assert closed["status"] == "closed", "a worker may inspect what they verified"
    assert sha256(photo()) == closed["cover_photo"]


async def test_what_is_not_there_is_declined_with_a_reason(people: People) -> None:
    operator, worker = await people.operator(), await people.worker()
    case = await call(operator, "E0110")
    wordless = await worker.act("verify_absent", case)
    assert (wordless.status_code, wordless.json()["errors"][0]["field"]) == (422, "words")
    case = (await worker.act("verify_unable", case, words="门锁着")).json()["case"]
    case = (await operator.act("send_verification", case, words="下午再去")).json()["case"]
    assert (case["status"], case["clock"]) == ("verifying", "verify")
    case = (await worker.act("verify_absent", case, words="没有垃圾")).json()["case"]
    declined = (await operator.act("decline", case, words="现场没有", reason="not_there")).json()["case"]
    assert (declined["status"], declined["clock"], declined["events"][-1]["reason"]) == (
        "declined", None, "核实后现场没有",
    )  # fmt: skip


async def test_an_emergency_is_dispatched_first_and_filed_before_it_closes(people: People) -> None:
    operator, member, inspector = await people.operator(), await people.squad_member(), await people.inspector()
    minor = await call(operator, "E0110")
    refused = await operator.act("dispatch", minor, squad="xxk-squad-1")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_an_emergency")

    case = await call(operator, "E0133")
    assert (await operator.case(case["id"]))["allowed_actions"][0]["action"] == "dispatch"
    case = (await operator.act("dispatch", case, squad="xxk-squad-1", words="先去")).json()["case"]
    assert (case["status"], case["clock"]) == ("pending_ack", "handle")
    case = (await member.act("acknowledge", case)).json()["case"]
    case = (await member.act("feedback", case, photos=[photo()], words="已收走")).json()["case"]
    unfiled = await inspector.act("pass", case)
    assert (unfiled.status_code, unfiled.json()["code"]) == (409, "not_filed")

    filed = (await operator.act("file", case, words="补立案")).json()["case"]
    assert (filed["status"], filed["events"][-1]["label"]) == ("pending_inspection", "补立案")
    assert filed["due_at"] == case["due_at"], "filing moves nothing"
    again = await operator.act("file", filed)
    assert again.status_code == 409
    assert (await inspector.act("pass", case)).json()["case"]["status"] == "closed"


async def test_one_call_written_down_twice_is_one_case(people: People) -> None:
    operator, other = await people.operator(), await people.person("19900007002")
    report_id, body = uuid4(), report_body("E0110", photos=[], contact=CONTACT)
    url = f"/api/hotline/reports/{report_id}"
    first, second = await operator.http.put(url, json=body), await operator.http.put(url, json=body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["case"]["id"] == second.json()["case"]["id"]
    assert (await operator.http.put(url, json=body | {"words": "不同"})).json()["code"] == "other_content"
    assert (await other.http.put(url, json=body)).json()["code"] == "other_content"
    assert (await (await people.worker()).http.put(url, json=body)).status_code == 403
