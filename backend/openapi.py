"""The API's description, with the two bodies that routes read by themselves (multipart with a JSON part)."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from backend.cases.schemas import ActionIn, ReportIn

READ_BY_HAND = (ReportIn, ActionIn)


def describe(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 of the whole API."""
    description = app.openapi()
    _, more = models_json_schema(
        [(model, "validation") for model in READ_BY_HAND], ref_template="#/components/schemas/{model}"
    )
    description["components"]["schemas"].update(more["$defs"])
    return description
