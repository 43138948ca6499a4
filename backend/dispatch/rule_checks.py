"""What is wrong with a set of rules, and what should be known about it before it is published. Pure.

Faults hinder saving: two rules of one priority, or a word that names nothing. Warnings do not: a rule that an earlier one
always speaks before, one that nothing can match, and one of which a part can never match.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from backend.dispatch.routing import SquadFacts, points_to, serves_town
from backend.dispatch.rule_schemas import RuleIn, WarningKind, rule_of, target_of
from backend.dispatch.rule_times import covers_times
from backend.dispatch.rules import ANY, Rule, TargetKind, names
from backend.errors import FieldError, Say
from backend.matters.models import Severity
from backend.permissions import covers
from backend.staff.models import Duty
from backend.staff.people_words import DUTY_WORDS

SEVERITY_WORDS: Mapping[Severity, Say] = {
    Severity.EMERGENCY: Say("特急", "emergency"),
    Severity.URGENT: Say("紧急", "urgent"),
    Severity.NORMAL: Say("一般", "normal"),
    Severity.MINOR: Say("轻微", "minor"),
}
# Squads of these targets take only what lies in their jurisdiction.
_WITHIN_JURISDICTION = frozenset({TargetKind.OWN_SQUADS, TargetKind.SQUAD, TargetKind.UNIT})


@dataclass(frozen=True)
class KnownMatter:
    """A matter of the catalogue in force, with the severities of its filing conditions."""

    code: str
    name: str
    major_code: str
    department_code: str
    self_dispatch: bool
    severities: frozenset[Severity]


@dataclass(frozen=True)
class Known:
    """What rules may name. `regions`: code of every grid there ever was to the paths that it means today, none if it ended.

    A cluster means its members. `holders`: the paths of the grids in which somebody holds each duty.
    """

    matters: Sequence[KnownMatter]
    regions: Mapping[str, tuple[str, ...]]
    grid_names: Mapping[str, str]
    squads: Sequence[SquadFacts]
    jurisdictions: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str]
    holders: Mapping[Duty, tuple[str, ...]]

    @cached_property
    def matter_words(self) -> frozenset[str]:
        return frozenset({ANY} | {m.code for m in self.matters} | {m.major_code for m in self.matters})


@dataclass(frozen=True)
class Warned:
    """One warning, about a rule or about the whole set. `by`: the earlier rule that always speaks first."""

    rule_code: str | None
    kind: WarningKind
    sentence: Say
    by: str | None = None


# Faults


def rule_faults(rules: Sequence[RuleIn], known: Known) -> list[FieldError]:
    """Everything for which the set cannot be saved, by field."""
    return [
        *_repeats(rules, "priority", lambda rule: rule.priority),
        *_repeats(rules, "code", lambda rule: rule.code),
        *(fault for n, rule in enumerate(rules) for fault in _unknown_words(f"rules.{n}", rule, known)),
    ]


def _repeats(rules: Sequence[RuleIn], field: str, value: Callable[[RuleIn], object]) -> Iterator[FieldError]:
    first: dict[object, RuleIn] = {}
    for n, rule in enumerate(rules):
        other = first.setdefault(value(rule), rule)
        if other is not rule:
            yield FieldError(
                f"rules.{n}.{field}",
                Say(
                    f"和规则「{other.name}」的{'优先级' if field == 'priority' else '编号'}相同，请改成不同的",
                    f"This is the {field} of the rule “{other.name}” too; choose another",
                ),
                f"{field}_taken",
            )


def _unknown_words(at: str, rule: RuleIn, known: Known) -> Iterator[FieldError]:
    for n, word in enumerate(rule.matters):
        if word not in known.matter_words:
            sentence = Say(
                f"目录里没有事项或大类「{word}」，请重新选择",
                f"The catalogue has no matter or group “{word}”; choose another",
            )
            yield FieldError(f"{at}.matters.{n}", sentence, "unknown_matter")
    for n, code in enumerate(rule.grids):
        if code not in known.regions:
            sentence = Say(f"没有网格「{code}」，请重新选择", f"There is no grid “{code}”; choose another")
            yield FieldError(f"{at}.grids.{n}", sentence, "unknown_grid")
    target, named = rule.target.kind, target_of(rule.target).code
    if target == TargetKind.SQUAD and named not in known.jurisdictions:
        sentence = Say(f"没有队伍「{named}」，请重新选择", f"There is no squad “{named}”; choose another")
        yield FieldError(f"{at}.target.code", sentence, "unknown_squad")
    if target == TargetKind.UNIT and named not in known.units:
        sentence = Say(f"没有单位「{named}」，请重新选择", f"There is no unit “{named}”; choose another")
        yield FieldError(f"{at}.target.code", sentence, "unknown_unit")


# Warnings


@dataclass(frozen=True)
class _Meant:
    """A rule with what its words mean today: matters that are routed, and paths (None = everywhere)."""

    rule: Rule
    matters: tuple[KnownMatter, ...]
    paths: tuple[str, ...] | None
    squads: tuple[SquadFacts, ...]

    @property
    def situations(self) -> frozenset[tuple[str, Severity]]:
        """Matters with the severities that they can have, of which the rule speaks."""
        return frozenset((m.code, s) for m in self.matters for s in m.severities if self.rule.names_severity(s))


def rule_warnings(rules: Sequence[RuleIn], known: Known) -> list[Warned]:
    """What should be known before publishing, rule by rule as they are tried."""
    if not rules:
        nothing = Say(
            "没有任何规则：所有案件都等指挥中心派遣", "No rule at all: every case waits for the command centre"
        )
        return [Warned(None, WarningKind.PARTLY, nothing)]
    warned: list[Warned] = []
    reachable: list[_Meant] = []
    for kept in sorted(rules, key=lambda rule: rule.priority):
        meant = _meant(rule_of(kept), known)
        never = _never(meant, known)
        if never:
            warned.append(Warned(kept.code, WarningKind.UNREACHABLE, never))
            continue
        before = next((earlier for earlier in reachable if _shadows(earlier, meant)), None)
        if before:
            warned.append(_shadowed(kept, before.rule))
        warned += _partly(kept, known)
        reachable.append(meant)
    return warned


def _meant(rule: Rule, known: Known) -> _Meant:
    matters = tuple(m for m in known.matters if m.self_dispatch and rule.names_matter(m.code, m.major_code))
    paths = tuple(path for code in rule.grids for path in known.regions.get(code, ())) if rule.grids else None
    return _Meant(rule, matters, paths, tuple(squad for squad in known.squads if points_to(rule, squad)))


def _never(meant: _Meant, known: Known) -> Say | None:
    """Why no case there can be would go by this rule; None if some would."""
    if meant.paths is not None and not meant.paths:
        return Say("所限的网格都已撤销，这条规则用不到", "All its grids have ended; this rule is never used")
    if not meant.matters:
        return Say("所选事项都不自动派遣，这条规则用不到", "None of its matters is routed by rule; it is never used")
    if not meant.situations:
        severities = meant.rule.severities
        zh, en = (
            "、".join(SEVERITY_WORDS[s].zh for s in severities),
            ", ".join(SEVERITY_WORDS[s].en for s in severities),
        )
        return Say(
            f"所选事项没有定为「{zh}」的立案条件，这条规则用不到",
            f"No filing condition of its matters is {en}; this rule is never used",
        )
    return _nobody_of_duty(meant, known) if meant.rule.target.kind == TargetKind.DUTY else _no_squad(meant, known)


def _nobody_of_duty(meant: _Meant, known: Known) -> Say | None:
    duty = Duty(meant.rule.target.code or "")
    held = known.holders.get(duty, ())
    if held if meant.paths is None else any(_touch(path, own) for path in meant.paths for own in held):
        return None
    words = DUTY_WORDS[duty]
    return Say(
        f"所选网格里没有人担任{words.zh}，这条规则派不出案件",
        f"Nobody is {words.en} in its grids; this rule sends nothing",
    )


def _no_squad(meant: _Meant, known: Known) -> Say | None:
    """Squads that are pointed to, then those that can do it, then those responsible there: the first lack is told."""
    kind, code = meant.rule.target.kind, meant.rule.target.code
    if not meant.squads:
        unit = known.units.get(code or "")
        return Say(
            f"{f'「{unit}」' if unit else ''}没有这样的队伍，这条规则派不出案件",
            f"{f'“{unit}” has' if unit else 'There is'} no such squad; this rule sends nothing",
        )
    able = [squad for squad in meant.squads if any(_can(squad, matter, kind) for matter in meant.matters)]
    named = _named(meant.squads, kind)
    if not able:
        return Say(
            f"{named.zh}不办所选的事项，这条规则派不出案件",
            f"{named.en} cannot do its matters; this rule sends nothing",
        )
    if not any(_responsible(squad, meant, known) for squad in able):
        return Say(
            f"{_named(able, kind).zh}的辖区不含所选网格，这条规则派不出案件",
            f"{_named(able, kind).en} is not responsible for its grids; this rule sends nothing",
        )
    return None


def _named(squads: Collection[SquadFacts], kind: TargetKind) -> Say:
    if kind in {TargetKind.SQUAD, TargetKind.UNIT}:
        return Say("、".join(f"「{squad.name}」" for squad in squads), ", ".join(f"“{squad.name}”" for squad in squads))
    if kind == TargetKind.DEPARTMENT:
        return Say("各部门的班组", "The departments' squads")
    return Say("综合执法中队", "The all-round squads")


def _can(squad: SquadFacts, matter: KnownMatter, kind: TargetKind) -> bool:
    own = kind != TargetKind.DEPARTMENT or squad.unit_code == matter.department_code
    return own and names(squad.capabilities, matter.code, matter.major_code)


def _responsible(squad: SquadFacts, meant: _Meant, known: Known) -> bool:
    kind, own = meant.rule.target.kind, known.jurisdictions[squad.code]
    if kind == TargetKind.DEPARTMENT:
        return True
    if kind == TargetKind.TOWN_SQUADS:
        return meant.paths is None or any(serves_town(own, path) for path in meant.paths)
    return bool(own) if meant.paths is None else any(_touch(path, part) for path in meant.paths for part in own)


def _touch(one: str, other: str) -> bool:
    return covers(one, other) or covers(other, one)


# One rule before another


def _shadows(earlier: _Meant, later: _Meant) -> bool:
    """Whether the earlier rule speaks of all that the later one speaks of, and sends to all to whom the later one does."""
    return (
        later.situations <= earlier.situations
        and _everywhere(earlier, later)
        and covers_times(earlier.rule.windows, later.rule.windows)
        and _as_wide(earlier, later)
    )


def _everywhere(earlier: _Meant, later: _Meant) -> bool:
    if earlier.paths is None:
        return True
    return later.paths is not None and all(any(covers(own, path) for own in earlier.paths) for path in later.paths)


def _as_wide(earlier: _Meant, later: _Meant) -> bool:
    """Whether nobody could take a case under the later rule who could not under the earlier one."""
    wide, narrow = earlier.rule.target, later.rule.target
    if wide == narrow:
        return True
    if TargetKind.DUTY in {wide.kind, narrow.kind}:
        return False
    pool = {squad.code for squad in earlier.squads}
    if not all(squad.code in pool for squad in later.squads):
        return False
    if wide.kind == TargetKind.DEPARTMENT:
        return all(matter.department_code == squad.unit_code for squad in later.squads for matter in later.matters)
    return wide.kind == TargetKind.TOWN_SQUADS or narrow.kind in _WITHIN_JURISDICTION


def _shadowed(rule: RuleIn, by: Rule) -> Warned:
    sentence = Say(
        f"排在前面的「{by.name}」已经包含这条规则的全部情形和去向，这条规则用不到",
        f"“{by.name}” comes first and covers all of it with the same or a wider choice; this rule is never used",
    )
    return Warned(rule.code, WarningKind.SHADOWED, sentence, by.code)


def _partly(rule: RuleIn, known: Known) -> Iterator[Warned]:
    ended = [code for code in rule.grids if not known.regions.get(code)]
    if ended:
        listed = "、".join(known.grid_names.get(code, code) for code in ended)
        sentence = Say(f"网格{listed}已撤销，不再起作用", f"These grids have ended and count no more: {listed}")
        yield Warned(rule.code, WarningKind.PARTLY, sentence)
    waiting = [m for m in known.matters if not m.self_dispatch and m.code in rule.matters]
    if waiting:
        listed = "、".join(f"「{m.name}」" for m in waiting)
        sentence = Say(
            f"{listed}不自动派遣，规则对它不起作用",
            f"Never routed by rule, so this rule does nothing for them: {listed}",
        )
        yield Warned(rule.code, WarningKind.PARTLY, sentence)


# What a set changes, and for whom


def out_of_reach(before: Sequence[RuleIn], after: Sequence[RuleIn], inside: Callable[[RuleIn], bool]) -> list[RuleIn]:
    """Rules reaching beyond somebody's scope that `after` adds, changes, drops or puts in another order.

    What is confined to their scope they may change: it decides nothing about anybody else's cases.
    """
    theirs = [rule for rule in _in_order(before) if not inside(rule)]
    then = [rule for rule in _in_order(after) if not inside(rule)]
    if [_content(rule) for rule in theirs] == [_content(rule) for rule in then]:
        return []
    kept, wanted = {r.code: r for r in theirs}, {r.code: r for r in then}
    touched = [
        wanted.get(code) or kept[code]
        for code in dict.fromkeys([*kept, *wanted])
        if code not in kept or code not in wanted or _content(kept[code]) != _content(wanted[code])
    ]
    return touched or [b for a, b in zip(theirs, then, strict=True) if a.code != b.code]


def differences(before: Sequence[RuleIn], after: Sequence[RuleIn]) -> tuple[list[str], list[str], list[str]]:
    """Codes of the rules that `after` adds, drops and changes; one that only changes place among the others is changed."""
    kept, wanted = {r.code: r for r in _in_order(before)}, {r.code: r for r in _in_order(after)}
    added, removed = [c for c in wanted if c not in kept], [c for c in kept if c not in wanted]
    order_before, order_after = [c for c in kept if c in wanted], [c for c in wanted if c in kept]
    moved = {code for code, other in zip(order_after, order_before, strict=True) if code != other}
    changed = [c for c in order_after if c in moved or _content(kept[c]) != _content(wanted[c])]
    return added, removed, changed


def _content(rule: RuleIn) -> object:
    return rule.model_dump(exclude={"priority"})


def _in_order(rules: Sequence[RuleIn]) -> list[RuleIn]:
    return sorted(rules, key=lambda rule: rule.priority)


def confined(rule: RuleIn, known: Known, reach: Sequence[str]) -> bool:
    """Whether all that the rule speaks of lies below these paths."""
    paths = [path for code in rule.grids for path in known.regions.get(code, ())]
    return bool(paths) and all(any(covers(own, path) for own in reach) for path in paths)
