"""What a password must be, and Argon2id hashes of them: about 64 MiB and 0.1 s each, so in threads, few at once."""

import secrets
from itertools import pairwise

import anyio
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from backend.errors import FieldError, Say

_HASHER = PasswordHasher()
_AT_ONCE = 4
# A hash of a password nobody has: verified for unknown phones, so that their answer takes as long as a wrong password's.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c3Vvem5vYm9keXNhbHQ$Z0Fpbm9ib2R5c3Vvem5vYm9keXN1b3pub2JvZHkwMDA"

MIN_LENGTH = 8
# Of a password that is read out or copied from paper: no letter or digit that looks like another. 10 of them are 49 bits.
_EASY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_ONE_TIME_LENGTH = 10
# Of those that people in China choose most, the ones long enough to be accepted otherwise; runs and repetitions are seen
# by `_is_a_run`. The last line is published with the demo town.
_GUESSED_FIRST = """
1qaz2wsx 1q2w3e4r 1q2w3e4r5t 1qazxsw2 qwertyuiop qwer1234 asdfghjkl asdf1234 zxcvbnm123 qwe123456 q1w2e3r4
password password1 password123 passw0rd p@ssw0rd p@ssword admin123 admin888 administrator abc12345 abc123456 abcd1234
a1234567 a12345678 a123456789 aa123456 aa12345678 abc123abc 123456abc 1234qwer 12345qwert 123qweasd 123456aa
woaini1314 woaini520 woaiwojia 5201314520 5201314a iloveyou 1314520520 woaini123 wodemima zhang123 wang1234
12341234 11223344 12121212 123123123 147258369 159357159 987654321a 110110110 112233445566 88888888a 66668888
welcome1 letmein1 sunshine princess football dragon123 monkey123 master123 superman computer internet
suozi123 suozi2026 suozi-2026
"""


def password_fault(password: str, *, phone: str, old: str) -> FieldError | None:
    """Why somebody may not choose this password for themselves, or None."""
    plain = password.lower()
    if len(password) < MIN_LENGTH:
        return _fault("password_too_short", f"密码至少 {MIN_LENGTH} 位", f"Use at least {MIN_LENGTH} characters")
    if password == old:
        return _fault("password_unchanged", "新密码不能和原来的一样", "Choose another password than the present one")
    if phone in plain or (plain.isdigit() and plain in phone):
        return _fault("password_is_phone", "密码不能用手机号", "The phone number is no password")
    if plain in _GUESSED_FIRST.split() or _is_a_run(plain):
        return _fault(
            "password_too_common", "这个密码太常见，很容易被猜到，请换一个", "This is easily guessed; choose another"
        )
    return None


def _is_a_run(plain: str) -> bool:
    """One symbol again and again, or symbols that follow one another such as 12345678 or hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return len(set(plain)) <= 2 or (len(steps) == 1 and steps <= {-1, 1})


def _fault(code: str, zh: str, en: str) -> FieldError:
    return FieldError("new", Say(zh, en), code)


def one_time_password() -> str:
    """A password to be handed to somebody, who must choose their own with it."""
    return "".join(secrets.choice(_EASY_LETTERS) for _ in range(_ONE_TIME_LENGTH))


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

    async def hashed(self, password: str) -> str:
        """The hash to keep."""
        return await anyio.to_thread.run_sync(hash_password, password, limiter=self._limiter)
