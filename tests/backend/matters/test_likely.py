"""What is offered first: near, new, at this hour; frequency where little was seen."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.matters.likely import SeenMatter, likely

MONDAY_8 = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # eight in the morning in China
WEIGHTS = {"bikes": 613.0, "slogans": 367.0, "litter": 275.0, "stalls": 58.0, "smoke": 1.0}


def seen(code: str, *, days: float = 0, hours: float = 0, distance_m: float = 100) -> SeenMatter:
    return SeenMatter(code, MONDAY_8 - timedelta(days=days, hours=hours), distance_m)


def test_frequency_decides_where_nothing_was_seen() -> None:
    assert likely([], MONDAY_8, WEIGHTS, 3) == ["bikes", "slogans", "litter"]
    assert likely([], MONDAY_8, {}) == []


def test_one_fresh_sighting_comes_before_whatever_is_frequent() -> None:
    assert likely([seen("smoke", hours=1)], MONDAY_8, WEIGHTS)[0] == "smoke"


def test_an_old_sighting_at_another_hour_does_not() -> None:
    assert likely([seen("smoke", days=29, hours=10)], MONDAY_8, WEIGHTS)[0] == "bikes"


def test_what_is_seen_at_this_hour_comes_before_what_is_seen_at_night() -> None:
    at_night = [seen("stalls", days=d, hours=10) for d in (7, 14)]
    in_the_morning = [seen("litter", days=d) for d in (7, 14)]
    assert likely(at_night + in_the_morning, MONDAY_8, WEIGHTS)[:2] == ["litter", "stalls"]


def test_weekends_are_like_weekends() -> None:
    sunday, monday = [seen("stalls", days=8)], [seen("smoke", days=7)]
    assert likely(sunday + monday, MONDAY_8 + timedelta(days=6), WEIGHTS, 5).index("stalls") == 0


def test_the_nearer_the_better() -> None:
    assert likely([seen("smoke", distance_m=700), seen("stalls", distance_m=10)], MONDAY_8, WEIGHTS)[0] == "stalls"


def test_what_the_catalogue_no_longer_has_is_not_offered() -> None:
    assert "gone" not in likely([seen("gone")] * 9, MONDAY_8, WEIGHTS)


sightings = st.builds(
    SeenMatter,
    st.sampled_from([*WEIGHTS, "gone"]),
    st.integers(-40, 60).map(lambda days: MONDAY_8 - timedelta(days=days, hours=days % 24)),
    st.floats(0, 900),
)


@given(st.lists(sightings, max_size=12), st.integers(0, 8))
def test_each_matter_once_in_an_order_that_the_order_of_rows_does_not_change(rows: list[SeenMatter], n: int) -> None:
    offered = likely(rows, MONDAY_8, WEIGHTS, n)
    assert len(offered) == len(set(offered)) == min(n, len(WEIGHTS))
    assert set(offered) <= set(WEIGHTS)
    assert likely(sorted(rows), MONDAY_8, WEIGHTS, n)[:1] == offered[:1]


@given(st.lists(sightings, max_size=6), st.sampled_from(sorted(WEIGHTS)))
def test_one_more_sighting_never_puts_a_matter_back(rows: list[SeenMatter], code: str) -> None:
    before = likely(rows, MONDAY_8, WEIGHTS, 5).index(code)
    assert likely([*rows, seen(code)], MONDAY_8, WEIGHTS, 5).index(code) <= before
