"""The link of an invitation: a new account with a password, or the account that the address has already."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.database import scalar
from marketplace.kernel.errors import Invalid
from marketplace.kernel.rate_limits import address_bucket, hit
from marketplace.people import sign_ins
from marketplace.people.invitations import accept, accept_as_new, has_account, invitation_by_token
from marketplace.people.models import Invitation
from marketplace.web.access import allow, anyone, current_actor
from marketplace.web.account import blueprint
from marketplace.web.account.sign_in import signed_in
from marketplace.web.api.problems import said

WINDOW_S, BY_ADDRESS = 900, 60


@blueprint.get("/einladung/<token>")
@allow(anyone)
def invitation(token: str) -> str:
    """What one is invited to; a stale or foreign link is as unknown as one that never was."""
    return _page(_found(token), token, {})


@blueprint.post("/einladung/<token>")
@allow(anyone)
def accept_invitation(token: str) -> str | Response | tuple[str, int]:
    """Signed in: accepted. Without an account: `name` and `password` make one."""
    found = _found(token)
    person = current_actor()
    if person.account_id is not None:
        accept(token, person.account_id)
        flash(_("Willkommen auf dem Hof."), "ok")
        return redirect("/hof/", 303)  # type: ignore[return-value]
    if has_account(found):
        return redirect(url_for("account.sign_in", next=request.path), 303)  # type: ignore[return-value]
    try:
        account_id = accept_as_new(token, request.form.get("name", ""), request.form.get("password", ""))
    except Invalid as refusal:
        return _page(found, token, {name: said(words) for name, words in refusal.errors.items()}), 422
    flash(_("Willkommen auf dem Hof."), "ok")
    begun = sign_ins.begin(
        account_id,
        second_factor=False,
        address=address_bucket(request.remote_addr),
        device=request.headers.get("User-Agent", ""),
    )
    return signed_in(begun)


def _found(token: str) -> Invitation:
    hit(f"invitation:{address_bucket(request.remote_addr)}", WINDOW_S, BY_ADDRESS)
    return invitation_by_token(token)


def _page(found: Invitation, token: str, errors: dict[str, str]) -> str:
    person = current_actor()
    return render_template(
        "account/invitation.html",
        farm_name=scalar("SELECT name FROM farm WHERE id = :id", id=found.farm_id),
        helper=found.role == "helper",
        email=found.email,
        token=token,
        known=has_account(found),
        mine=person.is_signed_in and person.email.casefold() == found.email.casefold(),
        other=person.is_signed_in and person.email.casefold() != found.email.casefold(),
        name=request.form.get("name", ""),
        errors=errors,
    )
