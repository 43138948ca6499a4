"""What is taken as a photo, what is refused under which code, and what EXIF is believed."""

import hashlib
import io
import struct
import time
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.photos.intake import (
    MAX_PHOTO_BYTES,
    PhotoChildren,
    PhotoFacts,
    PhotoRefused,
    Refusal,
    derive_photo,
    inspect_photo,
)


def encoded(image: Image.Image, image_format: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def textured(width: int, height: int) -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise((width, height), 60)] * 3)


SMALL = encoded(textured(160, 120))


async def refusal_of(children: PhotoChildren, data: bytes) -> Refusal:
    with pytest.raises(PhotoRefused) as refused:
        await inspect_photo(children, data)
    return refused.value.code


# What it is


@pytest.mark.parametrize(("image_format", "media_type"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp")])
async def test_a_photo_is_described(children: PhotoChildren, image_format: str, media_type: str) -> None:
    data = encoded(textured(160, 120), image_format)
    assert await inspect_photo(children, data) == PhotoFacts(
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=f"image/{media_type}",
        byte_size=len(data),
        width=160,
        height=120,
        taken_at=None,
        place=None,
    )


async def test_a_phones_heic_is_described(children: PhotoChildren, photos: dict[str, bytes]) -> None:
    facts = await inspect_photo(children, photos["heic/exif-at-eof.heic"])
    assert (facts.media_type, facts.width, facts.height) == ("image/heic", 3024, 4032)
    assert facts.taken_at == datetime(2020, 5, 4, 22, 39, 11, tzinfo=UTC)  # 18:39:11 with OffsetTime -04:00
    assert facts.place == pytest.approx((106.2431, 47.2071), abs=1e-4)


async def test_an_mpo_is_a_jpeg_with_more_behind_it(children: PhotoChildren) -> None:
    data = encoded(textured(160, 120), "MPO", save_all=True, append_images=[textured(80, 60)])
    facts = await inspect_photo(children, data)
    assert (facts.media_type, facts.width, facts.height) == ("image/jpeg", 160, 120)


@pytest.mark.parametrize("size", [(1, 1), (5, 5), (60_000, 3), (3, 60_000)])
async def test_odd_shapes_are_photos_too(children: PhotoChildren, size: tuple[int, int]) -> None:
    facts = await inspect_photo(children, encoded(Image.new("RGB", size)))
    assert (facts.width, facts.height) == size
    assert len(await derive_photo(children, encoded(Image.new("RGB", size)))) == 2


# What is refused


NOT_PHOTOS = {
    "text": b"this is not a photo",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "bmp": b"BM" + bytes(60),
    "tiff": b"II*\x00" + bytes(60),
    "pdf": b"%PDF-1.7\n",
    "zip": b"PK\x03\x04" + bytes(60),
    "mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomavc1" + bytes(60),
    "avif": b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avifmiaf" + bytes(60),
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "one byte": b"\xff",
}


@pytest.mark.parametrize("name", NOT_PHOTOS)
async def test_other_things_are_not_photos(children: PhotoChildren, name: str) -> None:
    assert await refusal_of(children, NOT_PHOTOS[name]) == Refusal.NOT_A_PHOTO


async def test_nothing_is_not_a_photo(children: PhotoChildren) -> None:
    assert await refusal_of(children, b"") == Refusal.EMPTY


async def test_20_mib_are_taken_and_one_byte_more_is_not(children: PhotoChildren) -> None:
    largest = SMALL + bytes(MAX_PHOTO_BYTES - len(SMALL))
    assert (await inspect_photo(children, largest)).byte_size == MAX_PHOTO_BYTES
    assert await refusal_of(children, largest + b"\0") == Refusal.TOO_LARGE


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_cut_short_is_damaged(children: PhotoChildren, image_format: str) -> None:
    data = encoded(textured(160, 120), image_format)
    for kept in (13, len(data) // 10, len(data) // 2, len(data) * 9 // 10):
        assert await refusal_of(children, data[:kept]) == Refusal.DAMAGED


async def test_a_heic_cut_short_is_damaged(children: PhotoChildren, photos: dict[str, bytes]) -> None:
    data = photos["heic/cheers_1440x960.heic"]
    for kept in (40, len(data) // 2, len(data) * 9 // 10):
        assert await refusal_of(children, data[:kept]) == Refusal.DAMAGED


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with a true or lying header and any chunks behind it."""
    header = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in (header, *chunks, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    at = SMALL.index(b"\xff\xc0") + 5
    return SMALL[:at] + struct.pack(">HH", height, width) + SMALL[at + 4 :]


def webp_claiming(side: int) -> bytes:
    canvas = (side - 1).to_bytes(3, "little") * 2
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + canvas


BOMBS = {
    "png of 400 Mpx": png(20_000, 20_000, (b"IDAT", zlib.compress(bytes(60_001 * 500)))),
    "png of 900 Mpx": png(30_000, 30_000),
    "png of 4·10¹⁸ px": png(2**31 - 1, 2**31 - 1),
    "jpeg of 4·10⁹ px": jpeg_claiming(65_500, 65_500),
    "jpeg of 201 Mpx": jpeg_claiming(20_100, 10_000),
    "webp of 268 Mpx": webp_claiming(16_383),
    "webp of 51 Mpx": webp_claiming(7_150),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_decompression_bomb_is_refused_from_its_header(children: PhotoChildren, name: str) -> None:
    await inspect_photo(children, SMALL)
    began = time.perf_counter()
    assert await refusal_of(children, BOMBS[name]) == Refusal.TOO_MANY_PIXELS
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("chunk", [b"zTXt", b"iCCP", b"iTXt"])
async def test_a_bomb_in_the_text_of_a_png_does_no_harm(children: PhotoChildren, chunk: bytes) -> None:
    packed = zlib.compress(bytes(100_000_000))
    content = b"bomb\0\1\0\0\0" + packed if chunk == b"iTXt" else b"bomb\0\0" + packed
    began = time.perf_counter()
    await outcome(children, png(1, 1, (chunk, content), (b"IDAT", zlib.compress(bytes(4)))))
    assert time.perf_counter() - began < 1


async def test_a_108_megapixel_jpeg_is_taken(children: PhotoChildren) -> None:
    facts = await inspect_photo(children, encoded(Image.new("L", (12_000, 9_000)), quality=30))
    assert (facts.width, facts.height) == (12_000, 9_000)


# What EXIF is believed

DATE_TIME, EXIF_BLOCK, GPS_BLOCK = 0x0132, 0x8769, 0x8825
ORIGINAL, OFFSET, OFFSET_ORIGINAL = 0x9003, 0x9010, 0x9011


def jpeg_with(shot: dict[int, Any] | None = None, gps: dict[int, Any] | None = None) -> bytes:
    exif = Image.Exif()
    exif[DATE_TIME] = "2001:01:01 00:00:00"  # when the file was last changed: of no interest
    exif[EXIF_BLOCK] = shot or {}
    exif[GPS_BLOCK] = gps or {}
    return encoded(Image.new("RGB", (16, 16)), exif=exif)


@pytest.mark.parametrize(
    ("shot", "taken_at"),
    [
        ({ORIGINAL: "2026:03:01 07:30:05"}, datetime(2026, 2, 28, 23, 30, 5, tzinfo=UTC)),
        ({ORIGINAL: "2026:03:01 07:30:05", OFFSET: "+08:00"}, datetime(2026, 2, 28, 23, 30, 5, tzinfo=UTC)),
        ({ORIGINAL: "2026:03:01 07:30:05", OFFSET: "-03:30"}, datetime(2026, 3, 1, 11, 0, 5, tzinfo=UTC)),
        (
            {ORIGINAL: "2026:03:01 07:30:05", OFFSET: "+09:00", OFFSET_ORIGINAL: "+00:00"},
            datetime(2026, 3, 1, 7, 30, 5, tzinfo=UTC),
        ),
        ({ORIGINAL: "2026:03:01 07:30:05", OFFSET: "nonsense"}, datetime(2026, 2, 28, 23, 30, 5, tzinfo=UTC)),
        ({ORIGINAL: "2026-03-01T07:30:05"}, datetime(2026, 2, 28, 23, 30, 5, tzinfo=UTC)),
        ({ORIGINAL: "0000:00:00 00:00:00"}, None),
        ({ORIGINAL: "0001:01:01 00:00:00"}, None),
        ({ORIGINAL: "2026:02:30 07:30:05"}, None),
        ({ORIGINAL: "    :  :     :  :  "}, None),
        ({ORIGINAL: "yesterday"}, None),
        ({ORIGINAL: 7}, None),
        ({}, None),
    ],
)
async def test_the_time_of_a_photo(children: PhotoChildren, shot: dict[int, Any], taken_at: datetime | None) -> None:
    assert (await inspect_photo(children, jpeg_with(shot=shot))).taken_at == taken_at


TOWN = {1: "N", 2: (31.0, 47.0, 6.0), 3: "E", 4: (120.0, 17.0, 24.0)}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({}, (120.29, 31.785)),
        ({3: "W", 1: "S"}, (-120.29, -31.785)),
        ({2: (31.785, 0.0, 0.0)}, (120.29, 31.785)),
        ({1: None}, None),
        ({3: "N"}, None),
        ({3: ""}, None),
        ({2: None}, None),
        ({2: (31.0, 47.0)}, None),
        ({2: (91.0, 0.0, 0.0)}, None),
        ({4: (180.0, 1.0, 0.0)}, None),
        ({2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, None),
    ],
)
async def test_the_place_of_a_photo(
    children: PhotoChildren, change: dict[int, Any], place: tuple[float, float] | None
) -> None:
    gps = {tag: value for tag, value in (TOWN | change).items() if value is not None}
    found = (await inspect_photo(children, jpeg_with(gps=gps))).place
    assert found == (place and pytest.approx(place, abs=1e-6))


async def test_a_place_divided_by_zero_is_no_place(children: PhotoChildren) -> None:
    data = jpeg_with(gps=TOWN)
    broken = data.replace(struct.pack(">2L", 31, 1), bytes(8)).replace(struct.pack("<2L", 31, 1), bytes(8))
    assert broken != data
    assert (await inspect_photo(children, broken)).place is None


# Files nobody here has seen


async def outcome(children: PhotoChildren, data: bytes) -> Refusal | PhotoFacts:
    """Inspect and derive: facts or a named refusal, and both agree; anything else fails the test."""
    try:
        facts = await inspect_photo(children, data)
    except PhotoRefused as refused:
        return refused.code
    assert facts.width * facts.height > 0
    assert set(await derive_photo(children, data)) == {1600, 320}
    return facts


async def test_every_photo_we_have_is_taken_or_refused_by_name(
    children: PhotoChildren, photos: dict[str, bytes]
) -> None:
    found = {name: await outcome(children, data) for name, data in photos.items()}
    refused = {name: code for name, code in found.items() if isinstance(code, Refusal)}
    assert len(found) - len(refused) == 21
    assert refused == {
        "invalid/broken.png": "damaged",
        "invalid/broken_data_stream.png": "damaged",
        "invalid/decompression_bomb.gif": "not_a_photo",
        "png-broken/xc1n0g08.png": "damaged",
        "png-broken/xc9n2c08.png": "damaged",
        "png-broken/xcrn0g04.png": "not_a_photo",
        "png-broken/xd0n2c08.png": "damaged",
        "png-broken/xd3n2c08.png": "damaged",
        "png-broken/xd9n2c08.png": "damaged",
        "png-broken/xdtn0g01.png": "damaged",
        "png-broken/xhdn0g08.png": "damaged",
        "png-broken/xlfn0g04.png": "not_a_photo",
        "png-broken/xs1n0g01.png": "not_a_photo",
        "png-broken/xs2n0g01.png": "not_a_photo",
        "png-broken/xs4n0g01.png": "not_a_photo",
        "png-broken/xs7n0g01.png": "not_a_photo",
    }


async def test_every_photo_of_the_larger_collection_is_taken_or_refused_by_name(
    children: PhotoChildren, more_photos: dict[str, bytes]
) -> None:
    for data in more_photos.values():
        await outcome(children, data)


EXIF_HEAVY = jpeg_with({ORIGINAL: "2026:03:01 07:30:05", OFFSET: "+08:00"}, TOWN)
ORIGINALS = [SMALL, EXIF_HEAVY, encoded(textured(40, 30), "PNG"), encoded(textured(40, 30), "WEBP")]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.data())
async def test_bytes_changed_at_random_are_taken_or_refused_by_name(
    children: PhotoChildren, drawn: st.DataObject
) -> None:
    data = bytearray(drawn.draw(st.sampled_from(ORIGINALS)))
    # Most of what matters is in the headers.
    place = st.integers(0, min(400, len(data) - 1)) | st.integers(0, len(data) - 1)
    for at, value in drawn.draw(st.lists(st.tuples(place, st.integers(0, 255)), min_size=1, max_size=12)):
        data[at] = value
    await outcome(children, bytes(data[: drawn.draw(st.just(len(data)) | place)]))
