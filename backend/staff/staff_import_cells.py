"""What single cells of a table say: names, numbers that a spreadsheet has bent, and dates in every usual form.

Pure, and without complaints: what cannot be read is None, or stays as it is.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

EXCEL_DAY_ZERO = date(1899, 12, 30)


def clean_name(text: str) -> str:
    """Without invisible characters, and without the blanks that people put between the two characters of a short name."""
    visible = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf"})
    return re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", visible.strip())


def is_scientific(text: str) -> bool:
    return re.fullmatch(r"\d+(?:\.\d+)?[eE]\+?\d+", unicodedata.normalize("NFKC", text)) is not None


def plain_number(text: str) -> str:
    """`19900001050.0` and `1.9900001050E+10` as whole numbers; `1.99E+10` stays, because digits are missing."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    if re.fullmatch(r"\d+\.0+", plain):
        return plain.split(".")[0]
    if not is_scientific(plain):
        return plain
    try:
        value = Decimal(plain)
        exponent = value.adjusted()
    except InvalidOperation:
        return plain
    complete = exponent < 20 and len(value.as_tuple().digits) == exponent + 1
    return str(int(value)) if complete else plain


_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_SERIALS = range(25_569, 73_415)  # 1970 to 2100, as a spreadsheet counts days


def read_day(text: str) -> date | None:
    """2026-01-05, 2026.1.5, 2026/1/5, 2026年1月5日, 20260105, or the number by which a spreadsheet keeps it."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.isdigit() and len(plain) == 5 and int(plain) in _SERIALS:
        return EXCEL_DAY_ZERO + timedelta(days=int(plain))
    if plain.isdigit() and len(plain) == 8:
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    found = _DATE.fullmatch(plain)
    if not found:
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2100 else None
