"""Hearing one PostgreSQL channel for as long as the process lives, over every restart of the database."""

import asyncio
from collections.abc import Callable

import psycopg
from psycopg import sql


async def listen(conninfo: str, channel: str, heard: Callable[[str], None]) -> None:
    """Call `heard` with each payload until cancelled; and with "" whenever something may have been missed."""
    delay_s = 0.1
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                conninfo,
                autocommit=True,
                application_name=channel,
                connect_timeout=5,
                keepalives_idle=10,
                keepalives_interval=5,
                keepalives_count=3,
            ) as connection:
                await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                delay_s = 0.1
                heard("")
                while True:
                    async for note in connection.notifies(timeout=30):
                        heard(note.payload)
                    await connection.execute("SELECT 1")  # a dead server shows here
        except psycopg.Error:
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, 5)
