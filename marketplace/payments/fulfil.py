"""Goods handed over, or kept for one who did not come: what was paid becomes the farms' (DECISIONS 4, 5)."""

from __future__ import annotations

from marketplace.ledger import chart
from marketplace.ledger.post import Entry, post
from marketplace.orders.models import Order
from marketplace.payments.bookings import book_cash
from marketplace.payments.dispute_bookings import carry_losses_over
from marketplace.payments.rows import lock_payment_of, move


def post_fulfilment(order: Order) -> None:
    """For a locked order that just became `collected` or `not_collected`: clearing to farm payable, whole.

    Pay at pickup is paid now, if collected; not collected, nothing was sold and nothing is posted.
    """
    if order.payment_method == "pay_at_pickup":
        if order.state != "collected":
            return
        payment = lock_payment_of(order)
        assert payment is not None
        if payment.state == "none" and order.owed_cents:
            payment.captured_cents = payment.authorized_cents = order.owed_cents
            move(order, payment, "captured")
            book_cash(order, payment, order.owed_cents)
    entries = [Entry(chart.CUSTOMER_CLEARING, order.owed_cents, order_id=order.id)]
    goods: dict[int, int] = {}
    deposits: dict[int, int] = {}
    for line in order.lines:
        # A reduction by the office may be larger than the goods: it then takes of the deposit too.
        deposit = min(line.deposit_cents, line.amount_cents)
        goods[line.farm_id] = goods.get(line.farm_id, 0) + line.amount_cents - deposit
        deposits[line.farm_id] = deposits.get(line.farm_id, 0) + deposit
    for part, by_farm in (("goods", goods), ("deposit", deposits)):
        entries += [
            Entry(chart.farm_payable(farm_id), -cents, farm_id=farm_id, order_id=order.id, part=part)
            for farm_id, cents in sorted(by_farm.items())
            if cents
        ]
    if order.owed_cents:
        post("fulfilment", "fulfilment", order.number, order.market_id, entries, order_id=order.id)
        carry_losses_over(order)
