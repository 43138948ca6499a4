"""The lines of a case's history as people are shown them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from backend.cases.lifecycle import REASONS, steps_of
from backend.cases.models import CaseEvent, CasePhoto
from backend.cases.schemas import CaseEventOut, CaseLink, CasePhotoOut, SquadBrief
from backend.photos.models import Photo


def people_in(events: Sequence[tuple[CaseEvent, str | None]]) -> set[UUID]:
    """Everybody to whom a case was handed over."""
    return {UUID(heir) for event, _name in events if (heir := event.content.get("to_id"))}


def event_out(
    event: CaseEvent,
    name: str | None,
    squads: dict[str, str],
    people: dict[UUID, str],
    codes: dict[UUID, str],
    photos: list[tuple[CasePhoto, Photo | None]],
    language: str,
) -> CaseEventOut:
    """One event, with the names of those whom it only numbers."""
    said = event.content
    squad_code, due_at, heir, until, until_day = (
        said.get(key) for key in ("squad_code", "due_at", "to_id", "until", "until_day")
    )
    return CaseEventOut(
        id=event.id,
        seq=event.seq,
        action=event.action,
        from_status=event.from_status,
        to_status=event.to_status,
        actor_name=name,
        actor_role=event.actor_role,
        label=_label(event, language),
        words=said.get("words_en", event.words) if language == "en" else event.words,
        reason=_reason(event, language),
        squad=_squad(squad_code, squads) if squad_code else None,
        squads=[_squad(code, squads) for code in said.get("squads", [])],
        other_case=_other_case(event, codes),
        to_name=people.get(UUID(heir)) if heir else None,
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        until=datetime.fromisoformat(until) if until else None,
        until_day=date.fromisoformat(until_day) if until_day else None,
        client_at=event.client_at,
        at=event.at,
        photos=[_photo(declared, photo) for declared, photo in photos],
        hash=event.hash,
    )


def _label(event: CaseEvent, language: str) -> str:
    """What the step is called; of several rows of one action, the one that begins where this one did."""
    rows = steps_of(event.action)
    row = next((step for step in rows if event.from_status in step.sources), rows[0])
    return row.label.in_language(language)


def _reason(event: CaseEvent, language: str) -> str | None:
    reason = REASONS.get(event.action, {}).get(event.content.get("reason", ""))
    return reason.in_language(language) if reason else None


def _squad(code: str, squads: dict[str, str]) -> SquadBrief:
    return SquadBrief(code=code, name=squads.get(code, code))


def _other_case(event: CaseEvent, codes: dict[UUID, str]) -> CaseLink | None:
    named = event.content.get("into") or event.content.get("from_case")
    code = codes.get(UUID(named)) if named else None
    return CaseLink(id=UUID(named), code=code) if named and code else None


def _photo(declared: CasePhoto, photo: Photo | None) -> CasePhotoOut:
    return CasePhotoOut(
        sha256=declared.sha256,
        phase=declared.phase,
        received=declared.received_at is not None,
        width=photo.width if photo else None,
        height=photo.height if photo else None,
    )
