"""What holds for a case's clocks whatever its history, and for the handler's as counted minute by minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.cases.clocks import (
    ClockEntry,
    replay,
    used_at,
)
from backend.cases.terms import ClockEffect, ClockKind
from backend.clock import SHANGHAI
from backend.matters.clocks import Light, light
from backend.matters.models import Limit, LimitUnit
from tests.clocks import CALENDAR, FOUR_HOURS, HANDED, HOURS, local

E = ClockEffect
HOUR, WORK_HOUR, WORK_DAY, DAY = LimitUnit.URGENT_HOUR, LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY, LimitUnit.NATURAL_DAY
QUARTER, HALF_HOUR = Limit(0.25, HOUR), Limit(0.5, HOUR)


LIMITS = st.none() | st.builds(
    lambda quarters, unit: Limit(quarters / 4, unit), st.integers(0, 40), st.sampled_from(LimitUnit)
)


ANY_EFFECT = st.sampled_from(list(E))


@st.composite
def histories(draw: st.DrawFn, effects: st.SearchStrategy[ClockEffect] = ANY_EFFECT) -> list[ClockEntry]:
    at = draw(st.sampled_from([local("09-28 08:00"), local("11-20 16:00")])) + draw(
        st.timedeltas(timedelta(0), timedelta(days=3))
    )
    entries = []
    for _ in range(draw(st.integers(1, 12))):
        # The clock of the server may have been set back once in a while.
        at += draw(st.timedeltas(timedelta(hours=-2), timedelta(days=2)))
        entries.append(
            ClockEntry(
                draw(effects),
                at,
                draw(LIMITS),
                draw(st.sampled_from(["squad-1", "squad-2", "duty:grid_chief", None])),
                draw(st.sampled_from([1.0, 0.5])),
                draw(LIMITS),
            )
        )
    return entries


@given(histories())
def test_no_history_fails_and_each_clock_makes_sense(entries: list[ClockEntry]) -> None:
    clocks = replay(CALENDAR, entries)
    for clock in [*clocks.ended, *([clocks.running] if clocks.running else [])]:
        assert clock.late_s >= 0
        assert clock.spans
        if clock.due_at is not None:
            assert clock.warn_at is not None
            assert clock.started_at <= clock.warn_at <= clock.due_at
            assert (used_at(CALENDAR, clock, clock.stopped_at or clock.started_at) or 0) >= 0
        for span, following in zip(clock.spans, clock.spans[1:], strict=False):
            assert span.end is not None
            assert span.begin <= span.end <= following.begin
    assert all(clock.stopped_at is not None for clock in clocks.ended)
    assert clocks.running is None or clocks.running.stopped_at is None
    assert clocks.late_s >= sum(clock.late_s for clock in clocks.ended if clock.kind == ClockKind.HANDLE)


@given(histories(), st.integers(0, 12))
def test_entries_that_say_nothing_to_the_clocks_change_nothing(entries: list[ClockEntry], where: int) -> None:
    kept = entries[:where]
    at = max((entry.at for entry in kept), default=entries[0].at)
    with_keep = [*kept, ClockEntry(E.KEEP, at, FOUR_HOURS, "squad-9"), *entries[where:]]
    if kept:
        assert replay(CALENDAR, with_keep) == replay(CALENDAR, entries)


@given(histories(), histories())
def test_what_has_ended_stays_as_it_was_unless_it_is_reopened(
    entries: list[ClockEntry], more: list[ClockEntry]
) -> None:
    rest = [entry for entry in more if entry.effect != E.REOPEN]
    before, afterwards = replay(CALENDAR, entries), replay(CALENDAR, [*entries, *rest])
    assert set(before.ended) <= set(afterwards.ended)
    kept = {E.EXTEND, E.CHANGE_LIMIT}
    if not any(entry.effect in kept for entry in rest):
        assert afterwards.late_s >= before.late_s


PAUSES = st.lists(st.tuples(st.timedeltas(timedelta(0), timedelta(days=20)), st.booleans()), max_size=8)


def _with_pauses(pauses: list[tuple[timedelta, bool]], *, split: bool) -> list[ClockEntry]:
    at, entries = HANDED.at, [HANDED]
    for length, paused in pauses:
        entries.append(ClockEntry(E.SUSPEND if paused else E.RESUME, at))
        if split and paused:
            middle = at + length / 2
            entries += [ClockEntry(E.RESUME, middle), ClockEntry(E.SUSPEND, middle), ClockEntry(E.SUSPEND, middle)]
        at += length
    return [*entries, ClockEntry(E.RESUME, at)]


@given(PAUSES)
def test_a_pause_cut_in_two_is_the_same_pause(pauses: list[tuple[timedelta, bool]]) -> None:
    whole = replay(CALENDAR, _with_pauses(pauses, split=False)).running
    cut = replay(CALENDAR, _with_pauses(pauses, split=True)).running
    assert whole
    assert cut
    assert (cut.due_at, cut.warn_at, cut.late_s) == (whole.due_at, whole.warn_at, whole.late_s)


@given(PAUSES, st.integers(0, 8))
def test_one_more_pause_is_never_due_earlier(pauses: list[tuple[timedelta, bool]], where: int) -> None:
    more = [(length, paused or number == where) for number, (length, paused) in enumerate(pauses)]
    before = replay(CALENDAR, _with_pauses(pauses, split=False)).running
    afterwards = replay(CALENDAR, _with_pauses(more, split=False)).running
    assert before
    assert afterwards
    assert before.due_at
    assert afterwards.due_at
    assert before.due_at <= afterwards.due_at


@given(PAUSES, LIMITS, LIMITS)
def test_extended_then_changed_is_changed_then_extended(
    pauses: list[tuple[timedelta, bool]], more: Limit | None, other: Limit | None
) -> None:
    entries = _with_pauses(pauses, split=False)
    at = entries[-1].at
    extend, change = ClockEntry(E.EXTEND, at, more or FOUR_HOURS), ClockEntry(E.CHANGE_LIMIT, at, other)
    assert replay(CALENDAR, [*entries, extend, change]) == replay(CALENDAR, [*entries, change, extend])


@given(histories(st.sampled_from([E.KEEP, E.SUSPEND, E.RESUME])))
def test_the_light_never_turns_back_while_nothing_is_granted(entries: list[ClockEntry]) -> None:
    handed = entries[0]._replace(effect=E.HAND, limit=entries[0].limit or FOUR_HOURS)
    lights, latest = [], handed.at
    for n in range(len(entries)):
        running = replay(CALENDAR, [handed, *entries[1 : n + 1]]).running
        latest = max(latest, entries[n].at)
        assert running
        lights.append(light(running.paused_at or latest, running.warn_at, running.due_at))
    order = list(Light)
    assert lights == sorted(lights, key=order.index)


MINUTES = st.integers(0, 2500)
MOVES = st.sampled_from([E.SUSPEND, E.RESUME, E.EXTEND, E.CHANGE_LIMIT, E.TAKE_BACK, E.HAND, E.KEEP])
MINUTE_LIMITS = st.builds(
    Limit, st.integers(1, 8).map(float), st.sampled_from([LimitUnit.URGENT_HOUR, LimitUnit.WORK_HOUR])
)


@given(st.lists(st.tuples(MOVES, MINUTES, MINUTE_LIMITS), max_size=8), MINUTE_LIMITS)
def test_the_handlers_clock_as_counted_minute_by_minute(
    moves: list[tuple[ClockEffect, int, Limit]], first: Limit
) -> None:
    start = local("09-29 09:00")
    entries, at = [ClockEntry(E.HAND, start, first, "squad-1")], start
    for effect, minutes, limit in moves:
        at += timedelta(minutes=minutes)
        entries.append(ClockEntry(effect, at, limit, "squad-1"))
    entries.append(ClockEntry(E.HAND, at, None, "squad-1"))
    running = replay(CALENDAR, entries).running
    assert running
    assert running.kind == ClockKind.HANDLE
    assert running.due_at == _counted(entries)


def _counted(entries: list[ClockEntry]) -> datetime:
    """When it is due by looking at every minute: does the handler have the case, is it not suspended, is work on."""
    base = [one.limit for one in entries[:-1] if one.effect == E.CHANGE_LIMIT][-1:] or [entries[0].limit]
    more = [one.limit for one in entries if one.effect == E.EXTEND]
    left = [[limit.unit, limit.amount * 60] for limit in [*base, *more] if limit]
    has, suspended, ahead = True, False, list(entries[1:])
    at = entries[0].at
    while left:
        while ahead and ahead[0].at <= at:
            effect = ahead.pop(0).effect
            suspended = (has and effect == E.SUSPEND) or (
                suspended and effect not in {E.HAND, *([E.RESUME] if has else [])}
            )
            has = effect == E.HAND or (has and effect != E.TAKE_BACK)
        if has and not suspended and (left[0][0] == HOUR or _is_working(at)):
            left[0][1] -= 1
        at += timedelta(minutes=1)
        if left[0][1] == 0:
            left.pop(0)
    return at


def _is_working(at: datetime) -> bool:
    here = at.astimezone(SHANGHAI)
    return CALENDAR.is_workday(here.date()) and any(opens <= here.time() < closes for opens, closes in HOURS)


def test_a_year_of_history_is_replayed_at_once() -> None:
    at, entries = datetime(2026, 1, 5, 1, tzinfo=UTC), [HANDED._replace(at=datetime(2026, 1, 5, 1, tzinfo=UTC))]
    for number in range(200):
        at += timedelta(days=2)
        entries.append(ClockEntry(E.RESUME if number % 2 else E.SUSPEND, at))
    began = datetime.now(UTC)
    replay(CALENDAR, entries)
    assert datetime.now(UTC) - began < timedelta(seconds=1)
