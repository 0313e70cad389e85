"""The provider's books: balance transactions and what they add up to, in cents.

Every movement is one balance transaction; the balance is nothing but their sum.
"""

from __future__ import annotations

from .ids import new_id
from .transaction import Body, Transaction

CURRENCY = "eur"
_REPORTING = {"transfer_refund": "transfer_reversal", "payment": "charge", "payment_refund": "refund"}
_REPORTING_OF_ADJUSTMENT = "dispute"


def post(
    tx: Transaction,
    kind: str,
    amount: int,
    source: str,
    *,
    fee: int = 0,
    fee_text: str = "Stripe processing fees",
    available_on: int | None = None,
    description: str | None = None,
) -> Body:
    """Book one movement of the current account. ``amount`` is signed, ``fee`` is what the provider keeps of it."""
    available_on = tx.now if available_on is None else available_on
    pending = available_on > tx.now
    movement: Body = {
        "id": new_id("balance_transaction"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": tx.now,
        "currency": CURRENCY,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": _fee_details(fee, fee_text),
        "net": amount - fee,
        "reporting_category": _REPORTING_OF_ADJUSTMENT if kind == "adjustment" else _REPORTING.get(kind, kind),
        "source": source,
        "status": "pending" if pending else "available",
        "type": kind,
    }
    tx.insert("balance_transaction", movement)
    if pending:
        tx.set_timer("funds_available", movement["id"], available_on)
    return movement


def _fee_details(fee: int, text: str) -> list[Body]:
    if not fee:
        return []
    return [{"amount": fee, "application": None, "currency": CURRENCY, "description": text, "type": "stripe_fee"}]


def make_available(tx: Transaction, movement_id: str) -> None:
    """Timer: pending money becomes available."""
    movement = tx.get("balance_transaction", movement_id)
    if movement["status"] == "pending":
        movement["status"] = "available"
        tx.save(movement)
        tx.emit("balance.available", balance(tx))


def sums(tx: Transaction) -> dict[str, int]:
    """Net cents of the current account by status; both are always there."""
    rows = tx.connection.execute(
        "SELECT json_extract(body, '$.status') AS status, sum(json_extract(body, '$.net')) AS net"
        " FROM objects WHERE kind = 'balance_transaction' AND account = ? GROUP BY 1",
        (tx.account,),
    )
    return {"available": 0, "pending": 0} | {row["status"]: row["net"] for row in rows}


def available(tx: Transaction) -> int:
    """Cents that the current account may transfer or pay out now."""
    return sums(tx)["available"]


def balance(tx: Transaction) -> Body:
    """The provider's balance object of the current account."""
    found = sums(tx)
    return {
        "object": "balance",
        "livemode": False,
        **{
            status: [{"amount": found[status], "currency": CURRENCY, "source_types": {"card": found[status]}}]
            for status in ("available", "pending")
        },
    }
