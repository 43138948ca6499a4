"""The history's hash chain: whatever is changed, removed, moved or slipped in afterwards is found, and where."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.history import NO_HASH, event_hash, first_broken_link
from backend.cases.models import CaseEvent
from backend.cases.queries import events_of
from backend.cases.terms import Action, Status
from backend.permissions import Role
from tests.people import People, photo

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
CASE = UUID(int=7)

CONTENTS = st.fixed_dictionaries(
    {
        "action": st.sampled_from(Action),
        "from_status": st.none() | st.sampled_from(Status),
        "to_status": st.sampled_from(Status),
        "actor_id": st.none() | st.uuids(),
        "actor_role": st.none() | st.sampled_from(Role),
        "words": st.text(max_size=20),
        "content": st.dictionaries(
            st.text(max_size=8), st.text(max_size=8) | st.lists(st.text(max_size=5)), max_size=3
        ),
        "fingerprint": st.text("0123456789abcdef", min_size=64, max_size=64),
        "client_at": st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    }
)
ANOTHER: dict[str, Any] = {
    "county": "320282",
    "case_id": UUID(int=8),
    "id": UUID(int=99),
    "seq": 99,
    "action": Action.PASS,
    "from_status": Status.REWORK,
    "to_status": Status.CLOSED,
    "actor_id": UUID(int=98),
    "actor_role": Role.ADMINISTRATOR,
    "words": "这句话是后来改的，原来没有这么长",
    "content": {"photos": ["of something else"]},
    "fingerprint": "f" * 63 + "e",
    "client_at": START + timedelta(days=400),
    "at": START + timedelta(days=401),
    "previous_hash": "1" * 64,
    "hash": "2" * 64,
}


def chained(contents: list[dict[str, Any]]) -> list[CaseEvent]:
    """A whole history of one case with these contents."""
    events: list[CaseEvent] = []
    for seq, content in enumerate(contents, start=1):
        event = CaseEvent(
            county="320281",
            case_id=CASE,
            id=UUID(int=1000 + seq),
            seq=seq,
            at=START + timedelta(minutes=seq),
            previous_hash=events[-1].hash if events else NO_HASH,
            hash="",
            **content,
        )
        event.hash = event_hash(event)
        events.append(event)
    return events


HISTORIES = st.lists(CONTENTS, min_size=2, max_size=7).map(chained)


def test_every_column_of_an_event_is_covered() -> None:
    assert set(ANOTHER) == set(CaseEvent.model_fields)


@given(HISTORIES)
def test_a_whole_history_is_whole(events: list[CaseEvent]) -> None:
    assert first_broken_link(events) is None


@given(HISTORIES, st.data(), st.sampled_from(sorted(ANOTHER)))
def test_a_changed_event_is_found(events: list[CaseEvent], data: st.DataObject, column: str) -> None:
    event = data.draw(st.sampled_from(events))
    seq = event.seq
    if getattr(event, column) == ANOTHER[column]:
        return
    setattr(event, column, ANOTHER[column])
    assert first_broken_link(events) == seq


@given(HISTORIES, st.data(), st.sampled_from(sorted(set(ANOTHER) - {"seq", "hash", "previous_hash"})))
def test_a_changed_event_with_its_hash_made_anew_is_found_at_the_next(
    events: list[CaseEvent], data: st.DataObject, column: str
) -> None:
    event = data.draw(st.sampled_from(events[:-1]))
    before = event.hash
    setattr(event, column, ANOTHER[column])
    event.hash = event_hash(event)
    assert first_broken_link(events) == (None if event.hash == before else event.seq + 1)


@given(HISTORIES, st.data())
def test_a_removed_event_is_found(events: list[CaseEvent], data: st.DataObject) -> None:
    # Events cut off at the end leave a whole chain; the case's own version tells how many there were.
    gone = data.draw(st.sampled_from(events[:-1]))
    assert first_broken_link([event for event in events if event is not gone]) == gone.seq


@given(HISTORIES, st.data())
def test_events_that_changed_places_are_found(events: list[CaseEvent], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(events) - 2))
    second = data.draw(st.integers(first + 1, len(events) - 1))
    events[first], events[second] = events[second], events[first]
    assert first_broken_link(events) == first + 1


@given(HISTORIES, st.data())
def test_an_event_slipped_in_is_found(events: list[CaseEvent], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(events) - 1))
    forged = CaseEvent(**events[place].model_dump() | {"id": UUID(int=5), "words": "从来没有发生过的一步"})
    forged.hash = event_hash(forged)
    assert first_broken_link([*events[:place], forged, *events[place:]]) == place + 2


async def test_a_real_history_is_whole_until_somebody_edits_the_table(people: People, session: AsyncSession) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report()).json()["case"]
    case = (await squad.act("acknowledge", case)).json()["case"]
    case = (await squad.act("feedback", case, photos=[photo()], words="已清运")).json()["case"]

    async def events() -> list[CaseEvent]:
        session.expire_all()
        return [event for event, _ in await events_of(session, "320281", UUID(case["id"]))]

    assert len(await events()) == case["version"] == 4
    assert first_broken_link(await events()) is None
    await session.execute(text("UPDATE case_event SET at = at - interval '2 hours' WHERE action = 'feedback'"))
    assert first_broken_link(await events()) == 4


@pytest.mark.parametrize("key", ["photos", "squad_code", "due_at"])
async def test_what_an_event_holds_is_hashed_as_it_is_stored(people: People, session: AsyncSession, key: str) -> None:
    worker = await people.worker()
    case = (await worker.report()).json()["case"]
    events = [event for event, _ in await events_of(session, "320281", UUID(case["id"]))]
    holder = [event for event in events if key in event.content][-1]
    assert event_hash(holder) == holder.hash
