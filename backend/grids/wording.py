"""Each operation of a draft in one clause, as the history of the draft shows it."""

from backend.errors import Say
from backend.grids.draft_schemas import (
    Cluster,
    Describe,
    DrawExclusive,
    EndExclusive,
    Merge,
    MoveBoundary,
    Operation,
    Split,
    TakeImport,
)
from backend.grids.net import Net
from backend.grids.taken import Imports

NAMED = 4


def words_of(net: Net, operation: Operation, imports: Imports) -> Say:  # noqa: PLR0911 -- one for each kind
    """What a completed operation does to the net as it was before."""
    match operation:
        case Split():
            name = _name(net, operation.code)
            return Say(
                f"拆分{name}，分出{operation.name}（{operation.new_code}）",
                f"Split {name}; {operation.name} ({operation.new_code}) is cut off",
            )
        case Merge():
            kept = operation.name or _name(net, operation.keep)
            names = _names(net, operation.codes)
            return Say(f"合并{names.zh}为{kept}", f"Merge {names.en} into {kept}")
        case MoveBoundary():
            a, b = _name(net, operation.a), _name(net, operation.b)
            return Say(f"调整{a}与{b}的边界", f"Move the border between {a} and {b}")
        case DrawExclusive():
            parent = _name(net, operation.parent_code)
            return Say(f"在{parent}新设专属网格{operation.name}", f"Exclusive grid {operation.name} in {parent}")
        case EndExclusive():
            name = _name(net, operation.code)
            return Say(f"取消专属网格{name}", f"End the exclusive grid {name}")
        case Describe():
            return _described(net, operation)
        case Cluster():
            return _clustered(net, operation)
        case TakeImport():
            taken = imports[str(operation.import_id)]
            scope, count = _name(net, taken.scope), len(taken.grids)
            return Say(f"用导入的 {count} 个网格替换{scope}下的网格", f"{count} imported grids replace all in {scope}")


def _described(net: Net, operation: Describe) -> Say:
    labels = {
        "name": Say("名称", "name"),
        "short_name": Say("简称", "short name"),
        "management_grade": Say("管理等级", "grade"),
        "cluster_code": Say("所属连片", "cluster"),
    }
    given = [label for field, label in labels.items() if field in operation.model_fields_set]
    name = _name(net, operation.code)
    return Say(
        f"修改{name}的{'、'.join(label.zh for label in given)}",
        f"Change {', '.join(label.en for label in given)} of {name}",
    )


def _clustered(net: Net, operation: Cluster) -> Say:
    if not operation.members:
        name = _name(net, operation.code or "")
        return Say(f"取消连片网格{name}", f"End the cluster {name}")
    names = _names(net, operation.members)
    return Say(f"连片网格{operation.name}：{names.zh}", f"Cluster {operation.name}: {names.en}")


def _name(net: Net, code: str) -> str:
    return net.grids[code].name if code in net.grids else code


def _names(net: Net, codes: list[str]) -> Say:
    named = [_name(net, code) for code in codes[:NAMED]]
    if len(codes) <= NAMED:
        return Say("、".join(named), ", ".join(named))
    return Say(f"{'、'.join(named)}等 {len(codes)} 个", f"{', '.join(named)} and {len(codes) - NAMED} more")
