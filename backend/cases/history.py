"""The append-only history of a case: one event per change, each carrying the hash of the one before.

The hash makes later tampering visible: SHA-256 over the event's own facts and the previous hash, in canonical JSON
(sorted keys, no spaces, RFC 3339 UTC times).
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from backend.cases.models import Case, CaseChange, CaseEvent
from backend.cases.notices import tell_of
from backend.cases.queries import history_of, reporters_of, squads_ever
from backend.cases.terms import Action, Status
from backend.cases.winding import wind
from backend.errors import Conflict, Say
from backend.identifiers import new_id
from backend.live.feed import publish
from backend.permissions import Audience, Role
from backend.wire import Wire

NO_HASH = "0" * 64


def fingerprint(content: dict[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON: tells a repeat of a submission from another one under the same id."""
    return hashlib.sha256(_canonical(content)).hexdigest()


def is_repeat(kept: str, content: Wire, first_fields: frozenset[str]) -> bool:
    """Whether a submission is the one that is kept under its id.

    Fingerprints leave out what is at its default, so that a new field changes none. Those from before that hold every one
    of the `first_fields`; a phone may send such a submission again at any time.
    """
    first = content.model_dump(mode="json", include=set(first_fields))
    return kept in (fingerprint(content.model_dump(mode="json", exclude_defaults=True)), fingerprint(first))


FIELD_WORDS = {
    "action": Say("步骤", "step"),
    "after_photos": Say("处理后的照片", "photos after"),
    "at": Say("时间", "time"),
    "condition": Say("严重程度", "filing condition"),
    "joins": Say("并入的案件", "joined case"),
    "matter": Say("事项", "matter"),
    "occurred_at": Say("时间", "time"),
    "photos": Say("照片", "photos"),
    "place": Say("地点", "place"),
    "reason": Say("理由", "reason"),
    "self_handled": Say("当场处理", "settled on the spot"),
    "words": Say("说明", "words"),
}


def other_content(kept: dict[str, Any] | None = None, sent: dict[str, Any] | None = None) -> Conflict:
    """The id was used for something else; what differs is told where both are given. Of somebody else's nothing is told."""
    said = Say(
        "这个编号已经用于另一份内容，请作为新的提交重发；原来的内容保留不变",
        "This id was already used for other content; send yours under a new id. The first one is kept unchanged",
    )
    if kept is None or sent is None:
        return Conflict("other_content", said)
    # What is at its default is left out of newer fingerprints and stands in older ones.
    differs = sorted(name for name in kept.keys() | sent.keys() if (kept.get(name) or None) != (sent.get(name) or None))
    words = [FIELD_WORDS[name] for name in differs if name in FIELD_WORDS]
    if words:
        zh, en = (dict.fromkeys(named) for named in zip(*words, strict=True))
        said = Say(f"{said.zh}。不同的是：{'、'.join(zh)}", f"{said.en}. What differs: {', '.join(en)}")
    return Conflict("other_content", said, differs=differs)


def _canonical(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode()


def event_hash(event: CaseEvent) -> str:
    """What `event.hash` must be."""
    return fingerprint(
        {
            "county": event.county,
            "case_id": str(event.case_id),
            "id": str(event.id),
            "seq": event.seq,
            "action": event.action,
            "from_status": event.from_status,
            "to_status": event.to_status,
            "actor_id": str(event.actor_id) if event.actor_id else None,
            "actor_role": event.actor_role,
            "words": event.words,
            "content": event.content,
            "fingerprint": event.fingerprint,
            "client_at": _moment(event.client_at),
            "at": _moment(event.at),
            "previous_hash": event.previous_hash,
        }
    )


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


async def append_event(
    session: AsyncSession,
    case: Case,
    *,
    event_id: UUID,
    action: Action,
    target: Status,
    at: datetime,
    actor_id: UUID | None = None,
    actor_role: Role | None = None,
    words: str = "",
    content: dict[str, Any] | None = None,
    content_fingerprint: str = "",
    client_at: datetime | None = None,
) -> CaseEvent:
    """Move the case to `target`, write the event, wind the clocks, and tell the live feed and whom it concerns. The caller
    holds the case's row.

    Raises Conflict `stale_version` if somebody has changed the case all the same.
    """
    past = await history_of(session, case.county, case.id)
    previous = past[-1] if past else None
    event = CaseEvent(
        county=case.county,
        case_id=case.id,
        id=event_id,
        seq=previous.seq + 1 if previous else 1,
        action=action,
        from_status=case.status if previous else None,
        to_status=target,
        actor_id=actor_id,
        actor_role=actor_role,
        words=words,
        content=content or {},
        fingerprint=content_fingerprint,
        client_at=client_at,
        at=at,
        previous_hash=previous.hash if previous else NO_HASH,
        hash="",
    )
    case.status = target
    case.version = event.seq
    case.updated_at = at
    await wind(session, case, [*past, event])
    event.hash = event_hash(event)
    session.add(event)
    session.add(CaseChange(county=case.county, id=new_id(), case_id=case.id))
    try:
        await session.flush()
    except StaleDataError:
        raise changed_meanwhile() from None
    reporters = await reporters_of(session, case.county, case.id)
    await publish(
        session,
        county=case.county,
        kind="case",
        case_id=case.id,
        body={"case_id": str(case.id), "code": case.code, "version": case.version, "status": target.value},
        audience=Audience(
            case.grid_path,
            reporters,
            await squads_ever(session, case.county, case.id),
            # Those who could have claimed it must also hear that it is gone.
            claimable=Status.PENDING_DISPATCH in (event.from_status, target),
        ),
        at=at,
    )
    await tell_of(session, case, event)
    return event


def changed_meanwhile() -> Conflict:
    return Conflict(
        "stale_version",
        Say(
            "案件在你打开之后已经变化，请看最新状态再操作",
            "The case has changed since you opened it; look at its present state first",
        ),
    )


def first_broken_link(events: list[CaseEvent]) -> int | None:
    """The `seq` of the first event of a complete history that was changed, removed or reordered; None if it is whole."""
    previous_hash = NO_HASH
    for expected_seq, event in enumerate(events, start=1):
        if event.seq != expected_seq or event.previous_hash != previous_hash or event.hash != event_hash(event):
            return expected_seq
        previous_hash = event.hash
    return None
