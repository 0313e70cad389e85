"""Signing in: address and password, then the code where a second factor is set up. And signing out."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid
from marketplace.kernel.rate_limits import address_bucket
from marketplace.people import sign_ins
from marketplace.people.second_factor import check_code
from marketplace.people.sign_in import check_sign_in
from marketplace.web import csrf
from marketplace.web.access import SIGN_IN, allow, anyone, current_actor, forget_actor
from marketplace.web.account import blueprint
from marketplace.web.account.where import asked_for, home_of
from marketplace.web.api.problems import said

# The token of a sign-in whose code is still to come.
HALF = "anmeldung_code"


@blueprint.get("/anmelden")
@allow(anyone)
def sign_in() -> str | Response:
    """The form; whoever is signed in is led on."""
    person = current_actor()
    if person.is_signed_in:
        return _go(asked_for() or home_of(person))
    return _form({})


@blueprint.post("/anmelden")
@allow(anyone)
def sign_in_now() -> str | Response | tuple[str, int]:
    """Checks address and password. Wrong ones get one sentence, the same for known and unknown people."""
    address = address_bucket(request.remote_addr)
    try:
        known = check_sign_in(request.form.get("email", ""), request.form.get("password", ""), address)
    except Invalid as refusal:
        return _form({name: said(words) for name, words in refusal.errors.items()}), 422
    token = sign_ins.begin(
        known.account_id, second_factor=False, address=address, device=request.headers.get("User-Agent", "")
    )
    if known.needs_code:
        session[HALF] = token
        return _go(url_for("account.code", next=asked_for() or None))
    return signed_in(token)


@blueprint.get("/code")
@allow(anyone)
def code() -> str | Response:
    """Asks for the code, after the password."""
    if _half() is None:
        return _go(url_for("account.sign_in"))
    return _code_form({})


@blueprint.post("/code")
@allow(anyone)
def code_now() -> str | Response | tuple[str, int]:
    """Checks the code. A used one is refused; so is the tenth guess."""
    half = _half()
    if half is None:
        flash(_("Die Anmeldung hat zu lange gedauert. Bitte melden Sie sich noch einmal an."), "info")
        return _go(url_for("account.sign_in"))
    try:
        check_code(half.account_id, request.form.get("code", ""))
    except Invalid as refusal:
        return _code_form({name: said(words) for name, words in refusal.errors.items()}), 422
    return signed_in(sign_ins.step_up(half.sign_in_id))


@blueprint.post("/abmelden")
@allow(anyone)
def sign_out() -> Response:
    """Ends this browser's sign-in at once."""
    person = current_actor()
    if person.account_id is not None and person.sign_in_id is not None:
        sign_ins.end(person.account_id, person.sign_in_id)
    session.pop(SIGN_IN, None)
    session.pop(HALF, None)
    csrf.renew()
    forget_actor()
    flash(_("Sie sind abgemeldet."), "ok")
    gone = _go("/")
    gone.headers["Clear-Site-Data"] = '"storage"'  # lists kept for the cold store, and the worker that keeps them
    return gone


def _half() -> sign_ins.HalfSignIn | None:
    token = session.get(HALF)
    return sign_ins.half(token) if isinstance(token, str) else None


def signed_in(token: str) -> Response:
    """The browser gets its token and a new seed for its forms; what it had before is worth nothing."""
    session.pop(HALF, None)
    session[SIGN_IN] = token
    session.permanent = True
    csrf.renew()
    forget_actor()
    return _go(asked_for() or home_of(current_actor()))


def _go(target: str) -> Response:
    return redirect(target, 303)  # type: ignore[return-value]


def _form(errors: dict[str, str]) -> str:
    email = request.form.get("email", "")[:320]
    return render_template("account/sign_in.html", errors=errors, email=email, next=asked_for())


def _code_form(errors: dict[str, str]) -> str:
    return render_template(
        "account/code.html",
        errors=errors,
        next=asked_for(),
        action=url_for("account.code_now"),
        title=_("Code eingeben"),
        lead=_("Öffnen Sie Ihre App für Einmalcodes und geben Sie die sechs Ziffern ein."),
    )
