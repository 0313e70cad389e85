"""Levers on the process as a whole: its books, its clock, its switches, a fresh start."""

from __future__ import annotations

from ..books import sums
from ..errors import ApiError
from ..schema import NAMES as TABLE_NAMES
from ..settings import StandInSettings
from ..store import Store
from ..timers import run_due
from ..transaction import Body, Transaction, public
from ..weather import CALLS, EVENTS

_SWITCHES = ("releases_as_refunds", "accounts_want_papers", "dispute_fees_returned", "reversals_overdraw")


class StateLevers:
    """GET /_stand_in/state, POST /_stand_in/clock, /switches, /reset."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def move_clock(self, wish: Body) -> Body:
        """POST clock {advance: seconds} or {offset: seconds}: the stand-in's own clock; timers run out at once."""
        with self._store.transaction() as tx:
            offset = int(tx.fact("clock_offset") or 0)
            offset = int(wish["offset"]) if "offset" in wish else offset + int(wish.get("advance", 0))
            tx.set_fact("clock_offset", str(offset))
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            return {"now": tx.now, "offset": offset}

    def switch(self, wish: Body) -> Body:
        """POST switches {name: bool}: ways in which the provider may behave; all are off at first.

        releases_as_refunds: a released hold shows as a refund without money; accounts_want_papers: new accounts are
        active only after the onboarding; dispute_fees_returned: a dispute that is won brings its fee back;
        reversals_overdraw: a transfer may be reversed beyond what the connected account still has."""
        with self._store.transaction() as tx:
            for name, on in wish.items():
                if name not in _SWITCHES:
                    raise ApiError(f"Switches are: {', '.join(_SWITCHES)}", param=name)
                tx.set_fact(name, "1" if on else "0")
            return {name: tx.fact(name) == "1" for name in _SWITCHES}

    def state(self, wish: Body) -> Body:
        """GET state: the books of every account and the number of objects of each kind."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            accounts = [row["account"] for row in tx.connection.execute("SELECT DISTINCT account FROM objects")]
            kinds = tx.connection.execute("SELECT kind, count(*) AS n FROM objects GROUP BY kind").fetchall()
            return {
                "now": tx.now,
                "platform": tx.platform,
                "objects": {row["kind"]: row["n"] for row in kinds},
                "books": {account or tx.platform: _books(tx, account) for account in {"", *accounts}},
                "intents": [public(item) for item in tx.select("payment_intent")],
                "setups": [public(item) for item in tx.select("setup_intent")],
                "refunds": [public(item) for item in tx.select("refund")],
                "transfers": [public(item) for item in tx.select("transfer")],
                "payouts": [public(item) for item in tx.select("payout")],
                "disputes": [public(item) for item in tx.select("dispute")],
                "sessions": [public(item) for item in tx.select("checkout.session")],
            }

    def reset(self, wish: Body) -> Body:
        """POST reset: forget everything but the platform's own account, also the clock, held events and weather."""
        with self._store.transaction() as tx:
            for table in TABLE_NAMES:
                tx.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
            for fact in ("clock_offset", "held_types", "secrets", CALLS, EVENTS, *_SWITCHES):
                tx.drop_fact(fact)
        return {}


def _books(tx: Transaction, account: str) -> Body:
    with tx.acting_for(account):
        movements = [public(item) for item in tx.select("balance_transaction")]
        by_type: dict[str, int] = {}
        for item in movements:
            by_type[item["type"]] = by_type.get(item["type"], 0) + item["net"]
        return {
            "balance": sums(tx),
            "sum_net": sum(item["net"] for item in movements),
            "sum_fees": sum(item["fee"] for item in movements),
            "by_type": by_type,
            "balance_transactions": movements,
        }
