"""Pictures for the demo cases, drawn here: a street corner with something on it, and the same corner after it was cleared."""

import io
import random

from PIL import Image, ImageDraw

SIZE = (1200, 900)
_SKY, _WALL, _PAVEMENT, _KERB = (176, 203, 221), (203, 190, 170), (150, 148, 142), (108, 106, 102)


def street_corner(seed: int, *, cleared: bool) -> bytes:
    """A JPEG of about 60 kB. The same seed is the same corner; `cleared` leaves out what was reported."""
    scene = random.Random(seed)  # noqa: S311 -- a drawing, not a secret
    image = Image.new("RGB", SIZE, _SKY)
    draw = ImageDraw.Draw(image)
    horizon = scene.randint(330, 400)
    _houses(draw, scene, horizon)
    draw.rectangle((0, horizon, *SIZE), fill=_PAVEMENT)
    for x in range(-600, 1800, scene.choice((90, 120, 150))):
        draw.line((600 + (x - 600) * 0.35, horizon, x, SIZE[1]), fill=_KERB, width=2)
    draw.polygon([(0, 820), (1200, 700), (1200, 740), (0, 870)], fill=_KERB)
    heap = [_piece(scene) for _ in range(scene.randint(9, 16))]
    if not cleared:
        for box, colour in heap:
            draw.rounded_rectangle(box, radius=14, fill=colour, outline=(60, 60, 60), width=2)
    written = io.BytesIO()
    # A byte of the seed in the comment keeps two corners that look alike from being one picture.
    image.save(written, "JPEG", quality=82, comment=f"{seed}{'after' if cleared else 'before'}".encode())
    return written.getvalue()


def _houses(draw: ImageDraw.ImageDraw, scene: random.Random, horizon: int) -> None:
    left = 0
    while left < SIZE[0]:
        width = scene.randint(160, 300)
        top = horizon - scene.randint(120, 260)
        shade = scene.randint(-18, 18)
        draw.rectangle((left, top, left + width, horizon), fill=tuple(value + shade for value in _WALL))
        for x in range(left + 24, left + width - 50, 64):
            draw.rectangle((x, top + 30, x + 34, top + 78), fill=(104, 126, 140))
        left += width


def _piece(scene: random.Random) -> tuple[tuple[int, int, int, int], tuple[int, int, int]]:
    """One thing of the heap: where it lies, and its colour."""
    x, y = scene.randint(380, 720), scene.randint(520, 690)
    width, height = scene.randint(50, 150), scene.randint(40, 110)
    colour = scene.choice(((58, 62, 66), (122, 78, 52), (196, 196, 190), (66, 104, 72), (150, 60, 52)))
    return (x, y, x + width, y + height), colour
