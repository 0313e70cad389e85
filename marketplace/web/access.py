"""Who may see what: named predicates beside the routes. A route that names none is not served (`deny_by_default`).

    @blueprint.get("/")
    @allow(operator)
    def overview() -> str: ...

Pages know people by their signed-in browser, the API by bearer token alone, so that a foreign page can do nothing
there with a cookie.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from flask import Flask, Request, Response, current_app, g, request, session
from flask_login import LoginManager, current_user

from marketplace.kernel import actor
from marketplace.kernel.database import release_reads
from marketplace.kernel.errors import Forbidden, NotFound, NotSignedIn, SecondFactorNeeded
from marketplace.kernel.rate_limits import address_bucket, hit
from marketplace.kernel.words import N_
from marketplace.people import sign_ins
from marketplace.people.person import GUEST, Person, person_by_sign_in, person_by_token
from marketplace.people.second_factor import check_code
from marketplace.people.tokens import used
from marketplace.web.request_id import request_id

P = ParamSpec("P")
R = TypeVar("R")

SIGN_IN = "anmeldung"  # the sign-in's token in the signed session cookie
FRESH = timedelta(minutes=5)
_LOADED = "_login_user"  # where flask-login keeps whoever it found
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Predicate:
    """A named condition on a person."""

    name: str
    holds: Callable[[Person], bool]

    def __repr__(self) -> str:
        return self.name


anyone = Predicate("anyone", lambda person: True)
signed_in = Predicate("signed_in", lambda person: person.is_signed_in)
farm_member = Predicate("farm_member", lambda person: bool(person.farm_ids))
packer = Predicate("packer", lambda person: bool(person.packing_farm_ids))
host = Predicate("host", lambda person: bool(person.host_market_ids or person.pickup_point_ids))
operator = Predicate("operator", lambda person: bool(person.operator_market_ids))
approver_or_operator = Predicate("approver_or_operator", lambda person: bool(person.office_market_ids))
farm_member_or_operator = Predicate(
    "farm_member_or_operator", lambda person: bool(person.farm_ids or person.operator_market_ids)
)


def allow(predicate: Predicate) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The view is for those of whom `predicate` holds; others get 401 (pages: the sign-in) or 403."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require(predicate)
            return view(*args, **kwargs)

        guarded.access = predicate  # type: ignore[attr-defined]
        return guarded

    return decorate


def require(predicate: Predicate) -> None:
    """Raises NotSignedIn or Forbidden unless `predicate` holds of whoever asks."""
    if predicate is anyone and request.method in _SAFE:
        return  # nothing is asked of the database for a page that is for everybody
    person = current_actor()
    if predicate.holds(person):
        return
    if not person.is_signed_in:
        raise NotSignedIn()
    raise Forbidden()


login_manager = LoginManager()
login_manager.session_protection = None  # the row decides, not a guess from address and browser
login_manager.anonymous_user = lambda: GUEST


@login_manager.request_loader  # type: ignore[untyped-decorator]
def _behind(asking: Request) -> Person | None:
    """Flask-login asks once a request, when somebody asks who is there: bearer token, else signed-in browser."""
    person = _behind_bearer() if is_api() else _behind_session()
    name = "guest" if person.account_id is None else str(person.account_id)
    actor.act_as(actor.Actor(name, request_id()))
    return person if person.is_signed_in else None


def current_actor() -> Person:
    """Whoever is behind this request; a guest without a statement to the database when there is no sign of anybody."""
    person: Person = current_user._get_current_object()
    return person


def forget_actor() -> None:
    """Look again at the next question: somebody signed in or out, or a new request came in an old context."""
    g.pop(_LOADED, None)


def is_api() -> bool:
    """Is this a call of the API (of any version), rather than of a page?"""
    return request.path.startswith("/api/v")


def _behind_bearer() -> Person:
    """Whoever the bearer token belongs to. NotSignedIn for one that is unknown or over; guessing is slowed down."""
    header = request.headers.get("Authorization", "")
    if not header:
        return GUEST
    scheme, _, token = header.partition(" ")
    person = person_by_token(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
    if person is None:
        release_reads()
        hit(f"bearer:{address_bucket(request.remote_addr)}", 300, 100)
        raise NotSignedIn(N_("Dieses Token gilt nicht oder nicht mehr."))
    used(person)
    return person


def _behind_session() -> Person:
    token = session.get(SIGN_IN)
    if not isinstance(token, str):
        return GUEST
    person = person_by_sign_in(token)
    if person is None:
        session.pop(SIGN_IN)
        return GUEST
    sign_ins.seen(person)
    return person


def has_fresh_second_factor() -> bool:
    """Was the second factor given in this browser in the last five minutes, or is this a bearer token?"""
    person = current_actor()
    if person.token_id is not None:
        return True
    return bool(person.stepped_up_at and person.read_at and person.read_at - person.stepped_up_at <= FRESH)


def fresh_second_factor() -> bool:
    """True, or raises SecondFactorNeeded: called before what moves money or rights."""
    if not has_fresh_second_factor():
        raise SecondFactorNeeded()
    return True


def step_up(code: str) -> None:
    """Takes the second factor of whoever is signed in: Invalid at `code`, TooMany; then a new token for the browser."""
    person = current_actor()
    if person.account_id is None or person.sign_in_id is None:
        raise NotSignedIn()
    check_code(person.account_id, code)
    session[SIGN_IN] = sign_ins.step_up(person.sign_in_id)
    forget_actor()


def deny_by_default(app: Flask) -> None:
    """A route whose view names no predicate answers 404, whoever asks. Nobody keeps the pages of signed-in people."""

    login_manager.init_app(app, add_context_processor=False)

    @app.after_request
    def private(response: Response) -> Response:
        person = g.get(_LOADED)
        if person is not None and person.is_signed_in and response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    @app.before_request
    def denied() -> None:
        forget_actor()
        if request.endpoint and access_of(current_app.view_functions.get(request.endpoint)) is None:
            raise NotFound()


def access_of(view: Any) -> Predicate | None:
    """The predicate that `allow` left on a view."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Predicate) else None
