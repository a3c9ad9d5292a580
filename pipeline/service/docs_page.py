"""The service's documentation as a page made from its OpenAPI document: no script, nothing from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES = Path(__file__).parents[1] / "templates"


def docs_page(document: dict[str, Any]) -> str:
    """Return the page: every route with its parameters, its body's fields, and what it may answer."""
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    schemas = document.get("components", {}).get("schemas", {})
    routes = [
        {
            "path": path, "method": method.upper(), "summary": route.get("summary", ""),
            "parameters": [_field(p["name"], p["schema"], p["required"]) for p in route.get("parameters", [])],
            "body": _fields(route.get("requestBody"), schemas),
            "statuses": {status: answer["description"] for status, answer in route["responses"].items()},
        }
        for path, methods in document["paths"].items()
        for method, route in methods.items()
    ]  # fmt: skip
    page: str = environment.get_template("service.html.j2").render(info=document["info"], routes=routes)
    return page


def _fields(body: dict[str, Any] | None, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if body is None:
        return []
    reference = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    schema = schemas[reference]
    required = set(schema.get("required", []))
    found: list[dict[str, Any]] = []
    for name, field in schema["properties"].items():
        found.append(_field(name, field, name in required))
        inner = field.get("items", {}).get("$ref")
        if inner:
            part = schemas[inner.rpartition("/")[2]]
            wanted = set(part.get("required", []))
            found += [_field(f"{name}[].{key}", value, key in wanted) for key, value in part["properties"].items()]
    return found


def _field(name: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    kinds = [_kind(part) for part in schema.get("anyOf", [schema])]
    limits = {k: v for part in schema.get("anyOf", [schema]) for k, v in part.items() if k in _LIMITS}
    told = ", ".join(f"{_LIMITS[k]} {v:,}" if isinstance(v, int) else f"{_LIMITS[k]} {v}" for k, v in limits.items())
    return {"name": name, "kind": " or ".join(kinds), "limits": told, "required": required}


_LIMITS = {
    "minLength": "from characters", "maxLength": "up to characters", "minimum": "from", "maximum": "up to",
    "minItems": "from items", "maxItems": "up to items", "format": "format", "default": "default",
}  # fmt: skip


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("type", "object"))
