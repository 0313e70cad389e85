"""The OpenAPI 3.1 document, made of the routes themselves: what is served is what is described."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from flask import current_app
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from marketplace.kernel import installation
from marketplace.web.access import Predicate, access_of, allow, anyone
from marketplace.web.api.frame import Description, api
from marketplace.web.api.openapi_words import ARGUMENTS, ERRORS, LISTS, PROBLEM, WHO

REF = "#/components/schemas/{model}"
Refs = dict[Any, Any]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Call:
    """A call of the API, as its route and its view say it."""

    name: str
    method: str
    path: str
    arguments: tuple[str, ...]
    summary: str
    text: str
    access: Predicate
    description: Description

    @property
    def tag(self) -> str:
        """The audience: the first word of the path."""
        first = self.path.split("/")[3]
        return first if first in ("farm", "office", "pickup") else "shop"


@api.get("/openapi.json")
@allow(anyone)
def openapi() -> Any:
    """This document."""
    return document()


def calls() -> list[Call]:
    """All calls, by path and method."""
    found = [call for rule in current_app.url_map.iter_rules() for call in _calls_of(rule)]
    return sorted(found, key=lambda call: (call.path, METHODS.index(call.method)))


def _calls_of(rule: Rule) -> Iterator[Call]:
    if not rule.endpoint.startswith("api."):
        return
    view = current_app.view_functions[rule.endpoint]
    summary, _, text = (view.__doc__ or rule.endpoint).strip().partition("\n")
    for method in METHODS:
        if method in (rule.methods or ()):
            yield Call(
                name=rule.endpoint.removeprefix("api."),
                method=method,
                path=re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule),
                arguments=tuple(sorted(rule.arguments)),
                summary=summary.strip(' "'),
                text=re.sub(r"\s+", " ", text).strip(),
                access=access_of(view) or anyone,
                description=getattr(view, "description", Description()),
            )


def document() -> dict[str, Any]:
    """The whole document."""
    listed = calls()
    refs, schemas = _schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for call in listed:
        paths.setdefault(call.path, {})[call.method.lower()] = operation(call, refs)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Pättkesmarkt",
            "version": version("paettkesmarkt"),
            "description": "Money in integer cents of EUR, weights in grams, times ISO 8601 with offset, ids opaque"
            " strings. Lists answer `items` and `next`, the cursor of the following page.",
        },
        "servers": [{"url": installation.settings().public_url}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM} | schemas,
            "responses": {f"Problem{code}": _problem(words) for code, words in ERRORS.items()},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "`marketplace token create EMAIL`"},
                "order": {"type": "apiKey", "in": "header", "name": "Order-Token", "description": "of one order"},
            },
        },
    }


def _schemas(listed: list[Call]) -> tuple[Refs, dict[str, Any]]:
    """Where each model stands in the document, and all of them with what they are made of."""
    models = {model for call in listed for model in (call.description.takes, call.description.gives) if model}
    wanted = [(model, "validation") for model in sorted(models, key=lambda model: (model.__name__, model.__module__))]
    refs, schemas = models_json_schema(wanted, ref_template=REF)  # type: ignore[arg-type]
    return {model: ref for (model, _), ref in refs.items()}, dict(schemas.get("$defs", {}))


def _problem(words: str) -> dict[str, Any]:
    schema = {"$ref": REF.format(model="Problem")}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}


def operation(call: Call, refs: Refs) -> dict[str, Any]:
    """One call."""
    made: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.summary,
        "description": f"{call.text} For: {WHO.get(call.access.name, call.access.name)}.".strip(),
        "tags": [call.tag],
        "parameters": parameters(call),
        "responses": responses(call, refs),
        "security": _security(call),
    }
    if call.method in ("POST", "PUT", "PATCH"):
        takes = call.description.takes
        schema = refs[takes] if takes else {"type": "object"}
        made["requestBody"] = {"required": takes is not None, "content": {"application/json": {"schema": schema}}}
    return made


def _security(call: Call) -> list[dict[str, list[str]]]:
    if call.access is not anyone:
        return [{"bearer": []}]
    by_order: list[dict[str, list[str]]] = [{"order": []}] if "/orders/{" in call.path else []
    return [{}, {"bearer": []}, *by_order]


def parameters(call: Call) -> list[dict[str, Any]]:
    """Path, arguments, and the key of a POST."""
    made: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in call.arguments
    ]
    asked = call.description.arguments or ARGUMENTS.get(call.name, {})
    made += [
        {"name": name, "in": "query", "required": False, "description": meaning, "schema": {"type": "string"}}
        for name, meaning in asked.items()
        if name not in ("limit", "cursor")
    ]
    if is_list(call):
        limit = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
        made.append({"name": "limit", "in": "query", "required": False, "schema": limit})
        made.append({"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}})
    if call.method == "POST":
        key = {"type": "string", "minLength": 1, "maxLength": 255}
        made.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and body gives the same answer, for 48 hours.",
                "schema": key,
            }
        )
    return made


def is_list(call: Call) -> bool:
    return call.description.is_list or call.name in LISTS


def responses(call: Call, refs: Refs) -> dict[str, Any]:
    """The answer, and what may be refused."""
    gives = call.description.gives
    schema: dict[str, Any] = dict(refs[gives]) if gives else {}
    if is_list(call):
        schema = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": {"type": "array", "items": schema}, "next": {"type": ["string", "null"]}},
        }
    status = call.description.status
    made: dict[str, Any] = {
        str(status): {"description": "Done", "content": {"application/json": {"schema": schema}} if schema else {}}
    }
    expected = {"400", "404", "429", "503"}
    expected |= {"401"} if call.access is anyone else {"401", "403"}
    expected |= {"409", "413", "415", "422"} if call.method != "GET" else {"422"}
    made |= {code: {"$ref": f"#/components/responses/Problem{code}"} for code in sorted(expected)}
    words = ", ".join(f"`{word}`" for word in call.description.refuses if word not in ("validation", "not-found"))
    if words and "409" in made:
        made["409"] = _problem(f"{ERRORS['409']}: {words}")
    return made
