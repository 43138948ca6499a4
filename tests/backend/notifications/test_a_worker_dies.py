"""A worker is killed in the middle of a thousand messages: each is once in the database, and outside under one key."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from backend.settings import ROOT
from seeds.load import COUNTY
from tests.conftest import _conninfo, cloned_database
from tests.outside.sms_gateway import KEY_ID, SECRET, sms_gateway

WORKER = """
import asyncio, os, sys
from backend.clock import utc_now
from backend.database import make_engine, make_sessions
from backend.notifications.outside import outside_of
from backend.settings import Settings
from backend.worker import deliver_all

async def work():
    settings = Settings()
    engine = make_engine(settings.database_url)
    print("working", flush=True)
    await deliver_all(make_sessions(engine), outside_of(settings), utc_now)
    await engine.dispose()

asyncio.run(work())
"""


def _queue(url: str, count: int) -> list[str]:
    """So many messages that are due, each about a case of its own."""
    ids = []
    at = datetime.now(UTC) - timedelta(minutes=1)
    with psycopg.connect(_conninfo(url)) as database, database.cursor() as cursor:
        people = cursor.execute("SELECT id FROM staff WHERE county = %s ORDER BY id LIMIT 40", [COUNTY]).fetchall()
        for n in range(count):
            notice, delivery = uuid4(), uuid4()
            (person,) = people[n % len(people)]
            cursor.execute(
                "INSERT INTO notice (county, id, cause_id, kind, case_id, severity, grid_path, rings, at, starts_at, steps)"
                " VALUES (%s, %s, %s, 'unseen', %s, 'emergency', %s, true, %s, %s, '{}')",
                [COUNTY, notice, uuid4(), uuid4(), COUNTY, at, at],
            )
            cursor.execute(
                "INSERT INTO notification (county, notice_id, staff_id, why, at) VALUES (%s, %s, %s, 'operator', %s)",
                [COUNTY, notice, person, at],
            )
            cursor.execute(
                "INSERT INTO delivery (county, id, notice_id, channel, staff_id, round, state, queued_at, send_at,"
                " attempts, reason) VALUES (%s, %s, %s, 'sms', %s, 1, 'queued', %s, %s, 0, '')",
                [COUNTY, delivery, notice, person, at, at],
            )
            ids.append(str(delivery))
    return ids


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.nightly)])
def test_each_once_here_and_at_least_once_there(tmp_path: Path, count: int) -> None:
    with cloned_database("worker_dies") as url, sms_gateway() as gateway:
        gateway.templates = {"T": "{count}"}
        ids = _queue(url, count)
        sms = {
            "url": f"{gateway.origin}/send",
            "key_id": KEY_ID,
            "secret": SECRET,
            "sign_name": "梭子",
            "templates": {"unseen": "T", "digest": "T"},
        }
        environment = os.environ | {
            "SUOZI_DATABASE_URL": url,
            "SUOZI_DATA_DIR": str(tmp_path),
            "SUOZI_SMS": json.dumps(sms),
            "SUOZI_OUTBOUND_ORIGINS": json.dumps([gateway.origin]),
        }
        kills = 0
        while _left(url):
            with subprocess.Popen(
                [sys.executable, "-c", WORKER], env=environment, cwd=ROOT, stdout=subprocess.PIPE
            ) as worker:
                assert worker.stdout
                worker.stdout.readline()
                if kills < 3:
                    time.sleep(0.05 + 0.15 * kills)
                    worker.send_signal(signal.SIGKILL)
                    kills += 1
        assert kills == 3
        with psycopg.connect(_conninfo(url)) as database:
            rows = database.execute("SELECT id::text, state, attempts FROM delivery").fetchall()
        assert Counter(state for _id, state, _n in rows) == {"sent": count}
        assert {attempts for _id, _state, attempts in rows} == {1}
        # Messages to one person that are due together are one short message, under the key of the first.
        assert set(gateway.sent) <= set(ids)
        told = Counter(message["phone"] for message in gateway.sent.values())
        assert sum(int(message["params"]["count"]) for message in gateway.sent.values()) >= count
        assert len(told) == 40


def _left(url: str) -> bool:
    with psycopg.connect(_conninfo(url)) as database:
        row = database.execute("SELECT count(*) FROM delivery WHERE state = 'queued'").fetchone()
    return bool(row and row[0])
