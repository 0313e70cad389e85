"""Which fact makes which message, to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marketplace.events import facts
from marketplace.kernel.database import db, rows
from marketplace.notifications.occasion import Occasion
from marketplace.notifications.scarce import scarce
from marketplace.orders.models import Order
from marketplace.payments.models import Dispute, Payment, Refund
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.people.invitations import open_invitation


def _customer(kind: str, fact: Any, suffix: str = "", **values: Any) -> list[Occasion]:
    order = db.session.get(Order, fact.order_id)
    if order is None:
        return []
    ref = f"order:{order.number}{suffix}"
    return [Occasion(kind, order.email, ref, order.market_id, order.id, order.language, values)]


def _placed(fact: facts.OrderPlaced) -> list[Occasion]:
    """A slow debit is confirmed much later, so it is told at once; a card is confirmed in the same minute."""
    order = db.session.get(Order, fact.order_id)
    told = _customer("order_received", fact) if order is not None and order.payment_method == "sepa_debit" else []
    return told + scarce(fact.order_id)


def _confirmed(fact: facts.OrderConfirmed) -> list[Occasion]:
    """Paid at the pickup it was never awaited: the farm hears of it now."""
    return _customer("order_confirmed", fact) + scarce(fact.order_id)


def _changed(fact: facts.OrderChanged) -> list[Occasion]:
    return _customer("order_changed", fact, f":line:{fact.line_id}", line=fact.line_id)


def _refunded(fact: facts.RefundDone) -> list[Occasion]:
    refund = db.session.get(Refund, fact.refund_id)
    if refund is None:
        return []
    return _customer("refund_issued", refund, f":refund:{refund.id}", refund=refund.id)


def _payment_needed(fact: facts.PaymentNeeded) -> list[Occasion]:
    payment = db.session.get(Payment, fact.payment_id)
    if payment is None or payment.state != "pending":
        return []
    return _customer("payment_needed", payment, f":payment:{payment.id}", payment=payment.id)


def _link_ready(fact: facts.PaymentLinkReady) -> list[Occasion]:
    payment = db.session.get(Payment, fact.payment_id)
    if payment is None or payment.state != "pending":
        return []
    return _customer("payment_link", payment, f":link:{payment.id}")


WHOSE_BANK = """
SELECT DISTINCT a.email, a.language, f.market_id FROM farm_bank_account b JOIN farm f ON f.id = b.farm_id
JOIN membership m ON m.farm_id = f.id AND m.role = 'farm' JOIN account a ON a.id = m.account_id
WHERE b.id = :id AND a.disabled_at IS NULL ORDER BY a.email
"""


def _bank_changed(fact: facts.BankAccountChanged) -> list[Occasion]:
    """Everybody who runs the farm hears of it: whoever changed it may not be who should."""
    ref, values = f"bank_account:{fact.bank_account_id}", {"bank_account": fact.bank_account_id}
    return [
        Occasion("bank_account_changed", row.email, ref, row.market_id, language=row.language, values=values)
        for row in rows(WHOSE_BANK, id=fact.bank_account_id)
    ]


def _invited(fact: facts.PersonInvited) -> list[Occasion]:
    found = open_invitation(fact.invitation_id)
    if found is None:
        return []
    return [
        Occasion(
            "invitation", found.email, f"invitation:{found.id}", found.market_id, values={"invitation": found.id}
        )
    ]


OPERATORS = """
SELECT DISTINCT a.email, a.language FROM account a JOIN membership m ON m.account_id = a.id
WHERE m.market_id = :market AND m.role = 'operator' AND a.disabled_at IS NULL ORDER BY a.email
"""


def _dispute(kind: str, fact: Any) -> list[Occasion]:
    dispute = db.session.get(Dispute, fact.dispute_id)
    if dispute is None:
        return []
    ref, values = f"dispute:{dispute.id}", {"dispute": dispute.id}
    return [
        Occasion(kind, row.email, ref, dispute.market_id, dispute.order_id, row.language, values)
        for row in rows(OPERATORS, market=dispute.market_id)
    ]


PACKING_FARMS = """
SELECT f.id, f.email, f.market_id FROM farm f
WHERE f.email <> '' AND EXISTS (
    SELECT 1 FROM order_line l JOIN orders o ON o.id = l.order_id
    WHERE l.farm_id = f.id AND o.market_day_id = :day AND o.state IN ('confirmed', 'packing', 'ready')
      AND l.state <> 'cancelled')
ORDER BY f.id
"""


def _day_closed(fact: facts.MarketDayClosed) -> list[Occasion]:
    return [
        Occasion(
            "packing_list",
            farm.email,
            f"market_day:{fact.market_day_id}:farm:{farm.id}",
            farm.market_id,
            values={"day": fact.market_day_id, "farm": farm.id},
        )
        for farm in rows(PACKING_FARMS, day=fact.market_day_id)
    ]


SIGNERS = """
SELECT DISTINCT a.email, a.language FROM account a JOIN membership m ON m.account_id = a.id
WHERE m.market_id = :market AND m.role = 'approver' AND a.disabled_at IS NULL AND a.id <> :creator ORDER BY a.email
"""


def _run_submitted(fact: facts.PayoutRunSubmitted) -> list[Occasion]:
    run = db.session.get(PayoutRun, fact.run_id)
    if run is None or run.submitted_at is None:
        return []
    ref = f"payout_run:{run.id}:{run.submitted_at.isoformat()}"
    return [
        Occasion("payout_to_sign", row.email, ref, run.market_id, language=row.language, values={"run": run.id})
        for row in rows(SIGNERS, market=run.market_id, creator=run.created_by)
    ]


def _run_approved(fact: facts.PayoutRunApproved) -> list[Occasion]:
    found = rows(
        "SELECT s.id, s.market_id, f.email FROM statement s JOIN farm f ON f.id = s.farm_id"
        " WHERE s.run_id = :run AND f.email <> '' ORDER BY s.id",
        run=fact.run_id,
    )
    return [
        Occasion("statement_ready", row.email, f"statement:{row.id}", row.market_id, values={"statement": row.id})
        for row in found
    ]


def _statement_paid(fact: facts.StatementPaid) -> list[Occasion]:
    statement = db.session.get(Statement, fact.statement_id)
    if statement is None:
        return []
    email = rows("SELECT email FROM farm WHERE id = :id", id=statement.farm_id)[0].email
    if not email:
        return []
    ref = f"statement:{statement.id}"
    return [Occasion("payout_paid", email, ref, statement.market_id, values={"statement": statement.id})]


MESSAGES: Mapping[type[facts.Fact], Callable[[Any], list[Occasion]]] = {
    facts.BankAccountChanged: _bank_changed,
    facts.PersonInvited: _invited,
    facts.OrderPlaced: _placed,
    facts.OrderConfirmed: _confirmed,
    facts.OrderChanged: _changed,
    facts.OrderReady: lambda fact: _customer("order_ready", fact),
    facts.OrderCollected: lambda fact: _customer("order_collected", fact),
    facts.OrderNotCollected: lambda fact: _customer("order_not_collected", fact),
    facts.OrderExpired: lambda fact: _customer("order_expired", fact),
    facts.OrderCancelled: lambda fact: _customer("order_cancelled", fact),
    facts.PaymentNeeded: _payment_needed,
    facts.PaymentLinkReady: _link_ready,
    facts.RefundDone: _refunded,
    facts.DisputeOpened: lambda fact: _dispute("dispute_opened", fact),
    facts.DisputeClosed: lambda fact: _dispute("dispute_closed", fact),
    facts.MarketDayClosed: _day_closed,
    facts.PayoutRunSubmitted: _run_submitted,
    facts.PayoutRunApproved: _run_approved,
    facts.StatementPaid: _statement_paid,
}
