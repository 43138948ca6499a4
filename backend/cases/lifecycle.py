"""The life of a case as one table: which action leads from where to where, who may take it, what it needs, what the clocks do.

Rows stand in the order in which a person thinks of them: the first one offered is the screen's main button. Of several rows
of one action, the first whose guards hold is taken. `docs/lifecycle.md` is written from this table.
"""

from functools import cache

from backend.cases.terms import OPEN_STATUSES, Action, Ask, ClockEffect, Guard, Need, Photos, Status, Step
from backend.errors import Say
from backend.permissions import SQUAD_ROLES, Role

_S = Status
_A = Action
_OPERATORS = frozenset({Role.OPERATOR})
_LEADERS = frozenset({Role.SQUAD_LEADER})
_FIELD = frozenset({Role.INSPECTOR, Role.WORKER})
# A case is held by a squad, or by those with a duty in its grid; both act in the same way.
_HOLDERS = SQUAD_ROLES | {Role.WORKER}
_BEFORE_FILING = frozenset({_S.VERIFYING, _S.PENDING_FILING})
_IN_HAND = frozenset({_S.HANDLING, _S.REWORK})
_NOT_FINISHED = OPEN_STATUSES - {_S.PENDING_REVIEW, _S.PENDING_INSPECTION}
_WITH_HANDLER = frozenset({_S.PENDING_ACK, _S.HANDLING, _S.REWORK, _S.SUSPENDED, _S.PENDING_REVIEW})


def _only(*statuses: Status) -> frozenset[Status]:
    return frozenset(statuses)


# A table is read along its rows.
# fmt: off
INTAKE: tuple[Step, ...] = (
    Step(_A.REPORT, frozenset(), _S.PENDING_DISPATCH, Say("上报", "Report"), system=True, guards=(Guard.FROM_STAFF,),
         clock=ClockEffect.START_ACCEPT),
    Step(_A.REPORT, frozenset(), _S.VERIFYING, Say("上报", "Report"), system=True, guards=(Guard.FROM_PUBLIC,),
         clock=ClockEffect.START_VERIFY),
    Step(_A.JOIN, OPEN_STATUSES, None, Say("又有人反映", "Reported again"), system=True, quiet=True),
    Step(_A.SELF_HANDLE, _only(_S.PENDING_DISPATCH), _S.PENDING_INSPECTION, Say("现场自处置", "Handled on the spot"),
         system=True, guards=(Guard.SAMPLED,), clock=ClockEffect.FINISH),
    Step(_A.SELF_HANDLE, _only(_S.PENDING_DISPATCH), _S.CLOSED, Say("现场自处置", "Handled on the spot"), system=True,
         clock=ClockEffect.STOP),
    Step(_A.VERIFY_FOUND, _only(_S.VERIFYING), _S.PENDING_FILING, Say("核实属实", "Found as reported"), grid=_FIELD,
         words=Need.OPTIONAL, photos=Photos.OPTIONAL, clock=ClockEffect.STOP_VERIFY),
    Step(_A.VERIFY_ABSENT, _only(_S.VERIFYING), _S.PENDING_FILING, Say("现场没有", "Not there"), grid=_FIELD,
         words=Need.REQUIRED, photos=Photos.OPTIONAL, clock=ClockEffect.STOP_VERIFY),
    Step(_A.VERIFY_UNABLE, _only(_S.VERIFYING), _S.PENDING_FILING, Say("无法核实", "Cannot tell"), grid=_FIELD,
         words=Need.REQUIRED, photos=Photos.OPTIONAL, clock=ClockEffect.STOP_VERIFY),
    Step(_A.FILE, _only(_S.PENDING_FILING), _S.PENDING_DISPATCH, Say("立案", "File"), grid=_OPERATORS,
         words=Need.OPTIONAL, guards=(Guard.NOT_HANDLER,)),
    Step(_A.DISPATCH, _BEFORE_FILING, _S.PENDING_ACK, Say("先行派遣", "Dispatch ahead of filing"), grid=_OPERATORS,
         words=Need.OPTIONAL, asks=frozenset({Ask.SQUAD}), guards=(Guard.EMERGENCY,), clock=ClockEffect.HAND),
    Step(_A.WAIVE_VERIFICATION, _only(_S.VERIFYING), _S.PENDING_FILING, Say("免核实", "File unverified"),
         grid=_OPERATORS, words=Need.REQUIRED, clock=ClockEffect.STOP_VERIFY),
    Step(_A.SEND_VERIFICATION, _only(_S.PENDING_FILING), _S.VERIFYING, Say("再核实", "Verify again"), grid=_OPERATORS,
         words=Need.REQUIRED, clock=ClockEffect.START_VERIFY),
    Step(_A.DECLINE, _BEFORE_FILING, _S.DECLINED, Say("不予受理", "Decline"), grid=_OPERATORS, words=Need.REQUIRED,
         asks=frozenset({Ask.REASON}), clock=ClockEffect.STOP),
)

HANDLING: tuple[Step, ...] = (
    Step(_A.ROUTE, _only(_S.PENDING_DISPATCH), _S.PENDING_ACK, Say("自动派遣", "Routed by rule"), system=True,
         clock=ClockEffect.HAND),
    Step(_A.DISPATCH, _only(_S.PENDING_DISPATCH), _S.PENDING_ACK, Say("派遣", "Dispatch"), grid=_OPERATORS,
         words=Need.OPTIONAL, asks=frozenset({Ask.SQUAD}), clock=ClockEffect.HAND),
    Step(_A.CLAIM, _only(_S.PENDING_DISPATCH), _S.HANDLING, Say("认领", "Claim"), local=SQUAD_ROLES,
         guards=(Guard.NOT_ACCEPTOR,), clock=ClockEffect.HAND),
    Step(_A.ACKNOWLEDGE, _only(_S.PENDING_ACK, _S.REWORK), _S.HANDLING, Say("接单", "Accept"), lead=_HOLDERS,
         guards=(Guard.NOT_ACCEPTOR,)),
    Step(_A.ARRIVE, _only(_S.HANDLING), None, Say("到场", "On site"), lead=_HOLDERS, quiet=True,
         guards=(Guard.NOT_ON_SITE, Guard.NOT_ACCEPTOR)),
    Step(_A.FEEDBACK, _only(_S.HANDLING), _S.PENDING_REVIEW, Say("处置完", "Handled"), lead=_HOLDERS,
         words=Need.REQUIRED, photos=Photos.AS_MATTER_ASKS, guards=(Guard.REVIEW_ASKED, Guard.NOT_ACCEPTOR)),
    Step(_A.FEEDBACK, _only(_S.HANDLING), _S.PENDING_INSPECTION, Say("处置完", "Handled"), lead=_HOLDERS,
         words=Need.REQUIRED, photos=Photos.AS_MATTER_ASKS, guards=(Guard.NOT_ACCEPTOR,),
         clock=ClockEffect.FINISH),
    Step(_A.REVIEW_PASS, _only(_S.PENDING_REVIEW), _S.PENDING_INSPECTION, Say("审核通过", "Approve"), lead=_LEADERS,
         words=Need.OPTIONAL, guards=(Guard.NOT_ACCEPTOR,), clock=ClockEffect.FINISH),
    Step(_A.REVIEW_RETURN, _only(_S.PENDING_REVIEW), _S.HANDLING, Say("退回补办", "Return to the handler"),
         lead=_LEADERS, words=Need.REQUIRED, guards=(Guard.NOT_ACCEPTOR,)),
    Step(_A.SEND_BACK, _only(_S.PENDING_ACK) | _IN_HAND, _S.PENDING_DISPATCH, Say("退回", "Send back"), lead=_HOLDERS,
         words=Need.REQUIRED, photos=Photos.OPTIONAL, asks=frozenset({Ask.REASON}), clock=ClockEffect.TAKE_BACK),
    Step(_A.ASK_EXTENSION, _only(_S.PENDING_ACK) | _IN_HAND, None, Say("申请延期", "Ask for more time"), lead=_HOLDERS,
         words=Need.REQUIRED, asks=frozenset({Ask.REASON}), guards=(Guard.MAY_EXTEND,), quiet=True),
    Step(_A.ASK_SUSPENSION, _only(_S.HANDLING), None, Say("申请挂账", "Ask for suspension"), lead=_HOLDERS,
         words=Need.REQUIRED, photos=Photos.OPTIONAL, asks=frozenset({Ask.REASON, Ask.DAY}),
         guards=(Guard.MAY_SUSPEND,), quiet=True),
    Step(_A.PASS, _only(_S.PENDING_INSPECTION), _S.CLOSED, Say("核查通过", "Pass"), grid=_FIELD, words=Need.OPTIONAL,
         photos=Photos.OPTIONAL, guards=(Guard.APART, Guard.FILED, Guard.PARTS_DONE), clock=ClockEffect.STOP),
    Step(_A.FAIL, _only(_S.PENDING_INSPECTION), _S.REWORK, Say("不通过，返工", "Fail, rework"), grid=_FIELD,
         words=Need.REQUIRED, photos=Photos.OPTIONAL, guards=(Guard.APART, Guard.HELD), clock=ClockEffect.REWORK),
    Step(_A.FAIL, _only(_S.PENDING_INSPECTION), _S.PENDING_DISPATCH, Say("不通过，返工", "Fail, rework"), grid=_FIELD,
         words=Need.REQUIRED, photos=Photos.OPTIONAL, guards=(Guard.APART,), clock=ClockEffect.START_ACCEPT),
)

COMMAND: tuple[Step, ...] = (
    Step(_A.FILE, _WITH_HANDLER | {_S.PENDING_INSPECTION, _S.PENDING_DISPATCH}, None, Say("补立案", "File afterwards"),
         grid=_OPERATORS, words=Need.OPTIONAL, guards=(Guard.UNFILED, Guard.NOT_HANDLER), quiet=True),
    Step(_A.GRANT_EXTENSION, _only(_S.PENDING_ACK) | _IN_HAND, None, Say("同意延期", "Grant the extension"),
         grid=_OPERATORS, words=Need.OPTIONAL, guards=(Guard.EXTENSION_ASKED, Guard.NOT_HANDLER),
         clock=ClockEffect.EXTEND, quiet=True),
    Step(_A.REFUSE_EXTENSION, _only(_S.PENDING_ACK) | _IN_HAND, None, Say("不同意延期", "Refuse the extension"),
         grid=_OPERATORS, words=Need.REQUIRED, guards=(Guard.EXTENSION_ASKED, Guard.NOT_HANDLER), quiet=True),
    Step(_A.GRANT_SUSPENSION, _only(_S.HANDLING), _S.SUSPENDED, Say("同意挂账", "Grant the suspension"),
         grid=_OPERATORS, words=Need.OPTIONAL, guards=(Guard.SUSPENSION_ASKED, Guard.NOT_HANDLER),
         clock=ClockEffect.SUSPEND),
    Step(_A.REFUSE_SUSPENSION, _only(_S.HANDLING), None, Say("不同意挂账", "Refuse the suspension"), grid=_OPERATORS,
         words=Need.REQUIRED, guards=(Guard.SUSPENSION_ASKED, Guard.NOT_HANDLER), quiet=True),
    Step(_A.RESUME, _only(_S.SUSPENDED), _S.HANDLING, Say("恢复办理", "Resume"), grid=_OPERATORS, lead=_LEADERS,
         system=True, words=Need.OPTIONAL, clock=ClockEffect.RESUME),
    Step(_A.REASSIGN, _only(_S.PENDING_ACK, _S.SUSPENDED) | _IN_HAND, _S.PENDING_ACK, Say("改派", "Reassign"),
         grid=_OPERATORS, words=Need.REQUIRED, asks=frozenset({Ask.SQUAD}), clock=ClockEffect.HAND),
    Step(_A.REMIND, _NOT_FINISHED | {_S.PENDING_REVIEW, _S.PENDING_INSPECTION}, None, Say("催办", "Remind"),
         grid=_OPERATORS | _FIELD, words=Need.OPTIONAL, quiet=True),
    Step(_A.SUPERVISE, OPEN_STATUSES, None, Say("督办", "Supervise"), grid=_OPERATORS, words=Need.REQUIRED,
         asks=frozenset({Ask.MOMENT}), quiet=True),
    Step(_A.REPLY_SUPERVISION, OPEN_STATUSES, None, Say("回复督办", "Reply to the order"), lead=_HOLDERS,
         words=Need.REQUIRED, photos=Photos.OPTIONAL, guards=(Guard.SUPERVISED,), quiet=True),
    Step(_A.RAISE_TIER, _only(_S.PENDING_DISPATCH, _S.PENDING_ACK) | _IN_HAND, _S.PENDING_DISPATCH,
         Say("上报上级", "Raise to the next tier"), grid=_OPERATORS, lead=_LEADERS, words=Need.REQUIRED,
         guards=(Guard.TIER_ABOVE,), clock=ClockEffect.TAKE_BACK),
    Step(_A.ESCALATE, OPEN_STATUSES, None, Say("超时升级", "Escalated"), system=True, quiet=True),
    Step(_A.RECATEGORISE, _NOT_FINISHED, None, Say("改事项", "Change the matter"), grid=_OPERATORS,
         words=Need.REQUIRED, asks=frozenset({Ask.MATTER}), clock=ClockEffect.CHANGE_LIMIT),
    Step(_A.MERGE, _BEFORE_FILING | {_S.PENDING_DISPATCH, _S.PENDING_ACK}, _S.MERGED, Say("并案", "Merge"),
         grid=_OPERATORS, words=Need.OPTIONAL, asks=frozenset({Ask.CASE}), clock=ClockEffect.STOP),
    Step(_A.UNMERGE, _only(_S.MERGED), _S.VERIFYING, Say("拆分", "Take apart"), grid=_OPERATORS, words=Need.REQUIRED,
         guards=(Guard.MERGED_VERIFYING,), clock=ClockEffect.START_VERIFY),
    Step(_A.UNMERGE, _only(_S.MERGED), _S.PENDING_FILING, Say("拆分", "Take apart"), grid=_OPERATORS,
         words=Need.REQUIRED, guards=(Guard.MERGED_UNFILED,), clock=ClockEffect.START_ACCEPT),
    Step(_A.UNMERGE, _only(_S.MERGED), _S.PENDING_DISPATCH, Say("拆分", "Take apart"), grid=_OPERATORS,
         words=Need.REQUIRED, clock=ClockEffect.START_ACCEPT),
    Step(_A.ASK_VOID, _NOT_FINISHED, None, Say("提出作废", "Ask for voiding"), grid=_OPERATORS, words=Need.REQUIRED,
         guards=(Guard.NO_VOID_ASKED,), quiet=True),
    Step(_A.CONFIRM_VOID, _NOT_FINISHED, _S.VOIDED, Say("同意作废", "Confirm voiding"), grid=_OPERATORS,
         words=Need.OPTIONAL, guards=(Guard.VOID_ASKED, Guard.OTHER_PERSON_VOIDS), clock=ClockEffect.STOP),
    Step(_A.REFUSE_VOID, _NOT_FINISHED, None, Say("不作废", "Keep the case"), grid=_OPERATORS, words=Need.OPTIONAL,
         guards=(Guard.VOID_ASKED,), quiet=True),
    Step(_A.FORCE_CLOSE, OPEN_STATUSES, _S.CLOSED, Say("强制结案", "Force closing"), grid=_OPERATORS,
         words=Need.REQUIRED, asks=frozenset({Ask.REASON}), guards=(Guard.NOT_HANDLER,), clock=ClockEffect.STOP),
    Step(_A.REOPEN, _only(_S.CLOSED), _S.REWORK, Say("重新办理", "Reopen"), grid=_OPERATORS, words=Need.REQUIRED,
         guards=(Guard.NOT_REOPENED, Guard.HELD), clock=ClockEffect.REOPEN),
    Step(_A.REOPEN, _only(_S.CLOSED), _S.PENDING_DISPATCH, Say("重新办理", "Reopen"), grid=_OPERATORS,
         words=Need.REQUIRED, guards=(Guard.NOT_REOPENED,), clock=ClockEffect.START_ACCEPT),
)

PARTS: tuple[Step, ...] = (
    Step(_A.CO_ACKNOWLEDGE, OPEN_STATUSES, None, Say("协办接单", "Take our part"), side=SQUAD_ROLES,
         guards=(Guard.PART_NEW, Guard.NOT_ACCEPTOR), quiet=True),
    Step(_A.CO_ARRIVE, OPEN_STATUSES, None, Say("协办到场", "Our part is on site"), side=SQUAD_ROLES,
         guards=(Guard.PART_NOT_ON_SITE, Guard.NOT_ACCEPTOR), quiet=True),
    Step(_A.CO_FEEDBACK, OPEN_STATUSES, None, Say("协办完成", "Our part is done"), side=SQUAD_ROLES,
         words=Need.REQUIRED, photos=Photos.OPTIONAL, guards=(Guard.PART_TAKEN, Guard.NOT_ACCEPTOR), quiet=True),
    Step(_A.ADD_CO_HANDLER, _WITH_HANDLER, None, Say("加派协办", "Add a co-handler"), grid=_OPERATORS,
         words=Need.REQUIRED, asks=frozenset({Ask.SQUAD}), quiet=True),
    Step(_A.WHISTLE, OPEN_STATUSES, None, Say("吹哨", "Whistle"), grid=_OPERATORS, words=Need.REQUIRED,
         asks=frozenset({Ask.SQUADS, Ask.MOMENT}), quiet=True),
    Step(_A.WAIVE_PART, OPEN_STATUSES, None, Say("免除协办", "Waive a part"), grid=_OPERATORS, words=Need.REQUIRED,
         asks=frozenset({Ask.SQUAD}), guards=(Guard.PARTS_OPEN,), quiet=True),
    Step(_A.HAND_OVER, OPEN_STATUSES, None, Say("移交", "Hand over"), system=True, quiet=True),
)

RESIDENT: tuple[Step, ...] = (
    Step(_A.SATISFIED, _only(_S.CLOSED), None, Say("已解决", "Fixed"), resident=True, words=Need.OPTIONAL,
         guards=(Guard.ANSWERABLE,), quiet=True),
    Step(_A.NOT_SATISFIED, _only(_S.CLOSED), _S.REWORK, Say("没解决", "Not fixed"), resident=True, words=Need.OPTIONAL,
         photos=Photos.OPTIONAL, guards=(Guard.ANSWERABLE, Guard.NOT_REOPENED, Guard.HELD), clock=ClockEffect.REOPEN),
    Step(_A.NOT_SATISFIED, _only(_S.CLOSED), _S.PENDING_DISPATCH, Say("没解决", "Not fixed"), resident=True,
         words=Need.OPTIONAL, photos=Photos.OPTIONAL, guards=(Guard.ANSWERABLE, Guard.NOT_REOPENED),
         clock=ClockEffect.START_ACCEPT),
    Step(_A.NOT_SATISFIED, _only(_S.CLOSED), None, Say("没解决", "Not fixed"), resident=True, words=Need.OPTIONAL,
         photos=Photos.OPTIONAL, guards=(Guard.ANSWERABLE,), quiet=True),
)

# fmt: on
STEPS: tuple[Step, ...] = INTAKE + HANDLING + COMMAND + PARTS + RESIDENT
QUIET_ACTIONS: frozenset[Action] = frozenset(step.action for step in STEPS if step.quiet)
# What a squad does with its own part hangs on that part alone, wherever the case has gone meanwhile.
PART_ACTIONS: frozenset[Action] = frozenset(step.action for step in STEPS if step.side)


@cache
def steps_of(action: Action) -> tuple[Step, ...]:
    """The rows of an action, in the order in which they are tried."""
    return tuple(step for step in STEPS if step.action == action)


REASONS: dict[Action, dict[str, Say]] = {
    Action.SEND_BACK: {
        "not_ours": Say("不归本队管", "Not ours"),
        "wrong_matter": Say("事项不对", "The matter is wrong"),
        "wrong_place": Say("地点不对", "The place is wrong"),
        "not_found": Say("现场没有发现", "Nothing there"),
        "beyond_means": Say("本队没有条件处置", "Beyond our means"),
    },
    Action.ASK_EXTENSION: {
        "works": Say("要施工", "Works are needed"),
        "material": Say("等材料", "Waiting for material"),
        "weather": Say("天气原因", "The weather"),
        "coordination": Say("要协调别的单位", "Others must be brought in"),
        "many_cases": Say("手上案件多", "Too many cases at hand"),
    },
    Action.ASK_SUSPENSION: {
        "season": Say("季节原因", "The season"),
        "works": Say("等工程", "Waiting for works"),
        "law": Say("等法律程序", "Waiting for a legal step"),
        "funds": Say("等资金", "Waiting for funds"),
    },
    Action.DECLINE: {
        "not_there": Say("核实后现场没有", "Not there when verified"),
        "out_of_scope": Say("不在受理范围", "Not in our remit"),
        "unclear": Say("内容不清，联系不上", "Unclear, and nobody to ask"),
        "handled_before": Say("已经办过", "Handled before"),
    },
    Action.FORCE_CLOSE: {
        "cannot_be_solved": Say("客观上无法解决", "It cannot be solved"),
        "solved_otherwise": Say("已由其他途径解决", "Solved in another way"),
        "transferred": Say("已转其他机关", "Handed to another authority"),
    },
}
