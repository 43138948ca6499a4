"""Single values as trackers send them: numbers as text, times in four forms, "unknown" in several. Nothing here raises."""

import math
import re
from datetime import UTC, datetime, timedelta

from backend.clock import SHANGHAI
from backend.patrols.devices.readings import SpeedUnit, Zone

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
MPS_OF = {SpeedUnit.MPS: 1.0, SpeedUnit.KMH: 1 / 3.6, SpeedUnit.KNOTS: 1852 / 3600}

# Seconds until 2038; from here on trackers mean milliseconds (the boundary is Traccar's).
FIRST_MILLISECOND = 2**31 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The years that PostgreSQL, Python and every zone can carry alike.
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

MAX_SPEED_MPS = 300.0
MAX_ACCURACY_M = 100_000.0
ALTITUDE_M = (-1_000.0, 20_000.0)


def number(value: object) -> float | None:
    """A finite number, whether it came as a number or as its text; None for anything else."""
    if isinstance(value, str):
        value = value.strip()
        if len(value) > 400 or not NUMBER.fullmatch(value):
            return None
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found + 0.0 if math.isfinite(found) else None


def truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower() if isinstance(value, str | int | float) else ""
    if text in {"true", "1", "yes", "1.0"}:
        return True
    if text in {"false", "0", "no", "0.0"}:
        return False
    return None


def accuracy(value: object) -> float | None:
    """Metres. Zero and less is how clients say that they do not know."""
    found = number(value)
    return min(found, MAX_ACCURACY_M) if found and found > 0 else None


def speed(value: object, unit: SpeedUnit) -> float | None:
    """Metres per second; below zero is unknown, beyond an aeroplane's is none."""
    found = number(value)
    if found is None or found < 0 or found * MPS_OF[unit] > MAX_SPEED_MPS:
        return None
    return found * MPS_OF[unit]


def heading(value: object) -> float | None:
    """Degrees from north, 0 up to but not including 360; below zero is unknown."""
    found = number(value)
    return found % 360 if found is not None and 0 <= found <= 360 else None


def altitude(value: object) -> float | None:
    found = number(value)
    return found if found is not None and ALTITUDE_M[0] <= found <= ALTITUDE_M[1] else None


def battery(value: object, full: float) -> float | None:
    """0 to 1, of a value that is `full` when the battery is."""
    found = number(value)
    return found / full if found is not None and 0 <= found <= full else None


def moment(value: object, zone: Zone) -> tuple[datetime | None, bool]:
    """The time in UTC, to the millisecond, and whether its offset had to be taken from `zone`. None for what is no time.

    A moment already, seconds or milliseconds since 1970, ISO 8601, or `yyyy-MM-dd HH:mm:ss`. Times beyond the years 1900 to
    2200 are given as those: whoever judges finds them too old or ahead of the clock.
    """
    if isinstance(value, datetime):
        return _to_millisecond(value), False
    since_1970 = number(value)
    if since_1970 is not None:
        return _from_epoch(since_1970), False
    said = _written(value)
    if said is None:
        return None, False
    zoneless = said.tzinfo is None
    if zoneless:
        said = said.replace(tzinfo=SHANGHAI if zone is Zone.SHANGHAI else UTC)
    if not FIRST.year < said.year < LAST.year:
        return (FIRST if said.year <= FIRST.year else LAST), zoneless
    return _to_millisecond(said), zoneless


def _written(value: object) -> datetime | None:
    """A date with its time of day; a date alone is no moment."""
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > 64 or ("T" not in text and " " not in text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _from_epoch(since_1970: float) -> datetime:
    ms = since_1970 if since_1970 >= FIRST_MILLISECOND else since_1970 * 1000
    span = (LAST - EPOCH).total_seconds() * 1000
    if not -span < ms < span:
        return LAST if ms > 0 else FIRST
    return EPOCH + timedelta(milliseconds=round(ms))


def _to_millisecond(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)
