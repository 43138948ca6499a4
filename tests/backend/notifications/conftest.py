from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.backend.notifications.outside import World, world
from tests.conftest import Clock


@pytest.fixture
def outside(app: FastAPI, clock: Clock, tmp_path: Path) -> Iterator[World]:
    """The services outside, as the app under test knows them."""
    with world(clock, tmp_path) as found:
        app.state.outside = found.outside
        yield found
