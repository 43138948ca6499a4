"""Reading what a phone sends: a JSON part with photo parts beside it (multipart/form-data), or the JSON alone.

Photos are kept in memory until checked; the body limit in `main.py` bounds how much that can be.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from backend.cases.evidence import Upload
from backend.cases.schemas import MAX_PHOTOS
from backend.errors import Malformed, Say
from backend.problems import malformed_by_pydantic
from backend.wire import Wire

MAX_JSON_BYTES = 64 * 1024
Content = TypeVar("Content", bound=Wire)


@dataclass(frozen=True)
class Submission(Generic[Content]):
    """What came: the parsed content and the photos that came along."""

    content: Content
    uploads: list[Upload] = field(default_factory=list)


async def read_submission(request: Request, part: str, kind: type[Content]) -> Submission[Content]:
    """The submission in this request. Raises Malformed naming the field, in the form FastAPI's own checks have."""
    kind_of_body = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind_of_body == "application/json":
        return Submission(_parse(kind, await request.body()))
    if kind_of_body != "multipart/form-data":
        raise Malformed.at(
            part,
            "wrong_body",
            Say(
                f"请求体应为 multipart/form-data，含「{part}」和照片",
                f"The body must be multipart/form-data with a part “{part}” and the photos, or JSON alone",
            ),
        )
    async with request.form(max_files=MAX_PHOTOS + 1, max_fields=5, max_part_size=MAX_JSON_BYTES) as form:
        return Submission(_parse(kind, await _json_part(form, part)), await _photo_parts(form))


async def _json_part(form: FormData, part: str) -> bytes:
    value = form.get(part)
    if isinstance(value, UploadFile):
        return await value.read(MAX_JSON_BYTES)
    if value is None:
        raise Malformed.at(part, "missing_part", Say(f"缺少「{part}」部分", f"The part “{part}” is missing"))
    return value.encode("utf-8", "surrogatepass")


async def _photo_parts(form: FormData) -> list[Upload]:
    uploads = []
    for value in form.getlist("photo"):
        if not isinstance(value, UploadFile):
            raise Malformed.at("photo", "photo_not_a_file", Say("照片要作为文件上传", "A photo must be sent as a file"))
        uploads.append(Upload(value.filename or "", await value.read()))
    return uploads


def _parse(kind: type[Content], body: bytes) -> Content:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise malformed_by_pydantic(error.errors()) from None
