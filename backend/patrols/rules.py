"""The rules of patrolling that a county may change, and those that hold everywhere."""

from datetime import time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.patrols.models import PatrolRules

# The version of the consent screen. A new text asks everybody again.
CONSENT_VERSION = 1
# Clocks that differ by less are taken to agree; a larger skew is taken off in steps of ten seconds.
SKEW_ALLOWED = timedelta(minutes=2)
SKEW_STEP_S = 10
# A position from further in the future than this cannot be believed.
AHEAD_ALLOWED = timedelta(minutes=5)
# How long a reason for looking at tracks opens them.
LOOK_LASTS = timedelta(hours=8)
MAX_FIXES = 500
MAX_RAW_DAYS = 30
MAX_TRACK_DAYS = 180


def usual_rules(county: str) -> PatrolRules:
    return PatrolRules(
        county=county, starts=time(7), ends=time(20), fixes_days=MAX_RAW_DAYS, track_days=MAX_TRACK_DAYS, version=0
    )


async def rules_of(session: AsyncSession, county: str) -> PatrolRules:
    """The county's rules, the usual ones if it has not changed them."""
    return await session.get(PatrolRules, county) or usual_rules(county)
