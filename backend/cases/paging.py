"""Cursors of case pages: opaque to clients, a moment and an id inside."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from backend.cases.queries_lists import PageStart
from backend.errors import Malformed, Say


def write_cursor(last: tuple[UUID, datetime]) -> str:
    case_id, at = last
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{case_id}".encode()).decode()


def read_cursor(cursor: str | None) -> PageStart | None:
    """Raises Malformed for a cursor that we did not write."""
    if not cursor:
        return None
    try:
        at, _, case_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        start = PageStart(datetime.fromisoformat(at), UUID(case_id))
        if start.at.tzinfo is None:
            raise ValueError("a cursor's time is aware")
    except (ValueError, binascii.Error):
        raise Malformed.at(
            "cursor", "malformed", Say("翻页参数无效，请从头开始", "Unknown cursor; start again")
        ) from None
    return start
