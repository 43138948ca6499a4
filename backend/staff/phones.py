"""Phone numbers as login names: how one is read from what people type, and how much of it others are shown."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-‐‑–—.()·]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


def read_phone(typed: str) -> str | None:
    """The 11 digits of a mainland mobile number, or None.

    Full-width digits, blanks, dashes and a leading +86, 86 or 0086 are understood. Landlines are no login names: several
    people share one, and no short message reaches it.
    """
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", typed))
    plain = re.sub(r"^(?:\+|00)?86(?=1[3-9][0-9]{9}$)", "", plain)
    return plain if _MOBILE.fullmatch(plain) else None


def masked(phone: str) -> str:
    """First three and last four digits: enough for colleagues to tell people apart, too little to call."""
    return f"{phone[:3]}****{phone[-4:]}"
