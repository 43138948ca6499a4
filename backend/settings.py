"""The one frozen set of settings, read from the environment (SUOZI_*) when a process starts and never at import."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

VERSION = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent


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

    @property
    def conninfo(self) -> str:
        """The same database as libpq understands it (without SQLAlchemy's driver name)."""
        return self.database_url.replace("postgresql+psycopg://", "postgresql://", 1)

    @property
    def photo_store(self) -> str:
        """Where objects are kept: an S3 URL if one is set, else a folder inside the data folder."""
        return self.storage_url or str(self.data_dir / "objects")
