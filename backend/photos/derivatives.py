"""The pictures people are shown, made from the original once and kept beside it.

The plain ones belong to the photo. The one that says when and where it was taken belongs to the photo and a case, and is
made from the plain one of its size; an installation that was upgraded has only plain ones and makes it when it is needed.
"""

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from uuid import UUID

from obstore.store import ObjectStore

from backend.photos.intake import PhotoChildren, derive_photo, mark_photo
from backend.photos.keys import SHOWN_SIDES_PX, marked_key, photo_key
from backend.settings import ROOT
from backend.storage import ObjectMissing, exists, get, put

log = logging.getLogger(__name__)

MARKED_PX = SHOWN_SIDES_PX[0]
# Debian's fonts-wqy-microhei, where ./suozi unpacks it without root, and fonts-noto-cjk.
_FONTS = (
    (Path("/usr/share/fonts/truetype/wqy"), "*.ttc"),
    (ROOT / ".suozi/sysroot/usr/share/fonts/truetype/wqy", "*.ttc"),
    (Path("/usr/share/fonts/opentype/noto"), "*CJK-Regular.ttc"),
)


@cache
def chinese_font() -> Path | None:
    """A font that has Chinese characters. Without one nothing is written on photos, and the log says so once."""
    for folder, names in _FONTS:
        for path in sorted(folder.glob(names)):
            return path
    log.warning("no Chinese font: photos are shown without time and place; install fonts-wqy-microhei and start again")
    return None


async def make_derivatives(store: ObjectStore, children: PhotoChildren, county: str, sha256: str) -> dict[int, bytes]:
    """Make and store every shown size of a stored original. Running it again writes the same again."""
    original = await get(store, photo_key(county, sha256, "original"))
    made = await derive_photo(children, original)
    for size_px, jpeg in made.items():
        await put(store, photo_key(county, sha256, size_px), jpeg)
    return made


async def shown_photo(store: ObjectStore, children: PhotoChildren, county: str, sha256: str, size_px: int) -> bytes:
    """A shown size; made now if the job has not come to it yet. Raises ObjectMissing if there is no original."""
    try:
        return await get(store, photo_key(county, sha256, size_px))
    except ObjectMissing:
        return (await make_derivatives(store, children, county, sha256))[size_px]


async def ensure_derivatives(store: ObjectStore, children: PhotoChildren, county: str, sha256: str) -> None:
    """The job: make the derivatives unless they are there."""
    for size_px in SHOWN_SIDES_PX:
        if not await exists(store, photo_key(county, sha256, size_px)):
            await make_derivatives(store, children, county, sha256)
            return


async def kept_mark(store: ObjectStore, county: str, sha256: str, case_id: UUID) -> bytes | None:
    """The 1600 px picture that carries the facts of this case, if it was made already."""
    try:
        return await get(store, marked_key(county, sha256, case_id))
    except ObjectMissing:
        return None


async def make_mark(
    store: ObjectStore, children: PhotoChildren, county: str, sha256: str, *, case_id: UUID, lines: Sequence[str]
) -> bytes:
    """Write these lines on the 1600 px picture and keep it for this case. Raises ObjectMissing if there is no original.

    Without a Chinese font the plain picture is given and nothing is kept, so that the mark is made once there is one.
    """
    plain = await shown_photo(store, children, county, sha256, MARKED_PX)
    font = chinese_font()
    if font is None:
        return plain
    marked = await mark_photo(children, plain, lines, font)
    await put(store, marked_key(county, sha256, case_id), marked)
    return marked
