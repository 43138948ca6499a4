"""A clock in UTC, like the server's own: answers are then equal to the letter, whether fresh or read back."""

from datetime import UTC

import pytest

from tests.conftest import MONDAY_MORNING, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY_MORNING.astimezone(UTC))
