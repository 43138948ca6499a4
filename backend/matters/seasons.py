"""Limits by season: pure, a day against the filing condition's own."""

from datetime import date

from backend.matters.models import FilingCondition, Limit


def limit_on(condition: FilingCondition, day: date) -> Limit:
    """How long handling may take if the clock starts on this local day."""
    season = (condition.season_from, condition.season_to)
    if condition.season_amount is not None and condition.season_unit is not None and in_season(season, day):
        return Limit(condition.season_amount, condition.season_unit)
    return Limit(condition.limit_amount, condition.limit_unit)


def in_season(season: tuple[str | None, str | None], day: date) -> bool:
    """Whether the day lies in the season, both ends (`MM-DD`) included. One that ends before it begins wraps the year."""
    begins, ends = season
    if begins is None or ends is None:
        return False
    today = f"{day:%m-%d}"
    if begins <= ends:
        return begins <= today <= ends
    return today >= begins or today <= ends
