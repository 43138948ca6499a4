"""What every schema that crosses the wire shares: the base class that refuses hostile text, and the common small types."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    model_validator,
)
from shapely import from_wkt, to_wkt
from shapely.geometry.base import BaseGeometry

MAX_DEPTH = 40


def refuse_hostile_text(value: Any, depth: int = 0) -> None:
    """Raise ValueError for NUL, lone surrogates and absurd nesting, which PostgreSQL or the answer could not carry."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("NUL is not text")
        value.encode()  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    elif isinstance(value, dict):
        for pair in value.items():
            for part in pair:
                refuse_hostile_text(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            refuse_hostile_text(part, depth + 1)


class Wire(BaseModel):
    """Base of everything that comes in: unknown fields, NaN, NUL and surrogates are refused with a 422."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _clean(cls, data: Any) -> Any:
        refuse_hostile_text(data)
        return data


def _plausible(at: datetime) -> datetime:
    # PostgreSQL and Python's own arithmetic with time zones both need room at the ends of the calendar.
    if not 1970 <= at.year <= 2100:
        raise ValueError("the year must lie between 1970 and 2100")
    return at


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, 64 lowercase hex digits")]
# JSONB knows no negative zero: what is hashed must be what is read back.
PlainZero = AfterValidator(lambda number: number + 0.0)
Lng = Annotated[float, Field(ge=-180, le=180, description="longitude, degrees, WGS84"), PlainZero]
Lat = Annotated[float, Field(ge=-90, le=90, description="latitude, degrees, WGS84"), PlainZero]
PhoneTime = Annotated[
    AwareDatetime, AfterValidator(_plausible), Field(description="the phone's clock, with its UTC offset")
]
Words = Annotated[str, Field(max_length=2000)]


class Point(BaseModel):
    """A WGS84 position (EPSG:4326), degrees."""

    lng: Lng
    lat: Lat


def _read_shape(value: object) -> BaseGeometry:
    return value if isinstance(value, BaseGeometry) else from_wkt(str(value))


Shape = Annotated[
    BaseGeometry, PlainValidator(_read_shape), PlainSerializer(lambda shape: str(to_wkt(shape, rounding_precision=-1)))
]
"""A geometry that is kept as well-known text."""
