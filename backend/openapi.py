"""The API's description, with what FastAPI does not see: the bodies that routes read by themselves (multipart with a
JSON part), and the one shape of every error."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from backend.cases.schemas import ActionIn, ProblemOut, ReportIn
from backend.cases.schemas_public import PublicReportIn
from backend.residents.schemas import ResidentReportIn

SEEN_BY_NO_ROUTE = (ReportIn, PublicReportIn, ResidentReportIn, ActionIn, ProblemOut)


def describe(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 of the whole API."""
    description = app.openapi()
    _, more = models_json_schema(
        [(model, "validation") for model in SEEN_BY_NO_ROUTE], ref_template="#/components/schemas/{model}"
    )
    description["components"]["schemas"].update(more["$defs"])
    return description
