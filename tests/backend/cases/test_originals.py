"""The camera's own files: declared with the report, sent later, and shown to those who look at evidence."""

from uuid import UUID

from backend.identifiers import new_id
from tests.people import People, Person, photo, report_body, sha256

SHRUNK, ORIGINAL, ANOTHER = photo(), photo("orientation/Portrait_3.jpg"), photo("orientation/Portrait_1.jpg")


def path_of(report_id: UUID) -> str:
    return f"/api/reports/{report_id}/photos/{sha256(SHRUNK)}/original"


async def reported(worker: Person) -> UUID:
    """A report whose one photo is here and whose original is announced."""
    report_id = new_id()
    body = report_body(photos=[])
    body["photos"] = [{"sha256": sha256(SHRUNK), "original": sha256(ORIGINAL)}]
    answer = await worker.send_report(report_id, body, [SHRUNK])
    assert answer.status_code == 201, answer.text
    assert answer.json()["missing"] == []  # nothing waits for the original
    return report_id


async def test_an_original_follows_and_is_what_inspectors_download(people: People) -> None:
    worker, inspector = await people.worker(), await people.inspector()
    report_id = await reported(worker)
    shown = f"/api/photos/{sha256(SHRUNK)}/original"
    before = await inspector.http.get(shown)
    assert before.content == SHRUNK
    for _ in range(2):  # the first answer was lost on the way
        answer = await worker.http.put(path_of(report_id), content=ORIGINAL)
        assert answer.json() == {"id": str(report_id), "sha256": sha256(SHRUNK), "original": sha256(ORIGINAL)}
    after = await inspector.http.get(shown, headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, after.content) == (200, ORIGINAL)
    # The case still has one photo, and it is the one that was sent with the report.
    (case,) = await worker.cases(mine=True)
    photos = (await worker.case(case["id"]))["events"][0]["photos"]
    assert [p["sha256"] for p in photos] == [sha256(SHRUNK)]


async def test_another_file_is_no_original(people: People) -> None:
    worker = await people.worker()
    report_id = await reported(worker)
    answer = await worker.http.put(path_of(report_id), content=ANOTHER)
    assert (answer.status_code, answer.json()["code"]) == (409, "undeclared_original")
    answer = await worker.http.put(path_of(report_id), content=b"no photo")
    assert (answer.status_code, answer.json()["code"]) == (422, "photo_not_a_photo")


async def test_phones_are_told_whether_originals_are_wanted(people: People) -> None:
    worker = await people.worker()
    assert (await worker.http.get("/api/me")).json()["send_originals"] is False
