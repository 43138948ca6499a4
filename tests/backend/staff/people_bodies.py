"""Bodies of people for tests: a person with posts, as an administrator's screen sends them."""

from typing import Any
from uuid import uuid4

GRID = "320281104206003"
NEXT_GRID = "320281104206004"
VILLAGE = "320281104206"
TOWN = "320281104"


def post(role: str = "worker", **more: Any) -> dict[str, Any]:
    """A post in the grid 璜塘村第3网格, or in the first squad for squad roles, from today on."""
    place = {"squad_code": "xxk-squad-1"} if role.startswith("squad") else {"grid_code": GRID}
    duty = {"duty": "grid_worker"} if role == "worker" else {}
    return {"id": str(uuid4()), "role": role, **duty, **place, "starts_on": "2026-11-23"} | more


def person(*posts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "网格员 900",
        "phone": "13800000900",
        "home_unit_code": "xxk-town",
        "posts": list(posts),
    } | more


def wanted(detail: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a screen sends back after reading this person: the posts that are not over, and the version."""
    fields = ("id", "role", "duty", "engagement", "grid_code", "squad_code", "unit_code", "starts_on", "ends_on")
    return {
        "version": detail["version"],
        "name": detail["name"],
        "phone": detail["phone"],
        "home_unit_code": detail["home_unit_code"],
        "posts": [{field: post[field] for field in fields} for post in detail["posts"]],
    } | more
