"""One pool of decoding processes for all tests that do not hurt it, and the photos to try."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.photos.intake import PhotoChildren

ROOT = Path(__file__).parents[3]
LARGER_COLLECTION = ROOT.parent / "shared" / "data" / "photos"


@pytest.fixture(scope="session")
async def children() -> AsyncIterator[PhotoChildren]:
    pool = PhotoChildren()
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def photos() -> dict[str, bytes]:
    """Our copies, with their licences, by name such as `heic/exif-at-eof.heic`."""
    return read_photos(ROOT / "tests" / "data" / "photos")


@pytest.fixture(scope="session")
def more_photos() -> dict[str, bytes]:
    if not LARGER_COLLECTION.is_dir():
        pytest.skip("the larger photo collection (../shared/data/photos) is not here")
    return read_photos(LARGER_COLLECTION)


@pytest.fixture(scope="session")
def every_photo(photos: dict[str, bytes]) -> dict[str, bytes]:
    """Ours, and where it is here the larger collection."""
    return photos | (read_photos(LARGER_COLLECTION) if LARGER_COLLECTION.is_dir() else {})


def read_photos(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*"))}
