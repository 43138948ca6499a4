"""The pictures people are shown, made from the original once and kept beside it."""

from obstore.store import ObjectStore

from backend.photos.intake import PhotoChildren, derive_photo
from backend.photos.keys import SHOWN_SIDES_PX, photo_key
from backend.storage import ObjectMissing, exists, get, put


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
