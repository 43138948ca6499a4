"""The process that opens untrusted photos, so that a hostile one can at worst kill this process.

Run as `python -I child.py`; imports nothing of ours. It answers questions until its standard input ends:

    question   one JSON line {"job": "inspect" | "derive" | "mark" | "look", "format": …, "bytes": n, "sides_px": […],
               "lines": […], "font": path}, then n bytes
    answer     one JSON line {"facts" or "look": …, "part_lengths": […]} or {"refused": code, "detail": …}, then the parts

It has no wall clock: whoever asks kills it when it takes too long. The other end is intake.py.
"""

import io
import itertools
import json
import math
import os
import re
import resource
import struct
import sys
import warnings
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

import pi_heif
from PIL import ExifTags, Image, ImageCms, ImageDraw, ImageFont

ADDRESS_SPACE_BYTES = 2**30
CPU_S_PER_JOB = 10
MAX_PIXELS = 50_000_000
MAX_JPEG_PIXELS = 200_000_000  # only a JPEG can be decoded at a fraction of its size

# What Pillow and its decoders were seen to raise on broken files; MemoryError is told apart.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    struct.error,
    zlib.error,
)

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to what makes it upright (Exif 2.32, 4.6.4 A). Pillow's own exif_transpose also rewrites the EXIF
block and falls over broken ones."""

CHINA = timezone(timedelta(hours=8))
SRGB = ImageCms.createProfile("sRGB")


class TooManyPixels(Exception):  # noqa: N818 -- says what is so
    """The picture would need more memory than we give to one."""


def main() -> None:
    """Answer until the input ends."""
    questions = sys.stdin.buffer
    # Answers have the pipe to themselves: whatever a C library prints goes to standard error.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

    reply(answers, {"ready": True}, [])
    while line := questions.readline():
        question = json.loads(line)
        data = questions.read(question["bytes"])
        allow_cpu_time()
        answer, parts = do(question, data)
        reply(answers, answer, parts)


def reply(answers: BinaryIO, answer: dict[str, object], parts: list[bytes]) -> None:
    answers.write(json.dumps(answer | {"part_lengths": [len(part) for part in parts]}).encode() + b"\n")
    answers.writelines(parts)
    answers.flush()


def allow_cpu_time() -> None:
    """The limit counts from the start of the process, so it is moved before each job; past it the kernel kills us."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + CPU_S_PER_JOB, hard))


def do(question: dict[str, object], data: bytes) -> tuple[dict[str, object], list[bytes]]:
    try:
        with open_photo(str(question["format"]), data) as photo:
            match question:
                case {"job": "inspect"}:
                    return {"facts": inspect(photo)}, []
                case {"job": "derive", "sides_px": [*sides_px]}:
                    return {}, derive(photo, [side for side in sides_px if isinstance(side, int)])
                case {"job": "mark", "lines": [*lines], "font": str(font)}:
                    return {}, [marked(photo, [str(line) for line in lines], font)]
                case {"job": "look"}:
                    return {"look": look(photo)}, []
            raise ValueError("no such job")
    except (TooManyPixels, Image.DecompressionBombError, MemoryError) as error:
        return refusal("too_many_pixels", error), []
    except BROKEN as error:
        return refusal("damaged", error), []


def refusal(code: str, error: Exception) -> dict[str, object]:
    return {"refused": code, "detail": f"{type(error).__name__}: {error}"[:200]}


def open_photo(image_format: str, data: bytes) -> Image.Image:
    """Read the header only, with the one decoder that the first bytes call for. Raises TooManyPixels."""
    if image_format == "WEBP":
        require_size(webp_canvas(data), MAX_PIXELS)  # this decoder takes its memory when it opens
    photo = Image.open(io.BytesIO(data), formats=(image_format,))
    require_size(photo.size, MAX_JPEG_PIXELS if image_format == "JPEG" else MAX_PIXELS)
    return photo


def require_size(size: tuple[int, int], max_pixels: int) -> None:
    if size[0] * size[1] > max_pixels:
        raise TooManyPixels(f"{size[0]} × {size[1]}")


def webp_canvas(data: bytes) -> tuple[int, int]:
    """Width and height from the first chunk (RFC 9649, 2.5 to 2.7)."""
    match data[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case _:
            width, height = struct.unpack("<HH", data[26:30])
            return width & 0x3FFF, height & 0x3FFF


# What the photo says of itself


def inspect(photo: Image.Image) -> dict[str, object]:
    """Decode everything, at an eighth of the size where the format can, and read what EXIF claims."""
    width, height = photo.size
    photo.draft(None, (max(1, width // 8), max(1, height // 8)))
    photo.load()
    if orientation(photo) >= 5:
        width, height = height, width
    shot = exif_block(photo, ExifTags.IFD.Exif)
    return {
        "width": width,
        "height": height,
        "taken_at": taken_at(shot),
        "place": place(exif_block(photo, ExifTags.IFD.GPSInfo)),
    }


def orientation(photo: Image.Image) -> int:
    """1 to 8; 1 where nothing sensible is said. libheif has turned HEIF already and says 1."""
    try:
        value = photo.getexif().get(ExifTags.Base.Orientation)
    except BROKEN:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def exif_block(photo: Image.Image, block: ExifTags.IFD) -> Mapping[int, object]:
    """One part of the EXIF, empty where it is broken: a camera's mistake is no reason to refuse its picture."""
    try:
        return photo.getexif().get_ifd(block)
    except BROKEN:
        return {}


def taken_at(shot: Mapping[int, object]) -> str | None:
    """DateTimeOriginal as ISO 8601 in UTC; Chinese time where the camera gives no offset (Exif 2.32, 4.6.5 F)."""
    found = re.match(r"(\d{4})\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)", text(shot.get(ExifTags.Base.DateTimeOriginal)))
    if not found:
        return None
    offset = text(shot.get(ExifTags.Base.OffsetTimeOriginal)) or text(shot.get(ExifTags.Base.OffsetTime))
    try:
        year, month, day, hour, minute, second = map(int, found.groups())
        local = datetime(year, month, day, hour, minute, second, tzinfo=zone(offset))
        return local.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def zone(offset: str) -> timezone:
    """`+08:00` or `-03:30`; anything else is taken for China."""
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", offset)
    if not found or int(found[2]) > 14:
        return CHINA
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-ahead if found[1] == "-" else ahead)


def text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip(" \0") if isinstance(value, str) else ""


def place(gps: Mapping[int, object]) -> list[float] | None:
    """WGS84 [lng, lat] in degrees, or None. (0, 0) is what receivers write before they know."""
    lng = degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "EW", 180)
    lat = degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "NS", 90)
    if lng is None or lat is None or (lng, lat) == (0, 0):
        return None
    return [lng, lat]


def degrees(parts: object, side: object, sides: str, at_most: int) -> float | None:
    """Degrees, minutes, seconds and the half of the globe they are on, signed; None where any of it is not so."""
    half = text(side).upper()
    if not isinstance(parts, tuple) or len(parts) != 3 or len(half) != 1 or half not in sides:
        return None
    try:
        whole, minutes, seconds = map(float, parts)
    except BROKEN:
        return None
    value = whole + minutes / 60 + seconds / 3600
    if not (min(whole, minutes, seconds) >= 0 and value <= at_most):  # also when one of them is not a number
        return None
    return round(-value if half in "SW" else value, 7)


# What people are shown


def derive(photo: Image.Image, sides_px: list[int]) -> list[bytes]:
    """JPEGs whose long side is at most each of `sides_px` (falling), upright, in sRGB, with nothing but the picture."""
    shrink_while_decoding(photo, sides_px[0])
    turn = UPRIGHT.get(orientation(photo))
    profile = photo.info.get("icc_profile")
    shown = photo if photo.mode in {"L", "LA", "RGB", "RGBA", "CMYK"} else in_eight_bits(photo)
    shown.thumbnail((sides_px[0], sides_px[0]), Image.Resampling.LANCZOS)
    shown = in_srgb(on_white(shown), profile)
    if turn is not None:
        shown = shown.transpose(turn)
    jpegs = []
    for side_px in sides_px:
        shown.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
        jpegs.append(bare_jpeg(shown))
    return jpegs


def shrink_while_decoding(photo: Image.Image, side_px: int) -> None:
    """A JPEG is decoded at 1/2, 1/4 or 1/8 where that is still large enough; Pillow wants the exact shape for it."""
    width, height = photo.size
    long_px = max(width, height)
    photo.draft(None, (max(1, width * side_px // long_px), max(1, height * side_px // long_px)))
    photo.load()


def in_eight_bits(photo: Image.Image) -> Image.Image:
    """Palettes, bits, 16-bit greys and the like, as RGB or RGBA. Converting 16 bits alone would clip them to white."""
    if photo.mode.startswith("I;16") or photo.mode == "I":
        return photo.convert("I").point(lambda value: value / 256).convert("L")
    return photo.convert("RGBA" if photo.has_transparency_data else "RGB")


def on_white(photo: Image.Image) -> Image.Image:
    if photo.mode not in {"LA", "RGBA"}:
        return photo
    white = Image.new("RGBA", photo.size, "white")
    white.alpha_composite(photo.convert("RGBA"))
    return white.convert("RGB")


def in_srgb(photo: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones write Display P3: saved without its profile it would look pale. A broken profile is ignored."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(photo, source, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, *BROKEN):
            converted = None
        if converted is not None:
            return converted
    return photo.convert("RGB")


def bare_jpeg(photo: Image.Image) -> bytes:
    photo.info.clear()  # a JPEG comment would be copied
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=85)
    return file.getvalue()


# What is written on it

LARGEST_TEXT = 1 / 58  # of the long side: 28 px at 1600
SMALLEST_TEXT_PX = 11
MOST_OF_HEIGHT = 0.12
LINE_SPACING = 1.32
DARKEST = 170  # of 255: white letters on a white picture then stand at 7 : 1


def marked(photo: Image.Image, lines: list[str], font_path: str) -> bytes:
    """The picture with these lines over a soft dark band at its lower edge; without, where they would not be readable."""
    shown = photo.convert("RGB")
    fitting = fit(shown.size, lines, font_path)
    if fitting:
        draw_lines(shown, *fitting)
    return bare_jpeg(shown)


Fitted = tuple[list[str], ImageFont.FreeTypeFont, int]


def fit(size: tuple[int, int], lines: list[str], font_path: str) -> Fitted | None:
    """The lines wrapped, their font and the height of the band: as large as MOST_OF_HEIGHT lets them be."""
    for text_px in range(max(SMALLEST_TEXT_PX, round(max(size) * LARGEST_TEXT)), SMALLEST_TEXT_PX - 1, -1):
        font = ImageFont.truetype(font_path, text_px, layout_engine=ImageFont.Layout.BASIC)
        wrapped = [part for line in lines for part in wrap(line, font, size[0] - 2 * text_px)]
        band_px = math.ceil(len(wrapped) * text_px * LINE_SPACING + text_px * 0.6)
        if band_px <= size[1] * MOST_OF_HEIGHT:
            return wrapped, font, band_px
    return None


def wrap(line: str, font: ImageFont.FreeTypeFont, width_px: float) -> list[str]:
    """Broken between Chinese characters or at blanks, never inside a number; a word wider than a line stands alone."""
    parts: list[str] = []
    written = ""
    for word in re.findall(r"[^\s\u2e80-\uffff]+|\s+|.", line):
        if written and font.getlength(written + word.rstrip()) > width_px:
            parts.append(written.rstrip())
            written = ""
        written += word if written else word.lstrip()
    return [*parts, written.rstrip()] if written.strip() else parts


def draw_lines(shown: Image.Image, lines: list[str], font: ImageFont.FreeTypeFont, band_px: int) -> None:
    width, height = shown.size
    text_px = round(font.size)
    band = Image.new("L", (1, band_px))
    band.putdata([min(DARKEST, round(DARKEST * (y + 1) / (text_px * 0.6))) for y in range(band_px)])
    shown.paste((0, 0, 0), (0, height - band_px), band.resize((width, band_px)))
    draw = ImageDraw.Draw(shown)
    for number, line in enumerate(lines):
        y = height - band_px + text_px * 0.6 + number * text_px * LINE_SPACING
        draw.text((text_px, y), line, (255, 255, 255), font, stroke_width=max(1, text_px // 16), stroke_fill=(0, 0, 0))


# What it looks like

VIEW_PX = 320
LEVELS = 3  # of 255: what a comparison must differ by to say something
PLAIN = 128  # of 256 comparisons; a wall or a clear sky looks like every other
SMALL_VIEWS = 6

Edges = tuple[float, float, float, float]


def views() -> list[Edges]:
    """What is cut off at the left, the top, the right and the bottom, as parts of width and height; see likeness.py."""
    cut_off: list[Edges] = [(0, 0, 0, 0)]
    for cut in (0.1, 0.05, 0.15):
        half = cut / 2
        cut_off += [(0, 0, cut, cut), (cut, 0, 0, cut), (0, cut, cut, 0), (cut, cut, 0, 0), (half, half, half, half)]
    return [*cut_off, (0.1, 0, 0, 0), (0, 0.1, 0, 0), (0, 0, 0.1, 0), (0, 0, 0, 0.1)]


def look(photo: Image.Image) -> dict[str, list[str]] | None:
    """Difference hashes as hex: 16 × 16 comparisons of neighbours of every view, and 8 × 8 of the first ones. None for a
    picture with hardly anything in it."""
    photo.draft("L", (VIEW_PX, VIEW_PX))
    grey = photo.convert("L")
    grey.thumbnail((VIEW_PX, VIEW_PX), Image.Resampling.BILINEAR)
    if sum(abs(difference) >= LEVELS for difference in differences(grey, 16, views()[0])) < PLAIN:
        return None
    return {
        "small": [difference_hash(grey, 8, cut_off) for cut_off in views()[:SMALL_VIEWS]],
        "large": [difference_hash(grey, 16, cut_off) for cut_off in views()],
    }


def differences(grey: Image.Image, side: int, cut_off: Edges) -> list[int]:
    """By how much each of side × side points is lighter than its left neighbour. The triangle filter forgives small shifts."""
    (w, h), (left, top, right, bottom) = grey.size, cut_off
    box = (left * w, top * h, (1 - right) * w, (1 - bottom) * h)
    points = grey.resize((side + 1, side), Image.Resampling.BILINEAR, box).tobytes()
    rows = [points[start : start + side + 1] for start in range(0, len(points), side + 1)]
    return [after - before for row in rows for before, after in itertools.pairwise(row)]


def difference_hash(grey: Image.Image, side: int, cut_off: Edges) -> str:
    bits = "".join("1" if difference > 0 else "0" for difference in differences(grey, side, cut_off))
    return f"{int(bits, 2):0{side * side // 4}x}"


if __name__ == "__main__":
    main()
