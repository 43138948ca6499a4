"""The indicators: what each counts, out of what, what it is called and where its formula comes from. Pure.

An indicator has a `whole` (its denominator) and a `part` (its numerator), both measures of `Counts`, of which the part is
always among the whole; one without a whole is a plain count. A rate out of nothing is None, never 0 % or 100 %.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from backend.assessment.outcomes import Level
from backend.errors import Say

_PLATFORM = Say(
    "数字城管平台通用算法（GB/T 30428.4、CJ/T 292 口径）", "as coded in urban-management platforms (after GB/T 30428.4)"
)
_OWN = Say("本系统口径", "our own")
EVERYWHERE = frozenset(Level)
AS_A_WHOLE = frozenset({Level.CASE})


@dataclass(frozen=True)
class Counts:
    """How many cases of a group and period there are of each measure. What each means is in `measures.py`."""

    reported: int = 0
    self_handled: int = 0
    filed: int = 0
    filed_rightly: int = 0
    voided: int = 0
    declined: int = 0
    merged: int = 0
    missed: int = 0
    verify_due: int = 0
    verified_in_time: int = 0
    dispatch_due: int = 0
    dispatched_in_time: int = 0
    dispatched: int = 0
    dispatched_rightly: int = 0
    sent_back: int = 0
    bounced: int = 0
    extended: int = 0
    suspended: int = 0
    due: int = 0
    handled: int = 0
    handled_in_time: int = 0
    closed: int = 0
    closed_in_time: int = 0
    reworked: int = 0
    inspect_due: int = 0
    inspected_in_time: int = 0
    answered: int = 0
    satisfied: int = 0
    forced: int = 0


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    NONE = "none"


class Figure(NamedTuple):
    """`part` of `whole`; a plain count has no whole."""

    part: int
    whole: int | None

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Indicator:
    key: str
    name: Say
    part: str
    whole: str | None
    direction: Direction
    definition: Say
    source: Say = field(default=_PLATFORM)
    levels: frozenset[Level] = EVERYWHERE

    def of(self, counts: Counts) -> Figure:
        whole: int | None = getattr(counts, self.whole) if self.whole else None
        return Figure(getattr(counts, self.part), whole)


_UP, _DOWN, _NONE = Direction.UP, Direction.DOWN, Direction.NONE

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "reported", Say("上报数", "Reported"), "reported", None, _NONE,
        Say("本期上报的案件，当场自处置的另计", "Cases reported in the period, without those settled on the spot"),
        levels=AS_A_WHOLE,
    ),
    Indicator(
        "self_handled", Say("自处置数", "Settled on the spot"), "self_handled", None, _NONE,
        Say("上报人当场处置、没有派出去的案件，不计入其他指标和排名",
            "Settled by whoever reported them, given to nobody; they are in no other figure and no ranking"),
        _OWN, AS_A_WHOLE,
    ),
    Indicator(
        "filing", Say("立案率", "Filing rate"), "filed", "reported", _UP,
        Say("立案数÷上报数。本期上报的案件中已立案的，含立案后作废的（有效上报）",
            "Of the cases reported in the period, those that were filed, also if voided later"),
        levels=AS_A_WHOLE,
    ),
    Indicator(
        "right_filing", Say("准确立案率", "Filed rightly"), "filed_rightly", "filed", _UP,
        Say("（立案数－立案后作废数）÷立案数", "Of the cases filed, those not voided afterwards"),
        levels=AS_A_WHOLE,
    ),
    Indicator(
        "voided", Say("作废率", "Voided"), "voided", "filed", _DOWN,
        Say("立案后作废数÷立案数", "Of the cases filed, those voided afterwards"),
        levels=AS_A_WHOLE,
    ),
    Indicator(
        "declined", Say("不予受理率", "Declined"), "declined", "reported", _NONE,
        Say("不予受理数÷上报数", "Of the cases reported, those declined"), _OWN, AS_A_WHOLE,
    ),
    Indicator(
        "merged", Say("重复件率", "Duplicates"), "merged", "reported", _NONE,
        Say("并入其他案件的÷上报数；并案后不再计入处置和结案",
            "Of the cases reported, those merged into another; they count no more for handling and closing"),
        _OWN, AS_A_WHOLE,
    ),
    Indicator(
        "missed", Say("漏报率", "Missed by patrols"), "missed", "filed", _DOWN,
        Say("居民或热线先反映、核实属实并立案的÷立案数",
            "Of the cases filed, those that residents or the hotline told of first and that were found as told"),
        levels=AS_A_WHOLE,
    ),
    Indicator(
        "verifying", Say("按时核实率", "Verified in time"), "verified_in_time", "verify_due", _UP,
        Say("按时核实数÷应核实数。应核实＝已核实的＋到时限还没核实的，按先到的时刻归入本期",
            "Of the verifications done or fallen due in the period, those done in time"),
        levels=AS_A_WHOLE,
    ),
    Indicator(
        "dispatching", Say("按时派遣率", "Dispatched in time"), "dispatched_in_time", "dispatch_due", _UP,
        Say("按时派遣数÷应派遣数。应派遣＝已派遣的＋到时限还没派遣的；核实期间不计时",
            "Of the cases dispatched or due for it in the period, those dispatched in time; verification stops this clock"),
        levels=AS_A_WHOLE,
    ),
    Indicator(
        "right_dispatch", Say("派遣准确率", "Dispatched rightly"), "dispatched_rightly", "dispatched", _UP,
        Say("（派遣数－退回或改派后换了队伍的）÷派遣数。返工不算派错，上报上级也不算",
            "Of the cases dispatched, those that did not go on to another squad after being sent back or reassigned"),
        Say("本系统口径；通用代码写成“（派遣－返工）÷应派遣”，语义不对", "our own; the usual code subtracts rework"),
        AS_A_WHOLE,
    ),
    Indicator(
        "taken", Say("接派数", "Cases given"), "dispatched", None, _NONE,
        Say("本期第一次派到手上的案件", "Cases given for the first time in the period"),
    ),
    Indicator(
        "due", Say("应处置数", "Due"), "due", None, _NONE,
        Say("已处置的＋到时限还没处置的，按先到的时刻归入本期；作废、并案、不予受理和申诉成立的除外，挂账期间不计时",
            "Handled, or fallen due unhandled, in the period; without voided, merged, declined and exempted ones"),
    ),
    Indicator(
        "handling", Say("处置率", "Handled"), "handled", "due", _UP,
        Say("处置数÷应处置数；返工中的算没有处置完", "Of those due, those handled to the end; one in rework is not"),
    ),
    Indicator(
        "on_time", Say("按时处置率", "Handled in time"), "handled_in_time", "due", _UP,
        Say("按时处置数÷应处置数；任何一次处置超时都不算按时",
            "Of those due, those handled with no handling clock ever overdue"),
    ),
    Indicator(
        "closing", Say("结案率", "Closing rate"), "closed", "due", _UP,
        Say("结案数÷应结案数。应结案＝处置数＋超时未处置数", "Of those due, those closed by now"),
    ),
    Indicator(
        "closing_on_time", Say("按期结案率", "Closed in time"), "closed_in_time", "due", _UP,
        Say("按时处置并已结案的÷应结案数", "Of those due, those handled in time and closed"),
    ),
    Indicator(
        "rework", Say("返工率", "Rework"), "reworked", "due", _DOWN,
        Say("核查不通过或居民说没解决、又办一遍的÷应结案数",
            "Of those due, those that failed inspection or that the resident said were not fixed"),
    ),
    Indicator(
        "sending_back", Say("退回率", "Sent back"), "sent_back", "dispatched", _DOWN,
        Say("退回过的÷接派数", "Of the cases given, those sent back"), _OWN,
    ),
    Indicator(
        "bouncing", Say("推诿率", "Sent back again"), "bounced", "dispatched", _DOWN,
        Say("退回两次及以上的÷接派数", "Of the cases given, those sent back twice or more"),
    ),
    Indicator(
        "extending", Say("延期率", "Extended"), "extended", "dispatched", _NONE,
        Say("批准延期的÷接派数", "Of the cases given, those whose time was extended"),
    ),
    Indicator(
        "suspending", Say("挂账率", "Suspended"), "suspended", "dispatched", _NONE,
        Say("批准挂账的÷接派数", "Of the cases given, those suspended"),
    ),
    Indicator(
        "inspecting", Say("按时核查率", "Inspected in time"), "inspected_in_time", "inspect_due", _UP,
        Say("按时核查数÷应核查数", "Of the inspections done or fallen due in the period, those done in time"),
        levels=AS_A_WHOLE,
    ),
    Indicator(
        "satisfaction", Say("满意率", "Satisfied"), "satisfied", "answered", _UP,
        Say("居民评价“已解决”的÷有评价的，以最后一次评价为准；没有评价的不算",
            "Of the residents who answered, those who said it was fixed; the latest answer counts"),
        _OWN,
    ),
    Indicator(
        "forced", Say("强制结案数", "Closed by force"), "forced", None, _NONE,
        Say("本期强制结案的案件", "Cases closed by force in the period"), _OWN,
    ),
)  # fmt: skip
BY_KEY = {indicator.key: indicator for indicator in INDICATORS}


def figures_of(counts: Counts, level: Level) -> dict[str, Figure]:
    """Every indicator that the level has."""
    return {each.key: each.of(counts) for each in INDICATORS if level in each.levels}
