"""Who belongs to the farm: who runs it, who helps to pack."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.rate_limits import hit
from marketplace.people.invitations import dismiss, invite, members_of, open_invitations, withdraw
from marketplace.web.access import allow, current_actor, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import FarmHere, farm_here
from marketplace.web.farm.words import said, why

WINDOW_S, MOST = 3600, 30


@blueprint.get("/<int:farm_id>/leute")
@allow(farm_member)
def people(farm_id: int) -> str:
    """Members and open invitations."""
    return _page(farm_here(farm_id))


@blueprint.post("/<int:farm_id>/leute")
@allow(farm_member)
def invite_person(farm_id: int) -> str | Response | tuple[str, int]:
    """`email` and `rolle`: farm or helper."""
    farm = farm_here(farm_id)
    hit(f"invite:{farm.id}", WINDOW_S, MOST)
    try:
        invite(farm.id, farm.market_id, request.form.get("email", ""), request.form.get("rolle", ""))
    except Invalid as refusal:
        return _page(farm, {name: said(words) for name, words in refusal.errors.items()}), 422
    except Conflict as refusal:
        return _page(farm, {"email": why(refusal)}), 409
    flash(_("Die Einladung ist unterwegs."), "ok")
    return _back(farm)


@blueprint.post("/<int:farm_id>/leute/einladung/<int:invitation_id>")
@allow(farm_member)
def withdraw_invitation(farm_id: int, invitation_id: int) -> Response:
    """The link is worth nothing any more."""
    farm = farm_here(farm_id)
    withdraw(farm.id, invitation_id)
    flash(_("Die Einladung gilt nicht mehr."), "ok")
    return _back(farm)


@blueprint.post("/<int:farm_id>/leute/<int:account_id>")
@allow(farm_member)
def dismiss_person(farm_id: int, account_id: int) -> Response:
    """No longer of the farm, from the next request on."""
    farm = farm_here(farm_id)
    try:
        dismiss(farm.id, account_id)
        flash(_("Gehört nicht mehr zum Hof."), "ok")
    except Conflict as refusal:
        flash(why(refusal), "stop")
    if account_id == current_actor().account_id:
        return redirect("/konto/", 303)  # type: ignore[return-value]
    return _back(farm)


def _page(farm: FarmHere, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "farm/people.html",
        members=members_of(farm.id),
        invitations=open_invitations(farm.id),
        roles=[("helper", role_name("helper")), ("farm", role_name("farm"))],
        role_name=role_name,
        errors=errors or {},
        typed=request.form,
    )


def role_name(role: str) -> str:
    """What somebody does at the farm."""
    return _("hilft beim Packen, sieht kein Geld") if role == "helper" else _("führt den Hof")


def _back(farm: FarmHere) -> Response:
    return redirect(url_for("farm.people", farm_id=farm.id), 303)  # type: ignore[return-value]
