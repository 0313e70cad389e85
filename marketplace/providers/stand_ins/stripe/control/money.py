"""Levers on what the provider and the banks do with money: payouts, disputes, refunds, debits."""

from __future__ import annotations

from ..errors import ApiError
from ..operations.attempts import settle_debit
from ..operations.disputes import close_dispute, escalate, open_dispute
from ..operations.payouts import fail, pay_out_everything
from ..operations.refunds import come_back, make
from ..settings import StandInSettings
from ..store import Store
from ..timers import run_due
from ..transaction import Body, public


class MoneyLevers:
    """POST /_stand_in/payouts, /disputes, /refunds, /debits."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def pay_out(self, wish: Body) -> Body:
        """POST payouts {account}: the provider's automatic payout of all that is available, of the platform or of a
        connected account; ``payout`` is null for nothing."""
        with self._store.transaction(str(wish.get("account") or "")) as tx:
            body = pay_out_everything(tx)
            return {"payout": None if body is None else public(body)}

    def fail_payout(self, wish: Body) -> Body:
        """POST payouts/fail {payout, account, code}: the bank sends a payout back, even after it had arrived."""
        with self._store.transaction(str(wish.get("account") or "")) as tx:
            run_due(tx, self._settings)
            return public(fail(tx, str(wish.get("payout")), str(wish.get("code", "account_closed"))))

    def dispute(self, wish: Body) -> Body:
        """POST disputes {charge, reason, amount, inquiry: bool} opens; {dispute, won: bool} decides;
        {dispute, escalate: true} turns an inquiry into a dispute. Answers the dispute."""
        with self._store.transaction() as tx:
            if wish.get("escalate"):
                return public(escalate(tx, str(wish.get("dispute"))))
            if "dispute" in wish:
                return public(close_dispute(tx, str(wish["dispute"]), bool(wish.get("won"))))
            charge = tx.get("charge", str(wish.get("charge")))
            amount = int(wish["amount"]) if wish.get("amount") is not None else None
            reason, inquiry = str(wish.get("reason", "general")), bool(wish.get("inquiry"))
            return public(open_dispute(tx, charge, reason, amount=amount, inquiry=inquiry))

    def refund(self, wish: Body) -> Body:
        """POST refunds {payment_intent | charge, amount, reason}: somebody refunds in the provider's dashboard, so
        without our metadata; {refund} alone: the bank sends that refund back. Answers the refund."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            if "refund" in wish:
                return public(come_back(tx, str(wish["refund"])))
            ref = str(wish.get("charge") or "")
            if not ref:
                ref = str(tx.get("payment_intent", str(wish.get("payment_intent")))["latest_charge"])
            amount = int(wish["amount"]) if wish.get("amount") is not None else None
            charge = tx.get("charge", ref)
            reason = str(wish.get("reason", "requested_by_customer"))
            return public(make(tx, self._settings, charge, amount, reason, {}))

    def debit(self, wish: Body) -> Body:
        """POST debits {payment_intent, succeeds: bool}: the bank decides a SEPA debit now. Answers the intent."""
        with self._store.transaction() as tx:
            intent = tx.get("payment_intent", str(wish.get("payment_intent")))
            if intent["status"] != "processing":
                raise ApiError(f"This PaymentIntent is {intent['status']}, not processing.")
            tx.drop_timer("debit_outcome", intent["id"])
            settle_debit(tx, self._settings, intent["id"], bool(wish.get("succeeds", True)))
            return public(tx.get("payment_intent", intent["id"]))
