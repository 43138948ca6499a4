"""Run one bench, or all of them, and print what came out as text or as one JSON line each."""

import argparse
import asyncio
import sys
from importlib import import_module

from tests.bench.turns import Figures, as_json, as_text

BENCHES = (
    "report_ingest",
    "grid_at",
    "grid_tile",
    "case_tile",
    "county_publish",
    "rehearsal",
    "photo_search",
    "derive_day",
    "fix_intake",
    "replay_payload",
    "indicators",
    "queue_page",
    "dispatch_heard",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="suozi bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=BENCHES, help="one of them; all if left out")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    for name in [options.name] if options.name else BENCHES:
        figures: Figures = asyncio.run(import_module(f"tests.bench.{name}").run())
        sys.stdout.write((as_json if options.json else as_text)(name, figures) + "\n")


main()
