"""Rehearsing two sets of rules over 100,000 past cases, against asking choose_squad case by case with the facts of each.

The floor does not keep duty, load and jurisdiction at hand: it looks them up for every case, for one set of rules, on a
sample. Both run on one core, without a database.
"""

import platform

from backend.dispatch.rehearsal import rehearse
from tests.backend.dispatch.past_periods import DRAFT, RULES, made_up, one_by_one
from tests.bench.turns import Figures, in_turn

CASES, SAMPLE, ROUNDS = 100_000, 300, 5


async def run() -> Figures:
    past = made_up(1, cases=CASES, days=365, squads=9)

    async def ours() -> int:
        return rehearse(past, RULES, DRAFT).cases and CASES

    async def floor() -> int:
        one_by_one(past, RULES, SAMPLE)
        return SAMPLE

    return await in_turn(
        ours,
        floor,
        rounds=ROUNDS,
        what=f"past cases replayed under two sets of rules, {CASES:,} in a year, {len(past.squads)} squads",
        against="cases put to choose_squad one by one, facts looked up each time, one set of rules",
        where=f"one core, Python {platform.python_version()}",
        each=CASES,
    )
