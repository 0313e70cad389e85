"""Payouts of an account's balance to its bank."""

from __future__ import annotations

from ..books import available, post
from ..call import Call, checked_metadata, wanted_amount, wanted_currency
from ..errors import ApiError
from ..listing import page
from ..objects.money import payout
from ..transaction import Body, Transaction


def create(call: Call) -> Body:
    """Send available money (cents) to the bank. Refuses more than is available."""
    params = call.params
    wanted_currency(params)
    amount = wanted_amount(params["amount"])
    if amount > available(call.tx):
        raise ApiError(
            "You have insufficient funds in your Stripe account for this payout.", code="balance_insufficient"
        )
    metadata = checked_metadata(params.get("metadata") or {})
    return _send(call.tx, amount, automatic=False, params={**params, "metadata": metadata})


def pay_out_everything(tx: Transaction) -> Body | None:
    """The provider's own daily payout of all that is available; it names the movements it settles."""
    amount = available(tx)
    if amount <= 0:
        return None
    settled = tx.connection.execute(
        "SELECT id FROM objects WHERE kind = 'balance_transaction' AND account = ?"
        " AND json_extract(body, '$.status') = 'available'"
        " AND id NOT IN (SELECT balance_transaction FROM payout_items)",
        (tx.account,),
    ).fetchall()
    body = _send(tx, amount, automatic=True, params={})
    items = [row["id"] for row in settled] + [body["balance_transaction"]]
    tx.connection.executemany("INSERT INTO payout_items VALUES (?, ?)", [(body["id"], item) for item in items])
    return body


def _send(tx: Transaction, amount: int, *, automatic: bool, params: Body) -> Body:
    body = payout(tx.now, amount, automatic=automatic, params=params)
    movement = post(tx, "payout", -amount, body["id"], description=body["description"])
    body["balance_transaction"] = movement["id"]
    tx.insert("payout", body)
    tx.set_timer("payout_arrival", body["id"], tx.now)
    tx.emit("payout.created", body)
    return body


def arrive(tx: Transaction, payout_id: str) -> None:
    """Timer: the bank has the money."""
    body = tx.get("payout", payout_id)
    if body["status"] == "pending":
        body["status"] = "paid"
        tx.save(body)
        tx.emit("payout.paid", body)


def fail(tx: Transaction, payout_id: str, code: str) -> Body:
    """The bank sends the money back, even days after it had arrived: it is in the balance again."""
    body = tx.get("payout", payout_id)
    if body["status"] not in ("pending", "in_transit", "paid"):
        raise ApiError(f"This payout is already {body['status']}.")
    back = post(tx, "payout_failure", body["amount"], body["id"], description="PAYOUT FAILURE")
    body |= {
        "status": "failed",
        "failure_balance_transaction": back["id"],
        "failure_code": code,
        "failure_message": "The bank account has been closed." if code == "account_closed" else "The bank refused.",
    }
    tx.save(body)
    tx.drop_timer("payout_arrival", body["id"])
    tx.emit("payout.failed", body)
    return body


def retrieve(call: Call) -> Body:
    """One payout."""
    return call.tx.get("payout", call.ids["id"])


def list_payouts(call: Call) -> Body:
    """Payouts, by status."""
    return page(call.tx, "payout", call.params, "/v1/payouts", equal={"status": call.params.get("status")})
