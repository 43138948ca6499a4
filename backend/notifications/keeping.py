"""What a county sets: its robots, and where its rules of telling people depart from the usual."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Malformed, NotAllowed, NotFound, Say
from backend.matters.models import Severity
from backend.notifications import queries
from backend.notifications.channels.robots import BadRobot, checked_robot
from backend.notifications.kinds import KIND_WORDS, Channel, DeliveryState, Kind
from backend.notifications.models import ChannelHealth, Delivery, NoticeRule, Robot, UnseenStep
from backend.notifications.rules import USUAL, USUAL_LADDER, Rule, Step
from backend.notifications.schemas import NoticeRuleIn, NoticeRuleOut, RobotIn, RulesIn, RulesOut, StepOut
from backend.outbound import OutboundRules
from backend.permissions import Actor, Permission
from backend.staff.models import Squad
from backend.staff.queries_rota import paths_of
from backend.staff.squads import edits_squad, reads_squad

_BAD_URL = {
    "not_this_messenger": Say(
        "这不是所选平台的机器人地址，请从群机器人设置里整段复制",
        "Not an address of this messenger's robots; copy it whole from the robot's settings",
    ),
    "malformed": Say("地址不完整，请整段复制", "The address is not whole; copy all of it"),
}
_NOT_LISTED = Say(
    "地址不在放行名单里；自建的平台请运维加入 SUOZI_OUTBOUND_ORIGINS",
    "The address is not on the list; for a messenger of your own the operator adds it to SUOZI_OUTBOUND_ORIGINS",
)


async def robot_for(session: AsyncSession, actor: Actor, robot_id: UUID) -> Robot:
    """The robot, held, if its squad is one that the actor may look at. Raises NotFound."""
    found = select(Robot).where(col(Robot.county) == actor.county, col(Robot.id) == robot_id)
    robot = (await session.scalars(found.with_for_update())).one_or_none()
    if robot is None or not reads_squad(
        actor, robot.squad_code, await paths_of(session, actor.county, robot.squad_code)
    ):
        raise _no_such_robot()
    return robot


def _no_such_robot() -> NotFound:
    return NotFound(
        "no_such_robot", Say("没有这个机器人，或不在你的辖区", "There is no such robot, or it is outside your scope")
    )


async def _may_keep(session: AsyncSession, actor: Actor, squad_code: str) -> bool:
    return edits_squad(actor, await paths_of(session, actor.county, squad_code))


async def save_robot(
    session: AsyncSession, rules: OutboundRules, actor: Actor, robot_id: UUID, wanted: RobotIn
) -> Robot:
    """Add a robot of a squad in the actor's scope, or change it; address and secret that are left out stay.

    Raises Malformed, and NotFound for one outside the scope.
    """
    county = actor.county
    robot = await session.get(Robot, (county, robot_id), with_for_update=True)
    if robot and not await _may_keep(session, actor, robot.squad_code):
        raise _no_such_robot()
    if await session.get(Squad, (county, wanted.squad)) is None or not await _may_keep(session, actor, wanted.squad):
        raise Malformed.at(
            "squad",
            "unknown_squad",
            Say("没有这支队伍，或不在你的辖区", "There is no such squad, or it is outside your scope"),
        )
    url = wanted.url if wanted.url is not None else (robot.url if robot else "")
    secret = wanted.secret if wanted.secret is not None else (robot.secret if robot else "")
    try:
        address = checked_robot(rules, wanted.kind, url, secret)
    except BadRobot as error:
        if error.field == "secret":
            said = Say("加签密钥写法不对，请整段复制", "The secret is not well formed; copy all of it")
        else:
            said = _BAD_URL.get(error.code, _NOT_LISTED)
        raise Malformed.at(error.field, error.code, said) from None
    if robot is None:
        robot = Robot(county=county, id=robot_id, squad_code="", name="", kind=wanted.kind, url="")
        session.add(robot)
    robot.squad_code, robot.name, robot.kind = wanted.squad, wanted.name.strip(), wanted.kind
    robot.url, robot.secret, robot.active = address.url, address.secret, wanted.active
    await session.flush()
    return robot


async def remove_robot(session: AsyncSession, actor: Actor, robot_id: UUID) -> None:
    """What still waits for it is not sent. Raises NotFound."""
    county = actor.county
    robot = await robot_for(session, actor, robot_id)
    if not await _may_keep(session, actor, robot.squad_code):
        raise _no_such_robot()
    await session.execute(
        update(Delivery)
        .where(
            col(Delivery.county) == county,
            col(Delivery.robot_id) == robot_id,
            col(Delivery.state) == DeliveryState.QUEUED,
        )
        .values(state=DeliveryState.SKIPPED, reason="no_address")
    )
    await session.execute(
        delete(ChannelHealth).where(
            col(ChannelHealth.county) == county,
            col(ChannelHealth.channel) == Channel.ROBOT,
            col(ChannelHealth.key) == str(robot_id),
        )
    )
    await session.delete(robot)


async def rules_of(session: AsyncSession, county: str, language: str) -> RulesOut:
    """Every kind at every severity as it holds now, and the ladder."""
    rows = await session.scalars(select(NoticeRule).where(col(NoticeRule.county) == county))
    own = {(row.kind, row.severity): queries.as_rule(row) for row in rows}
    ladder = await queries.ladder_of(session, county)
    return RulesOut(
        rules=[
            _rule_out(kind, severity, own.get((kind, severity)), language) for kind in Kind for severity in Severity
        ],
        ladder=[
            StepOut(
                code=step.code,
                severities=sorted(step.severities),
                after_s=int(step.after.total_seconds()),
                receiver=step.receiver,
            )
            for step in sorted(ladder, key=lambda step: (step.after, step.code))
        ],
        ladder_is_usual=ladder is USUAL_LADDER,
    )


def _rule_out(kind: Kind, severity: Severity, own: Rule | None, language: str) -> NoticeRuleOut:
    rule = own or USUAL[kind][severity]
    return NoticeRuleOut(
        kind=kind,
        kind_words=KIND_WORDS[kind].in_language(language),
        severity=severity,
        channels=list(rule.channels),
        wait_s=int(rule.wait.total_seconds()),
        repeat_s=int(rule.repeat.total_seconds()) if rule.repeat else None,
        repeats=rule.repeats,
        rings=rule.rings,
        wakes=rule.wakes,
        is_usual=own is None,
    )


async def save_rules(session: AsyncSession, actor: Actor, wanted: RulesIn) -> None:
    """Replace what the county has set. Raises Malformed for a rule or a step that stands twice, and NotAllowed."""
    county = actor.county
    if county not in actor.paths_for(Permission.MANAGE_CHANNELS):
        raise NotAllowed(
            "not_your_rules",
            Say("只有县级管理员能修改全县的通知规则", "Only administrators of the whole county change its rules"),
        )
    _refuse_twice("rules", [(rule.kind, rule.severity) for rule in wanted.rules])
    _refuse_twice("ladder", [step.code for step in wanted.ladder])
    await session.execute(delete(NoticeRule).where(col(NoticeRule.county) == county))
    await session.execute(delete(UnseenStep).where(col(UnseenStep.county) == county))
    session.add_all(_as_row(county, rule) for rule in wanted.rules if _departs(rule, USUAL))
    session.add_all(
        UnseenStep(
            county=county,
            code=step.code,
            severities=sorted(step.severities),
            after_s=step.after_s,
            receiver=step.receiver,
        )
        for step in wanted.ladder
        if not _is_usual(wanted)
    )
    await session.flush()


def _as_row(county: str, rule: NoticeRuleIn) -> NoticeRule:
    # What is in the app is always told and stands in no rule.
    channels = [channel.value for channel in dict.fromkeys(rule.channels) if channel != Channel.IN_APP]
    return NoticeRule(county=county, **rule.model_dump(exclude={"channels"}), channels=channels)


def _departs(rule: NoticeRuleIn, usual: Mapping[Kind, Mapping[Severity, Rule]]) -> bool:
    return queries.as_rule(_as_row("", rule)) != usual[rule.kind][rule.severity]


def _is_usual(wanted: RulesIn) -> bool:
    steps = {Step(s.code, frozenset(s.severities), timedelta(seconds=s.after_s), s.receiver) for s in wanted.ladder}
    return steps == set(USUAL_LADDER)


def _refuse_twice(field: str, keys: list[object]) -> None:
    for position, key in enumerate(keys):
        if key in keys[:position]:
            raise Malformed.at(
                f"{field}.{position}", "twice", Say("同一条写了两次，请删去一条", "It stands twice; remove one")
            )
