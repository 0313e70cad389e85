"""The account: signing in and out, one's orders, one's cards, one's signed-in browsers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from marketplace.web.shop.frame import around

blueprint = Blueprint("account", __name__, url_prefix="/konto")


@blueprint.context_processor
def frame() -> dict[str, Any]:
    """The navigation is the shop's."""
    return around()


# Each module puts its pages on the blueprint.
from marketplace.web.account import devices, invitation, means, overview, sign_in, step_up  # noqa: E402

__all__ = ["blueprint", "devices", "invitation", "means", "overview", "sign_in", "step_up"]
