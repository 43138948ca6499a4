"""What is written on a shown picture: readable on anything, small, at the lower edge, and nothing else is changed."""

import logging
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from obstore.store import MemoryStore
from PIL import Image, ImageChops, ImageFont

from backend.identifiers import new_id
from backend.photos import child, derivatives
from backend.photos.derivatives import chinese_font, kept_mark, make_mark
from backend.photos.intake import PhotoChildren, PhotoRefused, derive_photo, mark_photo
from backend.photos.keys import photo_key
from backend.storage import put
from tests.backend.photos.test_photo_derivatives import assert_bare, encoded, opened
from tests.people import photo, sha256

LINES = [
    "2026-11-23 09:30:00 服务器时间",
    "案件位置 霞客镇·黄塘村·黄塘村第三网格 120.30123,31.70123",
    "案件编号 7K2MZ9QX4B",
]


@pytest.fixture(scope="session")
def font() -> Path:
    found = chinese_font()
    assert found, "install fonts-wqy-microhei"
    return found


def written_box(plain: Image.Image, marked: Image.Image) -> tuple[int, int, int, int] | None:
    """Where the two differ by more than what encoding again does."""
    return (
        ImageChops.difference(plain.convert("L"), marked.convert("L")).point(lambda value: 255 * (value > 24)).getbbox()
    )


@pytest.mark.parametrize("colour", ["white", "black", (128, 128, 128), (230, 220, 120)])
@pytest.mark.parametrize("size", [(1600, 1200), (900, 1600), (1600, 720), (640, 480)])
async def test_the_mark_is_readable_on_any_picture_and_takes_an_eighth_of_its_height(
    children: PhotoChildren, font: Path, colour: str, size: tuple[int, int]
) -> None:
    plain = Image.new("RGB", size, colour)
    marked = opened(await mark_photo(children, encoded(plain), LINES, font))
    assert marked.size == size
    untouched = marked.crop((0, 0, size[0], round(size[1] * 0.88)))
    assert written_box(plain.crop((0, 0, *untouched.size)), untouched) is None
    band = marked.convert("L").crop((0, round(size[1] * 0.9), size[0], size[1]))
    letters, around = band.getextrema()[1], sorted(band.get_flattened_data())[band.width * band.height // 2]
    assert luminance(letters) / luminance(around) >= 4.5, "WCAG 2.1, 1.4.3"


def luminance(level: float) -> float:
    """Relative luminance of a grey with the flare of WCAG 2.1's contrast ratio."""
    return 0.05 + ((level / 255 + 0.055) / 1.055) ** 2.4


async def test_a_marked_picture_holds_no_metadata(
    children: PhotoChildren, photos: dict[str, bytes], font: Path
) -> None:
    bare = 0
    for data in photos.values():
        try:
            plain = (await derive_photo(children, data))[1600]
        except PhotoRefused:
            continue
        assert_bare(await mark_photo(children, plain, LINES, font))
        bare += 1
    assert bare == 21


async def test_a_picture_too_small_to_be_written_on_stays_as_it_is(children: PhotoChildren, font: Path) -> None:
    plain = Image.new("RGB", (120, 90), "white")
    assert written_box(plain, opened(await mark_photo(children, encoded(plain), LINES, font))) is None


@given(
    st.text(st.sampled_from("黄塘村第三网格·0123456789., abc"), max_size=120),
    st.integers(min_value=200, max_value=1600),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wrapping_loses_no_character_and_breaks_no_number(font: Path, line: str, width_px: int) -> None:
    letters = ImageFont.truetype(str(font), 28, layout_engine=ImageFont.Layout.BASIC)
    parts = child.wrap(line, letters, width_px)
    assert "".join("".join(parts).split()) == "".join(line.split())
    for part in parts:
        assert letters.getlength(part) <= width_px or " " not in part.strip()
    for before, after in pairwise(parts):
        assert not (before[-1].isascii() and after[0].isascii()) or " " in line


async def test_each_case_has_its_own_and_without_a_font_none_is_kept(
    children: PhotoChildren, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store, data = MemoryStore(), photo()
    one, other = new_id(), new_id()
    await put(store, photo_key("320281", sha256(data), "original"), data)
    monkeypatch.setattr(derivatives, "_FONTS", ())
    chinese_font.cache_clear()
    with caplog.at_level(logging.WARNING):
        plain = await make_mark(store, children, "320281", sha256(data), case_id=one, lines=LINES)
        await make_mark(store, children, "320281", sha256(data), case_id=one, lines=LINES)
    monkeypatch.undo()
    chinese_font.cache_clear()
    assert [record.message for record in caplog.records if "Chinese font" in record.message] == [
        "no Chinese font: photos are shown without time and place; install fonts-wqy-microhei and start again"
    ]
    assert await kept_mark(store, "320281", sha256(data), one) is None
    marked = await make_mark(store, children, "320281", sha256(data), case_id=one, lines=LINES)
    assert marked != plain
    assert await kept_mark(store, "320281", sha256(data), one) == marked
    assert await kept_mark(store, "320281", sha256(data), other) is None
