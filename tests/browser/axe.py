"""What axe finds on a page as it stands."""

from typing import Any

import pytest
from playwright.sync_api import Page

from backend.settings import ROOT

AXE = ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js"


def axe(page: Page) -> list[dict[str, Any]]:
    """What axe calls serious or worse, with where it is."""
    if not AXE.is_file():
        pytest.fail("axe-core is not installed: npm --prefix pwa ci")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    return [
        {
            "rule": each["id"],
            "where": [node["target"] for node in each["nodes"]][:4],
            "why": each["nodes"][0]["failureSummary"],
        }
        for each in violations
        if each["impact"] in ("serious", "critical")
    ]
