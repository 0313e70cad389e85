"""The frame of every API call: who asks, what came, and the kept answer.

    @api.post("/farm/offers/copy")
    @allow(farm_member)
    @described(takes=Copy, gives=Copied, refuses=("conflict",))      # optional: for the OpenAPI document
    def copy_offers() -> Any:
        asked = taken(Copy)                                          # or fields.body()
        ...
        return {...}                                                 # or (body, status), (body, status, headers)

A view without `allow` does not start. A POST with an Idempotency-Key runs in one transaction together with its kept
answer; one that goes on after a refusal undoes that part itself (a savepoint). A view that calls a provider, for which
no transaction may be open, sees to its key itself (`@keeps_own_answer`, kept_answers.repeatable).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, request
from pydantic import BaseModel

from marketplace.web.access import access_of, current_actor, require
from marketplace.web.api.bodies import check_body
from marketplace.web.api.kept_answers import claim_of, once
from marketplace.web.api.validation import read

F = TypeVar("F", bound=Callable[..., Any])
M = TypeVar("M", bound=BaseModel)

_PARSED = "marketplace.api_body"


@dataclass(frozen=True)
class Description:
    """What the OpenAPI document says of a call beyond its path, its docstring and who may."""

    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = 200
    refuses: tuple[str, ...] = ()
    arguments: dict[str, str] | None = None
    is_list: bool = False


def described(
    *,
    takes: type[BaseModel] | None = None,
    gives: type[BaseModel] | None = None,
    status: int = 200,
    refuses: tuple[str, ...] = (),
    arguments: dict[str, str] | None = None,
    is_list: bool = False,
) -> Callable[[F], F]:
    """Describes a call for the OpenAPI document. `arguments`: name to meaning; `is_list`: pages of `gives`."""

    def mark(view: F) -> F:
        view.description = Description(takes, gives, status, refuses, arguments, is_list)  # type: ignore[attr-defined]
        return view

    return mark


def keeps_own_answer(view: F) -> F:
    """The view sees to the Idempotency-Key itself."""
    view.keeps_own_answer = True  # type: ignore[attr-defined]
    return view


class Api(Blueprint):
    """A blueprint that puts every view into the frame."""

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        if view_func is not None:
            if access_of(view_func) is None:
                raise TypeError(f"{rule}: {view_func.__name__} says nobody may call it; add @allow(…)")
            view_func = framed(view_func)
        super().add_url_rule(rule, endpoint, view_func, *args, **options)


api = Api("api", __name__, url_prefix="/api/v1")


def framed(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view behind authentication, permission, a look at the body, and the kept answer."""

    @functools.wraps(view)
    def call(**path: Any) -> Any:
        person = current_actor()
        require(access_of(view))  # type: ignore[arg-type]
        parsed = check_body() if request.method not in ("GET", "HEAD", "OPTIONS") else None
        request.environ[_PARSED] = parsed
        claim = claim_of(person, parsed) if request.method == "POST" else None
        if claim is None or getattr(view, "keeps_own_answer", False):
            return answer(*parts(view(**path)))

        def run() -> tuple[Any, int]:
            body, status, headers = parts(view(**path))
            if isinstance(body, Response):
                raise TypeError(f"{request.endpoint}: a kept answer is JSON")
            return {"body": plain(body), "headers": headers}, status

        kept, status = once(claim, run)
        return answer(kept["body"], status, kept["headers"])

    return call


def parts(returned: Any) -> tuple[Any, int, dict[str, str]]:
    """Body, status and headers of what a view returned."""
    if not isinstance(returned, tuple):
        return returned, 200, {}
    body, status, *more = returned
    return body, status, dict(more[0]) if more else {}


def answer(body: Any, status: int, headers: dict[str, str]) -> Response:
    """The response. Nobody in between keeps it."""
    if isinstance(body, Response):
        response = body
    elif status == 204 or body is None:
        response = Response(status=204 if body is None and status == 200 else status)
    else:
        response = Response(
            current_app.json.dumps(plain(body)) + "\n", status, content_type="application/json; charset=utf-8"
        )
    response.headers.extend(headers)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def plain(body: Any) -> Any:
    """A body as JSON knows it: models unfolded, times as ISO 8601."""
    if isinstance(body, BaseModel):
        return body.model_dump(mode="json")
    return current_app.json.loads(current_app.json.dumps(body))


def parsed_body() -> Any:
    """The JSON of this request, checked; None without one."""
    return request.environ.get(_PARSED)


def taken(model: type[M]) -> M:
    """The body of this request as `model`; Invalid with the fields that cannot be taken."""
    return read(model, parsed_body())
