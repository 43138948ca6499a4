"""The outbox: one row per thing that changed, written in the transaction that changed it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id, which orders rows by when they can be seen (see live/feed.py)."""

    cache_ok = True

    def get_col_spec(self, **_kw: Any) -> str:
        return "xid8"


class Outbox(SQLModel, table=True):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_county_tx_id", "county", "tx", "id"),)

    id: int | None = Field(default=None, sa_type=BigInteger, primary_key=True, sa_column_args=[Identity(always=True)])
    county: str = Field(max_length=6)
    tx: Any = Field(
        default=None, sa_type=Xid8, nullable=False, sa_column_kwargs={"server_default": text("pg_current_xact_id()")}
    )
    kind: str = Field(max_length=32)
    case_id: UUID | None = None
    body: dict[str, Any] = Field(sa_type=JSONB)
    audience: dict[str, Any] = Field(sa_type=JSONB)
    at: datetime = Field(sa_type=TIMESTAMP)
