"""Payments at the provider and our orders, held against each other in both directions (I8, I9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.kernel.database import command, rows
from marketplace.kernel.ids import id_from_text
from marketplace.orders.states import PAID_FOR
from marketplace.payments.gateway import PageRow, PaymentView, ProviderRefused, gateway
from marketplace.payments.ready import settle_owed
from marketplace.payments.rows import lock_payment
from marketplace.payments.settle import settle

HAS_MONEY = ("authorized", "captured", "partially_refunded", "refunded")
PACKED = ("ready", "collected", "not_collected")
CAPTURED = ("captured", "partially_refunded", "refunded")


@dataclass(frozen=True)
class OrderFinding:
    """A payment (pi_…) or hosted page (cs_…) that does not go with its order.

    `problem`: unknown_payment, stray, money_not_booked, money_without_order, order_without_money, hold_gone,
    not_captured, page_open. `payment_id`: ours, null when there is none.
    """

    ref: str
    order_number: str | None
    problem: str
    payment_id: int | None

    def as_json(self) -> dict[str, Any]:
        """As `marketplace reconcile` prints it."""
        return {"id": self.ref, "order": self.order_number, "problem": self.problem}


def compare_orders(views: Sequence[PaymentView], pages: Sequence[PageRow]) -> list[OrderFinding]:
    """What does not go together; nothing that is on its way already (a cancel or a capture that is wanted)."""
    found = _by_payment(views)
    found += _open_pages(pages)
    told = {one.payment_id for one in found}
    return found + [one for one in _without_money() if one.payment_id not in told]


@command
def _by_payment(views: Sequence[PaymentView]) -> list[OrderFinding]:
    known = _payments(views)
    found = []
    for view in views:
        row = known.get(view.ref)
        named = known.get(f"payment:{id_from_text(view.payment_id)}")
        problem = _problem(view, row) if row is not None else _unlisted(view, named)
        if problem is not None:
            found.append(_finding(view, row or named, problem))
    return found


def _finding(view: PaymentView, row: Any, problem: str) -> OrderFinding:
    if row is None:
        return OrderFinding(view.ref, view.order_number, problem, None)
    return OrderFinding(view.ref, row.number, problem, row.id)


def _payments(views: Sequence[PaymentView]) -> dict[str, Any]:
    """Our payments by the PaymentIntent they have, and by `payment:<id>`."""
    found = rows(
        """
        SELECT p.id, p.provider_ref, p.state, p.wanted, p.captured_cents, p.is_stray, p.hold_lost_at,
               o.number, o.state AS order_state, o.expires_at,
               EXISTS (SELECT 1 FROM refund r WHERE r.payment_id = p.id AND r.state = 'submitting') AS refund_on_its_way
        FROM payment p JOIN orders o ON o.id = p.order_id
        WHERE p.provider_ref = ANY(:refs) OR p.id = ANY(:ids)
        """,
        refs=[view.ref for view in views],
        ids=[number for view in views if (number := id_from_text(view.payment_id)) is not None],
    )
    known: dict[str, Any] = {row.provider_ref: row for row in found if row.provider_ref}
    return known | {f"payment:{row.id}": row for row in found}


def _unlisted(view: PaymentView, named: Any) -> str | None:
    """A PaymentIntent that no payment of ours has."""
    if view.status not in ("requires_capture", "succeeded", "processing") or view.payment_id is None:
        return None
    if named is None:
        return "unknown_payment"
    return "money_not_booked" if named.provider_ref is None else "stray"


def _problem(view: PaymentView, row: Any) -> str | None:
    goes_on = row.order_state in PAID_FOR and not row.is_stray
    if view.status == "succeeded":
        if row.state not in CAPTURED or row.captured_cents != view.received_cents:
            return "money_not_booked"
        has_gone_back = row.state == "refunded" or row.refund_on_its_way
        return None if goes_on or has_gone_back else "money_without_order"
    if view.status == "requires_capture":
        if row.wanted == "cancel":
            return None
        if row.state != "authorized":
            return "money_not_booked"
        if not goes_on:
            return "money_without_order"
        is_forgotten = row.order_state in PACKED and row.wanted is None and row.hold_lost_at is None
        return "not_captured" if is_forgotten else None
    if view.status == "canceled":
        return "hold_gone" if row.state in ("pending", "authorized") and row.hold_lost_at is None else None
    return "order_without_money" if row.state in HAS_MONEY else None


@command
def _open_pages(pages: Sequence[PageRow]) -> list[OrderFinding]:
    """Hosted pages that can still be paid though the order has ended, or the attempt has another page."""
    named = {page.ref: id_from_text(page.payment_id) for page in pages}
    found = rows(
        """
        SELECT p.id, p.session_ref, p.state, p.wanted, o.number, o.state AS order_state
        FROM payment p JOIN orders o ON o.id = p.order_id WHERE p.session_ref = ANY(:refs) OR p.id = ANY(:ids)
        """,
        refs=list(named),
        ids=[number for number in named.values() if number is not None],
    )
    by_ref, by_id = {row.session_ref: row for row in found}, {row.id: row for row in found}
    findings = []
    for ref, number in named.items():
        row = by_ref.get(ref) or by_id.get(number)
        if row is None or (row.session_ref == ref and row.wanted == "cancel"):
            continue
        is_another = row.session_ref is not None and row.session_ref != ref
        if is_another or row.order_state in ("cancelled", "expired") or row.state == "cancelled":
            findings.append(OrderFinding(ref, row.number, "page_open", row.id))
    return findings


@command
def _without_money() -> list[OrderFinding]:
    """Orders that go on though no attempt brought money (pay at pickup apart); the newest attempt of each."""
    found = rows(
        """
        SELECT DISTINCT ON (o.id) p.id, p.provider_ref, p.session_ref, o.number
        FROM orders o JOIN payment p ON p.order_id = o.id
        WHERE o.state IN ('confirmed', 'packing', 'ready', 'collected', 'not_collected')
          AND o.payment_method <> 'pay_at_pickup' AND NOT p.is_stray
          AND NOT EXISTS (SELECT 1 FROM payment q WHERE q.order_id = o.id AND NOT q.is_stray
                          AND q.state IN ('authorized', 'captured', 'partially_refunded', 'refunded'))
        ORDER BY o.id, p.id DESC
        """
    )
    return [
        OrderFinding(row.provider_ref or row.session_ref or "", row.number, "order_without_money", row.id)
        for row in found
    ]


def close_page(wrong: OrderFinding) -> None:
    """Closes a page that must not be paid any more; somebody who was faster has paid, and the payment is settled."""
    assert wrong.payment_id is not None
    try:
        paid_by = gateway().expire_session(wrong.ref).payment_ref
    except ProviderRefused:
        paid_by = gateway().session(wrong.ref).payment_ref
    settle(wrong.payment_id, paid_by)


@command
def capture_what_is_owed(payment_id: int) -> None:
    """An order was packed and its hold never captured (I9): the worker is asked to."""
    order, payment = lock_payment(payment_id)
    if payment.state == "authorized" and payment.wanted is None and order.state in PACKED:
        settle_owed(order, payment)
