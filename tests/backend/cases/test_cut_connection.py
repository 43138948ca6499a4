"""A real server behind a real socket: the connection is cut in the middle of a part, the server is started anew, and the
photo goes on where it was."""

import socket

import httpx

from backend.access import COOKIE
from backend.cases.photo_parts import PART_BYTES
from backend.identifiers import new_id
from backend.main import create_app
from backend.settings import Settings
from tests.backend.cases.test_photo_parts import BIG, path_of
from tests.people import SIGN_INS, report_body, sha256
from tests.served import served

PASSWORD = "suozi-2026"


def cut_in_the_middle(port: int, path: str, cookie: str, data: bytes) -> None:
    """Announce all of `data`, send half of it, and be gone."""
    head = (
        f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {COOKIE}={cookie}\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
        link.sendall(head.encode() + data[: len(data) // 2])


def test_a_cut_connection_costs_one_part_and_a_restart_nothing(loaded_town: Settings) -> None:
    phone = next(row["phone"] for row in SIGN_INS if row["role"] == "worker" and "璜塘村第3网格" in row["note"])
    report_id = new_id()
    query = f"?size={len(BIG)}"
    parts = [BIG[start : start + PART_BYTES] for start in range(0, len(BIG), PART_BYTES)]
    with (
        served(create_app(loaded_town), log_level="error") as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}") as worker,
    ):
        assert worker.post("/api/session", json={"phone": phone, "password": PASSWORD}).status_code == 200
        cookie = worker.cookies[COOKIE]
        assert worker.put(f"/api/reports/{report_id}", json=report_body(photos=[BIG])).status_code == 201
        worker.put(f"{path_of(report_id, BIG)}/0{query}", content=parts[0])
        cut_in_the_middle(port, f"{path_of(report_id, BIG)}/{PART_BYTES}{query}", cookie, parts[1])
        assert worker.get(path_of(report_id, BIG)).json()["received_bytes"] == PART_BYTES
    with (
        served(create_app(loaded_town), log_level="error") as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies={COOKIE: cookie}) as worker,
    ):
        here = worker.get(path_of(report_id, BIG)).json()["received_bytes"]
        assert here == PART_BYTES
        for i in range(1, len(parts)):
            answer = worker.put(f"{path_of(report_id, BIG)}/{i * PART_BYTES}{query}", content=parts[i])
            assert answer.status_code == 200, answer.text
        receipt = answer.json()["receipt"]
        assert (receipt["id"], receipt["missing"]) == (str(report_id), [])
        assert worker.get(f"/api/photos/{sha256(BIG)}/1600").status_code == 200
