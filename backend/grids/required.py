"""What an operation needs to find in the net: the grid that it names, a leaf to cut, a code that is free, members of a cluster.

Whoever does not find it is refused (`refusals.py`). `field` is the one at fault.
"""

from collections.abc import Sequence

from backend.errors import Say
from backend.grids import refusals
from backend.grids.codes import belongs_under, well_formed
from backend.grids.models import LEAF_LEVELS, GridKind, GridLevel
from backend.grids.net import Net, NetGrid


def require_grid(net: Net, field: str, code: str) -> NetGrid:
    grid = net.grids.get(code)
    if grid is None:
        raise refusals.no_such_grid(field, code)
    return grid


def require_leaf(net: Net, field: str, code: str) -> NetGrid:
    """A base grid or micro grid without parts of its own: what can be split, merged and moved."""
    grid = require_grid(net, field, code)
    if grid.kind != GridKind.BASE or grid.level not in LEAF_LEVELS or grid.shape is None:
        raise refusals.wrong_kind(
            field,
            Say(
                "只能拆分、合并基础网格和微网格；镇、村的边界随它们变化",
                "Only base and micro grids are split and merged; towns and villages follow them",
            ),
        )
    if code in net.children:
        raise refusals.wrong_kind(
            field, Say("这个网格下面还有微网格，请改微网格", "This grid has micro grids; change those instead")
        )
    return grid


def require_new_code(net: Net, field: str, code: str, level: GridLevel, kind: GridKind, parent_code: str) -> None:
    if not (
        well_formed(code, level, kind)
        and belongs_under(code, parent_code[:9] if kind == GridKind.CLUSTER else parent_code)
    ):
        raise refusals.malformed_code(field, code, parent_code)
    if code in net.used_codes or code in net.grids:
        raise refusals.code_taken(field, code)


def require_members(net: Net, members: Sequence[NetGrid]) -> NetGrid:
    """The one town of these members of a cluster, which are base villages or grids, none within another."""
    towns = {grid.path.split("/")[1] for grid in members if len(grid.path.split("/")) > 2}
    nested = any(one.path.startswith(f"{other.path}/") for one in members for other in members)
    if any(grid.kind != GridKind.BASE or grid.level == GridLevel.TOWN for grid in members) or len(towns) != 1 or nested:
        raise refusals.wrong_kind(
            "operation.members",
            Say(
                "连片网格由同一镇街的村社区或基础网格组成，互相不能包含",
                "A cluster consists of villages or base grids of one town, none within another",
            ),
        )
    return net.grids[towns.pop()]
