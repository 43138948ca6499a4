import httpx
import pytest

from tests.backend.residents.resident import Resident


@pytest.fixture
async def resident(stranger: httpx.AsyncClient) -> Resident:
    return Resident(stranger)
