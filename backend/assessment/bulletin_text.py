"""The words of a weekly brief (周报) or a monthly circular (月度通报), written from figures by rules. Pure.

In the form that such bulletins have in the field (天门市 2016-12): accepted, filed, due, closed with rates, sources, events
and components, top matters, a table of places and of units in order, hot spots, problems, requests. In Chinese, as it is
issued; what the editor adds stands in a place of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from backend.assessment.indicators import BY_KEY, Counts, Figure
from backend.assessment.models import BulletinKind
from backend.assessment.periods import Period

# Fewer cases than this tell nothing about a unit or a matter.
FEW = 5
POINTS_BELOW = 5.0
REWORK_ABOVE = 10.0
SENT_BACK_ABOVE = 10.0
RISEN_BY = 30.0
TOP = 10
NONE = "—"
NO_PROBLEMS = "各项指标总体平稳，本期没有突出问题。"
NO_REQUESTS = "请各单位保持现有办理节奏，做好日常巡查和处置。"


@dataclass(frozen=True)
class Placed:
    """An organisation, a matter or a grid with its counts; of an organisation also score and place."""

    name: str
    counts: Counts
    score: float | None = None
    rank: int | None = None


@dataclass(frozen=True)
class Facts:
    """What a bulletin is written from."""

    place: str
    kind: BulletinKind
    period: Period
    now: Counts
    before: Counts
    staff: int
    public: int
    events: int
    components: int
    matters: Sequence[Placed] = field(default_factory=tuple)
    matters_before: dict[str, int] = field(default_factory=dict)
    places: Sequence[Placed] = field(default_factory=tuple)
    places_are: str = "村（社区）"
    units: Sequence[Placed] = field(default_factory=tuple)
    hot_spots: Sequence[Placed] = field(default_factory=tuple)


class Section(BaseModel):
    heading: str
    paragraphs: list[str]


class Table(BaseModel):
    """`rows` are texts as they stand in the bulletin; `numbers` the same as numbers, where there is one, for the workbook."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    numbers: list[list[float | None]]


class BulletinContent(BaseModel):
    """A bulletin as it is read and, once issued, kept."""

    title: str
    period: str
    sections: list[Section]
    tables: list[Table]


def percent(part: int, whole: int | None) -> str:
    return f"{100 * part / whole:.2f}%" if whole else NONE


def compose(facts: Facts) -> BulletinContent:
    problems = _problems(facts)
    said = [said for said, _request in problems]
    requests = [request for _said, request in problems]
    return BulletinContent(
        title=_title(facts),
        period=f"{_day(facts.period, 'first')}至{_day(facts.period, 'last')}",
        sections=[
            Section(heading="一、总体情况", paragraphs=_overall(facts)),
            Section(heading="二、案件构成", paragraphs=_made_of(facts)),
            Section(heading="三、办理情况", paragraphs=_handling(facts)),
            Section(heading="四、热点区域", paragraphs=_hot_spots(facts)),
            Section(heading="五、存在问题", paragraphs=_numbered(said, NO_PROBLEMS)),
            Section(heading="六、工作要求", paragraphs=_numbered(requests, NO_REQUESTS)),
        ],
        tables=[
            _organisations(f"各{facts.places_are}办理情况", facts.places_are, facts.places),
            _organisations("各责任单位办理情况", "责任单位", facts.units),
            _matters(facts),
        ],
    )


def _title(facts: Facts) -> str:
    first = facts.period.first
    if facts.kind == BulletinKind.MONTHLY:
        return f"{facts.place}网格化治理工作情况通报（{first.year}年{first.month}月）"
    year, week, _ = first.isocalendar()
    return f"{facts.place}网格化治理工作周报（{year}年第{week}周）"


def _day(period: Period, which: str) -> str:
    day = period.first if which == "first" else period.last
    return f"{day.year}年{day.month}月{day.day}日"


def _this(facts: Facts) -> str:
    return f"{facts.period.first.month}月份" if facts.kind == BulletinKind.MONTHLY else "本周"


def _last(facts: Facts) -> str:
    return "上月" if facts.kind == BulletinKind.MONTHLY else "上周"


def _overall(facts: Facts) -> list[str]:
    now = facts.now
    said = (
        f"{_this(facts)}，{facts.place}共受理案件{now.reported}件，立案{now.filed}件，"
        f"立案率{percent(now.filed, now.reported)}；"
        f"应结案{now.due}件，结案{now.closed}件，结案率{percent(now.closed, now.due)}；"
        f"按期结案{now.closed_in_time}件，按期结案率{percent(now.closed_in_time, now.due)}。"
    )
    spot = f"另有网格员当场自处置{now.self_handled}件，不计入以上数字。" if now.self_handled else ""
    return [said + spot, _compared(facts)]


def _compared(facts: Facts) -> str:
    now, before = facts.now, facts.before
    if not before.reported:
        return f"{_last(facts)}没有受理案件，不作环比。"
    changed = now.reported - before.reported
    volume = (
        f"受理量与{_last(facts)}持平"
        if changed == 0
        else f"受理量比{_last(facts)}{'增加' if changed > 0 else '减少'}{abs(changed)}件，"
        f"{'上升' if changed > 0 else '下降'}{100 * abs(changed) / before.reported:.2f}%"
    )
    rates = [_moved(facts, key) for key in ("closing", "closing_on_time")]
    return "；".join([volume, *filter(None, rates)]) + "。"


def _moved(facts: Facts, key: str) -> str:
    """How a rate has moved, in percentage points; nothing where one of the two is unknown."""
    now, before = BY_KEY[key].of(facts.now).rate, BY_KEY[key].of(facts.before).rate
    if now is None or before is None:
        return ""
    points = 100 * (now - before)
    name = BY_KEY[key].name.zh
    if abs(points) < 0.005:
        return f"{name}与{_last(facts)}持平"
    return f"{name}比{_last(facts)}{'上升' if points > 0 else '下降'}{abs(points):.2f}个百分点"


def _made_of(facts: Facts) -> list[str]:
    total = facts.staff + facts.public
    if not total:
        return ["本期没有受理案件。"]
    said = [
        (
            f"按来源分：网格上报{facts.staff}件，占{percent(facts.staff, total)}；"
            f"居民和热线反映{facts.public}件，占{percent(facts.public, total)}。"
        ),
        (
            f"按类别分：事件{facts.events}件，占{percent(facts.events, total)}；"
            f"部件{facts.components}件，占{percent(facts.components, total)}。"
        ),
    ]
    if facts.matters:
        top = "、".join(f"{each.name}{each.counts.reported}件" for each in facts.matters[:3])
        said.append(f"数量居前的事项：{top}。")
    return said


def _handling(facts: Facts) -> list[str]:
    now = facts.now
    said = [
        (
            f"派遣{now.dispatched}件，派遣准确率{percent(now.dispatched_rightly, now.dispatched)}，"
            f"按时派遣率{percent(now.dispatched_in_time, now.dispatch_due)}；"
            f"按时处置率{percent(now.handled_in_time, now.due)}，返工{now.reworked}件，返工率{percent(now.reworked, now.due)}；"
            f"按时核查率{percent(now.inspected_in_time, now.inspect_due)}。"
        ),
        (
            f"退回{now.sent_back}件，其中退回两次及以上{now.bounced}件；延期{now.extended}件，挂账{now.suspended}件，"
            f"立案后作废{now.voided}件，强制结案{now.forced}件。"
        ),
    ]
    if now.answered:
        said.append(f"居民评价{now.answered}件，满意{now.satisfied}件，满意率{percent(now.satisfied, now.answered)}。")
    return said


def _hot_spots(facts: Facts) -> list[str]:
    spots = [each for each in facts.hot_spots if each.counts.reported]
    if not spots:
        return ["本期没有明显的热点区域。"]
    named = "、".join(f"{each.name}（{each.counts.reported}件）" for each in spots[:5])
    return [f"受理量居前的网格：{named}。"]


def _problems(facts: Facts) -> list[tuple[str, str]]:
    """What the figures say is not well, each with what is to be done about it. Small numbers say nothing."""
    found: list[tuple[str, str]] = []
    overdue = facts.now.due - facts.now.closed
    if overdue > 0:
        found.append(
            (
                f"应结案件中还有{overdue}件没有结案。",
                "对未结案件逐件明确责任人和完成时间，确有困难的按规定申请延期或挂账。",
            )
        )
    found += [*_slow_units(facts), *_rework(facts), *_sending_back(facts), *_risen(facts)]
    if facts.now.missed:
        found.append(
            (
                (
                    f"居民或热线先反映、经核实属实的{facts.now.missed}件，"
                    f"占立案数的{percent(facts.now.missed, facts.now.filed)}，"
                    "日常巡查还有盲区。"
                ),
                "加强背街小巷、集贸市场周边等区域的巡查，尽量先于群众发现问题。",
            )
        )
    return found


def _slow_units(facts: Facts) -> list[tuple[str, str]]:
    average = _rate(BY_KEY["closing_on_time"].of(facts.now))
    if average is None:
        return []
    slow = [
        f"{each.name}按期结案率{percent(each.counts.closed_in_time, each.counts.due)}，低于平均{average - own:.2f}个百分点"
        for each in facts.units
        if each.counts.due >= FEW
        and (own := _rate(BY_KEY["closing_on_time"].of(each.counts))) is not None
        and average - own >= POINTS_BELOW
    ]
    if not slow:
        return []
    return [
        ("；".join(slow) + "。", "按期结案率低于平均水平的单位，要查明是人手、职责还是时限的原因，下期通报前书面说明。")
    ]


def _rework(facts: Facts) -> list[tuple[str, str]]:
    much = [
        f"{each.name}返工率{percent(each.counts.reworked, each.counts.due)}"
        for each in facts.units
        if each.counts.due >= FEW and (_rate(BY_KEY["rework"].of(each.counts)) or 0) > REWORK_ABOVE
    ]
    return (
        [("、".join(much) + "，处置质量有待提高。", "处置完成前对照结案条件自查，处置后照片要和处置前同一角度。")]
        if much
        else []
    )


def _sending_back(facts: Facts) -> list[tuple[str, str]]:
    much = [
        f"{each.name}退回率{percent(each.counts.sent_back, each.counts.dispatched)}"
        for each in facts.units
        if each.counts.dispatched >= FEW and (_rate(BY_KEY["sending_back"].of(each.counts)) or 0) > SENT_BACK_ABOVE
    ]
    if not much:
        return []
    return [
        (
            "、".join(much) + "，职责边界还不够清楚。",
            "指挥中心会同有关单位梳理退回较多的事项，明确责任单位，修订派遣规则。",
        )
    ]


def _risen(facts: Facts) -> list[tuple[str, str]]:
    risen = []
    for each in facts.matters:
        before = facts.matters_before.get(each.name, 0)
        now = each.counts.reported
        if before >= FEW and now > before and 100 * (now - before) / before >= RISEN_BY:
            risen.append(f"{each.name}由{before}件升至{now}件")
    if not risen:
        return []
    return [("、".join(risen) + "，上升较快。", "对上升较快的事项组织专项整治，从源头减少问题发生。")]


def _numbered(said: Sequence[str], otherwise: str) -> list[str]:
    return [f"{number}．{each}" for number, each in enumerate(said, start=1)] if said else [otherwise]


def _rate(figure: Figure) -> float | None:
    return None if figure.rate is None else 100 * figure.rate


_COLUMNS = ("closing", "closing_on_time", "rework", "sending_back")


def _organisations(title: str, heading: str, placed: Sequence[Placed]) -> Table:
    """In their order; whoever has too little to be placed comes last."""
    ordered = sorted(placed, key=lambda each: (each.rank or 9999, each.name))
    columns = ["名次", heading, "应结案", "结案", "结案率", "按期结案率", "返工率", "退回率", "得分"]
    rows, numbers = [], []
    for each in ordered:
        figures = [BY_KEY[key].of(each.counts) for key in _COLUMNS]
        rates = [percent(figure.part, figure.whole) for figure in figures]
        score = NONE if each.score is None else f"{each.score:.1f}"
        counted = [str(each.counts.due), str(each.counts.closed)]
        rows.append([str(each.rank or NONE), each.name, *counted, *rates, score])
        numbers.append([each.rank, None, each.counts.due, each.counts.closed, *(f.rate for f in figures), each.score])
    return Table(title=title, columns=columns, rows=rows, numbers=numbers)


def _matters(facts: Facts) -> Table:
    rows, numbers = [], []
    for number, each in enumerate(facts.matters[:TOP], start=1):
        reported = each.counts.reported
        before = facts.matters_before.get(each.name, 0)
        share = reported / facts.now.reported if facts.now.reported else None
        rows.append([str(number), each.name, str(reported), percent(reported, facts.now.reported), str(before)])
        numbers.append([number, None, reported, share, before])
    return Table(title="高发事项", columns=["序号", "事项", "受理", "占比", _last(facts)], rows=rows, numbers=numbers)
