"""One form in bytes for values of plain types and arrays: equal values give equal bytes on every run."""

import hashlib
import json

import numpy as np


def encoded(value: object) -> bytes:
    """JSON with sorted keys, then the arrays it names one after the other, little-endian.

    Numbers are written so that they read back exactly; not-a-number does not occur outside arrays.
    """
    arrays: list[bytes] = []

    def named(part: object) -> object:
        if not isinstance(part, np.ndarray):
            raise TypeError(f"no canonical form for {type(part).__name__}")
        column = part.astype(part.dtype.newbyteorder("<"), copy=False)
        arrays.append(column.tobytes())
        return [column.dtype.str, column.shape]

    head = json.dumps(value, default=named, sort_keys=True, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return b"\n".join([head.encode(), b"".join(arrays)])


def digest(value: object) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(encoded(value)).hexdigest()
