"""The farms' accounts: the bank's, the provider's, and what stands there to be paid."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from marketplace.web.access import allow, approver_or_operator
from marketplace.web.office import blueprint
from marketplace.web.office.farm_account_rows import farm_accounts_of
from marketplace.web.office.visit import readable


@blueprint.get("/hofkonten")
@allow(approver_or_operator)
def farm_accounts() -> str:
    """Every farm of one's markets."""
    found = farm_accounts_of(readable())
    return render_template(
        "office/farm_accounts.html", farms=[(farm, account_state(farm.stage)) for farm in found]
    )


def account_state(stage: str) -> tuple[str, str]:
    """Words and kind of the tag."""
    return {
        "none": (_("kein Konto, SEPA"), ""),
        "waiting": (_("noch nicht freigeschaltet"), "warn"),
        "enabled": (_("freigeschaltet"), "ok"),
        "disabled": (_("gesperrt"), "stop"),
    }[stage]
