"""The second factor once more, before what moves money or rights."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid
from marketplace.web import access
from marketplace.web.access import allow, current_actor, signed_in
from marketplace.web.account import blueprint
from marketplace.web.account.where import asked_for, home_of
from marketplace.web.api.problems import said


@blueprint.get("/bestaetigen")
@allow(signed_in)
def step_up() -> str:
    """Asks for the code."""
    return _form({})


@blueprint.post("/bestaetigen")
@allow(signed_in)
def step_up_now() -> str | Response | tuple[str, int]:
    """Takes the code; the browser gets a new token, good for five minutes of what is privileged."""
    try:
        access.step_up(request.form.get("code", ""))
    except Invalid as refusal:
        return _form({name: said(words) for name, words in refusal.errors.items()}), 422
    return redirect(asked_for() or home_of(current_actor()), 303)  # type: ignore[return-value]


def _form(errors: dict[str, str]) -> str:
    return render_template(
        "account/code.html",
        errors=errors,
        next=asked_for(),
        action=url_for("account.step_up_now"),
        title=_("Bitte bestätigen"),
        lead=_("Für diesen Schritt brauchen wir noch einmal einen Code aus Ihrer App."),
    )
