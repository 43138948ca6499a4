"""Roles, duties and engagements as people call them: shown in sentences, and read from files with their other names."""

from collections.abc import Mapping
from typing import NamedTuple

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


# Read from files


class PostWords(NamedTuple):
    """What a word in the column 岗位 or 职责 of a file says."""

    role: Role
    duty: Duty | None = None
    engagement: Engagement | None = None


ROLE_NAMES: Mapping[str, PostWords] = {
    **{words.zh: PostWords(Role.WORKER, duty) for duty, words in DUTY_WORDS.items() if duty != Duty.DUTY_INSPECTOR},
    "专职网格员": PostWords(Role.WORKER, Duty.GRID_WORKER, Engagement.FULL_TIME),
    "兼职网格员": PostWords(Role.WORKER, Duty.GRID_WORKER, Engagement.PART_TIME),
    "指导员": PostWords(Role.WORKER, Duty.GRID_INSTRUCTOR),
    **dict.fromkeys(("督查员", "督察员", "核查员"), PostWords(Role.INSPECTOR, Duty.DUTY_INSPECTOR)),
    **dict.fromkeys(("执法队员", "队员", "执法员", "班组员"), PostWords(Role.SQUAD_MEMBER)),
    **dict.fromkeys(("执法队长", "队长", "中队长", "执法中队长", "班组长"), PostWords(Role.SQUAD_LEADER)),
    **dict.fromkeys(("指挥员", "调度员", "值班员", "坐席"), PostWords(Role.OPERATOR)),
    **dict.fromkeys(("管理员", "系统管理员"), PostWords(Role.ADMINISTRATOR)),
    **{role.value: PostWords(role) for role in Role},
}
DUTY_NAMES: Mapping[str, PostWords] = {
    word: meant for word, meant in ROLE_NAMES.items() if meant.duty and word not in {"专职网格员", "兼职网格员"}
}
ENGAGEMENT_NAMES: Mapping[str, Engagement] = {
    **dict.fromkeys(("专职", "全职", "full_time"), Engagement.FULL_TIME),
    **dict.fromkeys(("兼职", "part_time"), Engagement.PART_TIME),
}
