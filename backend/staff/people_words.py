"""Roles, duties and engagements as people call them: shown in sentences, and read from files with their other names."""

from collections.abc import Mapping

from backend.errors import Say
from backend.permissions import Role
from backend.staff.models import Duty, Engagement

ROLE_WORDS: Mapping[Role, Say] = {
    Role.WORKER: Say("网格员", "grid worker"),
    Role.INSPECTOR: Say("督查员", "inspector"),
    Role.SQUAD_MEMBER: Say("执法队员", "squad member"),
    Role.SQUAD_LEADER: Say("执法队长", "squad leader"),
    Role.OPERATOR: Say("指挥员", "operator"),
    Role.ADMINISTRATOR: Say("管理员", "administrator"),
}

DUTY_WORDS: Mapping[Duty, Say] = {
    Duty.GRID_INSTRUCTOR: Say("网格指导员", "grid instructor"),
    Duty.GRID_CHIEF: Say("网格长", "grid chief"),
    Duty.GRID_WORKER: Say("网格员", "grid worker"),
    Duty.DUTY_INSPECTOR: Say("督查员", "inspector"),
    Duty.DUTY_INFO: Say("信息员", "information officer"),
    Duty.DUTY_LIAISON: Say("联络员", "liaison officer"),
    Duty.DUTY_PATROL: Say("巡查员", "patrol officer"),
}

ENGAGEMENT_WORDS: Mapping[Engagement, Say] = {
    Engagement.FULL_TIME: Say("专职", "full time"),
    Engagement.PART_TIME: Say("兼职", "part time"),
}


def post_words(role: Role, duty: Duty | None) -> Say:
    """What somebody in this post is called: by the duty where there is one."""
    return DUTY_WORDS[duty] if duty else ROLE_WORDS[role]
