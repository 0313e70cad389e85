"""The API's documentation for reading: our own page, made of the same routes as the OpenAPI document."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from marketplace.web.access import allow, anyone
from marketplace.web.api.openapi import Call, calls, document, is_list
from marketplace.web.api.openapi_words import ARGUMENTS, PROBLEMS, WHO

blueprint = Blueprint("docs", __name__, url_prefix="/api")

TITLES = {"shop": "Shop", "farm": "Farms", "pickup": "Pickup hosts", "office": "Office"}


@blueprint.get("/docs")
@allow(anyone)
def docs() -> str:
    """Every call with who may, what it takes and what it gives."""
    schemas = document()["components"]["schemas"]
    listed = [_shown(call, schemas) for call in calls()]
    groups = [(title, [call for call in listed if call["tag"] == tag]) for tag, title in TITLES.items()]
    return render_template("api/docs.html", groups=groups, problems=PROBLEMS)


@blueprint.get("/problems/<word>")
@allow(anyone)
def problem(word: str) -> Response:
    """Where the `type` of a problem leads: to its description."""
    return redirect(url_for("docs.docs", _anchor=f"problem-{word}"), 303)  # type: ignore[return-value]


def _shown(call: Call, schemas: dict[str, Any]) -> dict[str, Any]:
    takes = call.description.takes
    asked = call.description.arguments or ARGUMENTS.get(call.name, {})
    return {
        "id": f"{call.method.lower()}-{call.name}",
        "tag": call.tag,
        "method": call.method,
        "path": call.path.removeprefix("/api/v1"),
        "summary": call.summary,
        "text": call.text,
        "who": WHO.get(call.access.name, call.access.name),
        "arguments": asked | ({"limit": "1 to 200", "cursor": "of the page before"} if is_list(call) else {}),
        "fields": _fields(schemas.get(takes.__name__, {})) if takes else {},
        "refuses": call.description.refuses,
    }


def _fields(schema: dict[str, Any]) -> dict[str, str]:
    """Name to type, for the table."""
    needed = schema.get("required", [])
    return {
        name: _kind(field) + ("" if name in needed else ", optional")
        for name, field in schema.get("properties", {}).items()
    }


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"].rpartition("/")[2])
    if "anyOf" in field:
        return " or ".join(_kind(one) for one in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    return str(field.get("format") or field.get("type", "any"))
