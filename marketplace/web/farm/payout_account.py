"""The farm's account at the payment provider: its state, looked at afresh, and the way to the provider's own pages."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.farms.bank import bank_account, connected_account
from marketplace.kernel import installation
from marketplace.kernel.database import release_reads
from marketplace.kernel.rate_limits import hit
from marketplace.payouts.bank import AccountView, ProviderRefused, ProviderUnavailable
from marketplace.payouts.connect import look_at_account, onboarding_link, stage_of
from marketplace.web.access import allow, farm_member
from marketplace.web.farm import blueprint
from marketplace.web.farm.account_words import disabled_words, missing_words
from marketplace.web.farm.visit import farm_here

# How often a page of the provider may be asked for in five minutes.
OFTEN = 20


@blueprint.get("/<int:farm_id>/konto")
@allow(farm_member)
def payout_account(farm_id: int) -> str:
    """The state as the provider tells it now; as it was last noted, when the provider does not answer."""
    farm = farm_here(farm_id)
    view, answered = _look(farm.id)
    known = connected_account(farm.id)
    if view is not None:
        stage = stage_of(view)
    else:
        stage = "unknown" if known and not known.enabled else "enabled" if known else "begin"
    return render_template(
        "farm/payout_account.html",
        stage=stage,
        answered=answered,
        back=request.args.get("zurueck") == "1",
        missing=missing_words(view.missing) if view else [],
        reviewing=missing_words(view.reviewing) if view else [],
        why=disabled_words(view.disabled) if view else "",
        account=bank_account(farm.id),
    )


def _look(farm_id: int) -> tuple[AccountView | None, bool]:
    """What the provider says, and whether it answered at all."""
    release_reads()
    try:
        return look_at_account(farm_id), True
    except (ProviderRefused, ProviderUnavailable):
        return None, False


@blueprint.get("/<int:farm_id>/konto/anbieter")
@allow(farm_member)
def to_provider(farm_id: int) -> Response:
    """Leads to the provider's page with a link made now; the provider sends back here when it is used up."""
    farm = farm_here(farm_id)
    release_reads()
    hit(f"onboarding:{farm.id}", 300, OFTEN)
    base = installation.settings().public_url
    back = url_for("farm.payout_account", farm_id=farm.id)
    try:
        url = onboarding_link(
            farm.id, f"{base}{back}?zurueck=1", base + url_for("farm.to_provider", farm_id=farm.id)
        )
    except (ProviderRefused, ProviderUnavailable):
        flash(_("Der Zahlungsanbieter antwortet gerade nicht. Bitte versuchen Sie es in ein paar Minuten."), "stop")
        return redirect(back, 303)  # type: ignore[return-value]
    return redirect(url, 303)  # type: ignore[return-value]
