"""What lies between two catalogues: matters added and removed, and each changed one field by field. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from backend.errors import Say
from backend.matters.catalogue_words import (
    CONDITION_TITLES,
    MATTER_TITLES,
    SEVERITIES,
    YES_NO,
    limit_words,
    season_words,
)
from backend.matters.content import ConditionContent, Content, MatterContent

NOTHING = Say("", "")


class FieldChange(NamedTuple):
    """`field` as in a matter's document; a condition's begins with `conditions.` and its code. Empty words: nothing."""

    field: str
    title: Say
    before: Say
    after: Say


@dataclass(frozen=True)
class Changed:
    before: MatterContent
    after: MatterContent
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Differences:
    added: tuple[MatterContent, ...]
    removed: tuple[MatterContent, ...]
    changed: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def differences(before: Content, after: Content) -> Differences:
    """From one catalogue to the other; each in the order of codes."""
    old, new = before.by_code(), after.by_code()
    both = [(old[code], new[code]) for code in sorted(old.keys() & new.keys())]
    compared = [Changed(was, is_now, tuple(_fields(was, is_now))) for was, is_now in both]
    return Differences(
        added=tuple(new[code] for code in sorted(new.keys() - old.keys())),
        removed=tuple(old[code] for code in sorted(old.keys() - new.keys())),
        changed=tuple(change for change in compared if change.fields),
    )


def _fields(was: MatterContent, is_now: MatterContent) -> Iterator[FieldChange]:
    for field, title in MATTER_TITLES.items():
        if field not in {"code", "conditions"}:
            before, after = _value(was, field), _value(is_now, field)
            if before != after:
                yield FieldChange(field, title, _words(before), _words(after))
    old = {condition.code: condition for condition in was.conditions}
    new = {condition.code: condition for condition in is_now.conditions}
    for code in sorted(old.keys() | new.keys(), key=_number):
        yield from _condition_fields(code, old.get(code), new.get(code))
    if list(old) != list(new) and old.keys() == new.keys():
        title = Say("立案条件的顺序", "Order of the filing conditions")
        yield FieldChange("conditions", title, _listed(list(old)), _listed(list(new)))


def _number(code: str) -> tuple[str, int]:
    matter, _, number = code.partition("-")
    return matter, int(number or 0)


def _value(matter: MatterContent, field: str) -> object:
    value: object = matter
    for part in field.split("."):
        value = getattr(value, part)
    return value


def _words(value: object) -> Say:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return YES_NO[value]
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return Say(text, text)


def _listed(codes: list[str]) -> Say:
    return Say("、".join(codes), ", ".join(codes))


def _condition_fields(
    code: str, was: ConditionContent | None, is_now: ConditionContent | None
) -> Iterator[FieldChange]:
    if was is None or is_now is None:
        title = Say(f"条件 {code}", f"Condition {code}")
        yield FieldChange(f"conditions.{code}", title, _whole(was), _whole(is_now))
        return
    for field in ("words", "severity", "limit", "season", "is_default"):
        before, after = getattr(was, field), getattr(is_now, field)
        if before != after:
            own = CONDITION_TITLES.get(field, CONDITION_TITLES["limit.amount"])
            if field == "season":
                own = Say("季节时限", "Season's limit")
            title = Say(f"条件 {code} {own.zh}", f"Condition {code}: {own.en}")
            yield FieldChange(f"conditions.{code}.{field}", title, _part(was, field), _part(is_now, field))


def _part(condition: ConditionContent, field: str) -> Say:
    if field == "severity":
        return SEVERITIES[condition.severity]
    if field == "limit":
        return limit_words(condition.limit)
    if field == "season":
        return season_words(condition.season) if condition.season else NOTHING
    return _words(getattr(condition, field))


def _whole(condition: ConditionContent | None) -> Say:
    if condition is None:
        return NOTHING
    severity, limit = SEVERITIES[condition.severity], limit_words(condition.limit)
    return Say(f"{condition.words}（{severity.zh}，{limit.zh}）", f"{condition.words} ({severity.en}, {limit.en})")
