"""Many phones on bad links: a quarter of the requests and a third of the answers are cut. Nothing is lost, nothing comes
twice, and what a phone was told is so."""

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from backend.access import COOKIE
from backend.clock import utc_now
from backend.identifiers import new_id
from backend.main import create_app
from backend.photos.keys import photo_key
from backend.settings import Settings
from backend.storage import get
from tests.cutting_proxy import CuttingProxy
from tests.people import SIGN_INS, as_parts, cookie_for, report_body, sha256
from tests.pictures import noise
from tests.scenarios.conftest import ServedTown
from tests.served import served_apart

LOST_REQUESTS, LOST_ANSWERS = 0.25, 0.35

WORKERS = [row["phone"] for row in SIGN_INS if row["role"] == "worker"]


@dataclass
class Kept:
    """A report as a phone keeps it until the server has said that it has everything."""

    id: UUID
    body: dict[str, Any]
    photo: bytes
    case_code: str = ""


@dataclass
class Phone:
    """Sends as the outbox does: all at once, and after a failure the content first and each photo by itself."""

    client: httpx.AsyncClient
    kept: list[Kept]
    tries: int = 0
    told_to_wait: int = 0

    async def send_everything(self) -> None:
        for report in self.kept:
            await self._send(report)

    async def _send(self, report: Kept) -> None:
        for attempt in count():
            assert attempt < 200, "the link lets something through now and then"
            photos = [report.photo] if attempt == 0 else []
            receipt = await self._put(f"/api/reports/{report.id}", files=as_parts("report", report.body, photos))
            while receipt and receipt["missing"]:
                path = f"/api/reports/{report.id}/photos/{receipt['missing'][0]}"
                receipt = await self._put(path, content=report.photo)
            if receipt:
                assert receipt["id"] == str(report.id)
                report.case_code = receipt["case"]["code"]
                return

    async def _put(self, path: str, **body: Any) -> dict[str, Any] | None:
        """The receipt; None if the link broke, or the server said that it has no room now. All else is a defect."""
        self.tries += 1
        try:
            answer = await self.client.put(path, **body)
        except httpx.TransportError:
            return None
        if answer.status_code == 503:
            self.told_to_wait += 1
            await asyncio.sleep(1)
            return None
        assert answer.status_code in (200, 201), answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt


async def storm(town: ServedTown, *, reports: int, phones: int) -> tuple[list[Phone], CuttingProxy]:
    """So many reports from so many phones at once through the link, all of them acknowledged in the end."""
    async with CuttingProxy(town.port, lost_requests=LOST_REQUESTS, lost_answers=LOST_ANSWERS) as proxy:
        carried = []
        for number in range(phones):
            kept = [Kept(new_id(), *_report(f"{number}-{i}")) for i in range(number, reports, phones)]
            client = httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{proxy.port}",
                cookies={COOKIE: await cookie_for(town.own, WORKERS[number % len(WORKERS)])},
                headers={"Connection": "close"},
                timeout=60,
                trust_env=False,
            )
            carried.append(Phone(client, kept))
        await asyncio.gather(*(phone.send_everything() for phone in carried))
        for phone in carried:
            await phone.client.aclose()
    return carried, proxy


def _report(name: str) -> tuple[dict[str, Any], bytes]:
    picture = noise(name)
    return report_body(photos=[picture], occurred_at=utc_now().isoformat(), words=name), picture


async def require_everything_once(app: FastAPI, phones: list[Phone], cases_before: int) -> None:
    reports = {report.id: report for phone in phones for report in phone.kept}
    async with app.state.engine.connect() as connection:
        stored = (
            await connection.execute(
                text(
                    "SELECT r.id, c.code, r.content->>'words' AS words, p.sha256, p.received_at FROM report r"
                    ' JOIN "case" c USING (county) JOIN case_photo p ON p.county = c.county AND p.event_id = r.id'
                    " WHERE c.id = r.case_id AND r.id = ANY(:ids)"
                ),
                {"ids": list(reports)},
            )
        ).all()
        cases = await connection.scalar(text('SELECT count(*) FROM "case"'))
        opened = await connection.scalar(text("SELECT count(*) FROM case_event WHERE action = 'report'"))
    assert len(stored) == len(reports), "each report is there, once, with its one photo"
    assert cases - cases_before == len(reports), "and opened one case"
    assert opened == cases
    for report_id, code, words, hashed, received_at in stored:
        report = reports[report_id]
        assert (code, words, hashed) == (report.case_code, report.body["words"], sha256(report.photo))
        assert received_at is not None
        assert await get(app.state.store, photo_key("320281", hashed, "original")) == report.photo


async def cases_of(app: FastAPI) -> int:
    async with app.state.engine.connect() as connection:
        return int(await connection.scalar(text('SELECT count(*) FROM "case"')) or 0)


@pytest.mark.nightly
async def test_a_storm_of_reports_over_bad_links(town: ServedTown, caplog: pytest.LogCaptureFixture) -> None:
    before = await cases_of(town.own)
    phones, proxy = await storm(town, reports=40, phones=8)
    await require_everything_once(town.own, phones, before)
    assert proxy.requests_cut > 5, "a link that cuts nothing proves nothing"
    assert proxy.answers_cut > 5
    assert sum(phone.tries for phone in phones) > 60
    assert sum(phone.told_to_wait for phone in phones) == 0
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.nightly
@pytest.mark.timeout(7200)
async def test_ten_thousand_reports_over_bad_links(loaded_town: Settings) -> None:
    """The jobs that follow a report wait: they do nothing to what is proved here, and would take half of the hour."""
    own = create_app(loaded_town)
    before = await cases_of(own)
    with served_apart(loaded_town.model_copy(update={"run_worker": False})) as port:
        phones, proxy = await storm(ServedTown(port, own), reports=10_000, phones=16)
    await require_everything_once(own, phones, before)
    await own.state.engine.dispose()
    print(  # noqa: T201 -- the figures of a run that takes an hour
        f"\n{sum(phone.tries for phone in phones)} requests, {proxy.requests_cut} cut, {proxy.answers_cut} answers cut,"
        f" {sum(phone.told_to_wait for phone in phones)} told to wait"
    )
