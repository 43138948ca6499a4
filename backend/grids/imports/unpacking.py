"""From an upload's bytes to the layer files in it: what kind of file it is, and what a zip holds. Runs in the child only.

Nothing of an archive decides where anything is written: each file gets a name of ours.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

MAX_FILES, MAX_UNPACKED_BYTES = 500, 400 * 2**20
# A shapefile's parts that we read; the rest (.sbn, .xml, …) stays packed.
PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
SINGLE = {".geojson", ".json", ".gpkg"}

_GEOPACKAGE, _SHAPEFILE = "gpkg", "shp"
_BY_FIRST_BYTES = (
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\xd0\xcf\x11\xe0", "xlsx"),
    (b"AC10", "dwg"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"%PDF", "picture"),
    (b"GIF8", "picture"),
    (b"\x00\x00\x27\x0a", "shp"),
)
_BY_NAME = {
    ".rar": "rar",
    ".7z": "7z",
    ".kml": "kml",
    ".kmz": "kml",
    ".xls": "xlsx",
    ".xlsx": "xlsx",
    ".docx": "xlsx",
    ".dwg": "dwg",
    ".dxf": "dwg",
    ".gdb": "gdb",
    ".mdb": "gdb",
    ".shp": "shp",
    ".shx": "shp",
    ".dbf": "shp",
    ".prj": "shp",
}


class Refused(Exception):  # noqa: N818 -- says what is so
    """The file is not taken: a key of `words.REFUSALS`, and values for its sentence."""

    def __init__(self, code: str, *, what: str = "too_much", limit: int = 0, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.values = {"what": what, "limit": limit}
        self.detail = detail


@dataclass(frozen=True)
class Source:
    """A file that holds layers. `form` is geojson, gpkg or shp; a shapefile's other parts lie beside it under its stem."""

    form: str
    path: Path
    name: str
    parts: frozenset[str] = frozenset()


def sources(upload: Path, file_name: str, folder: Path) -> list[Source]:
    """The files with layers in an upload; a zip is unpacked into `folder`. Raises Refused."""
    with upload.open("rb") as file:
        head = file.read(1024)
    suffix = PurePosixPath(file_name).suffix.lower()
    stem = PurePosixPath(file_name).stem
    if not head:
        raise Refused("file_empty")
    if head.startswith(b"PK") and suffix not in _BY_NAME:
        return _unpacked(upload, folder)
    if head.startswith(b"SQLite format 3\0"):
        return [_geopackage(upload, stem)]
    for start, what in _BY_FIRST_BYTES:
        if head.startswith(start):
            raise Refused("file_not_grids", what=what)
    if suffix in _BY_NAME:
        raise Refused("file_not_grids", what=_BY_NAME[suffix])
    if not _looks_like_json(head):
        raise Refused("file_not_grids", what="xml" if head.lstrip().startswith(b"<") else "other")
    return [Source("geojson", upload, stem)]


def _looks_like_json(head: bytes) -> bool:
    """The first sign that is no blank, byte order mark or UTF-16 padding opens an object, a list or a value."""
    start = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")
    return start[:1] in {b"{", b"["} or not start


def _geopackage(path: Path, name: str) -> Source:
    """GDAL tells a GeoPackage by the end of the name; an SQLite database without the tables of one is refused."""
    named = path.with_name(f"{path.stem}-{len(name)}.gpkg")
    path.rename(named)
    if b"gpkg_contents" not in named.read_bytes():
        raise Refused("file_not_grids", what="sqlite")
    return Source(_GEOPACKAGE, named, name)


def _unpacked(upload: Path, folder: Path) -> list[Source]:
    try:
        with zipfile.ZipFile(upload) as archive:
            members = list(_members(archive))
            budget = _Budget(MAX_UNPACKED_BYTES)
            found = [*_shapefiles(archive, members, folder, budget), *_singles(archive, members, folder, budget)]
    except RuntimeError as error:  # zipfile's word for a password
        raise Refused("zip_encrypted", detail=str(error)) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, LookupError) as error:
        raise Refused("file_damaged", detail=f"{type(error).__name__}: {error}") from None
    if not found:
        raise Refused("zip_without_layers")
    return found


@dataclass
class _Budget:
    """How much may still be unpacked: real bytes count, not what the archive says."""

    left: int

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise Refused("zip_bomb", what="too_many_bytes", limit=MAX_UNPACKED_BYTES // 2**20)


@dataclass(frozen=True)
class _Member:
    entry: zipfile.ZipInfo
    path: PurePosixPath

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()


def _members(archive: zipfile.ZipFile) -> Iterator[_Member]:
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise Refused("zip_bomb", what="too_many_files", limit=MAX_FILES)
    for entry in entries:
        path = PurePosixPath(_name_of(entry).replace("\\", "/"))
        hidden = any(part == "__MACOSX" or part.startswith("._") for part in path.parts)
        if entry.is_dir() or hidden or stat.S_ISLNK(entry.external_attr >> 16):
            continue
        if entry.flag_bits & 0x1 and path.suffix.lower() in PARTS | SINGLE:
            raise Refused("zip_encrypted")
        yield _Member(entry, path)


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Windows packs names in GBK without saying so; zipfile then reads them as CP 437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _shapefiles(archive: zipfile.ZipFile, members: list[_Member], folder: Path, budget: _Budget) -> Iterator[Source]:
    by_stem: dict[str, dict[str, _Member]] = {}
    for member in members:
        if member.suffix in PARTS:
            by_stem.setdefault(str(member.path.with_suffix("")).lower(), {})[member.suffix] = member
    whole = [parts for parts in by_stem.values() if ".shp" in parts]
    for number, parts in enumerate(whole):
        for suffix, member in parts.items():
            _extract(archive, member, folder / f"{_SHAPEFILE}{number}{suffix}", budget)
        yield Source(_SHAPEFILE, folder / f"{_SHAPEFILE}{number}.shp", parts[".shp"].path.stem, frozenset(parts))


def _singles(archive: zipfile.ZipFile, members: list[_Member], folder: Path, budget: _Budget) -> Iterator[Source]:
    for number, member in enumerate(member for member in members if member.suffix in SINGLE):
        target = folder / f"single{number}"
        _extract(archive, member, target, budget)
        if member.suffix == ".gpkg":
            with target.open("rb") as file:
                if not file.read(16).startswith(b"SQLite format 3\0"):
                    raise Refused("file_damaged", detail="no GeoPackage")
            yield _geopackage(target, member.path.stem)
        else:
            yield Source("geojson", target, member.path.stem)


def _extract(archive: zipfile.ZipFile, member: _Member, target: Path, budget: _Budget) -> None:
    with archive.open(member.entry) as packed, target.open("wb") as file:
        while chunk := packed.read(2**20):
            budget.take(len(chunk))
            file.write(chunk)
