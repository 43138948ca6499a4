"""The real app's routes as the architecture tests look at them: every path and method, and what each depends on."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts


def api_routes(app: FastAPI) -> list[RouteContext]:
    """Every route that FastAPI serves, in the order in which they are tried; mounted static folders are left out."""
    return [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]


def title(route: RouteContext) -> str:
    """For example `GET /api/cases/{case_id}`."""
    (method,) = route.methods or ()
    return f"{method} {route.path}"


def dependency_tree(dependant: Dependant) -> Iterator[Dependant]:
    """All that a route depends on, at any depth."""
    for dependency in dependant.dependencies:
        yield dependency
        yield from dependency_tree(dependency)


def calls(route: RouteContext) -> list[Callable[..., Any]]:
    """The functions in the route's dependency tree, each once."""
    found = (dependency.call for dependency in dependency_tree(route.dependant))
    return list(dict.fromkeys(call for call in found if call))
