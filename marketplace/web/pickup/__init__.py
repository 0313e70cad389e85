"""The pages of a pickup host: the slots of the day, who comes, and the crate over the counter."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("pickup", __name__, url_prefix="/abholung")

# Each module puts its pages on the blueprint.
from marketplace.web.pickup import counter, frame, slots  # noqa: E402

__all__ = ["blueprint", "counter", "frame", "slots"]
