"""Keys say where a photo lies and can say nothing else."""

from typing import Any

import pytest

from backend.photos.keys import SHOWN_SIDES_PX, photo_key

SHA256 = "ab" + "0" * 62


def test_a_photo_lies_under_its_county_and_hash() -> None:
    folder = f"320281/photos/ab/{SHA256}"
    assert photo_key("320281", SHA256, "original") == f"{folder}/original"
    assert [photo_key("320281", SHA256, side) for side in SHOWN_SIDES_PX] == [f"{folder}/1600.jpg", f"{folder}/320.jpg"]


TRAVERSALS = ["../" * 21 + "x", "ab/../" + "0" * 58, "..%2f" * 12 + "abcd", "\0" + SHA256[1:], "ab\\" + SHA256[3:]]


@pytest.mark.parametrize("sha256", ["", SHA256.upper(), SHA256[1:], SHA256 + "0", SHA256 + "\n", "g" * 64, *TRAVERSALS])
def test_what_is_not_64_lowercase_hex_digits_is_refused(sha256: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        photo_key("320281", sha256, "original")


@pytest.mark.parametrize("county", ["", "..", "32028", "3202811", "３２０２８１", "320281\n", "32028/"])
def test_a_county_is_six_digits(county: str) -> None:
    with pytest.raises(ValueError, match="county"):
        photo_key(county, SHA256, "original")


@pytest.mark.parametrize("size", [0, 321, "320", "../original", "Original"])
def test_only_our_sizes_exist(size: Any) -> None:
    with pytest.raises(ValueError, match="size"):
        photo_key("320281", SHA256, size)
