"""The content of a catalogue as one document, apart from any version: what a draft holds and a workbook says.

Pure, beside turning it into the rows of a version and back. Kind and major are not said but follow from the code:
`E0110` is an event of the major `E01`.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from backend.matters.initials import initials_of
from backend.matters.models import FilingCondition, LimitUnit, Matter, MatterKind, Severity
from backend.wire import Wire

# Longer cells are cut by the process that reads workbooks, so that everything that fits here arrives whole.
LONGEST_TEXT = 400
MOST_MATTERS = 2_000
MOST_CONDITIONS = 20


def plain_text(text: str) -> str:
    """Without control characters and what XML cannot carry, so that a workbook can hold it; lines end with `\\n`."""
    kept = (sign for sign in text.replace("\r\n", "\n") if sign == "\n" or _is_plain(sign))
    return "".join(kept).strip()


def _is_plain(sign: str) -> bool:
    return unicodedata.category(sign) not in {"Cc", "Cs"} and ord(sign) & 0xFFFE != 0xFFFE


def _one_line(text: str) -> str:
    return " ".join(plain_text(text).split())


def _not_empty(text: str) -> str:
    if not text:
        raise ValueError("empty")
    return text


MatterCode = Annotated[str, StringConstraints(pattern=r"^[CE][0-9]{4}$")]
ConditionCode = Annotated[str, StringConstraints(pattern=r"^[CE][0-9]{4}-[0-9]{1,2}$")]
MonthDay = Annotated[str, Field(pattern=r"^[0-9]{2}-[0-9]{2}$", description="`MM-DD`, of any year")]
Name = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(_one_line), AfterValidator(_not_empty)]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(plain_text)]
Amount = Annotated[int, Field(ge=1, le=999)]
Minimum = Annotated[int, Field(ge=0, le=3)]
Maximum = Annotated[int, Field(ge=1, le=9)]


class LimitContent(Wire):
    amount: Amount
    unit: LimitUnit


class SeasonContent(Wire):
    """Another limit between two days of any year, both included; it may run over the new year."""

    begins: MonthDay
    ends: MonthDay
    limit: LimitContent


class ConditionContent(Wire):
    code: ConditionCode
    words: Annotated[Text, Field(min_length=1), AfterValidator(_not_empty)]
    severity: Severity
    limit: LimitContent
    season: SeasonContent | None = None
    is_default: bool = False


class PhotosContent(Wire):
    """How many photos are needed, and how many a phone may send."""

    min: Minimum = 1
    max: Maximum = 6


class MatterContent(Wire):
    """A matter as an administrator words it."""

    code: MatterCode
    major_name: Name
    name: Name
    department_code: Annotated[str, Field(min_length=1, max_length=32)]
    closing_condition: Text = ""
    photo_guidance: Text = ""
    legal_basis: Text | None = None
    icon: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)] = "help-circle"
    weight: Annotated[float, Field(ge=0, le=100_000)] = 1.0
    photos_before: PhotosContent = PhotosContent()
    photos_after: PhotosContent = PhotosContent()
    self_dispatch: bool = True
    self_handle: bool = False
    near_far_hint: bool = False
    review_needed: bool = False
    duplicate_radius_m: Annotated[int, Field(ge=0, le=1_000)] = 50
    duplicate_hours: Annotated[int, Field(ge=0, le=8_784)] = 72
    conditions: Annotated[list[ConditionContent], Field(min_length=1, max_length=MOST_CONDITIONS)]

    @property
    def major_code(self) -> str:
        return self.code[:3]

    @property
    def kind(self) -> MatterKind:
        return MatterKind.COMPONENT if self.code.startswith("C") else MatterKind.EVENT


class Content(BaseModel):
    """A whole catalogue, matters in the order of their codes."""

    matters: list[MatterContent] = []

    def by_code(self) -> dict[str, MatterContent]:
        return {matter.code: matter for matter in self.matters}


def in_order(matters: Iterable[MatterContent]) -> Content:
    return Content(matters=sorted(matters, key=lambda matter: matter.code))


def content_of(matters: Sequence[Matter], conditions: Mapping[str, Sequence[FilingCondition]]) -> Content:
    """The content of a version from its rows. Rows are trusted: what they say is not judged again."""
    return in_order(_matter_content(matter, conditions.get(matter.code, [])) for matter in matters)


def _matter_content(matter: Matter, conditions: Sequence[FilingCondition]) -> MatterContent:
    own = {name: getattr(matter, name) for name in PLAIN_FIELDS}
    return MatterContent.model_construct(
        **own,
        photos_before=PhotosContent.model_construct(min=matter.photos_before_min, max=matter.photos_before_max),
        photos_after=PhotosContent.model_construct(min=matter.photos_after_min, max=matter.photos_after_max),
        conditions=[_condition_content(condition) for condition in conditions],
    )


# Fields that a matter has under the same name in its row.
PLAIN_FIELDS = (
    "code",
    "major_name",
    "name",
    "department_code",
    "closing_condition",
    "photo_guidance",
    "legal_basis",
    "icon",
    "weight",
    "self_dispatch",
    "self_handle",
    "near_far_hint",
    "review_needed",
    "duplicate_radius_m",
    "duplicate_hours",
)


def _condition_content(condition: FilingCondition) -> ConditionContent:
    season = None
    if condition.season_from and condition.season_to and condition.season_amount and condition.season_unit:
        season = SeasonContent.model_construct(
            begins=condition.season_from,
            ends=condition.season_to,
            limit=LimitContent.model_construct(amount=condition.season_amount, unit=condition.season_unit),
        )
    return ConditionContent.model_construct(
        code=condition.code,
        words=condition.words,
        severity=condition.severity,
        limit=LimitContent.model_construct(amount=condition.limit_amount, unit=condition.limit_unit),
        season=season,
        is_default=condition.is_default,
    )


def rows_of(content: Content, county: str, version: int) -> tuple[list[Matter], list[FilingCondition]]:
    """The rows of a new version, the conditions of each matter in the order of the document."""
    matters = [_matter_row(matter, county, version) for matter in content.matters]
    conditions = [
        _condition_row(condition, county, version, matter.code, position)
        for matter in content.matters
        for position, condition in enumerate(matter.conditions)
    ]
    return matters, conditions


def _matter_row(matter: MatterContent, county: str, version: int) -> Matter:
    return Matter(
        county=county,
        catalogue_version=version,
        kind=matter.kind,
        major_code=matter.major_code,
        initials=initials_of(matter.name),
        photos_before_min=matter.photos_before.min,
        photos_before_max=matter.photos_before.max,
        photos_after_min=matter.photos_after.min,
        photos_after_max=matter.photos_after.max,
        **{name: getattr(matter, name) for name in PLAIN_FIELDS},
    )


def _condition_row(
    condition: ConditionContent, county: str, version: int, matter_code: str, position: int
) -> FilingCondition:
    season = condition.season
    return FilingCondition(
        county=county,
        catalogue_version=version,
        code=condition.code,
        matter_code=matter_code,
        position=position,
        words=condition.words,
        severity=condition.severity,
        limit_amount=condition.limit.amount,
        limit_unit=condition.limit.unit,
        season_from=season.begins if season else None,
        season_to=season.ends if season else None,
        season_amount=season.limit.amount if season else None,
        season_unit=season.limit.unit if season else None,
        is_default=condition.is_default,
    )
