"""Pictures for tests: distinct ones out of the photos at hand, what is done to one to use it again, and noise."""

import io
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PIL import ExifTags, Image, ImageEnhance, ImageOps

from tests.people import PHOTOS

# Of different places; the other orientations are the same two pictures turned.
DISTINCT = (
    "orientation/Landscape_3.jpg",
    "orientation/Portrait_1.jpg",
    "phones/htc-desire.jpg",
    "phones/issue-173-dotnet.jpg",
)
CORNERS = ((0, 0, 1, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 1, 0, 0))
"""Which of the edges at the left, the top, the right and the bottom are cut off."""


def opened(path: Path) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def tiles(picture: Image.Image, across: int = 4) -> list[Image.Image]:
    """Pieces that do not overlap: as unlike each other as two photos, and often of the same street."""
    w, h = picture.width // across, picture.height // across
    return [picture.crop((x * w, y * h, (x + 1) * w, (y + 1) * h)) for x in range(across) for y in range(across)]


def pictures() -> list[Image.Image]:
    return [tile for name in DISTINCT for tile in tiles(opened(PHOTOS / name))]


def jpeg(
    picture: Image.Image,
    *,
    quality: int = 85,
    taken_at: datetime | None = None,
    place: tuple[float, float] | None = None,
) -> bytes:
    """As a camera writes it: `taken_at` is the wall clock, `place` lng, lat."""
    exif = Image.Exif()
    if taken_at:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken_at.strftime("%Y:%m:%d %H:%M:%S")
    if place:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        for value, tag, sides in ((place[1], 1, "NS"), (place[0], 3, "EW")):
            minutes, degrees = abs(value) % 1 * 60, int(abs(value))
            gps[tag], gps[tag + 1] = sides[value < 0], (degrees, int(minutes), minutes % 1 * 60)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, exif=exif)
    return file.getvalue()


def cut(picture: Image.Image, part: float, edges: tuple[float, float, float, float]) -> Image.Image:
    """The picture without `part` of its width or height at these edges."""
    left, top, right, bottom = (part * edge for edge in edges)
    w, h = picture.size
    return picture.crop((round(left * w), round(top * h), round((1 - right) * w), round((1 - bottom) * h)))


USED_AGAIN: dict[str, Callable[[Image.Image], list[Image.Image]]] = {
    "recompressed": lambda it: [it],
    "smaller": lambda it: [it.resize((it.width * 2 // 5, it.height * 2 // 5))],
    "larger": lambda it: [it.resize((it.width * 5 // 4, it.height * 5 // 4))],
    "brighter": lambda it: [ImageEnhance.Brightness(it).enhance(1.25)],
    "mirror": lambda it: [ImageOps.mirror(it)],
    "3 % crop": lambda it: [cut(it, 0.03, edges) for edges in (*CORNERS, (1, 1, 1, 1))],
    "10 % crop": lambda it: [cut(it, 0.1, edges) for edges in CORNERS],
    "8 % crop": lambda it: [cut(it, 0.08, edges) for edges in CORNERS],
    "one edge": lambda it: [cut(it, 0.1, edges) for edges in ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))],
    "mirror, 10 % crop": lambda it: [ImageOps.mirror(cut(it, 0.1, CORNERS[0]))],
}
"""By name: all that is done to a picture before it is saved again at quality 60."""


def noise(name: str) -> bytes:
    """A JPEG of noise that no other name gives."""
    pixels = random.Random(name).randbytes(48 * 36 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (48, 36), pixels).save(out, "JPEG", quality=90)
    return out.getvalue()
