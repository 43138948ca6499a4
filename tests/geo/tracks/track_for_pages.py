"""Writes the small day that the decoder of the pages is tested against (pwa/src/lib/track_from_python.json).

Run it when the format changes: python -m tests.geo.tracks.track_for_pages
"""

import base64
import json
from pathlib import Path

from geo.tracks import wire
from geo.tracks.coverage import bounds, cells_at
from geo.tracks.day import derive_day
from geo.tracks.spans import Period, Span
from tests.geo.tracks.generate import WALK, patrol, seen

FILE = Path(__file__).parents[3] / "pwa" / "src" / "lib" / "track_from_python.json"


def written() -> str:
    """Seventy minutes with halts, and six of them without a visible page."""
    fixes = seen(patrol(5, minutes=70), 5, every_s=20, sigma_m=4)
    start_ms = int(fixes.at_ms[0])
    hidden = Span(start_ms + 600_000, start_ms + 960_000, "hidden")
    kept = (fixes.at_ms < hidden.start_ms) | (fixes.at_ms > hidden.end_ms)
    heard = type(fixes)(*(getattr(fixes, name)[kept] for name in fixes.__dataclass_fields__))
    day = derive_day(
        heard, periods=[Period(start_ms, int(fixes.at_ms[-1]))], declared_gaps=[hidden], grids=[], rules=WALK
    )
    message = wire.encode(day)
    read = wire.decode(message)
    cells = cells_at(read.lng[:3], read.lat[:3])
    content = {
        "track": base64.b64encode(message).decode(),
        "at_s": read.at_s.tolist(),
        "lng_e6": [round(lng * 1e6) for lng in read.lng.tolist()],
        "lat_e6": [round(lat * 1e6) for lat in read.lat.tolist()],
        "gone_dm": [round(gone * 10) for gone in read.gone_m.tolist()],
        "run_points": read.run_points.tolist(),
        "stays": read.stays,
        "cells": cells.tolist(),
        "bounds": bounds(cells).tolist(),
    }
    return json.dumps(content) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
