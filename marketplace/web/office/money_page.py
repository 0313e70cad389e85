"""The provider's money and ours: the last comparison, disputes by deadline, what went to the bank."""

from __future__ import annotations

from flask import render_template

from marketplace.web.access import allow, approver_or_operator
from marketplace.web.office import blueprint
from marketplace.web.office.visit import readable


@blueprint.get("/geld")
@allow(approver_or_operator)
def money() -> str:
    """The last comparison and what it left."""
    return render_template("office/money.html", disputes=[], markets=readable())
