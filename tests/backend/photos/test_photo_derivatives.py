"""The pictures people are shown: upright, in the right colours, small, and holding nothing but the picture."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from backend.photos.intake import PhotoChildren, PhotoRefused, derive_photo, inspect_photo

PLANTED = b"<script>planted</script>"


def encoded(image: Image.Image, image_format: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def difference(one: bytes, other: bytes) -> float:
    """Mean absolute difference of two pictures of one size, 0 to 255."""
    return sum(ImageStat.Stat(ImageChops.difference(opened(one), opened(other))).mean) / 3


# Upright


@pytest.mark.parametrize("orientation", range(9))
async def test_real_photos_come_out_upright(
    children: PhotoChildren, photos: dict[str, bytes], orientation: int
) -> None:
    upright, turned = (photos[f"orientation/Portrait_{number}.jpg"] for number in (1, orientation))
    facts = await inspect_photo(children, turned)
    assert (facts.width, facts.height) == (1200, 1800)
    expected, found = await derive_photo(children, upright), await derive_photo(children, turned)
    assert opened(found[1600]).size == (1067, 1600)
    assert difference(expected[320], found[320]) < 4  # the number painted in the middle differs


async def test_real_landscapes_come_out_upright(children: PhotoChildren, photos: dict[str, bytes]) -> None:
    shown = [(await derive_photo(children, photos[f"orientation/Landscape_{number}.jpg"]))[320] for number in (3, 6)]
    assert opened(shown[0]).size == (320, 213)
    assert difference(*shown) < 4


CORNERS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]  # left top, right top, left bottom, right bottom
BACK = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 65535])
async def test_corners_are_where_the_photographer_saw_them(
    children: PhotoChildren, orientation: int, image_format: str
) -> None:
    seen = Image.new("RGB", (64, 32))
    for number, colour in enumerate(CORNERS):
        seen.paste(colour, (number % 2 * 32, number // 2 * 16, number % 2 * 32 + 32, number // 2 * 16 + 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = seen.transpose(BACK[orientation]) if orientation in BACK else seen
    data = encoded(stored, image_format, exif=exif, quality=95)
    facts = await inspect_photo(children, data)
    assert (facts.width, facts.height) == (64, 32)
    shown = opened((await derive_photo(children, data))[1600])
    found = [shown.getpixel((x, y)) for y in (4, 28) for x in (8, 56)]
    for colour, expected in zip(found, CORNERS, strict=True):
        assert isinstance(colour, tuple)
        assert colour == pytest.approx(expected, abs=40)


# Small


@pytest.mark.parametrize(
    ("size", "at_1600", "at_320"),
    [
        ((4000, 3000), (1600, 1200), (320, 240)),
        ((3000, 4000), (1200, 1600), (240, 320)),
        ((1000, 500), (1000, 500), (320, 160)),
        ((100, 80), (100, 80), (100, 80)),
    ],
)
async def test_the_long_side_is_limited_and_nothing_is_enlarged(
    children: PhotoChildren, size: tuple[int, int], at_1600: tuple[int, int], at_320: tuple[int, int]
) -> None:
    shown = await derive_photo(children, encoded(Image.new("RGB", size)))
    assert (opened(shown[1600]).size, opened(shown[320]).size) == (at_1600, at_320)


# Nothing but the picture


def markers(jpeg: bytes) -> Iterator[int]:
    """The marker of every segment up to the compressed data, which must run to the end of the file."""
    assert jpeg.startswith(b"\xff\xd8")
    at = 2
    while True:
        assert jpeg[at] == 0xFF
        yield jpeg[at + 1]
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if jpeg[at + 1] == 0xDA:
            break
    assert jpeg.index(b"\xff\xd9", at) == len(jpeg) - 2


def assert_bare(jpeg: bytes) -> None:
    """JFIF header, tables and frame only: no APP1 to APP15 (EXIF, XMP, ICC, Adobe), no COM, nothing behind the end."""
    assert set(markers(jpeg)) <= {0xE0, 0xDB, 0xC0, 0xC4}
    for word in (b"Exif\0", b"ns.adobe.com", b"ICC_PROFILE", PLANTED):
        assert word not in jpeg


async def test_no_derivative_of_any_photo_holds_metadata(children: PhotoChildren, photos: dict[str, bytes]) -> None:
    bare = 0
    for data in photos.values():
        try:
            shown = await derive_photo(children, data)
        except PhotoRefused:
            continue
        for jpeg in shown.values():
            assert_bare(jpeg)
            bare += 1
    assert bare == 42


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("with_profile", [False, True])
async def test_what_was_planted_does_not_come_through(
    children: PhotoChildren, photos: dict[str, bytes], image_format: str, with_profile: bool
) -> None:
    exif = Image.Exif()
    exif[0x010E] = PLANTED.decode()
    options: dict[str, Any] = {"exif": exif, "xmp": PLANTED, "comment": PLANTED}
    if with_profile:
        options["icc_profile"] = opened(photos["phones/htc-desire.jpg"]).info["icc_profile"]
    data = encoded(Image.new("RGB", (400, 300)), image_format, **options) + PLANTED
    for jpeg in (await derive_photo(children, data)).values():
        assert_bare(jpeg)


# In the right colours


async def test_a_display_p3_photo_is_converted_to_srgb(children: PhotoChildren, p3_profile: bytes) -> None:
    """Values measured with LittleCMS: without the conversion the pixel would stay (70, 127, 172)."""
    data = encoded(Image.new("RGB", (40, 40), (70, 127, 172)), "PNG", icc_profile=p3_profile)
    assert await middle_of(children, data) == pytest.approx((46, 129, 176), abs=3)


async def test_a_broken_colour_profile_is_ignored(children: PhotoChildren, p3_profile: bytes) -> None:
    for profile in (b"nonsense", p3_profile[:200], bytes(500)):
        data = encoded(Image.new("RGB", (40, 40), (70, 127, 172)), "PNG", icc_profile=profile)
        assert await middle_of(children, data) == pytest.approx((70, 127, 172), abs=3)


@pytest.fixture(scope="session")
def p3_profile(photos: dict[str, bytes]) -> bytes:
    """Display P3 as an iPhone wrote it into a `colr` box of type `prof` (ISO/IEC 14496-12, 12.1.5)."""
    heic = photos["heic/exif-at-eof.heic"]
    at = heic.index(b"colrprof") + 8
    return heic[at : at + int.from_bytes(heic[at : at + 4])]


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        (Image.new("RGBA", (40, 40), (255, 0, 0, 0)), (255, 255, 255)),
        (Image.new("RGBA", (40, 40), (255, 0, 0, 255)), (255, 0, 0)),
        (Image.new("LA", (40, 40), (0, 128)), (127, 127, 127)),
        (Image.new("L", (40, 40), 90), (90, 90, 90)),
        (Image.new("1", (40, 40), 1), (255, 255, 255)),
        (Image.new("RGB", (40, 40), (10, 200, 30)).quantize(4), (10, 200, 30)),
        (Image.new("I;16", (40, 40), 40_000), (156, 156, 156)),
    ],
    ids=["transparent", "opaque", "half", "grey", "bits", "palette", "16 bits"],
)
async def test_every_kind_of_png_looks_as_it_should(
    children: PhotoChildren, image: Image.Image, shown: tuple[int, int, int]
) -> None:
    assert await middle_of(children, encoded(image, "PNG")) == pytest.approx(shown, abs=3)


async def test_a_cmyk_jpeg_is_shown_in_colour(children: PhotoChildren) -> None:
    assert await middle_of(children, encoded(Image.new("CMYK", (40, 40), (0, 255, 255, 0)))) == pytest.approx(
        (254, 0, 0), abs=3
    )


async def middle_of(children: PhotoChildren, data: bytes) -> Any:
    return opened((await derive_photo(children, data))[1600]).getpixel((20, 20))
