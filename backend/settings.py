"""The one frozen set of settings, read from the environment (SUOZI_*) when a process starts and never at import."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent


# What may stand in a content security policy and in a map: a plain address, or a path on this machine.
_TILES = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?/[^\s\"'<>;\\]*\{z\}[^\s\"'<>;\\]*|/[^\s]+\.pmtiles")
_TIANDITU_LAYERS = {"tianditu_vector": ("vec", "cva"), "tianditu_image": ("img", "cia")}


class BaseMap(BaseModel):
    """A map to lie under ours; see docs/base-maps.md. `tiles` and what is written on them (`labels`) are XYZ in Web Mercator.

    Coordinates here are WGS84: a map that was shifted (GCJ-02, BD-09) is refused, it would lie hundreds of metres beside them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=20)
    provider: Literal["tianditu_vector", "tianditu_image"] | None = None
    key: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    tiles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    kind: Literal["raster", "vector"] = "raster"
    layers: Path | None = None
    tile_size: int = Field(default=256, ge=128, le=1024)
    min_zoom: int = Field(default=0, ge=0, le=22)
    max_zoom: int = Field(default=18, ge=0, le=22)
    attribution: str = ""
    review_number: str = ""
    datum: Literal["wgs84", "cgcs2000"] = "wgs84"

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.provider:
            if not self.key or self.tiles:
                raise ValueError("a provider's map has a key and no tiles of its own")
        elif not self.tiles or not self.attribution:
            raise ValueError("a map has tiles and an attribution, or a provider")
        for address in (*self.tiles, *self.labels):
            if not _TILES.fullmatch(address):
                raise ValueError(f"{address}: neither http(s)://host/...{{z}}... nor a path to a .pmtiles file")
        if self.kind == "vector" and not self.layers:
            raise ValueError("vector tiles need a file with the layers that draw them")
        return self

    @property
    def sources(self) -> tuple[tuple[str, ...], ...]:
        """From below: each with the addresses of the same tiles on its hosts, or the path of an archive of them."""
        if self.provider:
            return tuple(
                tuple(
                    f"https://t{host}.tianditu.gov.cn/DataServer?T={layer}_w&x={{x}}&y={{y}}&l={{z}}&tk={self.key}"
                    for host in range(4)
                )
                for layer in _TIANDITU_LAYERS[self.provider]
            )
        return tuple(each for each in (self.tiles, self.labels) if each)

    @property
    def credit(self) -> str:
        return self.attribution or "天地图"

    @property
    def hosts(self) -> frozenset[str]:
        """Other machines that a page must be allowed to read from."""
        addresses = (address for source in self.sources for address in source)
        return frozenset("/".join(address.split("/")[:3]) for address in addresses if not address.startswith("/"))


# Browsers' own push services, and the three messengers whose group robots are known.
USUAL_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
    "oapi.dingtalk.com",
    "qyapi.weixin.qq.com",
    "open.feishu.cn",
)


class SmsGateway(BaseModel):
    """The county's gateway for short messages; see docs/channels.md. `templates`: the gateway's own, by kind of message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    key_id: str
    secret: str = Field(repr=False)
    sign_name: str
    templates: dict[str, str]


class MailServer(BaseModel):
    """The SMTP server through which e-mail goes out; see docs/channels.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: int = Field(default=465, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: str = Field(default="", repr=False)
    sender: str


class Settings(BaseSettings):
    """Every knob of a running Suozi; each is described in README.md under "Settings"."""

    model_config = SettingsConfigDict(env_prefix="SUOZI_", frozen=True)

    database_url: str
    data_dir: Path = ROOT / ".data"
    storage_url: str = ""
    web_dir: Path = ROOT / "pwa" / "dist"
    host: str = "127.0.0.1"
    port: int = 8000
    run_worker: bool = True
    secure_cookie: bool = False
    session_days: int = 14
    contact_days: int = 180
    want_originals: bool = False
    base_maps: tuple[BaseMap, ...] = ()
    public_url: str = ""
    outbound_hosts: tuple[str, ...] = USUAL_HOSTS
    outbound_origins: tuple[str, ...] = ()
    push_contact: str = "mailto:admin@suozi.invalid"
    sms: SmsGateway | None = None
    mail: MailServer | None = None

    @property
    def conninfo(self) -> str:
        """The same database as libpq understands it (without SQLAlchemy's driver name)."""
        return self.database_url.replace("postgresql+psycopg://", "postgresql://", 1)

    @property
    def photo_store(self) -> str:
        """Where objects are kept: an S3 URL if one is set, else a folder inside the data folder."""
        return self.storage_url or str(self.data_dir / "objects")
