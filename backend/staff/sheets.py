"""Reading a table that somebody sends: xlsx or csv, opened only in a child process (sheet_child.py) that is killed when
it takes too long. Nothing here knows what the columns mean.
"""

import asyncio
import json
import re
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from backend.errors import Malformed, Say

MAX_SHEET_BYTES = 10 * 2**20

_CHILD = Path(__file__).with_name("sheet_child.py")
_TIMEOUT_S = 40.0
_MAX_ANSWER_BYTES = 64 * 2**20
_AT_ONCE = asyncio.Semaphore(2)


class Sheet(BaseModel):
    """One visible sheet: rows that have any content, numbered from 1 as a spreadsheet shows them. A csv has no name."""

    name: str
    rows: list[tuple[int, list[str]]]


class _Answer(BaseModel):
    """Validated like any input: the child may have been taken over by what it opened."""

    sheets: list[Sheet] = []
    refused: str | None = None


REFUSALS: Mapping[str, Say] = {
    "empty": Say("文件是空的，请重新选择", "The file is empty; choose another"),
    "old_excel": Say(
        "这是旧版 .xls 或加了密码的文件，请在 Excel 里另存为不加密的 .xlsx 再上传",
        "This is an old .xls or a protected file; save it as an unprotected .xlsx and send that",
    ),
    "macros": Say(
        "文件里有宏（.xlsm），请另存为 .xlsx 再上传", "The file has macros (.xlsm); save it as .xlsx and send that"
    ),
    "other_format": Say(
        "只能读 .xlsx 和 .csv 表格，请另存后再上传", "Only .xlsx and .csv tables can be read; save it as one of them"
    ),
    "too_large": Say(
        "表格展开后太大，请删去图片和多余的表，或分几次上传",
        "The table is too large when unpacked; remove pictures and other sheets, or send it in parts",
    ),
    "too_many_rows": Say("超过 20000 行，请分几次上传", "More than 20,000 rows; send the table in parts"),
    "unreadable_text": Say(
        "认不出文字编码，请在 Excel 里另存为 .xlsx 再上传",
        "The text's encoding is not recognised; save it as .xlsx and send that",
    ),
    "damaged": Say(
        "文件打不开，可能已损坏，请重新另存后再上传", "The file cannot be opened; save it again and send that"
    ),
}


async def read_sheets(data: bytes) -> list[Sheet]:
    """The visible sheets of the file. Raises Malformed `unreadable_table`, whose `reason` is a key of REFUSALS."""
    async with _AT_ONCE:
        answer = await _ask_child(data)
    if answer.refused is not None:
        reason = answer.refused if answer.refused in REFUSALS else "damaged"
        raise Malformed.at("file", "unreadable_table", REFUSALS[reason], reason=reason)
    return answer.sheets


async def _ask_child(data: bytes) -> _Answer:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_CHILD),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the server
        env={"MALLOC_ARENA_MAX": "1"},  # none of our secrets
    )
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            out, _ = await process.communicate(data)
        if len(out) > _MAX_ANSWER_BYTES:
            return _Answer(refused="too_large")
        return _Answer.model_validate(json.loads(out))
    except TimeoutError:
        return _Answer(refused="too_large")
    except (ValueError, ValidationError):  # killed in the middle of its answer, for memory or processor time
        return _Answer(refused="too_large")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def plain_title(cell: str) -> str:
    """A title without blanks, stars, colons and what stands in brackets, full-width signs as half-width ones."""
    text = unicodedata.normalize("NFKC", cell).lower()
    return re.sub(r"\(.*?\)|\[.*?\]|[\s*:#]", "", text)
