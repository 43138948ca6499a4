"""The whole town behind a real socket, for stories in which the link matters."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from backend.main import create_app
from backend.settings import Settings
from tests.served import served


@dataclass(frozen=True)
class ServedTown:
    """The port on which the town answers, and an app of the test's own to look into its database and photos by.

    The serving one belongs to another thread: a connection that its loop has opened must not be used in the test's.
    """

    port: int
    own: FastAPI


@pytest.fixture
async def town(loaded_town: Settings) -> AsyncIterator[ServedTown]:
    own = create_app(loaded_town)
    # What a link that breaks makes the server say is the tests' own business.
    with served(create_app(loaded_town), log_level="critical") as port:
        yield ServedTown(port, own)
    await own.state.engine.dispose()
