"""The report form as a browser without scripts sends it: what was typed, and what is wrong with it. Pure but for reading.

Whatever is wrong is said at its field, in words; what was typed goes back into the form.
"""

import re
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from backend.cases.evidence import Upload
from backend.errors import Problem, Say
from backend.residents.schemas import MAX_PHOTOS, ResidentReportIn
from backend.staff.phones import read_phone

MAX_FORM_FILES = 20
MAX_FIELD_BYTES = 16 * 1024
LANDLINE = re.compile(r"(?:0[0-9]{2,3})?[1-9][0-9]{6,7}|1[0-9]{4}|[48]00[0-9]{7}")

Faults = dict[str, Say]


@dataclass(frozen=True)
class Typed:
    """The fields of the form as they came; `where` is here, grid or village."""

    id: str = ""
    county: str = ""
    at: str = ""
    matter: str = ""
    words: str = ""
    where: str = ""
    village: str = ""
    where_words: str = ""
    lng: str = ""
    lat: str = ""
    accuracy_m: str = ""
    name: str = ""
    phone: str = ""
    website: str = ""
    kept: tuple[str, ...] = ()


def read_id(written: object) -> UUID | None:
    """The hidden id of a form; None if it has been tampered with."""
    try:
        return UUID(written) if isinstance(written, str) else None
    except ValueError:
        return None


async def read_form(request: Request) -> tuple[Typed, list[Upload]]:
    """What was typed and the photos that came along; file fields left empty are no photos. Any other body is an empty form."""
    async with request.form(max_files=MAX_FORM_FILES, max_fields=40, max_part_size=MAX_FIELD_BYTES) as form:
        typed = {
            field.name: value.strip()
            for field in fields(Typed)
            if field.name != "kept" and isinstance(value := form.get(field.name), str)
        }
        kept = tuple(dict.fromkeys(value for value in form.getlist("kept") if isinstance(value, str)))
        uploads = [
            Upload(value.filename or "", await value.read())
            for value in form.getlist("photo")
            if isinstance(value, UploadFile) and (value.filename or value.size)
        ]
    return Typed(**typed, kept=kept), uploads


def faults_of(typed: Typed, *, other_matter: str | None) -> Faults:
    """What a person must mend before the report can be read at all, by field."""
    faults: Faults = {}
    if not typed.matter:
        faults["matter"] = Say("请选一类问题，都不是就选“其他”", "Choose what it is, or “something else”")
    elif typed.matter == other_matter and not typed.words:
        faults["words"] = Say("选了“其他”，请写一句是什么事", "You chose “something else”: say what it is")
    if typed.website:
        faults["trap"] = Say("有一栏应当留空，请再提交一次", "One field must stay empty; send again")
    faults |= _faults_of_place(typed)
    if typed.phone and read_contact_phone(typed.phone) is None:
        faults["phone"] = Say(
            "电话好像不对：手机是 11 位，座机请带区号；也可以不填",
            "This does not look like a phone number; you may also leave it empty",
        )
    return faults


def _faults_of_place(typed: Typed) -> Faults:
    if typed.where == "here" and not (typed.lng and typed.lat):
        return {
            "where": Say(
                "没有取到位置：请在手机里允许定位，或者选村（社区）并写明地点",
                "Your position is not known: allow it, or choose a village and describe the place",
            )
        }
    if typed.where in {"here", "grid"}:
        return {}
    faults: Faults = {}
    if not typed.village:
        faults["where"] = Say("请选问题在哪个村（社区）", "Choose the village it is in")
    if not typed.where_words:
        faults["where_words"] = Say("请写明具体地点，不然找不到", "Describe the place, or nobody will find it")
    return faults


def read_contact_phone(typed: str) -> str | None:
    """A mobile number, a landline with its area code, or a service number, as digits; None for anything else."""
    if mobile := read_phone(typed):
        return mobile
    digits = re.sub(r"[\s\-—()（）转]", "", typed)
    return digits if LANDLINE.fullmatch(digits) else None


def content_of(typed: Typed) -> ResidentReportIn:
    """The report in the form. Raises pydantic's ValidationError."""
    grid = {"grid": typed.at, "village": typed.village}.get(typed.where or "village")
    position: dict[str, Any] = {"lng": typed.lng, "lat": typed.lat, "accuracy_m": typed.accuracy_m or None}
    return ResidentReportIn.model_validate(
        {
            "county": typed.county,
            "matter": typed.matter,
            "place": ({"grid": grid} if grid is not None else position) | {"words": typed.where_words},
            "words": typed.words,
            "photos": [],
            "contact": {"name": typed.name, "phone": typed.phone},
        }
    )


_TOO_LONG = Say("太长了，请写短一点", "Too long; please shorten it")
_NOT_READABLE = Say("这里有不能识别的内容，请重新填写", "This cannot be read; please fill it in again")
_FIELD_OF = {"place": "where", "contact": "phone", "photo": "photos", "condition": "matter", "county": "where"}
_FIELDS = frozenset({"matter", "words", "where", "where_words", "phone", "name", "photos"})


def _form_field(path: str) -> str:
    """The form's field for a dotted path of the API's schema."""
    exact = {"place.words": "where_words", "contact.name": "name", "contact.phone": "phone"}
    head = path.partition(".")[0]
    field = exact.get(path) or _FIELD_OF.get(head, head)
    return field if field in _FIELDS else "form"


def faults_of_validation(error: ValidationError) -> Faults:
    """Where a script or a hand-made form went wrong in a way that the form itself does not allow."""
    return {
        _form_field(".".join(str(part) for part in one["loc"])): _TOO_LONG
        if one["type"] == "string_too_long"
        else _NOT_READABLE
        for one in error.errors()
    }


def faults_of_problem(problem: Problem) -> Faults:
    """A refusal met while the report was filed, at the field that it names."""
    return {_form_field(field.field): field.message for field in problem.fields} or {"form": problem.detail}


def too_many_photos(count: int) -> Faults:
    if count <= MAX_PHOTOS:
        return {}
    return {
        "photos": Say(
            f"最多 {MAX_PHOTOS} 张照片，这次有 {count} 张；前 {MAX_PHOTOS} 张已收到",
            f"At most {MAX_PHOTOS} photos; these were {count}. The first {MAX_PHOTOS} are kept",
        )
    }
