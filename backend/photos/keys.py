"""Where a photo lies in the object store, and in which sizes. Storing and reading are in backend.storage."""

import re
from typing import Literal
from uuid import UUID

SHOWN_SIDES_PX = (1600, 320)
"""Long sides of the derivatives that people are shown; the original is evidence."""

_COUNTY = re.compile(r"[0-9]{6}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def photo_key(county: str, sha256: str, size: Literal["original"] | int) -> str:
    """`{county}/photos/{first two digits}/{sha256}/original`, or `…/1600.jpg`, `…/320.jpg`.

    Raises ValueError unless `county` is 6 digits, `sha256` 64 lowercase hex digits and `size` one that we keep.
    """
    if not _COUNTY.fullmatch(county):
        raise ValueError(f"not a county code: {county!r}")
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256 in lowercase hex: {sha256!r}")
    if size != "original" and size not in SHOWN_SIDES_PX:
        raise ValueError(f"no such photo size: {size!r}")
    name = "original" if size == "original" else f"{size}.jpg"
    return f"{county}/photos/{sha256[:2]}/{sha256}/{name}"


def marked_key(county: str, sha256: str, case_id: UUID) -> str:
    """Where the 1600 px picture lies that carries the facts of this case. Raises ValueError like `photo_key`.

    One for each case, because the code of a case that is written on it opens that case.
    """
    folder, _, _ = photo_key(county, sha256, "original").rpartition("/")
    return f"{folder}/marked/{case_id}.jpg"
