"""The OpenAPI document, from the same models that read and write the requests (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .endpoints import Endpoint, Query
from .problem_tables import TITLES
from .problems import MEDIA_TYPE, ProblemBody

REFERENCE = "#/components/schemas/{model}"
EVERYWHERE = (403, 500)
WITH_A_BODY = (400, 413, 415)
EVENT: dict[str, Any] = {
    "type": "object",
    "description": "One event; its data is JSON, or [DONE] at the end. An event named error is a problem.",
    "properties": {"data": {"type": "string"}, "event": {"type": "string"}},
    "required": ["data"],
}


def document(endpoints: Iterable[Endpoint], *, version: str, secured: bool) -> dict[str, Any]:
    """The document of these endpoints.

    Args:
        secured: whether every endpoint asks for a token.
    """
    listed = list(endpoints)
    shapes: set[tuple[type[BaseModel], Any]] = {(ProblemBody, "serialization")}
    for entry in listed:
        if entry.takes is not None:
            shapes.add((entry.takes, "validation"))
        if entry.gives is not None:
            shapes.add((entry.gives, "serialization"))
    ordered = sorted(shapes, key=lambda one: (one[0].__name__, one[1]))
    names, schemas = models_json_schema(ordered, ref_template=REFERENCE)
    references = dict(names)
    paths: dict[str, dict[str, Any]] = {}
    for entry in listed:
        paths.setdefault(entry.path.replace(":path}", "}"), {})[entry.method.lower()] = _operation(
            entry, references, secured=secured or entry.secured
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "webllm-provider",
            "version": version,
            "description": "A language model in a browser, as an HTTP API.",
        },
        "servers": [{"url": "."}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(entry: Endpoint, references: dict[Any, Any], *, secured: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": entry.name,
        "summary": entry.summary,
        "parameters": _parameters(entry),
        "responses": _responses(entry, references, secured=secured),
    }
    if entry.takes is not None:
        schema = references[(entry.takes, "validation")]
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if secured:
        made["security"] = [{"bearer": []}]
    return made


def _responses(entry: Endpoint, references: dict[Any, Any], *, secured: bool) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if entry.gives is not None:
        content["application/json"] = {"schema": references[(entry.gives, "serialization")]}
    if entry.events:
        content["text/event-stream"] = {"schema": EVENT}
    success: dict[str, Any] = {"description": "It was done."}
    if content:
        success["content"] = content
    statuses = {*EVERYWHERE, *entry.errors}
    if entry.takes is not None:
        statuses.update(WITH_A_BODY)
    if entry.query is not None:
        statuses.add(400)
    if secured:
        statuses.add(401)
    problem = {MEDIA_TYPE: {"schema": references[(ProblemBody, "serialization")]}}
    failures = {
        str(status): {"description": TITLES[status], "content": problem} for status in sorted(statuses)
    }
    return {str(entry.success): success, **failures}


def _parameters(entry: Endpoint) -> list[dict[str, Any]]:
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": text,
            "schema": {"type": "string", "minLength": 1},
        }
        for name, text in entry.path_parameters.items()
    ]
    return [*in_path, *(_in_query(entry.query) if entry.query is not None else ())]


def _in_query(shape: type[Query]) -> list[dict[str, Any]]:
    schema = shape.model_json_schema()
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": value}
        for name, value in schema.get("properties", {}).items()
    ]
