"""Real vehicles: a day of buses put in over HTTP stands in the replay where the file says, and between two trips
nobody is made to travel."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from playwright.sync_api import expect

from backend.clock import SHANGHAI
from backend.identifiers import new_id
from backend.main import create_app
from backend.settings import Settings
from geo.tracks.fixes import Fixes
from tests.browser.conftest import Open, Shoot, SignIn, wait_for_map
from tests.browser.pens import drawn, longest
from tests.browser.test_replay import give_reason, operator, work_out
from tests.conftest import MONDAY_MORNING, Clock
from tests.geo.tracks.test_track_bus import BUSES, buses
from tests.people import SIGN_INS
from tests.served import served

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(not BUSES.is_file(), reason="the bus file (../shared/data/tracks) is not here"),
]

DRIVERS = [row for row in SIGN_INS if row["role"] in ("worker", "squad_member")]
# Minutes after the first of them set out.
MOMENTS = (25, 75, 125)
clock = Clock(MONDAY_MORNING)


@pytest.fixture(scope="module")
def address(loaded_town: Settings) -> Iterator[str]:
    app = create_app(loaded_town.model_copy(update={"run_worker": False}))
    app.state.clock = clock
    with served(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def driven(field: SignIn, loaded_town: Settings) -> list[Fixes]:
    """Each bus of the file, on a Monday morning, as somebody's patrol by car."""
    files = list(buses().values())
    first_ms = min(int(fixes.at_ms[0]) for fixes in files)
    moved = [fixes.at_ms - first_ms + int(MONDAY_MORNING.timestamp() * 1000) for fixes in files]
    clock.at = MONDAY_MORNING + timedelta(minutes=150)
    for driver, fixes, at_ms in zip(DRIVERS, files, moved, strict=False):
        at = [datetime.fromtimestamp(ms / 1000, UTC) for ms in at_ms.tolist()]
        somebody = field(driver["role"], driver["note"])
        somebody.put("/api/track-consent", {"text_version": 1, "agreed": True})
        patrol = f"/api/patrols/{new_id()}"
        about = {"travel": "car", "started_at": at[0].isoformat()}
        somebody.put(patrol, about | {"revision": 1})
        places = zip(at, fixes.lng.tolist(), fixes.lat.tolist(), strict=True)
        said = [{"at": when.isoformat(), "lng": lng, "lat": lat} for when, lng, lat in places]
        somebody.put(f"{patrol}/fixes/{new_id()}", {"fixes": said})
        somebody.put(patrol, about | {"revision": 2, "ended_at": at[-1].isoformat()})
    work_out(loaded_town.database_url, clock.at)
    return [Fixes(ms, f.lng, f.lat, f.accuracy_m, f.speed_mps, f.source) for f, ms in zip(files, moved, strict=True)]


def test_buses_are_replayed_where_the_file_says_and_do_not_travel_between_trips(
    desk: Open, driven: list[Fixes], shoot: Shoot
) -> None:
    assert len(driven) == len(DRIVERS[: len(driven)]) == 8
    page = operator(desk, "/desk#/patrols?on=2026-11-23&x=10&map=12.00/53.43500/-2.94000")
    give_reason(page)
    wait_for_map(page)
    expect(page.locator(".person-row")).to_have_count(8)
    for minute in MOMENTS:
        at = MONDAY_MORNING + timedelta(minutes=minute)
        # To the minute, by the keys.
        page.keyboard.press("Home")
        for _ in range(minute // 10):
            page.keyboard.press("Shift+ArrowRight")
        for _ in range(minute % 10):
            page.keyboard.press("ArrowRight")
        assert page.locator("output.clock").inner_text() == f"{at.astimezone(SHANGHAI):%H:%M:%S}"
        heads = [stamp["at"] for stamp in drawn(page, "heads")["stamps"] if 20 < stamp["width"] < 30]
        expected = [place for fixes in driven if (place := where(fixes, at.timestamp() * 1000))]
        assert len(expected) > 2
        for lng, lat in expected:
            nearest = min(np.hypot((x - lng) * 66_400, (y - lat) * 111_280) for x, y in heads)
            assert nearest < 20, f"{minute} min after the start nobody is within 20 m of {lng}, {lat}"
        shoot(page, f"replay-buses-{minute}")
    page.keyboard.press("End")
    # One way back each, of five kilometres and more, of which nothing is known; while driving, a place every 25 s.
    dotted = [leg for leg in drawn(page, "walked")["legs"] if leg["dotted"]]
    assert len(dotted) == 8
    assert longest(page, "walked", "heads", "whole-day", dotted=False) < 0.03 < longest(page, "walked", dotted=True)
    shoot(page, "replay-buses-end")


def where(fixes: Fixes, at_ms: float) -> tuple[float, float] | None:
    """Between two places of the file that are a minute apart at most; None where the file is silent."""
    after = int(np.searchsorted(fixes.at_ms, at_ms))
    if not 0 < after < len(fixes.at_ms) or fixes.at_ms[after] - fixes.at_ms[after - 1] > 60_000:
        return None
    share = (at_ms - fixes.at_ms[after - 1]) / (fixes.at_ms[after] - fixes.at_ms[after - 1])
    lng, lat = (column[after - 1] + share * (column[after] - column[after - 1]) for column in (fixes.lng, fixes.lat))
    return float(lng), float(lat)
