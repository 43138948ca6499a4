"""What is told about rules before they are published: those an earlier one always speaks before, those nothing matches."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.clock import SHANGHAI
from backend.dispatch.routing import SquadFacts
from backend.dispatch.rule_checks import Known, KnownMatter, differences, out_of_reach, rule_warnings
from backend.dispatch.rule_schemas import RuleIn, WarningKind
from backend.dispatch.rule_times import covers_times
from backend.dispatch.rules import Moment, Window
from backend.matters.models import Severity
from backend.staff.models import Duty, SquadKind

MINOR, NORMAL, EMERGENCY = Severity.MINOR, Severity.NORMAL, Severity.EMERGENCY
TOWN, VILLAGE, GRID = "c/t", "c/t/v", "c/t/v/g"


def matter(code: str, department: str, *severities: Severity, self_dispatch: bool = True) -> KnownMatter:
    return KnownMatter(code, f"事项{code}", code[:3], department, self_dispatch, frozenset(severities))


def squad(code: str, unit: str, kind: SquadKind, *capabilities: str) -> SquadFacts:
    return SquadFacts(
        code, f"{code}队", unit, kind, capabilities or ("*",), on_duty=True, has_jurisdiction=True, open_cases=0
    )


KNOWN = Known(
    matters=[
        matter("E0101", "clean", MINOR, NORMAL),
        matter("E0102", "clean", EMERGENCY),
        matter("E0201", "market", NORMAL),
        matter("E0699", "clean", NORMAL, self_dispatch=False),
    ],
    regions={"c": ("c",), "t": (TOWN,), "v": (VILLAGE,), "g": (GRID,), "w": ("c/t/w",), "old": (), "L": (VILLAGE, "c/t/w")},
    grid_names={"old": "旧网格"},
    squads=[
        squad("a", "enforcement", SquadKind.ALL_ROUND),
        squad("b", "enforcement", SquadKind.ALL_ROUND, "E02"),
        squad("team", "clean", SquadKind.DEPARTMENT, "E01"),
        squad("far", "far-unit", SquadKind.ALL_ROUND),
    ],
    jurisdictions={"a": (VILLAGE,), "b": (TOWN,), "team": (), "far": ()},
    units={"enforcement": "执法局", "clean": "环卫所", "market": "市监局", "far-unit": "远方"},
    holders={Duty.GRID_CHIEF: (GRID,)},
)  # fmt: skip
OWN, ALL_TOWN, DEPARTMENT = {"kind": "own_squads"}, {"kind": "town_squads"}, {"kind": "department"}
CHIEF = {"kind": "duty", "code": "grid_chief"}


def one(kind: str, code: str) -> dict[str, str]:
    return {"kind": kind, "code": code}


def rule(code: str, target: dict[str, str], **more: Any) -> RuleIn:
    rank = {"priority": ord(code[0]), "name": code, "matters": ["*"]}
    return RuleIn.model_validate({"code": code, "target": target} | rank | more)


NIGHT = {"starts": "20:00", "ends": "08:00"}
EVENING = {"starts": "21:00", "ends": "23:00"}
# The earlier rule, the later one, and whether the later one is never used.
PAIRS: dict[str, tuple[RuleIn, RuleIn, bool]] = {
    "the same twice": (rule("A", OWN), rule("B", OWN), True),
    "a narrower matter": (rule("A", OWN), rule("B", OWN, matters=["E0101"]), True),
    "a wider matter": (rule("A", OWN, matters=["E0101"]), rule("B", OWN), False),
    "all matters of a major one by one": (
        rule("A", OWN, matters=["E0101", "E0102"]), rule("B", OWN, matters=["E01"]), True,
    ),
    "a grid below": (rule("A", OWN, grids=["t"]), rule("B", OWN, grids=["g"]), True),
    "a grid beside": (rule("A", OWN, grids=["v"]), rule("B", OWN, grids=["w"]), False),
    "a cluster's member": (rule("A", OWN, grids=["L"]), rule("B", OWN, grids=["w", "g"]), True),
    "everywhere after somewhere": (rule("A", OWN, grids=["t"]), rule("B", OWN), False),
    "severities that the matter cannot have do not matter": (
        rule("A", OWN, severities=["emergency"]), rule("B", OWN, matters=["E0102"]), True,
    ),
    "another severity": (rule("A", OWN, severities=["normal"]), rule("B", OWN, severities=["minor"]), False),
    "hours within hours": (rule("A", OWN, windows=[NIGHT]), rule("B", OWN, windows=[EVENING]), True),
    "hours around hours": (rule("A", OWN, windows=[EVENING]), rule("B", OWN, windows=[NIGHT]), False),
    "the town's squads before the own": (rule("A", ALL_TOWN), rule("B", OWN), True),
    "the own squads before the town's": (rule("A", OWN), rule("B", ALL_TOWN), False),
    "own squads before one of them": (rule("A", OWN), rule("B", one("squad", "a")), True),
    "own squads before a unit's": (rule("A", OWN), rule("B", one("unit", "enforcement")), True),
    "a unit's before one of its squads": (rule("A", one("unit", "enforcement")), rule("B", one("squad", "a")), True),
    "the department before its own squad": (
        rule("A", DEPARTMENT, matters=["E01"]), rule("B", DEPARTMENT, matters=["E0101"]), True,
    ),
    "a duty before squads": (rule("A", CHIEF), rule("B", OWN), False),
    "squads before a duty": (rule("A", OWN), rule("B", CHIEF), False),
    "a duty twice": (rule("A", CHIEF), rule("B", CHIEF, matters=["E0101"]), True),
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_a_rule_is_shadowed_only_if_the_earlier_one_covers_all_of_it(name: str) -> None:
    earlier, later, shadowed = PAIRS[name]
    told = [w for w in rule_warnings([later, earlier], KNOWN) if w.kind == WarningKind.SHADOWED]
    assert [(w.rule_code, w.by) for w in told] == ([("B", "A")] if shadowed else [])
    assert all("「A」" in w.sentence.zh for w in told)


NEVER: dict[str, tuple[RuleIn, str]] = {
    "grids that have ended": (rule("A", OWN, grids=["old"]), "所限的网格都已撤销"),
    "matters never routed": (rule("A", OWN, matters=["E0699"]), "所选事项都不自动派遣"),
    "a severity that the matter never has": (
        rule("A", OWN, matters=["E02"], severities=["emergency"]), "没有定为「特急」的立案条件",
    ),
    "a squad that cannot": (rule("A", one("squad", "b"), matters=["E01"]), "「b队」不办所选的事项"),
    "a squad that is not responsible there": (rule("A", one("squad", "a"), grids=["w"]), "「a队」的辖区不含所选网格"),
    "a squad without jurisdiction": (rule("A", one("squad", "far")), "「far队」的辖区不含所选网格"),
    "a unit without squads": (rule("A", one("unit", "market")), "「市监局」没有这样的队伍"),
    "no department's squad": (rule("A", DEPARTMENT, matters=["E02"]), "各部门的班组不办所选的事项"),
    "nobody with the duty there": (rule("A", CHIEF, grids=["w"]), "没有人担任网格长"),
    "a duty that nobody holds": (rule("A", one("duty", "duty_info")), "没有人担任信息员"),
}  # fmt: skip


@pytest.mark.parametrize("name", NEVER)
def test_a_rule_that_nothing_can_match_is_told(name: str) -> None:
    never, words = NEVER[name]
    warned = rule_warnings([never], KNOWN)
    assert [w.kind for w in warned] == [WarningKind.UNREACHABLE]
    assert words in warned[0].sentence.zh
    assert not any(w.kind == WarningKind.SHADOWED for w in rule_warnings([never, rule("B", OWN)], KNOWN))


def test_parts_that_never_match_and_an_empty_set_are_told() -> None:
    partly = rule_warnings([rule("A", OWN, grids=["old", "v"], matters=["E01", "E0699"])], KNOWN)
    assert [(w.kind, w.sentence.zh) for w in partly] == [
        (WarningKind.PARTLY, "网格旧网格已撤销，不再起作用"),
        (WarningKind.PARTLY, "「事项E0699」不自动派遣，规则对它不起作用"),
    ]
    assert [w.rule_code for w in rule_warnings([], KNOWN)] == [None]
    assert (
        rule_warnings([rule("A", ALL_TOWN, severities=["emergency"]), rule("B", OWN), rule("C", DEPARTMENT)], KNOWN)
        == []
    )


WINDOWS = st.lists(
    st.builds(
        Window,
        st.lists(st.integers(0, 6), max_size=3, unique=True).map(tuple),
        st.integers(0, 23).map(time),
        st.integers(0, 23).map(time),
        st.booleans(),
    ),
    max_size=3,
)
MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)


@given(WINDOWS, WINDOWS)
def test_hours_cover_hours_if_they_do_at_every_moment(wide: list[Window], narrow: list[Window]) -> None:
    def holds(windows: list[Window], moment: Moment) -> bool:
        return not windows or any(window.holds(moment) for window in windows)

    moments = [
        Moment(MONDAY + timedelta(hours=hour), today, yesterday)
        for hour in range(7 * 24)
        for today in (True, False)
        for yesterday in (True, False)
    ]
    always = all(holds(wide, m) for m in moments if holds(narrow, m))
    if covers_times(wide, narrow):
        assert always
    elif not any(w.days_off_only for w in (*wide, *narrow)):
        assert not always


# What changes, and whose it is


def inside(*codes: str) -> Callable[[RuleIn], bool]:
    return lambda rule_: rule_.code in codes


def test_only_what_is_ones_own_may_change() -> None:
    before = [rule("A", OWN), rule("B", ALL_TOWN), rule("C", DEPARTMENT)]
    mine = inside("M")
    assert out_of_reach(before, [*before, rule("M", OWN, priority=1)], mine) == []
    assert out_of_reach([*before, rule("M", OWN)], before, mine) == []
    assert [r.code for r in out_of_reach(before, before[:2], mine)] == ["C"]
    assert [r.code for r in out_of_reach(before, [rule("A", ALL_TOWN), *before[1:]], mine)] == ["A"]
    swapped = [rule("A", OWN, priority=99), *before[1:]]
    assert [r.code for r in out_of_reach(before, swapped, mine)]
    renumbered = [r.model_copy(update={"priority": r.priority * 10}) for r in before]
    assert out_of_reach(before, renumbered, mine) == []


def test_differences_name_what_is_added_dropped_changed_and_moved() -> None:
    before = [rule("A", OWN), rule("B", ALL_TOWN), rule("C", DEPARTMENT)]
    after = [rule("B", ALL_TOWN, priority=1), rule("A", OWN, severities=["minor"]), rule("D", CHIEF)]
    assert differences(before, after) == (["D"], ["C"], ["B", "A"])
    assert differences(before, before) == ([], [], [])
