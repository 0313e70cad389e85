"""Orders on their way: placed, paid at the stand-in, packed; and the levers to look at the provider's books."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from marketplace.checkout.place_order import place_order
from marketplace.checkout.request import OrderRequest
from marketplace.checkout.start_payment import start_payment
from marketplace.events import deliveries
from marketplace.kernel.database import db, rows
from marketplace.kernel.settings import Settings
from marketplace.orders.models import Order
from marketplace.payments import gateway
from marketplace.payments.models import Payment
from marketplace.payments.rows import payment_of
from marketplace.payments.settle import settle
from marketplace.providers.stripe_client import make_client
from marketplace.providers.stripe_gateway import StripeGateway
from tests.factories.small_market import SmallMarket
from tests.providers.stand_in_stripe.running import KEY, Running


@dataclass
class Till:
    """The stand-in as a test sees it."""

    stand_in: Running

    def pay(self, order: Order, **how: Any) -> str:
        """Pays on the hosted page (`card=`, `challenge=`); gives the PaymentIntent's id. Nobody is told."""
        payment = payment_of(order.id)
        assert payment is not None and payment.session_ref is not None
        paid = self.stand_in.order("pay", session=payment.session_ref, **how)
        db.session.rollback()
        return str(paid["payment_intent"]["id"])

    def books(self) -> dict[str, Any]:
        """The stand-in's own state, which the market cannot write; `sums` are its balance in cents."""
        state: dict[str, Any] = self.stand_in.control("state")
        return state | {"sums": state["books"][state["platform"]]["balance"]}

    def intents(self) -> list[dict[str, Any]]:
        """All PaymentIntents there are."""
        found = self.stand_in.client.v1.payment_intents.list({"limit": 100})
        return [intent.to_dict() for intent in found.data]


def till_of(stand_in: Running, settings: Settings) -> Till:
    """Resets the stand-in and puts it behind the port of this process."""
    stand_in.order("reset")
    client = make_client(replace(settings, stripe_api_base=stand_in.url, stripe_api_key=KEY), retries=0)
    gateway.use(StripeGateway(client, settings.stripe_webhook_secrets, live=False))
    return Till(stand_in)


def request_for(market: SmallMarket, goods: dict[str, int], **changes: Any) -> OrderRequest:
    """A guest's wish: sale units by the names of the small market."""
    request = OrderRequest(
        slot_id=market.slot,
        lines=tuple((market.offers[name], quantity) for name, quantity in goods.items()),
        name="Lisa Terhorst",
        email="lisa@example.org",
        checkout_scope="guest",
        checkout_key=secrets.token_hex(8),
    )
    return replace(request, **changes)


def placed(market: SmallMarket, goods: dict[str, int], **changes: Any) -> Order:
    """An order with its payment page open."""
    order = place_order(request_for(market, goods, **changes))
    if order.payment_method == "card":
        start_payment(order.id)
    return order


def paid(till: Till, market: SmallMarket, goods: dict[str, int], **changes: Any) -> Any:
    """An order paid and settled."""
    order = placed(market, goods, **changes)
    if order.payment_method == "card":
        till.pay(order)
        settle(payment(order).id)
    return fresh(order)


def payment(order: Any) -> Any:
    """The order's payment as it is now: a snapshot of its columns."""
    found = db.session.scalar(select(Payment).where(Payment.order_id == order.id).order_by(Payment.id.desc()).limit(1))
    return _snapshot(found)


def fresh(order: Any) -> Any:
    """The order as it is now, with its lines: a snapshot of their columns."""
    number = order.id
    db.session.rollback()
    found = db.session.get(Order, number)
    assert found is not None
    lines = [_snapshot(line, keep=True) for line in found.lines]
    snapshot = _snapshot(found)
    snapshot.lines = lines
    return snapshot


def _snapshot(found: Any, *, keep: bool = False) -> SimpleNamespace:
    snapshot = SimpleNamespace(**{column.key: getattr(found, column.key) for column in found.__mapper__.column_attrs})
    if not keep:
        db.session.rollback()
    return snapshot


def drain(most: int = 200) -> dict[str, int]:
    """Works on all deliveries that are due, here and now, until nothing is; how often each outcome came."""
    from workers.deliver import deliver
    from workers.routes import BY_KIND

    outcomes: dict[str, int] = {}
    for _ in range(most):
        fanned = deliveries.fan_out(BY_KIND)
        claimed = deliveries.claim()
        if not fanned and not claimed:
            return outcomes
        for item in claimed:
            outcome = deliver(item.id, item.token)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
    raise AssertionError("the outbox does not come to rest")


def stock_of(market: SmallMarket, name: str) -> tuple[int | None, int, int]:
    """(capacity, reserved, sold) of a good."""
    found = rows("SELECT capacity, reserved, sold FROM stock WHERE id = :id", id=market.stocks[name])[0]
    db.session.rollback()
    return found.capacity, found.reserved, found.sold


def balance(account: str) -> int:
    """What stands on an account, debit positive."""
    found = rows("SELECT coalesce(sum(amount_cents), 0) AS cents FROM ledger_entry WHERE account = :a", a=account)
    db.session.rollback()
    return int(found[0].cents)
