"""Formulas against figures that were really published, honest zeros, scores, periods, and the words of a bulletin."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.assessment.bulletin_text import Facts, Placed, compose
from backend.assessment.indicators import BY_KEY, INDICATORS, Counts, Direction, Figure, figures_of
from backend.assessment.models import BulletinKind
from backend.assessment.outcomes import Level
from backend.assessment.periods import Period, Step, around
from backend.assessment.schemes import USUAL, SchemeContent, Scored, ranks, score_of

# 天门市数字化城市管理 2016-12: 1,054 accepted, 996 filed, 972 due, 911 closed (93.72 %), 737 on time (75.82 %).
TIANMEN = Counts(reported=1054, filed=996, due=972, handled=920, handled_in_time=740, closed=911, closed_in_time=737)


def test_the_published_rates_of_tianmen_come_out() -> None:
    figures = figures_of(TIANMEN, Level.CASE)
    assert round(100 * (figures["closing"].rate or 0), 2) == 93.72
    assert round(100 * (figures["closing_on_time"].rate or 0), 2) == 75.82
    assert figures["filing"] == Figure(996, 1054)


def test_a_rate_of_nothing_is_no_rate() -> None:
    for figure in figures_of(Counts(), Level.CASE).values():
        assert figure.rate is None
    assert figures_of(Counts(due=5), Level.CASE)["closing"].rate == 0.0


def test_every_indicator_says_what_it_is_in_both_languages() -> None:
    assert len({each.key for each in INDICATORS}) == len(INDICATORS)
    for each in INDICATORS:
        for said in (each.name, each.definition, each.source):
            assert said.zh
            assert said.en
            assert said.zh != said.en
        assert (each.direction == Direction.NONE) or each.whole


# Scores


def figures(**given_: tuple[int, int | None]) -> dict[str, Figure]:
    """What is known of somebody of whom enough was due."""
    return {"due": Figure(100, None)} | {key: Figure(*value) for key, value in given_.items()}


def test_the_score_of_a_squad_by_hand() -> None:
    """10 % for 80 cases a month (90 points), 30 % closing 0.9, 30 % in time 0.8, 30 % without rework 0.95."""
    known = figures(taken=(80, None), closing=(90, 100), on_time=(80, 100), rework=(5, 100))
    assert score_of(USUAL, Scored.SQUADS, known, days=30) == pytest.approx(0.1 * 90 + 27 + 24 + 28.5)
    year = figures(taken=(960, None), closing=(90, 100), on_time=(80, 100), rework=(5, 100))
    assert score_of(USUAL, Scored.SQUADS, year, days=360) == score_of(USUAL, Scored.SQUADS, known, days=30)


@pytest.mark.parametrize(
    ("cases", "points"), [(50, 100), (51, 90), (100, 90), (101, 75), (500, 60), (501, 40), (1001, 0)]
)
def test_bands_have_no_gaps_and_no_overlaps(cases: int, points: int) -> None:
    known = figures(taken=(cases, None), closing=(1, 1), on_time=(1, 1), rework=(0, 1))
    assert score_of(USUAL, Scored.SQUADS, known, days=30) == pytest.approx(90 + points / 10)


def test_what_is_unknown_weighs_nothing_and_too_little_known_is_no_score() -> None:
    assert (
        score_of(USUAL, Scored.PLACES, figures(closing=(9, 10), closing_on_time=(5, 10), missed=(0, 0)), days=30)
        == 70.0
    )
    assert score_of(USUAL, Scored.PLACES, figures(missed=(0, 4)), days=30) is None
    assert score_of(USUAL, Scored.PLACES, {}, days=30) is None


def test_a_handful_of_cases_is_no_score() -> None:
    all_well = {"closing": (4, 4), "closing_on_time": (4, 4), "missed": (0, 4)}
    assert score_of(USUAL, Scored.PLACES, figures(due=(4, None), **all_well), days=30) is None
    assert score_of(USUAL, Scored.PLACES, figures(due=(5, None), **all_well), days=30) == 100.0


RATES = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda two: (min(two), max(two)))


@given(RATES, RATES, RATES, st.integers(0, 3000))
def test_a_score_lies_between_0_and_100(
    closing: tuple[int, int], on_time: tuple[int, int], rework: tuple[int, int], n: int
) -> None:
    score = score_of(
        USUAL, Scored.SQUADS, figures(taken=(n, None), closing=closing, on_time=on_time, rework=rework), days=30
    )
    assert score is None or 0 <= score <= 100


def test_equals_share_a_place() -> None:
    assert ranks({"a": 90.0, "b": 95.5, "c": 90.0, "d": None, "e": 10.0}) == {"b": 1, "a": 2, "c": 2, "e": 4}


def changed(**more: object) -> dict[str, object]:
    return USUAL.model_dump(mode="json") | more


@pytest.mark.parametrize(
    "content",
    [
        changed(weights={}),
        changed(weights=USUAL.model_dump(mode="json")["weights"] | {"places": {"missed": 10, "closing": 60}}),
        changed(weights=USUAL.model_dump(mode="json")["weights"] | {"places": {"nonsense": 100}}),
        changed(weights=USUAL.model_dump(mode="json")["weights"] | {"places": {"volume": 100}}),
        changed(weights=USUAL.model_dump(mode="json")["weights"] | {"places": {"suspending": 100}}),
        changed(bands=[{"up_to": 50, "points": 100}]),
        changed(bands=[{"up_to": 50, "points": 100}, {"up_to": 20, "points": 90}, {"points": 0}]),
        changed(bands=[{"points": 100}, {"points": 0}]),
    ],
)
def test_a_scheme_that_does_not_hold_together_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SchemeContent.model_validate(content)
    SchemeContent.model_validate(changed())


# Periods


@pytest.mark.parametrize(
    ("first", "last", "step", "before"),
    [
        ("2026-11-01", "2026-11-30", Step.MONTH, ("2026-10-01", "2026-10-31")),
        ("2026-03-01", "2026-03-31", Step.MONTH, ("2026-02-01", "2026-02-28")),
        ("2026-11-23", "2026-11-29", Step.WEEK, ("2026-11-16", "2026-11-22")),
        ("2026-10-01", "2026-12-31", Step.QUARTER, ("2026-07-01", "2026-09-30")),
        ("2026-01-01", "2026-12-31", Step.YEAR, ("2025-01-01", "2025-12-31")),
        ("2026-11-29", "2026-11-29", Step.DAY, ("2026-11-28", "2026-11-28")),
        ("2026-11-03", "2026-11-12", None, ("2026-10-24", "2026-11-02")),
    ],
)
def test_the_period_before(first: str, last: str, step: Step | None, before: tuple[str, str]) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(last))
    assert period.step == step
    assert (period.before.first.isoformat(), period.before.last.isoformat()) == before


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.sampled_from(Step))
def test_calendar_periods_follow_one_another(day: date, step: Step) -> None:
    period = around(day, step)
    assert period.first <= day <= period.last
    assert period.before.until == period.since
    assert around(period.before.last, step) == period.before


# Words


def bulletin(facts: Facts) -> str:
    content = compose(facts)
    return "\n".join(line for section in content.sections for line in (section.heading, *section.paragraphs))


def test_a_circular_reads_like_a_real_one() -> None:
    facts = Facts(
        place="天门市",
        kind=BulletinKind.MONTHLY,
        period=around(date(2016, 12, 5), Step.MONTH),
        now=TIANMEN,
        before=Counts(reported=1000, filed=950, due=900, closed=855, closed_in_time=675),
        staff=1008,
        public=46,
        events=1028,
        components=26,
        matters=[
            Placed("非法小广告", Counts(reported=474)),
            Placed("其他市容", Counts(reported=147)),
            Placed("乱堆物堆料", Counts(reported=128)),
        ],
        units=[
            Placed("城管执法局", Counts(due=800, closed=780, closed_in_time=640), 90.1, 1),
            Placed("园林局", Counts(due=40, closed=20, closed_in_time=10), 50.0, 2),
        ],
    )
    said = bulletin(facts)
    assert compose(facts).title == "天门市网格化治理工作情况通报（2016年12月）"
    assert "共受理案件1054件，立案996件" in said
    assert "应结案972件，结案911件，结案率93.72%；按期结案737件，按期结案率75.82%。" in said
    assert "受理量比上月增加54件，上升5.40%；结案率比上月下降1.28个百分点；按期结案率比上月上升0.82个百分点。" in said
    assert "网格上报1008件，占95.64%；居民和热线反映46件，占4.36%。" in said
    assert "事件1028件，占97.53%；部件26件，占2.47%。" in said
    assert "数量居前的事项：非法小广告474件、其他市容147件、乱堆物堆料128件。" in said
    assert "应结案件中还有61件没有结案" in said
    assert "园林局按期结案率25.00%，低于平均50.82个百分点。" in said
    assert "城管执法局按期结案率" not in said


def test_an_empty_week_says_so_without_dividing() -> None:
    week = around(date(2026, 11, 23), Step.WEEK)
    said = bulletin(Facts("徐霞客镇", BulletinKind.WEEKLY, week, Counts(), Counts(), 0, 0, 0, 0))
    assert "本周，徐霞客镇共受理案件0件，立案0件，立案率—" in said
    assert "本期没有突出问题" in said
    assert "0.00%" not in said
    assert "100.00%" not in said


def test_small_numbers_accuse_nobody() -> None:
    one = Placed("水利站", Counts(due=1, closed=0, reworked=1, dispatched=1, sent_back=1))
    facts = Facts(
        "镇", BulletinKind.WEEKLY, around(date(2026, 11, 23), Step.WEEK), TIANMEN, Counts(), 1, 0, 1, 0, units=[one]
    )
    assert "水利站" not in bulletin(facts)


def test_a_table_puts_the_best_first_and_the_unplaced_last() -> None:
    places = [
        Placed("甲村", Counts(due=1), 50.0, 2),
        Placed("乙村", Counts()),
        Placed("丙村", Counts(due=9, closed=9), 99.0, 1),
    ]
    facts = Facts(
        "镇", BulletinKind.MONTHLY, around(date(2026, 11, 1), Step.MONTH), Counts(), Counts(), 0, 0, 0, 0, places=places
    )
    (table, *_rest) = compose(facts).tables
    assert [row[1] for row in table.rows] == ["丙村", "甲村", "乙村"]
    assert table.rows[2][-1] == "—"
    assert BY_KEY["closing"].of(places[1].counts).rate is None
