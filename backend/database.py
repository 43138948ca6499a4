"""The async engine, the naming convention, the request's transaction, and geometry in and out. Imported before any model."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any

import psycopg
from fastapi import Depends, Request
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape, to_shape
from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, DateTime, Enum, func
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlmodel import SQLModel

SRID = 4326
# What map tiles are drawn in; distances in it are stretched by 1/cos(latitude).
WEB_MERCATOR = 3857

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TIMESTAMP = DateTime(timezone=True)


def choice(kind: type[StrEnum]) -> Any:
    """A closed set kept as its plain text value; the set is the code's, so that adding a member needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def make_engine(database_url: str) -> AsyncEngine:
    """One pool per process: at most 10 connections, each checked before use so that a restarted server is survived."""
    return create_async_engine(database_url, pool_size=5, max_overflow=5, pool_pre_ping=True, pool_timeout=10)


# Also what only reads ends with a commit (`sessions.begin()`): at a rollback psycopg forgets every statement that the
# connection has prepared, and the database plans each of them anew: a third of the time that a report's statements take.
def make_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(engine, expire_on_commit=False)


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's one transaction: commits when the handler returns, rolls back when anything raises."""
    async with request.app.state.sessions() as session, session.begin():
        yield session


# scope="function" makes the commit precede the answer; without it a failing commit would still answer 200.
Session = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def raw_connection(session: AsyncSession) -> psycopg.AsyncConnection[Any]:
    """The session's own psycopg connection, for work that must share its transaction (jobs, COPY)."""
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, psycopg.AsyncConnection)
    return connection


def point(lng: float, lat: float) -> WKBElement:
    """A WGS84 point as a column value."""
    return from_shape(Point(lng, lat), srid=SRID)


def sql_point(lng: float, lat: float) -> ColumnElement[Any]:
    """A WGS84 point as an SQL expression, which unlike a column value can be cast to geography."""
    return func.ST_SetSRID(func.ST_MakePoint(lng, lat), SRID)


def shape_of(element: Any) -> BaseGeometry:
    """The shapely geometry of a column value."""
    return to_shape(element)


def lng_lat(element: Any) -> tuple[float, float]:
    shape = to_shape(element)
    assert isinstance(shape, Point)
    return shape.x, shape.y
