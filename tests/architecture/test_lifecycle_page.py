"""docs/lifecycle.md: committed, equal to the table, and its picture names every state and every move."""

import re

from backend.cases.lifecycle import STEPS
from backend.cases.lifecycle_page import CLOCK_WORDS, lifecycle_page
from backend.cases.terms import ClockEffect, Status
from backend.settings import ROOT

COMMITTED = (ROOT / "docs" / "lifecycle.md").read_text(encoding="utf-8")


def test_the_committed_page_is_the_codes() -> None:
    assert lifecycle_page() == COMMITTED, "run python -m backend.cli lifecycle and commit the result"


def test_the_picture_draws_every_move_and_no_other() -> None:
    drawn = set(re.findall(r"^    (\S+) --> (\S+) :", COMMITTED, re.MULTILINE))
    told = {(s, step.target) for step in STEPS for s in (step.sources or ["[*]"]) if step.target and step.target != s}
    assert drawn == told
    assert {t for _, t in drawn} == set(Status)


def test_every_effect_on_the_clocks_has_words() -> None:
    assert set(CLOCK_WORDS) == set(ClockEffect)


def test_every_row_has_as_many_cells_as_its_head() -> None:
    for table in re.findall(r"(?:^\|.*\|\n)+", COMMITTED, re.MULTILINE):
        widths = {line.count("|") for line in table.splitlines()}
        assert len(widths) == 1, table[:200]
