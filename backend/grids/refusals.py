"""Why an operation on a draft is refused: the problem for each reason, with the field at fault and how to mend it."""

from shapely.geometry import mapping

from backend.errors import Conflict, FieldError, Malformed, NotFound, Problem, Say
from geo.reshaping import Reason, ReshapeError
from geo.tiling import TilingError

RESHAPING: dict[Reason, Say] = {
    Reason.MISSES: Say(
        "这条线没有穿过网格，请从网格外画到网格外", "The line does not cross the grid; draw it from outside to outside"
    ),
    Reason.ENDS_INSIDE: Say(
        "线的一端停在网格里面，请把两端都画到网格外", "The line ends inside the grid; draw both ends beyond its border"
    ),
    Reason.CUTS_INTO_SEVERAL: Say(
        "这条线会把网格切成三块以上，请只穿过一次，或分几次拆分",
        "The line cuts the grid into more than two; cross it once, or split step by step",
    ),
    Reason.CROSSES_ITSELF: Say("线自己相交了，请重画", "The line crosses itself; draw it again"),
    Reason.CROSSES_A_BORDER: Say(
        "新边界碰到了别的边界，请绕开它重画", "The new border meets another one; draw it clear of that"
    ),
    Reason.TOO_SMALL: Say(
        "有一块会小于 100 平方米，请把线挪开一些", "One piece would be under 100 m²; move the line further away"
    ),
    Reason.NOT_NEIGHBOURS: Say(
        "这些网格没有连成一片的公共边界，请选相邻的网格", "These grids share no border; choose neighbours"
    ),
    Reason.ENDS_MOVED: Say(
        "新边界的两端要和原边界的两端重合，只改中间", "The new border must begin and end where the old one does"
    ),
    Reason.NO_SUCH_PART: Say(
        "两个网格之间没有这一段边界，请重新选择", "The two grids share no such border; choose again"
    ),
}


def no_such_grid(field: str, code: str) -> NotFound:
    """Absent on the draft's day, or outside the person's scope: never told apart."""
    sentence = Say(
        f"没有网格 {code}，或它不归你管理，请重新选择", f"There is no grid {code}, or it is not yours; choose another"
    )
    return NotFound("no_such_grid", sentence, fields=(FieldError(field, sentence, "no_such_grid"),))


def wrong_kind(field: str, sentence: Say) -> Conflict:
    """The operation is not for this grid."""
    return Conflict("wrong_kind_of_grid", sentence, fields=(FieldError(field, sentence, "wrong_kind_of_grid"),))


def code_taken(field: str, code: str) -> Conflict:
    sentence = Say(
        f"编码 {code} 正在使用或曾经用过，请换一个，或留空自动编号",
        f"The code {code} is or was in use; choose another, or leave it out to have one given",
    )
    return Conflict("code_taken", sentence, fields=(FieldError(field, sentence, "code_taken"),))


def malformed_code(field: str, code: str, parent_code: str) -> Malformed:
    return Malformed.at(
        field,
        "malformed_code",
        Say(
            f"编码 {code} 不对：应以 {parent_code[:12]} 开头，单元网格 15 位数字，连片网格为镇级 9 位 + L + 2 位",
            f"The code {code} is wrong: it must begin with {parent_code[:12]}; grids have 15 digits, clusters 9 digits,"
            " L and 2 digits",
        ),
    )


def cannot_reshape(field: str, error: ReshapeError) -> Malformed:
    """`reason` says why, `place` (GeoJSON) where, if there is a where."""
    place = mapping(error.place) if error.place is not None else None
    return Malformed.at(field, "cannot_reshape", RESHAPING[error.reason], reason=error.reason.value, place=place)


def would_not_tile(error: TilingError) -> Conflict:
    """`place` (GeoJSON) shows the first of the defects."""
    first = error.defects[0]
    names = "、".join(first.codes[:4])
    return Conflict(
        "net_not_tiled",
        Say(
            f"这样一来网格之间会有缝隙或重叠（{names}），没有保存",
            f"Grids would leave a gap or overlap ({names}); nothing was saved",
        ),
        place=mapping(first.place),
        codes=list(first.codes),
    )


def wrong_ring(why: Say) -> Malformed:
    return Malformed.at("operation.ring", "wrong_ring", why)


def outside_parent(name: str, beyond_m2: float) -> Malformed:
    return Malformed.at(
        "operation.ring",
        "outside_parent",
        Say(
            f"有 {beyond_m2:,.0f} 平方米画到了{name}外面，请画在里面，或选上一级作为所属网格",
            f"{beyond_m2:,.0f} m² lie outside {name}; draw within it, or choose the level above as parent",
        ),
    )


def in_steps(problem: Problem, number: int) -> Say:
    """A refusal met when a stored operation is done again over a net that has changed since."""
    return Say(
        f"第 {number} 步在现在的网格上做不了：{problem.detail.zh}",
        f"Step {number} is no longer possible on the net as it is now: {problem.detail.en}",
    )
