"""Identifiers made by the server: time-ordered UUIDs (RFC 9562 version 7), and case codes that people can read aloud."""

import os
import secrets
import time
from uuid import UUID

# Crockford's base 32: no I, L, O, U, so that a code survives the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 10


def new_id() -> UUID:
    """A UUIDv7: 48 bits of milliseconds, then random bits; sorts by time of making."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def new_case_code() -> str:
    """Ten symbols, 50 random bits: short enough to copy by hand, too many to guess."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def read_case_code(typed: str) -> str:
    """The code as stored, from however a person typed it: case, blanks and dashes do not matter, O is 0, I and L are 1."""
    kept = typed.upper().replace("-", "").replace(" ", "")
    return kept.translate(str.maketrans("OIL", "011"))
