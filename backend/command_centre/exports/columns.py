"""What a file of cases says of each: the columns, their titles, and a case's values in them. Pure.

Nobody is named: neither who reported nor who handled. Such a file leaves the house.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from backend.cases.models import ReportSource, Satisfaction
from backend.cases.terms import STATUS_WORDS, Status
from backend.cases.words import SATISFACTION_WORDS, SOURCE_WORDS
from backend.errors import Say
from backend.matters.catalogue_words import SEVERITIES
from backend.matters.models import Severity

Value = str | int | float | None


class Column(NamedTuple):
    """`kind` is `time` for ISO 8601 moments with offset, else `plain`; `width` that of a spreadsheet's column."""

    key: str
    title: Say
    kind: str = "plain"
    width: int = 12


COLUMNS = (
    Column("code", Say("案件编号", "Case"), width=16),
    Column("status", Say("状态", "Status")),
    Column("severity", Say("严重程度", "Severity"), width=10),
    Column("major", Say("大类", "Class"), width=14),
    Column("matter", Say("事项", "Matter"), width=20),
    Column("condition", Say("立案条件", "Filing condition"), width=30),
    Column("source", Say("来源", "Source"), width=10),
    Column("village", Say("村（社区）", "Village"), width=14),
    Column("grid", Say("网格", "Grid"), width=18),
    Column("grid_code", Say("网格编码", "Grid code"), width=18),
    Column("lng", Say("经度", "Longitude")),
    Column("lat", Say("纬度", "Latitude")),
    Column("words", Say("情况说明", "Words"), width=44),
    Column("handler", Say("处置单位", "Handled by"), width=16),
    Column("opened_at", Say("上报时间", "Reported"), "time", 17),
    Column("filed_at", Say("立案时间", "Filed"), "time", 17),
    Column("due_at", Say("当前时限", "Due"), "time", 17),
    Column("closed_at", Say("结案时间", "Closed"), "time", 17),
    Column("late_minutes", Say("处置超时（分钟）", "Handled late (minutes)"), width=16),
    Column("send_backs", Say("退回次数", "Sent back")),
    Column("reworks", Say("返工次数", "Reworks")),
    Column("extensions", Say("延期次数", "Extensions")),
    Column("suspensions", Say("挂账次数", "Suspensions")),
    Column("photos", Say("照片数", "Photos")),
    Column("satisfaction", Say("居民评价", "Resident's answer")),
)


class CaseLine(NamedTuple):
    """One case, flat, as the query gives it."""

    code: str
    status: Status
    severity: Severity
    major: str
    matter: str
    condition: str
    source: ReportSource
    village: str | None
    grid: str
    grid_code: str
    lng: float
    lat: float
    words: str
    squad: str | None
    duty: str | None
    opened_at: datetime
    filed_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    late_s: int
    send_backs: int
    reworks: int
    extensions: int
    suspensions: int
    photos: int
    satisfaction: Satisfaction | None


def values(line: CaseLine, language: str, duties: Mapping[str, Say]) -> list[Value]:
    """The case's cells, in the order of COLUMNS. `duties` are the words of a duty in the grid's team."""
    duty = duties.get(line.duty) if line.duty else None
    return [
        line.code,
        STATUS_WORDS[line.status].in_language(language),
        SEVERITIES[line.severity].in_language(language),
        line.major,
        line.matter,
        line.condition,
        SOURCE_WORDS[line.source].in_language(language),
        line.village,
        line.grid,
        line.grid_code,
        round(line.lng, 6),
        round(line.lat, 6),
        line.words,
        line.squad or (duty.in_language(language) if duty else None),
        _moment(line.opened_at),
        _moment(line.filed_at),
        _moment(line.due_at),
        _moment(line.closed_at),
        line.late_s // 60 if line.late_s else 0,
        line.send_backs,
        line.reworks,
        line.extensions,
        line.suspensions,
        line.photos,
        SATISFACTION_WORDS[line.satisfaction].in_language(language) if line.satisfaction else None,
    ]


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
