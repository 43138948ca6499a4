"""What Chromium makes of the loads of replay_payload.py: time to the first heads, and frames per second at 300×.

Beside ours: the map at rest, and the map drawn anew for each frame, which is the least that any way pays that draws the
replay with MapLibre. Against a served demo town (its pages, map and sign-in are real; the answer with the tracks is ours):

    python -m tests.bench.replay_frames http://127.0.0.1:8000
"""

import json
import shutil
import sys
from base64 import b64encode
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from geo.tracks.day import DerivedDay
from geo.tracks.wire import encode
from tests.bench.replay_payload import TO_TOWN, day_of_one, days_of_many
from tests.browser.conftest import CHROMIUM_ARGUMENTS, PASSWORD, phone_of, wait_for_map

PLAYED_MS = 8_000
# When each frame began, and how long scripts of the page ran in it.
FRAMES = """(forMs) => new Promise((done) => {
  const times = [], busy = []
  const tick = (now) => {
    times.push(now)
    if (now - times[0] >= forMs) return done([times, busy])
    requestAnimationFrame(tick)
    const began = performance.now()
    // Runs after the callbacks of this frame, the styles, the layout and the paint.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => busy.push(performance.now() - began)
    port2.postMessage(null)
  }
  requestAnimationFrame(tick)
})"""
# The map, drawn anew each frame.
REDRAWN = """(forMs) => new Promise((done) => {
  const times = [], busy = []
  const tick = (now) => {
    times.push(now)
    const began = performance.now()
    window.__suoziMap.redraw()
    busy.push(performance.now() - began)
    now - times[0] < forMs ? requestAnimationFrame(tick) : done([times, busy])
  }
  requestAnimationFrame(tick)
})"""
# From the answer that has come and from the button, until a head is on the screen.
FIRST_HEADS = """async (pressed) => {
  const small = new OffscreenCanvas(32, 32).getContext('2d', { willReadFrequently: true })
  const isThere = () => {
    const heads = document.querySelector('.replay-heads')
    if (!heads) return false
    small.drawImage(heads, 0, 0, 32, 32)
    return small.getImageData(0, 0, 32, 32).data.some((part) => part > 0)
  }
  while (!isThere()) await new Promise(requestAnimationFrame)
  const [answer] = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/replays/')).slice(-1)
  const now = performance.now()
  return [now - answer.responseEnd, now - pressed]
}"""


def replay(days: list[DerivedDay]) -> str:
    """An answer of /api/replays with these days, as the server would write it."""

    def iso(ms: int) -> str:
        return datetime.fromtimestamp(ms / 1000, UTC).isoformat()

    def person(n: int, day: DerivedDay) -> dict[str, Any]:
        first, last = int(day.fixes.at_ms[0]), int(day.fixes.at_ms[-1])
        spans = [{"id": str(n), "travel": "walk", "started_at": iso(first), "ended_at": iso(last), "ended_by": "staff"}]
        return {
            "staff_id": f"person-{n}",
            "name": f"网格员 {n + 1:03}",
            "post": "网格员",
            "squad_code": None,
            "patrols": spans,
            "clean_m": 0,
            "raw_m": 0,
            "recorded_s": 0,
            "unknown_s": 0,
            "flagged": {},
            "rules_version": 1,
            "derived_at": iso(last),
            "pending": False,
            "stays": [
                {
                    "start_at": iso(s.start_ms),
                    "end_at": iso(s.end_ms),
                    "lng": s.lng + TO_TOWN[0],
                    "lat": s.lat + TO_TOWN[1],
                }
                for s in day.stays
            ],
            "gaps": [],
            "coverage": {},
            "objections": [],
            "track": b64encode(encode(day)).decode(),
        }

    people = [person(n, day) for n, day in enumerate(days)]
    as_of = iso(max(int(day.fixes.at_ms[-1]) for day in days))
    return json.dumps({"on_day": "2025-10-09", "as_of": as_of, "people": people, "cases": []})


def told(measured: list[list[float]]) -> str:
    times, busy = measured
    apart = sorted(b - a for a, b in pairwise(times))
    median, worst = apart[len(apart) // 2], apart[int(len(apart) * 0.95)]
    frames = 1000 * len(apart) / (times[-1] - times[0])
    main_thread = sorted(busy)[len(busy) // 2]
    return f"{frames:.0f} frames/s (median {median:.0f} ms, 95 % {worst:.0f} ms; main thread {main_thread:.0f} ms)"


def measure(page: Page, what: str, body: str) -> None:
    page.unroute("**/api/replays/*")

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="application/json")

    page.route("**/api/replays/*", answer)
    page.goto("/desk#/patrols")
    page.reload()
    page.get_by_role("button", name="查看", exact=True).click()
    page.get_by_text("居民来电核实").click()
    started = page.evaluate(
        """() => { const at = performance.now(); document.querySelector('.reason button[type=submit]').click(); return at }"""
    )
    decoding, first = page.evaluate(FIRST_HEADS, started)
    page.evaluate("sessionStorage.clear()")
    page.get_by_role("button", name="300×").click()
    # The map itself is long in coming without a graphics card.
    wait_for_map(page)
    page.wait_for_timeout(2000)
    page.locator(".play").click()
    ours = told(page.evaluate(FRAMES, PLAYED_MS))
    page.locator(".play").click()
    idle = told(page.evaluate(FRAMES, 2_000))
    redrawn = told(page.evaluate(REDRAWN, PLAYED_MS))
    sys.stdout.write(
        f"{what}: {len(body) / 1000:,.0f} kB, first heads {decoding:,.0f} ms after the answer, "
        f"{first:,.0f} ms after the button\n"
    )
    sys.stdout.write(f"  ours         {ours}\n  map at rest  {idle}\n  map redrawn  {redrawn}\n")
    sys.stdout.flush()


def main(address: str) -> None:
    many = list(days_of_many())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="zh-CN")
        context.add_init_script("localStorage.setItem('suozi.test', '1')")
        page = context.new_page()
        signed = page.request.post("/api/session", data={"phone": phone_of("operator"), "password": PASSWORD})
        assert signed.ok, signed.text()
        measure(page, f"{len(many)} people, 8 h", replay(many))
        measure(page, "12 people, 8 h", replay(many[:12]))
        measure(page, "one person, 86,400 fixes", replay([day_of_one()]))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
