"""What each guard of the lifecycle's table asks, and what a person is told when it does not hold. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from backend.cases.terms import CaseFacts, Guard, Part, Standing, Status
from backend.errors import Say
from backend.matters.models import Severity
from backend.permissions import Role

MAX_EXTENSIONS = 2
MAX_SUSPENSIONS = 1
HIGHEST_TIER = 4


class Rule(NamedTuple):
    """A guard's test, the code of the refusal and its sentence."""

    holds: Callable[[CaseFacts, Standing], bool]
    code: str
    sentence: Say


GUARDS: dict[Guard, Rule] = {
    Guard.APART: Rule(
        lambda case, actor: not actor.has_handled and not actor.has_accepted,
        "separation_of_powers",
        Say(
            "受理、处置、核查要由不同的人做：你或你的队伍受理或处置过这个案件，请由别人核查",
            "Accepting, handling and inspecting are for different persons: you or your squad had this case in hand",
        ),
    ),
    Guard.NOT_HANDLER: Rule(
        lambda case, actor: not actor.has_handled,
        "separation_of_powers",
        Say(
            "你或你的队伍在办这个案件，这一步要由别人来做",
            "You or your squad has this case in hand; this step is for somebody else",
        ),
    ),
    Guard.NOT_ACCEPTOR: Rule(
        lambda case, actor: not actor.has_accepted,
        "separation_of_powers",
        Say("案件是你受理的，要由别人处置", "You accepted this case; somebody else must handle it"),
    ),
    Guard.OTHER_PERSON_VOIDS: Rule(
        lambda case, actor: case.void_asked_by is None or case.void_asked_by != actor.staff_id,
        "second_person_needed",
        Say("作废要第二个人同意，提出的人不能自己同意", "Voiding needs a second person; whoever asked may not confirm"),
    ),
    Guard.FROM_STAFF: Rule(
        lambda case, actor: case.from_staff,
        "wrong_state",
        Say("这是居民或热线反映的案件，要先核实", "It came from the public and must be verified first"),
    ),
    Guard.FROM_PUBLIC: Rule(
        lambda case, actor: not case.from_staff,
        "wrong_state",
        Say("这是工作人员上报的案件，不用核实", "It came from staff and needs no verification"),
    ),
    Guard.EMERGENCY: Rule(
        lambda case, actor: case.severity == Severity.EMERGENCY,
        "not_an_emergency",
        Say("只有特急案件可以先派遣后立案，请先立案", "Only an emergency may be dispatched before it is filed"),
    ),
    Guard.SAMPLED: Rule(
        lambda case, actor: case.sampled,
        "wrong_state",
        Say("没有抽到核查", "It was not drawn for inspection"),
    ),
    Guard.HELD: Rule(
        lambda case, actor: case.held,
        "wrong_state",
        Say("这个案件没有处置队伍", "Nobody has handled this case"),
    ),
    Guard.MERGED_VERIFYING: Rule(
        lambda case, actor: case.merged_from == Status.VERIFYING,
        "wrong_state",
        Say("并案前不在核实中", "It was not being verified when it was merged"),
    ),
    Guard.MERGED_UNFILED: Rule(
        lambda case, actor: case.merged_from == Status.PENDING_FILING,
        "wrong_state",
        Say("并案前不是待立案", "It was not waiting to be filed when it was merged"),
    ),
    Guard.FILED: Rule(
        lambda case, actor: case.filed,
        "not_filed",
        Say(
            "这个特急案件还没有补立案，请指挥中心先补立案",
            "This emergency has not been filed yet; the command centre must",
        ),
    ),
    Guard.UNFILED: Rule(
        lambda case, actor: not case.filed,
        "wrong_state",
        Say("案件已经立案", "The case is filed already"),
    ),
    Guard.NOT_ON_SITE: Rule(
        lambda case, actor: not case.on_site,
        "wrong_state",
        Say("本队已经到场，不用再报", "Your squad has already reported its arrival"),
    ),
    Guard.REVIEW_ASKED: Rule(
        lambda case, actor: case.review_needed and Role.SQUAD_LEADER not in actor.lead,
        "wrong_state",
        Say("这个事项不用队长审核", "This matter needs no review by the squad leader"),
    ),
    Guard.MAY_EXTEND: Rule(
        lambda case, actor: not case.extension_asked and not case.overdue and case.extension_count < MAX_EXTENSIONS,
        "no_extension",
        Say(
            "不能申请延期：已经超时、已有一份申请在等批，或已延期两次",
            "No extension: it is overdue, one request is waiting, or it was extended twice",
        ),
    ),
    Guard.EXTENSION_ASKED: Rule(
        lambda case, actor: case.extension_asked,
        "nothing_asked",
        Say("没有等批的延期申请", "No extension is being asked for"),
    ),
    Guard.MAY_SUSPEND: Rule(
        lambda case, actor: not case.suspension_asked and case.suspension_count < MAX_SUSPENSIONS,
        "no_suspension",
        Say(
            "不能申请挂账：已有一份申请在等批，或已挂账过一次",
            "No suspension: one request is waiting, or it was suspended before",
        ),
    ),
    Guard.SUSPENSION_ASKED: Rule(
        lambda case, actor: case.suspension_asked,
        "nothing_asked",
        Say("没有等批的挂账申请", "No suspension is being asked for"),
    ),
    Guard.NO_VOID_ASKED: Rule(
        lambda case, actor: case.void_asked_by is None,
        "already_asked",
        Say("已有人提出作废，等第二个人同意", "Voiding has been asked for and waits for a second person"),
    ),
    Guard.VOID_ASKED: Rule(
        lambda case, actor: case.void_asked_by is not None,
        "nothing_asked",
        Say("没有人提出作废", "Nobody has asked for voiding"),
    ),
    Guard.SUPERVISED: Rule(
        lambda case, actor: case.supervised,
        "nothing_asked",
        Say("没有等回复的督办", "No supervision order waits for a reply"),
    ),
    Guard.TIER_ABOVE: Rule(
        lambda case, actor: case.tier < HIGHEST_TIER,
        "no_tier_above",
        Say("已经是最高一级", "There is no tier above"),
    ),
    Guard.PART_NEW: Rule(
        lambda case, actor: actor.part == Part.NEW,
        "wrong_state",
        Say("本队已经接了这份协办", "Your squad has taken its part already"),
    ),
    Guard.PART_NOT_ON_SITE: Rule(
        lambda case, actor: actor.part in {Part.NEW, Part.TAKEN},
        "wrong_state",
        Say("本队已经到场，不用再报", "Your squad has already reported its arrival"),
    ),
    Guard.PART_TAKEN: Rule(
        lambda case, actor: actor.part in {Part.TAKEN, Part.ON_SITE},
        "wrong_state",
        Say("请先接单，再报协办完成", "Take your part first, then report it done"),
    ),
    Guard.PARTS_OPEN: Rule(
        lambda case, actor: case.open_parts > 0,
        "wrong_state",
        Say("没有未完成的协办", "There is no open part"),
    ),
    Guard.PARTS_DONE: Rule(
        lambda case, actor: case.open_parts == 0,
        "parts_open",
        Say(
            "还有协办没有完成：等协办完成，或由指挥中心免除后再结案",
            "Some co-handlers are not done: wait for them, or let the command centre waive their parts",
        ),
    ),
    Guard.NOT_REOPENED: Rule(
        lambda case, actor: case.reopened_count == 0,
        "reopened_before",
        Say("一个案件只能重新办理一次，请重新上报", "A case is reopened once only; report it anew"),
    ),
    Guard.ANSWERABLE: Rule(
        lambda case, actor: case.answerable,
        "answer_over",
        Say("结案 72 小时后或已经评价过，不能再评价", "The 72 hours are over, or it was answered before"),
    ),
}
