"""Levers on what the provider and the banks do with money: payouts, disputes."""

from __future__ import annotations

from ..operations.disputes import close_dispute, open_dispute
from ..operations.payouts import pay_out_everything
from ..settings import StandInSettings
from ..store import Store
from ..transaction import Body, public


class MoneyLevers:
    """POST /_stand_in/payouts, /_stand_in/disputes."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def pay_out(self, wish: Body) -> Body:
        """POST payouts: the provider's automatic payout of all that is available; ``payout`` is null for nothing."""
        with self._store.transaction() as tx:
            body = pay_out_everything(tx)
            return {"payout": None if body is None else public(body)}

    def dispute(self, wish: Body) -> Body:
        """POST disputes {charge, reason} opens, {dispute, won: bool} decides."""
        with self._store.transaction() as tx:
            if "dispute" in wish:
                return public(close_dispute(tx, str(wish["dispute"]), bool(wish.get("won"))))
            charge = tx.get("charge", str(wish.get("charge")))
            return public(open_dispute(tx, charge, str(wish.get("reason", "general"))))
