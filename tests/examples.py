"""How many generated examples a slow property gets: few daily, so that nobody waits for them, and many nightly."""

from hypothesis import settings


def examples(daily: int, *, nightly: int) -> int:
    """The number for the profile in force; tests/conftest.py loads it before tests are collected."""
    return nightly if settings.get_current_profile_name() == "nightly" else daily
