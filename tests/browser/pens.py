"""What a page draws on its canvases: every leg and stamp, in CSS pixels, since the canvas was last cleared."""

from typing import Any

from playwright.sync_api import Page

# Runs before the page does, and writes down what its pens are told to draw.
RECORD = """(() => {
  const proto = CanvasRenderingContext2D.prototype
  const of = (pen) => (pen.canvas.drawn ??= { path: [], legs: [], stamps: [], at: null })
  const also = (name, then) => {
    const real = proto[name]
    proto[name] = function (...told) { then.call(this, of(this), ...told); return real.apply(this, told) }
  }
  also('clearRect', function () { delete this.canvas.drawn })
  also('beginPath', (drawn) => { drawn.path = [] })
  also('moveTo', (drawn, x, y) => { drawn.at = [x, y] })
  also('lineTo', function (drawn, x, y) {
    drawn.path.push({ from: drawn.at, to: [x, y], dotted: this.getLineDash().length > 0 })
    drawn.at = [x, y]
  })
  also('stroke', (drawn) => { drawn.legs.push(...drawn.path) })
  also('drawImage', (drawn, _picture, x, y, width, height) => {
    if (width) drawn.stamps.push({ at: [x + width / 2, y + height / 2], width })
  })
})()"""

DRAWN = """(names) => names.flatMap((name) => [...document.querySelectorAll(`.replay-${name}:not([hidden])`)])
  .map(({ drawn }) => drawn ?? { legs: [], stamps: [] })
  .reduce((all, { legs, stamps }) => {
    const place = ([x, y]) => { const { lng, lat } = __suoziMap.unproject([x, y]); return [lng, lat] }
    all.legs.push(...legs.map(({ from, to, dotted }) => ({ from: place(from), to: place(to), dotted })))
    all.stamps.push(...stamps.map(({ at, width }) => ({ at: place(at), width })))
    return all
  }, { legs: [], stamps: [] })"""


def drawn(page: Page, *sheets: str) -> dict[str, Any]:
    """`legs` (from, to, dotted) and `stamps` (at, width in pixels) of these sheets of a replay, places as lng and lat."""
    told: dict[str, Any] = page.evaluate(DRAWN, list(sheets))
    return told


def longest(page: Page, *sheets: str, dotted: bool) -> float:
    """Of the legs of these sheets, in degrees of longitude; 0 without any."""
    legs = [leg for leg in drawn(page, *sheets)["legs"] if leg["dotted"] == dotted]
    return max((abs(leg["to"][0] - leg["from"][0]) for leg in legs), default=0)
