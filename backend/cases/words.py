"""What the closed sets of a case's columns are called, in files and figures alike. Statuses have theirs in `terms.py`."""

from collections.abc import Mapping

from backend.cases.models import ReportSource, Satisfaction
from backend.errors import Say

SOURCE_WORDS: Mapping[ReportSource, Say] = {
    ReportSource.STAFF: Say("网格上报", "Staff"),
    ReportSource.RESIDENT: Say("居民随手拍", "Resident"),
    ReportSource.HOTLINE: Say("热线", "Hotline"),
}
SATISFACTION_WORDS: Mapping[Satisfaction, Say] = {
    Satisfaction.SATISFIED: Say("已解决", "Fixed"),
    Satisfaction.NOT_SATISFIED: Say("没解决", "Not fixed"),
}
