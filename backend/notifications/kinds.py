"""The words of telling people: what about, why them, by which channel, and how far it has come. Pure."""

from enum import StrEnum

from backend.errors import Say


class Kind(StrEnum):
    """The matter of fact. The first group waits for somebody to act, and is over when somebody has."""

    TASK = "task"
    REWORK = "rework"
    WHISTLED = "whistled"
    RETURNED = "returned"
    TO_VERIFY = "to_verify"
    TO_INSPECT = "to_inspect"
    ASKED = "asked"
    PRESSED = "pressed"
    UNSEEN = "unseen"
    # Good to know
    DECIDED = "decided"
    ENDED = "ended"


# These go to squads, and somebody of the squad has to take them.
FOR_SQUADS = frozenset({Kind.TASK, Kind.REWORK, Kind.WHISTLED})
TO_ACT_ON = frozenset(Kind) - {Kind.DECIDED, Kind.ENDED}


class Why(StrEnum):
    """What made somebody a receiver: said on each notification."""

    SQUAD = "squad"
    HANDLER = "handler"
    GRID_DUTY = "grid_duty"
    LEADER = "leader"
    VERIFIER = "verifier"
    INSPECTOR = "inspector"
    OPERATOR = "operator"
    REPORTER = "reporter"
    NAMED = "named"
    NEXT = "next"


class Channel(StrEnum):
    IN_APP = "in_app"
    WEB_PUSH = "web_push"
    ROBOT = "robot"
    SMS = "sms"
    MAIL = "mail"


class DeliveryState(StrEnum):
    """`skipped` was not needed any more, `failed` could not be done; the reason stands beside it."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    SEEN = "seen"
    ACTED = "acted"
    SKIPPED = "skipped"
    FAILED = "failed"


class Wakes(StrEnum):
    """Whom of those off duty a notification may reach."""

    NOBODY = "nobody"
    LEADER = "leader"
    EVERYBODY = "everybody"


KIND_WORDS: dict[Kind, Say] = {
    Kind.TASK: Say("新任务", "New task"),
    Kind.REWORK: Say("返工", "Rework"),
    Kind.WHISTLED: Say("吹哨、协办", "Called to help"),
    Kind.RETURNED: Say("等指挥中心处理", "Waits for the command centre"),
    Kind.TO_VERIFY: Say("等你核实", "To verify"),
    Kind.TO_INSPECT: Say("等你核查", "To inspect"),
    Kind.ASKED: Say("等你审批", "Asks for your decision"),
    Kind.PRESSED: Say("催办督办", "Reminder"),
    Kind.UNSEEN: Say("无人查看", "Nobody has looked"),
    Kind.DECIDED: Say("申请有结果", "Decided"),
    Kind.ENDED: Say("上报有结果", "Outcome of your report"),
}

WHY_WORDS: dict[Why, Say] = {
    Why.SQUAD: Say("案件在你所在的队伍手里", "Your squad holds this case"),
    Why.HANDLER: Say("这个案件由你处置", "You handle this case"),
    Why.GRID_DUTY: Say("案件在你值守的网格里", "The case lies in the grid of your duty"),
    Why.LEADER: Say("你是这支队伍的队长", "You lead this squad"),
    Why.VERIFIER: Say("案件在你的网格里，由你去现场核实", "It lies in your grid and is yours to verify"),
    Why.INSPECTOR: Say(
        "案件在你的网格里，处置人以外的人才能核查",
        "It lies in your grid; somebody else than its handler must inspect it",
    ),
    Why.OPERATOR: Say("你在指挥中心值守这个片区", "You watch this area at the command centre"),
    Why.REPORTER: Say("这个案件是你上报的", "You reported this case"),
    Why.NAMED: Say("按本县的催办规则通知到你", "The county's ladder of reminders names you"),
    Why.NEXT: Say("先通知的人一直没有看", "Those who were told first have not looked"),
}
