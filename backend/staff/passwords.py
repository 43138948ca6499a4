"""Argon2id password hashes. Each hash takes about 64 MiB and 0.1 s, so they run in threads, few at once."""

import anyio
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

_HASHER = PasswordHasher()
_AT_ONCE = 4
# A hash of a password nobody has: verified for unknown phones, so that their answer takes as long as a wrong password's.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c3Vvem5vYm9keXNhbHQ$Z0Fpbm9ib2R5c3Vvem5vYm9keXN1b3pub2JvZHkwMDA"


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (Argon2Error, InvalidHashError):
        return False


class PasswordChecks:
    """Bounds how many verifications run at once, so that guessing cannot eat the machine's memory."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; with no hash it takes as long and says no."""
        right = await anyio.to_thread.run_sync(_verify, password_hash or _NOBODY, password, limiter=self._limiter)
        return right and password_hash is not None
