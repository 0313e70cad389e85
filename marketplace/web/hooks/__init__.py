"""Webhooks: verified, stored once by their id, answered; worked on later (ARCHITECTURE, habit 5)."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from marketplace.events import inbox
from marketplace.kernel.database import release_reads
from marketplace.payments.gateway import BadEvent, gateway
from marketplace.web import metrics
from marketplace.web.access import allow, anyone

blueprint = Blueprint("hooks", __name__, url_prefix="/webhooks")

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 20
LONGEST_ID = 255


@blueprint.post("/stripe")
@allow(anyone)
def stripe() -> Response:
    """200 when stored or known already, whatever kind it is; 400 for what is not what it claims to be."""
    request.max_content_length = MOST_BYTES
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        metrics.webhook_refused("size")
        log.warning("a webhook was refused: size")
        raise
    try:
        event = gateway().verify_event(body, request.headers.get("Stripe-Signature", ""))
        if not _is_name(event.ref) or not _is_name(event.kind):
            raise BadEvent("body")
    except (BadEvent, RecursionError) as refusal:
        problem = "body" if isinstance(refusal, RecursionError) else str(refusal)  # brackets without end
        metrics.webhook_refused(problem)
        log.warning("a webhook was refused: %s", problem)
        return Response("refused\n", 400, mimetype="text/plain")
    release_reads()
    first = inbox.store(event.ref, event.kind, event.api_version, body)
    return Response("stored\n" if first else "known\n", 200, mimetype="text/plain")


def _is_name(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= LONGEST_ID and text.isprintable()
