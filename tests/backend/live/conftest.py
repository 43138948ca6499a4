"""The town behind a port, without its worker."""

from collections.abc import Iterator

import pytest

from backend.settings import Settings
from tests.backend.live.listening import RunningTown, running


@pytest.fixture(scope="module")
def settings(loaded_town: Settings) -> Settings:
    return loaded_town.model_copy(update={"run_worker": False})


@pytest.fixture(scope="module")
def town(settings: Settings) -> Iterator[RunningTown]:
    with running(settings) as town:
        yield town
