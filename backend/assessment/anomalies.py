"""What is worth a look (异常线索): transparent rules with thresholds as data, each with the cases behind it.

A rule says "please look", never "somebody did wrong": there may be a good reason. Groups are places, matters and squads;
there is none for persons.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, Interval, and_, exists, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.assessment.measures import touched
from backend.assessment.models import CaseOutcome as Row
from backend.assessment.outcomes import Level
from backend.assessment.queries import Dimension, FoundCase, Wanted, chosen, group_column, names_of, page_of
from backend.assessment.schemas import AnomalyGroup, AnomalyRuleOut
from backend.assessment.schemes import Thresholds
from backend.cases.models import Case
from backend.errors import Malformed, Say
from backend.flags.models import CheckOutcome, EvidenceFlag, FlagCheck, FlagKind

MOST_GROUPS = 50
METRES_PER_DEGREE = 111_000.0


@dataclass(frozen=True)
class Rule:
    """`finds`: which outcomes; `of`: among which, where a share counts. `least` and `share` (per cent) are asked of a group."""

    key: str
    name: Say
    explains: Callable[[Thresholds], Say]
    by: Dimension
    finds: Callable[[Wanted, Thresholds], ColumnElement[bool]]
    of: Callable[[Wanted, Thresholds], ColumnElement[bool]] | None = None
    least: Callable[[Thresholds], int] = lambda _t: 1
    share: Callable[[Thresholds], int] = lambda _t: 0


def _opened(wanted: Wanted) -> ColumnElement[bool]:
    return and_(col(Row.opened_at) >= wanted.since, col(Row.opened_at) < wanted.until)


def _handled(wanted: Wanted) -> ColumnElement[bool]:
    return and_(col(Row.handle_at) >= wanted.since, col(Row.handle_at) < wanted.until, col(Row.handled))


def _closed(wanted: Wanted) -> ColumnElement[bool]:
    return and_(col(Row.closed_at) >= wanted.since, col(Row.closed_at) < wanted.until)


def _settled(wanted: Wanted, _t: Thresholds) -> ColumnElement[bool]:
    return and_(_opened(wanted), col(Row.settled))


def _clustered(wanted: Wanted, t: Thresholds) -> ColumnElement[bool]:
    """Runs of reports of one grid and place in a short time. Places are compared by cells of the wanted size."""
    other = aliased(Row)
    cell = func.ST_SnapToGrid(col(Case.place), literal(t.cluster_metres / METRES_PER_DEGREE))
    order = [col(other.opened_at), col(other.case_id)]
    last_of_run = func.lead(col(other.opened_at), t.cluster_reports - 1).over(
        partition_by=[col(other.grid_path), cell], order_by=order
    )
    span = literal(timedelta(minutes=t.cluster_minutes), Interval)
    reports = (
        select(
            col(other.case_id).label("case_id"),
            col(other.grid_path).label("grid_path"),
            cell.label("cell"),
            col(other.opened_at).label("opened_at"),
            (last_of_run - col(other.opened_at) <= span).label("begins_a_run"),
        )
        .join(Case, and_(col(Case.county) == col(other.county), col(Case.id) == col(other.case_id)))
        .where(
            col(other.county) == wanted.county,
            col(other.level) == Level.CASE,
            col(other.opened_at) >= wanted.since,
            col(other.opened_at) < wanted.until,
        )
        .subquery()
    )
    of_a_run = func.bool_or(reports.c.begins_a_run).over(
        partition_by=[reports.c.grid_path, reports.c.cell],
        order_by=[reports.c.opened_at, reports.c.case_id],
        rows=(1 - t.cluster_reports, 0),
    )
    marked = select(reports.c.case_id, of_a_run.label("of_a_run")).subquery()
    return and_(_opened(wanted), col(Row.case_id).in_(select(marked.c.case_id).where(marked.c.of_a_run)))


def _recycled(wanted: Wanted, _t: Thresholds) -> ColumnElement[bool]:
    """Flagged as the same or much like another case's photo, and nobody has found it fine."""
    fine = exists().where(
        col(FlagCheck.county) == col(EvidenceFlag.county),
        col(FlagCheck.flag_id) == col(EvidenceFlag.id),
        col(FlagCheck.outcome) == CheckOutcome.FINE,
    )
    flagged = exists().where(
        col(EvidenceFlag.county) == col(Row.county),
        col(EvidenceFlag.case_id) == col(Row.case_id),
        col(EvidenceFlag.kind).in_([FlagKind.SAME_PHOTO, FlagKind.LIKE_PHOTO]),
        ~fine,
    )
    return and_(_opened(wanted), flagged)


def _bounced(wanted: Wanted, t: Thresholds) -> ColumnElement[bool]:
    given = and_(col(Row.given_at) >= wanted.since, col(Row.given_at) < wanted.until)
    return and_(given, col(Row.send_backs) >= t.bounced_times)


def _from_afar(wanted: Wanted, t: Thresholds) -> ColumnElement[bool]:
    return and_(_closed(wanted), col(Row.away_m) > t.away_metres)


def _fast(wanted: Wanted, t: Thresholds) -> ColumnElement[bool]:
    return and_(_handled(wanted), col(Row.handle_s) < 60 * t.fast_minutes)


def _just_in_time(wanted: Wanted, t: Thresholds) -> ColumnElement[bool]:
    return and_(_handled(wanted), col(Row.handle_in_time), col(Row.used_percent) >= t.just_percent)


RULES: tuple[Rule, ...] = (
    Rule(
        "settled",
        Say("当场自处置偏多", "Much settled on the spot"),
        lambda t: Say(
            f"一个网格本期自处置不少于 {t.settled_least} 件，且占全部上报的 {t.settled_share}% 以上。"
            "请看看是不是把小事拆开报了。",
            f"A grid with {t.settled_least} or more cases settled on the spot, {t.settled_share} % of all it reported. Please"
            " look whether trifles were reported one by one.",
        ),
        Dimension.GRID,
        _settled,
        lambda wanted, _t: _opened(wanted),
        lambda t: t.settled_least,
        lambda t: t.settled_share,
    ),
    Rule(
        "clustered",
        Say("同一地点短时多报", "Many reports at one place"),
        lambda t: Say(
            f"同一网格约 {t.cluster_metres} 米内、{t.cluster_minutes} 分钟内上报 {t.cluster_reports} 件及以上。"
            "请看看是不是同一件事。",
            f"{t.cluster_reports} or more reports within some {t.cluster_metres} m and {t.cluster_minutes} minutes. Please look"
            " whether they are one and the same thing.",
        ),
        Dimension.GRID,
        _clustered,
    ),
    Rule(
        "recycled",
        Say("照片可能重复使用", "Photos perhaps used again"),
        lambda _t: Say(
            "照片和别的案件相同或很像，还没有人核实过。请打开案件比对两张照片。",
            "A photo is the same as, or much like, one of another case, and nobody has found it fine yet. Please compare them.",
        ),
        Dimension.VILLAGE,
        _recycled,
    ),
    Rule(
        "bounced",
        Say("来回退派", "Sent back and forth"),
        lambda t: Say(
            f"退回 {t.bounced_times} 次及以上的案件，按事项列出。请看看派遣规则和职责分工是否清楚。",
            f"Cases sent back {t.bounced_times} times or more, by matter. Please look whether rules and duties are clear.",
        ),
        Dimension.MATTER,
        _bounced,
    ),
    Rule(
        "afar",
        Say("核查位置较远", "Inspected from afar"),
        lambda t: Say(
            f"核查通过时的位置离案件超过 {t.away_metres} 米。定位可能不准，请对照核查照片。",
            f"Whoever passed the inspection was more than {t.away_metres} m away. The position may be wrong; please look at"
            " the photos.",
        ),
        Dimension.VILLAGE,
        _from_afar,
    ),
    Rule(
        "fast",
        Say("处置特别快", "Handled very fast"),
        lambda t: Say(
            f"派到手上不到 {t.fast_minutes} 分钟就报处置完。可能人就在现场，请对照处置前后照片。",
            f"Handled less than {t.fast_minutes} minutes after it was given. They may have been on the spot; please compare"
            " the photos.",
        ),
        Dimension.SQUAD,
        _fast,
    ),
    Rule(
        "just",
        Say("总在时限边上办结", "Always just in time"),
        lambda t: Say(
            f"按时处置的案件中，用掉 {t.just_percent}% 以上时限的不少于 {t.just_least} 件且占 {t.just_share}% 以上。"
            "请看看是不是时限偏紧，或等到最后才填。",
            f"Of what was handled in time, {t.just_least} or more cases and {t.just_share} % used {t.just_percent} % of their"
            " limit or more. Please look whether limits are too short, or forms are filled in late.",
        ),
        Dimension.SQUAD,
        _just_in_time,
        lambda wanted, _t: and_(_handled(wanted), col(Row.handle_in_time)),
        lambda t: t.just_least,
        lambda t: t.just_share,
    ),
)


def rule_named(key: str) -> Rule:
    """Raises Malformed."""
    for rule in RULES:
        if rule.key == key:
            return rule
    raise Malformed.at("rule", "no_such_rule", Say("没有这条线索规则", "There is no such rule"))


async def found_by(
    session: AsyncSession, rule: Rule, wanted: Wanted, thresholds: Thresholds, language: str
) -> AnomalyRuleOut:
    """The groups in which the rule finds enough, those with the most first."""
    wanted = replace(wanted, by=(rule.by,))
    finds = rule.finds(wanted, thresholds)
    among = rule.of(wanted, thresholds) if rule.of else finds
    code = group_column(rule.by)
    found = func.count().filter(finds)
    every = func.count().filter(among)
    statement = (
        select(code, found, every)
        .where(*chosen(wanted), touched(wanted.since, wanted.until), among)
        .group_by(code)
        .having(found >= rule.least(thresholds), 100 * found >= rule.share(thresholds) * every)
        .order_by(found.desc(), code)
        .limit(MOST_GROUPS)
    )
    rows = [(str(key), count, of) for key, count, of in await session.execute(statement) if key]
    names = await names_of(session, wanted.county, rule.by, [key for key, _count, _of in rows])
    groups = [
        AnomalyGroup(code=key, name=names.get(key, key), dimension=rule.by, count=count, of=of if rule.of else None)
        for key, count, of in rows
    ]
    return AnomalyRuleOut(
        key=rule.key,
        name=rule.name.in_language(language),
        explains=rule.explains(thresholds).in_language(language),
        groups=groups,
        count=sum(group.count for group in groups),
    )


async def cases_found(
    session: AsyncSession,
    rule: Rule,
    wanted: Wanted,
    thresholds: Thresholds,
    code: str,
    *,
    offset: int,
    limit: int,
) -> tuple[int, Sequence[FoundCase]]:
    """The cases of one group, as many as the list of rules says."""
    wanted = replace(wanted, by=(rule.by,))
    behind = and_(touched(wanted.since, wanted.until), rule.finds(wanted, thresholds), group_column(rule.by) == code)
    return await page_of(session, wanted, behind, offset=offset, limit=limit)
