"""Placing, reading and cancelling an order. A guest holds the order's token; nobody else learns that it exists."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Any

from flask import request, url_for
from pydantic import BaseModel, Field

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel.database import db, release_reads
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.ids import id_from_text, new_token
from marketplace.kernel.rate_limits import address_bucket, hit
from marketplace.kernel.words import N_, Words
from marketplace.market_days.slots import find_slot
from marketplace.orders.find import order_by_number
from marketplace.orders.models import Order
from marketplace.orders.tokens import order_by_token
from marketplace.payments.rows import payment_of
from marketplace.web.access import allow, anyone, current_actor
from marketplace.web.api.frame import api, described, keeps_own_answer, parsed_body, taken
from marketplace.web.api.kept_answers import claim_of, repeatable, scope_of
from marketplace.web.api.order_json import order_json, payment_url, placed_json
from marketplace.web.api.order_models import OrderPlaced, OrderShown
from marketplace.web.language import current_language
from marketplace.web.missed_demand import shortages_noted

BY_ADDRESS, WINDOW_S = 300, 60
# The provider gets eight seconds of the first request (DECISIONS 9); a second with the same key waits as long.
LONGEST_WAIT_S = 8.5
LOOK_EVERY_S = 0.15


class LineAsked(BaseModel):
    """What of an offer, in whole sale units."""

    offer: Annotated[str, Field(min_length=1, max_length=30)]
    quantity: Annotated[int, Field(ge=1, le=100_000)]


class CustomerAsked(BaseModel):
    """Who orders. `birth_date` is needed for goods with an age limit."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    email: Annotated[str, Field(min_length=3, max_length=320)]
    phone: Annotated[str, Field(max_length=40)] | None = None
    birth_date: date | None = None


class OrderAsked(BaseModel):
    """An order. `pickup_slot`: id or slug; the same offer twice is summed."""

    pickup_slot: Annotated[str, Field(min_length=1, max_length=200)]
    lines: Annotated[list[LineAsked], Field(min_length=1, max_length=200)]
    customer: CustomerAsked
    payment_method: Annotated[str, Field(max_length=30)] = "card"


@api.post("/orders")
@allow(anyone)
@keeps_own_answer
@described(
    takes=OrderAsked, gives=OrderPlaced, status=201, refuses=("shortage", "closed", "slot-full", "age", "idempotency")
)
def place() -> Any:
    """Place an order. Answers within ten seconds; `payment_url` may be null then and come later."""
    person = current_actor()
    if person.token_id is None:
        hit(f"orders:{address_bucket(request.remote_addr)}", WINDOW_S, BY_ADDRESS)
    asked = taken(OrderAsked)
    claim = claim_of(person, parsed_body())
    wanted = _request(asked, scope_of(person), claim.key if claim else new_token())
    with shortages_noted():
        if claim is None:
            body, status = _place(wanted, is_first=True)
        else:
            release_reads()
            body, status = repeatable(claim, lambda is_first: _place(wanted, is_first=is_first))
    return body, status, {"Location": url_for("api.order", number=body["number"])}


def _place(wanted: OrderRequest, *, is_first: bool) -> tuple[dict[str, Any], int]:
    order = place_order(wanted)
    release_reads()
    url = start_payment(order.id) if is_first else _wait_for_page(order.id)
    db.session.rollback()
    return placed_json(order, url or payment_url(order)), 201


def _wait_for_page(order_id: int) -> str | None:
    """The hosted page that the first request with this key is just opening; None when it takes too long."""
    until = time.monotonic() + LONGEST_WAIT_S
    while time.monotonic() < until:
        payment = payment_of(order_id)
        found = (payment.session_url, payment.state) if payment is not None else (None, "none")
        db.session.rollback()
        if found[0] is not None or found[1] != "pending":
            return found[0]
        time.sleep(LOOK_EVERY_S)
    return None


def _request(asked: OrderAsked, scope: str, key: str) -> OrderRequest:
    errors: dict[str, str | Words] = {}
    lines = [(id_from_text(line.offer) or 0, line.quantity) for line in asked.lines]
    for index, (offer_id, _) in enumerate(lines):
        if not offer_id:
            errors[f"lines.{index}.offer"] = N_("Dieses Angebot gibt es in dieser Abholzeit nicht.")
    try:
        slot_id = find_slot(asked.pickup_slot).id
    except NotFound:
        slot_id = 0
        errors["pickup_slot"] = N_("Diese Abholzeit gibt es nicht.")
    if errors:
        raise Invalid(errors)
    return OrderRequest(
        slot_id=slot_id,
        lines=tuple(lines),
        name=asked.customer.name,
        email=asked.customer.email,
        phone=asked.customer.phone or "",
        birth_date=asked.customer.birth_date,
        payment_method=asked.payment_method,
        account_id=current_actor().account_id,
        language=current_language(),
        checkout_scope=scope,
        checkout_key=key,
    )


@api.get("/orders/<number>")
@allow(anyone)
@described(gives=OrderShown)
def order(number: str) -> Any:
    """An order, for its customer (bearer token, header `Order-Token` or `?token=`) and the office of its market."""
    found, by_office = find_order(number)
    return order_json(found, for_office=by_office)


@api.post("/orders/<number>/cancel")
@allow(anyone)
@described(gives=OrderShown, refuses=("closed", "conflict"))
def cancel(number: str) -> Any:
    """Cancel an order: its customer until the cut-off, the office until it is handed over. Again is nothing."""
    found, by_office = find_order(number, to_change=True)
    cancelled = cancel_order(found.id, by_office=by_office)
    return order_json(cancelled, for_office=by_office)


def find_order(number: str, *, to_change: bool = False) -> tuple[Order, bool]:
    """The order, and whether it is the office that asks. NotFound for everybody whom it is none of the business of."""
    token = request.headers.get("Order-Token") or request.args.get("token")
    if token:
        return order_by_token(number[:40], token[:200]), False
    person = current_actor()
    if not person.is_signed_in:
        raise NotFound()
    found = order_by_number(number[:40])
    if found.account_id == person.account_id:
        return found, False
    if found.market_id in (person.operator_market_ids if to_change else person.office_market_ids):
        return found, True
    raise NotFound()
