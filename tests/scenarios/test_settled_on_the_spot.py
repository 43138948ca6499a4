"""A worker settles small things on the spot: most end there, one in ten is looked at by somebody else."""

from typing import Any

from tests.people import People, Person, new_id, photo, report_body, sha256

BEFORE, AFTER = photo(), photo("orientation/Landscape_3.jpg")


async def settle(worker: Person, photos: list[bytes], matter: str = "E0110") -> Any:
    body = report_body(
        matter, photos=[BEFORE], self_handled=True, after_photos=[{"sha256": sha256(AFTER)}], words="捡起来带走了"
    )
    return await worker.send_report(new_id(), body, photos)


async def settled(worker: Person, *, drawn: bool) -> dict[str, Any]:
    """As many as it takes until one is drawn for inspection, or is not."""
    for _ in range(120):
        case: dict[str, Any] = (await settle(worker, [])).json()["case"]
        if (case["status"] == "pending_inspection") == drawn:
            return case
    raise AssertionError("in 120 times the draw went one way only")


async def test_most_are_closed_at_once_with_both_photos(people: People) -> None:
    worker = await people.worker()
    answer = await settle(worker, [BEFORE, AFTER])
    assert (answer.status_code, answer.json()["missing"]) == (201, [])
    case = await settled(worker, drawn=False)
    assert (case["status"], case["squad"], case["tier"], case["clock"]) == ("closed", None, 1, None)
    assert [e["action"] for e in case["events"]] == ["report", "self_handle"]
    assert [p["phase"] for e in case["events"] for p in e["photos"]] == ["before", "after"]
    assert case["answer_until"]


async def test_the_one_that_is_drawn_is_inspected_by_somebody_else(people: People) -> None:
    worker, inspector = await people.worker(), await people.inspector()
    case = await settled(worker, drawn=True)
    assert case["clock"] == "inspect"
    assert await worker.cases(inspect=True) == [], "nobody is asked to inspect their own work"
    refused = await worker.act("pass", case)
    assert (refused.status_code, refused.json()["code"]) == (409, "separation_of_powers")

    assert case["id"] in {c["id"] for c in await inspector.cases(inspect=True)}
    failed = (await inspector.act("fail", case, words="路边还有一袋")).json()["case"]
    assert (failed["status"], failed["squad"]["code"]) == ("pending_ack", "xxk-squad-1"), "now it is for a squad"
    assert failed["rework_count"] == 1


async def test_what_may_not_be_settled_on_the_spot_is_refused_with_the_field(people: People) -> None:
    worker = await people.worker()
    refused = await settle(worker, [], matter="E0113")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "self_handled")
    body = report_body("E0110", self_handled=True)
    refused = await worker.send_report(new_id(), body, [])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "after_photos")
    assert await worker.cases(mine=True) == []
