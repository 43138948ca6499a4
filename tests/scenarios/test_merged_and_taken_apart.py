"""Two reports of one heap of rubbish: joined as a witness, merged by the operator, and taken apart when that was wrong."""

from tests.people import People, photo, sha256

OTHER_PHOTO = photo("orientation/Portrait_5.jpg")


async def test_whoever_reports_the_same_adds_a_photo_instead_of_a_case(people: People) -> None:
    worker, member = await people.worker(), await people.squad_member("环卫保洁组")
    case = (await worker.report("E0110")).json()["case"]
    place = {key: case["place"][key] for key in ("lng", "lat")}
    near = (await member.http.get("/api/cases/nearby", params={"matter": "E0110", **place})).json()
    (hint,) = near["items"]
    assert "code" not in hint, "the code is a key, and the member need not be allowed to see the case"
    assert (hint["id"], hint["distance_m"], hint["mine"]) == (case["id"], 0, False)

    joined = await member.report("E0110", joins=hint["id"], photos=[OTHER_PHOTO], words="又多了")
    assert joined.status_code == 201, joined.text
    now = joined.json()["case"]
    assert (now["id"], now["report_count"], now["status"]) == (case["id"], 2, case["status"])
    assert [(e["action"], [p["phase"] for p in e["photos"]]) for e in now["events"]][-1] == ("join", ["witness"])
    assert [(c["id"], c["mine"]) for c in await member.cases(mine=True)] == [(case["id"], True)], (
        "theirs to follow, too"
    )
    leader = await people.squad_leader()
    assert (await leader.act("acknowledge", case)).status_code == 201, (
        "being reported again makes nobody's screen stale"
    )


async def test_a_phone_without_a_signal_may_name_a_case_that_has_been_closed_since(people: People) -> None:
    worker, operator = await people.worker(), await people.operator()
    case = (await worker.report("E0110")).json()["case"]
    closed = await operator.act("force_close", case, words="已另行处理", reason="solved_otherwise")
    assert closed.status_code == 201, closed.text
    own = (await worker.report("E0110", joins=case["id"])).json()["case"]
    assert own["id"] != case["id"]
    other_matter = (await worker.report("E0112", joins=own["id"])).json()["case"]
    assert other_matter["id"] != own["id"], "another matter is another case"


async def test_the_reporters_of_a_merged_case_follow_the_other_and_a_false_merge_is_undone(people: People) -> None:
    worker, second = await people.worker(), await people.worker("金凤村第3网格")
    operator, inspector, member = await people.operator(), await people.inspector(), await people.squad_member()
    first = (await worker.report("E0110")).json()["case"]
    double = (await second.report("E0110", at="320281104206003")).json()["case"]
    assert (await second.http.get(f"/api/cases/{first['id']}")).status_code == 404

    merged = (await operator.act("merge", double, into=first["id"], words="同一处")).json()["case"]
    assert (merged["status"], merged["merged_into"]["code"], merged["clock"]) == ("merged", first["code"], None)
    assert merged["assignments"][-1]["end"] == "merged"
    assert merged["events"][-1]["other_case"]["code"] == first["code"]
    followed = await second.case(first["id"])
    assert [c["code"] for c in followed["merged"]] == [double["code"]]
    assert followed["report_count"] == 2

    again = (await worker.report("E0110")).json()["case"]
    refused = await operator.act("merge", again, into=double["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "target_ended")

    apart = (await operator.act("unmerge", merged, words="是两处")).json()["case"]
    assert (apart["status"], apart["merged_into"], apart["squad"]["code"]) == ("pending_ack", None, "xxk-squad-1")
    assert (await second.http.get(f"/api/cases/{first['id']}")).status_code == 404
    for seen in (first, apart):
        case = (await member.act("acknowledge", await member.case(seen["id"]))).json()["case"]
        case = (await member.act("feedback", case, photos=[photo()], words="清了")).json()["case"]
        assert (await inspector.act("pass", case)).json()["case"]["status"] == "closed"


async def test_what_was_merged_into_a_merged_case_goes_along(people: People) -> None:
    worker, operator = await people.worker(), await people.operator()
    a, b, c = [(await worker.report("E0110")).json()["case"] for _ in range(3)]
    assert (await operator.act("merge", a, into=b["id"])).status_code == 201
    assert (await operator.act("merge", b, into=c["id"])).status_code == 201
    for child in (a, b):
        assert (await operator.case(child["id"]))["merged_into"]["id"] == c["id"]
    assert (await operator.case(c["id"]))["report_count"] == 3
    assert sha256(photo())  # the same photo may stand in three cases
