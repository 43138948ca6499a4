"""The command centre's view of the channels: what waits and what fails, the robots' budgets, and the county's rules."""

from uuid import UUID

from fastapi import APIRouter, Request

from backend.access import ChannelKeeper, ChannelReader
from backend.clock import Now
from backend.database import Session
from backend.language import Language
from backend.notifications import board, keeping, testing
from backend.notifications.channels.outcome import Outcome, Result
from backend.notifications.reasons import reason_words
from backend.notifications.schemas import BoardOut, Outgoing, RobotIn, RobotOut, RulesIn, RulesOut, TestOut
from backend.staff.queries import squad_names

router = APIRouter(prefix="/api/channels", tags=["channels"])


@router.get("")
async def get_board(actor: ChannelReader, request: Request, session: Session, at: Now, language: Language) -> BoardOut:
    """How the channels and robots are doing, over the last 24 hours."""
    return await board.board(session, request.app.state.outside, actor, language, at)


@router.post("/tests/{channel}")
async def test_channel(
    channel: Outgoing, actor: ChannelReader, request: Request, session: Session, at: Now, language: Language
) -> TestOut:
    """Send a test to myself by this channel, and say what came of it."""
    outcome = await testing.send_test(session, request.app.state.outside, actor, channel, at)
    return _tested(outcome, language)


@router.put("/robots/{robot_id}")
async def put_robot(
    robot_id: UUID,
    body: RobotIn,
    actor: ChannelKeeper,
    request: Request,
    session: Session,
    at: Now,
    language: Language,
) -> RobotOut:
    """Add a squad's group robot, or change it."""
    robot = await keeping.save_robot(session, request.app.state.outside.rules, actor, robot_id, body)
    return board.robot_out(robot, await squad_names(session, actor.county), None, 0, language, at)


@router.delete("/robots/{robot_id}", status_code=204)
async def delete_robot(robot_id: UUID, actor: ChannelKeeper, session: Session) -> None:
    """Remove a robot; what waits for it is not sent."""
    await keeping.remove_robot(session, actor, robot_id)


@router.post("/robots/{robot_id}/test")
async def test_robot(
    robot_id: UUID, actor: ChannelReader, request: Request, session: Session, at: Now, language: Language
) -> TestOut:
    """Send a test to the robot's group; it counts against the robot's budget."""
    outcome = await testing.send_test_to_group(session, request.app.state.outside, actor, robot_id, at)
    return _tested(outcome, language)


@router.get("/rules")
async def get_rules(actor: ChannelReader, session: Session, language: Language) -> RulesOut:
    """How each kind is told at each severity, and what happens while nobody looks."""
    return await keeping.rules_of(session, actor.county, language)


@router.put("/rules")
async def put_rules(body: RulesIn, actor: ChannelKeeper, session: Session, language: Language) -> RulesOut:
    """Set where the county departs from the usual."""
    await keeping.save_rules(session, actor, body)
    return await keeping.rules_of(session, actor.county, language)


def _tested(outcome: Outcome, language: str) -> TestOut:
    return TestOut(
        sent=outcome.result == Result.SENT,
        reason=outcome.reason,
        reason_words=reason_words(outcome.reason).in_language(language),
        said=outcome.said,
    )
