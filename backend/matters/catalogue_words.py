"""The catalogue in words: titles of its fields, and how severities, units and yes or no are written in a workbook."""

from collections.abc import Mapping

from backend.errors import Say
from backend.matters.content import LimitContent, SeasonContent
from backend.matters.models import LimitUnit, Severity

MATTER_TITLES: Mapping[str, Say] = {
    "code": Say("编码", "Code"),
    "major_name": Say("大类", "Major class"),
    "name": Say("名称", "Name"),
    "department_code": Say("责任单位", "Responsible unit"),
    "closing_condition": Say("结案条件", "Closing condition"),
    "photo_guidance": Say("拍照指引", "Photo guidance"),
    "photos_before.min": Say("上报照片至少", "Report photos, least"),
    "photos_before.max": Say("上报照片最多", "Report photos, most"),
    "photos_after.min": Say("处置照片至少", "Result photos, least"),
    "photos_after.max": Say("处置照片最多", "Result photos, most"),
    "near_far_hint": Say("提示远近景", "Hint near and far"),
    "self_handle": Say("可自处置", "May be settled on the spot"),
    "review_needed": Say("队长审核", "Leader's review"),
    "self_dispatch": Say("自动派遣", "Routed by rule"),
    "duplicate_radius_m": Say("重复距离米", "Duplicates within, m"),
    "duplicate_hours": Say("重复时间小时", "Duplicates within, h"),
    "weight": Say("常见程度", "Frequency"),
    "icon": Say("图标", "Icon"),
    "legal_basis": Say("法律依据", "Legal basis"),
    "conditions": Say("立案条件", "Filing conditions"),
}
CONDITION_TITLES: Mapping[str, Say] = {
    "matter": Say("事项编码", "Matter code"),
    "matter_name": Say("事项名称", "Matter name"),
    "code": Say("条件编码", "Condition code"),
    "words": Say("立案条件", "Filing condition"),
    "severity": Say("严重程度", "Severity"),
    "limit.amount": Say("时限", "Limit"),
    "limit.unit": Say("时限单位", "Unit of the limit"),
    "is_default": Say("默认", "Default"),
    "season.begins": Say("季节起", "Season from"),
    "season.ends": Say("季节止", "Season to"),
    "season.limit.amount": Say("季节时限", "Season's limit"),
    "season.limit.unit": Say("季节时限单位", "Unit of the season's limit"),
}
SEVERITIES: Mapping[Severity, Say] = {
    Severity.EMERGENCY: Say("特急", "emergency"),
    Severity.URGENT: Say("紧急", "urgent"),
    Severity.NORMAL: Say("一般", "normal"),
    Severity.MINOR: Say("轻微", "minor"),
}
UNITS: Mapping[LimitUnit, Say] = {
    LimitUnit.URGENT_HOUR: Say("紧急工作时", "urgent hours"),
    LimitUnit.WORK_HOUR: Say("工作时", "working hours"),
    LimitUnit.WORK_DAY: Say("工作日", "working days"),
    LimitUnit.NATURAL_DAY: Say("自然日", "natural days"),
}
YES_NO: Mapping[bool, Say] = {True: Say("是", "yes"), False: Say("否", "no")}


def limit_words(limit: LimitContent) -> Say:
    unit = UNITS[limit.unit]
    return Say(f"{limit.amount} {unit.zh}", f"{limit.amount} {unit.en}")


def season_words(season: SeasonContent) -> Say:
    limit = limit_words(season.limit)
    return Say(f"{season.begins} 至 {season.ends}：{limit.zh}", f"{season.begins} to {season.ends}: {limit.en}")
