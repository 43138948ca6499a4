"""The last known position of a person: it follows time, not the order of arrival."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff.positions import Position, latest_positions, remember_position
from seeds.load import COUNTY, staff_id

WHO = staff_id("19900009101")
NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)


async def test_a_position_never_moves_backwards_in_time(session: AsyncSession) -> None:
    assert await latest_positions(session, COUNTY, [WHO]) == {}
    await remember_position(session, COUNTY, WHO, NINE, 120.3, 31.8, 12.5)
    await remember_position(session, COUNTY, WHO, NINE - timedelta(minutes=5), 120.4, 31.9, None)
    await remember_position(session, COUNTY, WHO, NINE, 120.5, 31.9, None)
    assert await latest_positions(session, COUNTY, [WHO]) == {WHO: Position(NINE, 120.3, 31.8, 12.5)}
    later = NINE + timedelta(seconds=1)
    await remember_position(session, COUNTY, WHO, later, 120.5, 31.9)
    assert await latest_positions(session, COUNTY, [WHO]) == {WHO: Position(later, 120.5, 31.9, None)}
