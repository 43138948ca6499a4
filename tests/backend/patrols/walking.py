"""Fixes of somebody who walks, for stories in which the way does not matter."""

import random
from datetime import datetime, timedelta
from typing import Any

from backend.patrols.packing import NewFix
from tests.conftest import MONDAY_MORNING
from tests.people import HUANGTANG_3, PLACES


def walk(
    fixes: int, *, begins: datetime = MONDAY_MORNING, every_s: float = 5, at: str = HUANGTANG_3, seed: int = 0
) -> list[NewFix]:
    """So many fixes of a walk at about 1.2 m/s from the middle of a grid, with noise of a metre."""
    chance = random.Random(seed)
    lng, lat = PLACES[at]
    found = []
    for n in range(fixes):
        lng += 1.2 * every_s / 94_500 * 0.7 + chance.gauss(0, 1e-5)
        lat += 1.2 * every_s / 111_000 * 0.7 + chance.gauss(0, 1e-5)
        at_ = begins + timedelta(seconds=n * every_s, milliseconds=chance.randrange(900))
        found.append(NewFix(at_, lng, lat, round(abs(chance.gauss(8, 3)), 1), round(abs(chance.gauss(1.2, 0.3)), 2)))
    return found


def said(fixes: list[NewFix]) -> list[dict[str, Any]]:
    """As our own phone says them."""
    return [
        {"at": f.at.isoformat(), "lng": f.lng, "lat": f.lat, "accuracy_m": f.accuracy_m, "speed_mps": f.speed_mps}
        for f in fixes
    ]
