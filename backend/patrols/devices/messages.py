"""Requests taken apart: named values of a query, a form or JSON, and what of a message may be kept. Nothing here raises."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from backend.patrols.devices.readings import Delivery

MAX_FIELDS = 200
MAX_PARTS = 20
MAX_RAW = 500
# Names of what opens something: none of it is ever kept.
SECRET = re.compile(r"token|pass|secret|key|auth|cookie|session", re.IGNORECASE)
# The same in a message that could not be taken apart.
SECRET_PAIR = re.compile(
    r"(?i)((?:token|pass|secret|key|auth|cookie|session)[\w-]{0,20}[\"']?\s{0,4}[:=]\s{0,4}(?:basic |bearer )?)[^&,;}\s]*"
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Fields:
    """Named values as they came, looked up by any of several names, lower case; the first that is said counts."""

    named: Mapping[str, object]

    def get(self, *names: str) -> object:
        """None for what is absent, null or empty: what an app had nothing for is sent as an empty value."""
        for name in names:
            value = self.named.get(name)
            if value is not None and value != "":
                return value
        return None

    def within(self, *names: str) -> "Fields":
        """The object under one of these names; an empty one if there is none."""
        return fields(self.get(*names))


def fields(value: object) -> Fields:
    """The members of a JSON object; none of anything else."""
    if not isinstance(value, dict):
        return Fields({})
    named: dict[str, object] = {}
    for name, member in value.items():
        named.setdefault(str(name).lower(), member)
    return Fields(named)


def query_fields(delivery: Delivery) -> Fields:
    return _pairs(delivery.query)


def form_fields(delivery: Delivery) -> Fields:
    """What a form in the body says, whether it is url-encoded or in parts."""
    if delivery.content_type.startswith("multipart/"):
        found = ((name, data.decode("utf-8", "replace")) for name, data in multipart(delivery) if name)
        return fields(dict(reversed(list(found))))
    return _pairs(delivery.body.decode("utf-8", "replace"))


def all_fields(delivery: Delivery) -> Fields:
    """The query and, before it, the form in the body."""
    return Fields({**query_fields(delivery).named, **form_fields(delivery).named})


def _pairs(text: str) -> Fields:
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return Fields({})
    return fields(dict(reversed(pairs)))


def looks_like_json(delivery: Delivery) -> bool:
    return "json" in delivery.content_type or delivery.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}


def json_body(delivery: Delivery) -> object:
    """The body as JSON, NaN and infinities included as Python's; None if it is none, or null."""
    try:
        found: object = json.loads(delivery.body)
    except (ValueError, RecursionError):
        return None
    return found


def multipart(delivery: Delivery) -> list[tuple[str, bytes]]:
    """Name and content of each part of a form, at most twenty; none if the form is broken."""
    boundary = parse_options_header(delivery.headers.get("content-type", ""))[1].get(b"boundary")
    if not boundary:
        return []
    taken = _Parts()
    try:
        parser = MultipartParser(boundary, callbacks=taken.callbacks())  # type: ignore[arg-type]  # the stubs want a TypedDict
        parser.write(delivery.body)
        parser.finalize()
    except (FormParserError, ValueError):
        return []
    return [(name, bytes(data)) for name, data in taken.found]


class _Parts:
    """Collects what the multipart parser calls out."""

    def __init__(self) -> None:
        self.found: list[tuple[str, bytearray]] = []
        self._header, self._value = bytearray(), bytearray()
        self._name = ""

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": lambda: self.found.append((self._name, bytearray())),
            "on_part_data": lambda data, start, end: self.found[-1][1].extend(data[start:end]),
        }

    def _begin(self) -> None:
        if len(self.found) >= MAX_PARTS:
            raise ValueError("too many parts")
        self._name = ""
        self._header.clear()
        self._value.clear()

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            name = parse_options_header(bytes(self._value))[1].get(b"name", b"")
            self._name = name.decode("utf-8", "replace")
        self._header.clear()
        self._value.clear()


def keepable(raw: object, token: str) -> str:
    """At most 500 characters of what was said, without secrets and without what a database could not hold."""
    if isinstance(raw, bytes | str):
        text = raw[: 8 * MAX_RAW].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[: 8 * MAX_RAW]
        text = SECRET_PAIR.sub(r"\1…", text)
    else:
        text = "".join(_written(_without_secrets(raw)))
    if token:
        text = text.replace(token, "…")
    return CONTROLS.sub("\ufffd", text.encode("utf-8", "replace").decode())[:MAX_RAW]


def _without_secrets(value: object, depth: int = 0) -> object:
    if depth > 6:
        return "…"
    if isinstance(value, dict):
        named = ((str(name)[:100], member) for name, member in list(value.items())[:MAX_FIELDS])
        return {n: "…" if SECRET.search(n) else _without_secrets(member, depth + 1) for n, member in named}
    if isinstance(value, list):
        return [_without_secrets(member, depth + 1) for member in value[:MAX_FIELDS]]
    if isinstance(value, str):
        return SECRET_PAIR.sub(r"\1…", value[: 2 * MAX_RAW])
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**64:
        return "…"  # writing out digits costs their square
    return value


def _written(value: object) -> Iterator[str]:
    """JSON piece by piece, until enough of it is there."""
    length = 0
    for piece in json.JSONEncoder(ensure_ascii=False, default=lambda _: "…").iterencode(value):
        yield piece
        length += len(piece)
        if length > 8 * MAX_RAW:
            return
