"""A robot's budget: no minute ever holds more than its messenger takes, whatever is asked when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from backend.notifications.channels.bucket import LIMITS, Bucket, Limit, blocked, take
from backend.notifications.channels.group_messages import RobotKind

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
# What the messengers take: so many in so many seconds.
TAKEN = {RobotKind.DINGTALK: [(60, 20)], RobotKind.WECOM: [(60, 20)], RobotKind.FEISHU: [(60, 100), (1, 5)]}


def went(limit: Limit, gaps_ms: list[int]) -> list[datetime]:
    """When messages go of which each is asked for so long after the one before, and only once."""
    at, left, gone = START, Bucket.full(limit, START), []
    for gap_ms in gaps_ms:
        at += timedelta(milliseconds=gap_ms)
        left, due = take(left, limit, at)
        if due is None:
            gone.append(at)
    return gone


@given(
    st.sampled_from(RobotKind),
    st.lists(st.integers(0, 4000) | st.sampled_from([0, 1, 1000, 5000, 60_000]), max_size=300),
)
def test_no_window_holds_more_than_the_messenger_takes(kind: RobotKind, gaps_ms: list[int]) -> None:
    gone = went(LIMITS[kind], gaps_ms)
    for seconds, most in TAKEN[kind]:
        for n, at in enumerate(gone):
            assert sum(at <= other <= at + timedelta(seconds=seconds) for other in gone[n:]) <= most


@given(st.sampled_from(RobotKind), st.integers(1, 200))
def test_who_comes_when_told_is_served_and_as_fast_as_may_be(kind: RobotKind, messages: int) -> None:
    limit, at = LIMITS[kind], START
    left, gone = Bucket.full(limit, at), []
    while len(gone) < messages:
        left, due = take(left, limit, at)
        if due is None:
            gone.append(at)
            continue
        assert at < due <= at + timedelta(seconds=60 / limit.per_minute, milliseconds=1)
        at = due
        left, due = take(left, limit, at)
        assert due is None
        gone.append(at)
    for seconds, most in TAKEN[kind]:
        for n, first in enumerate(gone):
            assert sum(first <= other <= first + timedelta(seconds=seconds) for other in gone[n:]) <= most
    waited = (gone[-1] - START).total_seconds()
    assert waited <= max(messages - limit.burst, 0) * 60 / limit.per_minute + 0.01
    assert all(a <= b for a, b in pairwise(gone))


@given(st.lists(st.integers(-120_000, 120_000), max_size=100))
def test_a_clock_that_jumps_back_brings_no_tokens(jumps_ms: list[int]) -> None:
    limit = LIMITS[RobotKind.DINGTALK]
    at, latest, left, gone = START, START, Bucket.full(limit, START), 0
    for jump_ms in jumps_ms:
        at += timedelta(milliseconds=jump_ms)
        latest = max(latest, at)
        left, due = take(left, limit, at)
        gone += due is None
    assert gone <= limit.burst + (latest - START).total_seconds() * limit.per_minute / 60 + 1e-6


def test_nothing_goes_while_the_messenger_is_silent() -> None:
    limit = LIMITS[RobotKind.DINGTALK]
    until = START + timedelta(minutes=10)
    left = blocked(blocked(Bucket.full(limit, START), until), START + timedelta(minutes=1))
    assert take(left, limit, START + timedelta(minutes=9)) == (left, until)
    after, due = take(left, limit, until)
    assert due is None
    assert after.tokens == limit.burst - 1


def test_a_bucket_is_kept_and_read() -> None:
    limit = LIMITS[RobotKind.WECOM]
    assert Bucket.read(None, limit, START) == Bucket.full(limit, START)
    left, _ = take(Bucket.full(limit, START), limit, START + timedelta(milliseconds=7))
    for each in (left, blocked(left, START + timedelta(minutes=10))):
        assert Bucket.read(each.kept(), limit, START) == each
