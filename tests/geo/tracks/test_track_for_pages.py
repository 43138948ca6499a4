"""The bytes against which the desk's decoder is tested are those that Python writes today."""

from tests.geo.tracks.track_for_pages import FILE, written


def test_the_desk_is_tested_against_the_present_format() -> None:
    assert FILE.read_text(encoding="utf-8") == written()
