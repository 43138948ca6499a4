"""Base maps by setting: the policy of the pages opens their hosts and no other, archives are read, shifted maps are refused."""

import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backend.grids.pmtiles import NotAnArchive, header_of, read_tile, tile_id
from backend.main import create_app
from backend.settings import BaseMap, Settings
from tests.people import People

OWN = {"name": "本县影像", "tiles": ["https://tiles.example.cn:8443/{z}/{x}/{y}.png"], "attribution": "本县测绘院"}


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pages to be served, whether the real ones are built or not."""
    for page in ("index.html", "desk.html"):
        (tmp_path / page).write_text("<!doctype html>")
    monkeypatch.setenv("SUOZI_WEB_DIR", str(tmp_path))


def settings_with(monkeypatch: pytest.MonkeyPatch, *maps: dict[str, Any]) -> Settings:
    """As the environment says it."""
    monkeypatch.setenv("SUOZI_BASE_MAPS", json.dumps(maps))
    return Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/nothing")


async def policy_of(settings: Settings) -> dict[str, list[str]]:
    """The pages' content security policy by directive."""
    transport = httpx.ASGITransport(create_app(settings), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://suozi.test") as client:
        policy = (await client.get("/desk")).headers["content-security-policy"]
    return {name: values for name, *values in (directive.split() for directive in policy.split(";"))}


async def test_without_a_setting_no_other_machine_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = await policy_of(settings_with(monkeypatch))
    assert policy["connect-src"] == ["'self'"]
    assert not any("//" in value for values in policy.values() for value in values)


async def test_the_policy_opens_the_maps_hosts_for_reading_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    tianditu = {"name": "天地图", "provider": "tianditu_vector", "key": "k", "review_number": "GS(2024)0568号"}
    policy = await policy_of(settings_with(monkeypatch, OWN, tianditu))
    assert policy.pop("connect-src") == [
        "'self'",
        *(f"https://t{n}.tianditu.gov.cn" for n in range(4)),
        "https://tiles.example.cn:8443",
    ]
    assert not any("//" in value for values in policy.values() for value in values)


async def test_a_map_is_told_with_whose_it_is(monkeypatch: pytest.MonkeyPatch, app: FastAPI, people: People) -> None:
    tianditu = {"name": "天地图", "provider": "tianditu_image", "key": "K9", "review_number": "GS(2024)0568号"}
    monkeypatch.setattr(app.state, "settings", settings_with(monkeypatch, tianditu, OWN))
    first, second = (await (await people.worker()).http.get("/api/base-maps")).json()
    assert (first["attribution"], first["review_number"]) == ("天地图", "GS(2024)0568号")
    image, names = first["sources"]
    assert image["tiles"][0] == "https://t0.tianditu.gov.cn/DataServer?T=img_w&x={x}&y={y}&l={z}&tk=K9"
    assert "T=cia_w" in names["tiles"][3]
    assert (second["id"], second["attribution"], second["sources"][0]["tiles"]) == ("1", "本县测绘院", OWN["tiles"])


async def test_without_a_setting_there_is_only_the_packaged_map(people: People) -> None:
    worker = await people.worker()
    assert (await worker.http.get("/api/base-maps")).json() == []
    assert (await worker.http.get("/api/base-maps/0/0/1/0/0")).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"datum": "gcj02"},
        {"tiles": ["https://a.cn/{z}.png; script-src *"]},
        {"tiles": ["javascript:{z}"]},
        {"tiles": ["https://a.cn'/{z}/{x}/{y}"]},
        {"tiles": ["/etc/passwd"]},
        {"attribution": ""},
        {"kind": "vector"},
        {"provider": "tianditu_vector", "tiles": []},
        {"provider": "tianditu_vector", "tiles": [], "key": "a b"},
    ],
)
def test_a_map_that_would_mislead_or_open_more_is_refused_at_the_start(wrong: dict[str, Any]) -> None:
    assert BaseMap.model_validate(OWN)
    with pytest.raises(ValidationError):
        BaseMap.model_validate(OWN | wrong)


# PMTiles, written here by the letter of the specification


def varint(number: int) -> bytes:
    written = b""
    while number >= 0x80:
        written += bytes([number & 0x7F | 0x80])
        number >>= 7
    return written + bytes([number])


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """Of (tile, run, size, at)."""
    columns = [
        [tile - before for (tile, *_), before in zip(entries, [0, *(e[0] for e in entries)], strict=False)],
        [run for _tile, run, _size, _at in entries],
        [size for _tile, _run, size, _at in entries],
        [at + 1 for _tile, _run, _size, at in entries],
    ]
    return gzip.compress(varint(len(entries)) + b"".join(varint(n) for column in columns for n in column))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Zoom 0 and 1, and zoom 2 in a leaf directory; the four tiles of zoom 1 are one and the same."""
    tiles = [b"the world", b"a quarter", b"far corner"]
    packed = [gzip.compress(tile) for tile in tiles]
    places = [sum(len(p) for p in packed[:i]) for i in range(3)]
    leaf = directory([(tile_id(2, 3, 3), 1, len(packed[2]), places[2])])
    root = directory([(0, 1, len(packed[0]), places[0]), (1, 4, len(packed[1]), places[1]), (5, 0, len(leaf), 0)])
    root_at = 127
    leaves_at = root_at + len(root)
    tiles_at = leaves_at + len(leaf)
    numbers = [root_at, len(root), 0, 0, leaves_at, len(leaf), tiles_at, sum(map(len, packed)), 3, 3, 3]
    head = b"PMTiles\x03" + b"".join(number.to_bytes(8, "little") for number in numbers) + bytes([1, 2, 2, 1, 0, 2])
    path = tmp_path / "town.pmtiles"
    path.write_bytes(head.ljust(127, b"\0") + root + leaf + b"".join(packed))
    return path


def test_an_archive_is_read_tile_by_tile(archive: Path) -> None:
    def content(*address: int) -> bytes | None:
        tile = read_tile(archive, *address)
        return tile.content if tile else None

    assert (header_of(archive).min_zoom, header_of(archive).max_zoom) == (0, 2)
    assert content(0, 0, 0) == b"the world"
    assert {content(1, x, y) for x in (0, 1) for y in (0, 1)} == {b"a quarter"}
    assert (content(2, 3, 3), content(2, 0, 0), content(3, 0, 0)) == (b"far corner", None, None)


@pytest.mark.parametrize(
    "content", [b"", b"PMTiles\x02".ljust(127, b"\0"), b"PK\x03\x04".ljust(200, b"\0"), b"PMTiles\x03" + b"\0" * 119]
)
def test_another_file_is_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.pmtiles"
    path.write_bytes(content)
    with pytest.raises(NotAnArchive):
        header_of(path)


def test_tiles_are_counted_as_the_specification_has_them() -> None:
    """Its own examples."""
    assert [tile_id(*address) for address in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0))] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]
    assert tile_id(12, 3423, 1763) == 19078479


@given(st.integers(0, 5))
def test_every_tile_of_a_zoom_has_a_number_of_its_own(zoom: int) -> None:
    side = 1 << zoom
    numbers = sorted(tile_id(zoom, x, y) for x in range(side) for y in range(side))
    assert numbers == list(range(numbers[0], numbers[0] + side * side))


async def test_an_archive_is_served_from_here(
    monkeypatch: pytest.MonkeyPatch, app: FastAPI, people: People, archive: Path
) -> None:
    layers = archive.with_suffix(".json")
    layers.write_text(json.dumps([{"id": "roads", "type": "line", "source": "base-tiles-0", "source-layer": "roads"}]))
    local = OWN | {"tiles": [str(archive)], "kind": "vector", "layers": str(layers)}
    settings = settings_with(monkeypatch, local)
    assert (await policy_of(settings))["connect-src"] == ["'self'"]
    monkeypatch.setattr(app.state, "settings", settings)
    worker = await people.worker()
    (told,) = (await worker.http.get("/api/base-maps")).json()
    (source,) = told["sources"]
    assert (source["min_zoom"], source["max_zoom"], told["layers"][0]["id"]) == (0, 2, "roads")
    tile = await worker.http.get(source["tiles"][0].format(z=2, x=3, y=3))
    assert (tile.content, tile.headers["content-type"]) == (b"far corner", "application/vnd.mapbox-vector-tile")
    assert (await worker.http.get(source["tiles"][0].format(z=2, x=0, y=0))).status_code == 204
    assert (await worker.http.get("/api/base-maps/0/1/0/0/0")).status_code == 404
