"""By day little of what is long, so that nobody waits for it; with --nightly all of it (see tests/conftest.py)."""

from hypothesis import settings


def by_night() -> bool:
    """Whether this run is a nightly one; known before tests are collected."""
    return settings.get_current_profile_name() == "nightly"


def examples(daily: int, *, nightly: int) -> int:
    """How many generated examples a slow property gets."""
    return nightly if by_night() else daily
