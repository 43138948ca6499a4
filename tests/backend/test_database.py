"""What the pool of connections keeps between requests."""

from fastapi import FastAPI
from sqlalchemy import text

from tests.people import People


async def test_statements_stay_prepared_from_one_request_to_the_next(committing: FastAPI) -> None:
    async with People(committing) as people:
        worker = await people.worker()
        for _ in range(12):
            assert (await worker.http.get("/api/me")).status_code == 200
    async with committing.state.engine.connect() as connection:
        kept = await connection.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
    assert kept > 3
