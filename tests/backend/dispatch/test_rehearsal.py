"""Rehearsing rules: the replay says of every case what choose_squad says with the facts of its moment."""

import random
from collections import Counter
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.dispatch.rehearsal import DUTY, LISTED_CHANGES, LISTED_NOBODY, NOBODY, Past, Replay, rehearse
from backend.dispatch.rules import Rule, Target, TargetKind
from backend.matters.models import Severity
from tests.backend.dispatch.past_periods import DRAFT, HOLIDAYS, NIGHT, RULES, made_up, one_by_one
from tests.people import People


def replayed(past: Past, rules: list[Rule]) -> list[str]:
    replay = Replay(past, rules)
    return [replay.take(case) for case in past.cases]


ANY_RULES = st.lists(
    st.builds(
        Rule,
        st.sampled_from([f"R{n}" for n in range(9)]),
        st.integers(1, 9),
        st.just("规则"),
        st.sampled_from(
            [
                Target(TargetKind.OWN_SQUADS),
                Target(TargetKind.TOWN_SQUADS),
                Target(TargetKind.DEPARTMENT),
                Target(TargetKind.SQUAD, "squad-1"),
                Target(TargetKind.UNIT, "market"),
                Target(TargetKind.DUTY, "grid_chief"),
            ]
        ),
        matters=st.sampled_from([("*",), ("E01",), ("E0201", "E03")]),
        grids=st.sampled_from([(), ("T0",), ("T1V2", "T1V3"), ("LP01",)]),
        severities=st.sampled_from([(), (Severity.EMERGENCY,), (Severity.MINOR, Severity.NORMAL)]),
        windows=st.sampled_from([(), (NIGHT,), (HOLIDAYS,), (NIGHT, HOLIDAYS)]),
    ),
    max_size=6,
    unique_by=lambda rule: rule.code,
)


@given(st.integers(0, 10**6), ANY_RULES)
def test_a_replay_says_what_choosing_case_by_case_says(seed: int, rules: list[Rule]) -> None:
    past = made_up(seed, cases=60, days=4, squads=4)
    assert replayed(past, rules) == one_by_one(past, rules)


def test_the_usual_rules_over_a_month() -> None:
    past = made_up(7, cases=1500, days=30, squads=5)
    for rules in (RULES, DRAFT):
        holders = replayed(past, rules)
        assert holders == one_by_one(past, rules)
        assert len(set(holders)) > 5, "a period in which little happens would prove little"
    assert DUTY + "grid_chief" in replayed(past, DRAFT)


def test_a_rehearsal_counts_and_lists_what_would_change() -> None:
    past = made_up(7, cases=1500, days=30, squads=5)
    found = rehearse(past, RULES, DRAFT)
    old, new = one_by_one(past, RULES), one_by_one(past, DRAFT)
    pairs = [pair for case, *pair in zip(past.cases, old, new, strict=True) if case.counted]
    assert found.cases == len(pairs) < len(past.cases)
    assert found.moves == Counter(map(tuple, pairs))
    assert {key: load.cases for key, load in found.new_loads.items()} == Counter(pair[1] for pair in pairs)
    changed = [c.code for c, a, b in zip(past.cases, old, new, strict=True) if c.counted and a != b]
    assert [c.case.code for c in found.changed] == changed[:LISTED_CHANGES]
    nobody = [c.code for c, b in zip(past.cases, new, strict=True) if c.counted and b == NOBODY]
    assert [c.case.code for c in found.nobody] == nobody[:LISTED_NOBODY]
    assert all(c.sentence.zh.endswith("等指挥中心派遣") for c in found.nobody)
    told = {c.case.code: c for examples in found.examples.values() for c in examples}
    assert all(("派给网格长" in c.sentence.zh) == c.new.startswith(DUTY) for c in told.values())


def test_the_sentence_tells_the_load_as_it_was_before_the_case() -> None:
    past = made_up(3, cases=40, days=1, squads=2)
    found = rehearse(past, [], RULES)
    first = next(c for c in found.changed if c.new.startswith("squad"))
    held = sum(h.squad_code == first.new and h.until > first.case.at for h in past.held) + sum(
        b == first.new and c.until > first.case.at
        for c, b in zip(past.cases, one_by_one(past, RULES), strict=True)
        if c.at <= first.case.at and c.code < first.case.code
    )
    assert (f"手上 {held} 件" if held else "手上没有别的案件") in first.sentence.zh


def test_the_same_rules_change_nothing_and_history_is_compared() -> None:
    past = made_up(11, cases=400, days=10, squads=4)
    lived = replayed(past, RULES)
    past = replace(past, cases=[c._replace(holder=h) for c, h in zip(past.cases, lived, strict=True)])
    found = rehearse(past, RULES, [replace(rule, priority=rule.priority * 7, code=f"X{rule.code}") for rule in RULES])
    assert found.changed == []
    assert found.as_it_was == found.cases == sum(case.counted for case in past.cases)


@pytest.mark.parametrize("seed", range(5))
def test_the_most_held_at_once_never_exceeds_what_was_given(seed: int) -> None:
    past = made_up(seed, cases=300, days=random.Random(seed).randint(1, 9), squads=3)
    found = rehearse(past, RULES, DRAFT)
    held = Counter(h.squad_code for h in past.held)
    uncounted = sum(not case.counted for case in past.cases)
    for loads in (found.old_loads, found.new_loads):
        for key, load in loads.items():
            assert load.most_at_once <= load.cases + held[key] + uncounted


async def test_a_draft_is_rehearsed_on_the_countys_own_cases(people: People) -> None:
    operator, worker = await people.operator(), await people.worker()
    for matter in ("E0110", "E0505", "E0110", "E0699"):
        assert (await worker.report(matter)).status_code == 201
    rules = (await operator.http.get("/api/routing-rules")).json()["in_force"]["rules"]
    department_first = {
        "code": "N",
        "priority": 1,
        "name": "部门先接",
        "matters": ["E01"],
        "target": {"kind": "department"},
    }
    body = {
        "version": 0,
        "base": 1,
        "title": "演练",
        "rules": [department_first, *(r | {"priority": r["priority"] + 9} for r in rules)],
    }
    url = f"/api/routing-rules/drafts/{uuid4()}"
    assert (await operator.http.put(url, json=body)).status_code == 201
    period = {"from": "2026-11-23T00:00+08:00", "to": "2026-11-24T00:00+08:00"}
    found = (await operator.http.post(f"{url}/rehearse", json=period)).json()
    assert (found["cases"], found["changed_cases"], found["as_it_was"]) == (4, 2, 4)
    assert (found["nobody_old"], found["nobody_new"]) == (1, 1)
    assert {(m["old"], m["new"]): m["cases"] for m in found["moves"]} == {
        ("xxk-squad-1", "xxk-team-sanitation"): 2,
        ("xxk-squad-1", "xxk-squad-1"): 1,
        ("", ""): 1,
    }
    assert {h["key"]: (h["old_cases"], h["new_cases"]) for h in found["holders"]} == {
        "xxk-squad-1": (3, 1),
        "xxk-team-sanitation": (0, 2),
        "": (1, 1),
    }
    assert [c["sentence"] for c in found["changed"]] == [
        "派给环卫保洁组：事项的承办部门、在岗、手上没有别的案件",
        "派给环卫保洁组：事项的承办部门、在岗、手上 1 件",
    ]
    assert found["nobody"][0]["sentence"] == "「目录外问题」不自动派遣，等指挥中心派遣"
    assert len(found["shortfalls"]) == 4
    for wrong, code in (
        ({"from": period["to"], "to": period["from"]}, "period_empty"),
        ({"from": "2025-01-01T00:00+08:00", "to": "2026-11-23T00:00+08:00"}, "period_too_long"),
        ({"from": "2026-12-01T00:00+08:00", "to": "2026-12-02T00:00+08:00"}, "period_not_past"),
    ):
        refused = await operator.http.post(f"{url}/rehearse", json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
