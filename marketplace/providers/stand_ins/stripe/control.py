"""Levers for tests under /_stand_in/: the real provider has none of these.

All want the API key as bearer and speak JSON.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import faults
from .api import check_key
from .books import sums
from .cards import TestCard, card_by_number, debit_by_iban, instrument_by_token
from .errors import ApiError
from .operations.attempts import answer_challenge
from .operations.disputes import close_dispute, open_dispute
from .operations.payouts import pay_out_everything
from .operations.sessions import pay
from .schema import NAMES as TABLE_NAMES
from .settings import StandInSettings
from .store import Store
from .timers import run_due
from .transaction import Body, Transaction, public
from .webhooks import set_url

_SWITCHES = ("releases_as_refunds",)


class Control:
    """The levers; each public method answers one address."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def order_fault(self, wish: Body) -> Body:
        """POST faults {kind, moment, status, seconds, count, method, path}: let API calls fail."""
        faults.order(self._store, wish)
        return {}

    def clear_faults(self, wish: Body) -> Body:
        """POST faults/clear: no more failures."""
        faults.clear(self._store)
        return {}

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
        """POST switches {releases_as_refunds: bool}: ways in which the provider's versions differ."""
        with self._store.transaction() as tx:
            for name, on in wish.items():
                if name not in _SWITCHES:
                    raise ApiError(f"Switches are: {', '.join(_SWITCHES)}", param=name)
                tx.set_fact(name, "1" if on else "0")
            return {name: tx.fact(name) == "1" for name in _SWITCHES}

    def webhooks(self, wish: Body) -> Body:
        """GET webhooks: every delivery with its state."""
        with self._store.transaction() as tx:
            rows = tx.connection.execute(
                "SELECT d.id, d.event, json_extract(o.body, '$.type') AS type, d.rank, d.state, d.attempts,"
                " d.last_status, d.last_error FROM deliveries d JOIN objects o ON o.id = d.event ORDER BY d.rank"
            ).fetchall()
        return {"deliveries": [dict(row) for row in rows]}

    def set_webhook_url(self, wish: Body) -> Body:
        """POST webhooks/url {url}: where events go from now on (loopback or the configured address)."""
        set_url(self._store, self._settings, str(wish.get("url", "")))
        return {}

    def hold_webhooks(self, wish: Body) -> Body:
        """POST webhooks/hold {types: [...]}: keep events back (all, or some types), also those still waiting."""
        types = wish.get("types") or ["*"]
        with self._store.transaction() as tx:
            tx.set_fact("held_types", json.dumps(types))
            tx.connection.execute(
                "UPDATE deliveries SET state = 'held' WHERE state = 'waiting' AND ("
                " ? OR event IN (SELECT o.id FROM objects o, json_each(?) t"
                " WHERE o.kind = 'event' AND json_extract(o.body, '$.type') = t.value))",
                ("*" in types, json.dumps(types)),
            )
        return {}

    def release_webhooks(self, wish: Body) -> Body:
        """POST webhooks/release {order: "created" | "reverse" | "random" | [event ids]}: let held events go."""
        order = wish.get("order", "created")
        with self._store.transaction() as tx:
            tx.set_fact("held_types", "[]")
            rows = tx.connection.execute(
                "SELECT id, event FROM deliveries WHERE state = 'held' ORDER BY rank"
            ).fetchall()
            queue = [(row["id"], row["event"]) for row in rows]
            if order == "reverse":
                queue.reverse()
            elif order == "random":
                random.shuffle(queue)
            elif isinstance(order, list):
                queue.sort(key=lambda item: order.index(item[1]) if item[1] in order else len(order))
            base = tx.connection.execute("SELECT coalesce(max(rank), 0) FROM deliveries").fetchone()[0]
            for place, (delivery, _) in enumerate(queue, start=base + 1):
                tx.connection.execute(
                    "UPDATE deliveries SET state = 'waiting', rank = ?, next_at = ? WHERE id = ?",
                    (place, time.time(), delivery),
                )
            tx.news = True
        return {"released": [event for _, event in queue]}

    def deliver_again(self, wish: Body) -> Body:
        """POST webhooks/deliver {event, times}: deliver an event once more or ``times`` times, held or not."""
        with self._store.transaction() as tx:
            event = (str(wish.get("event")),)
            found = tx.connection.execute("SELECT 1 FROM objects WHERE id = ? AND kind = 'event'", event).fetchone()
            if found is None:
                raise ApiError(f"No such event: '{wish.get('event')}'", status=404)
            for _ in range(int(wish.get("times", 1))):
                tx.deliver(*event)
        return {}

    def retry_webhooks(self, wish: Body) -> Body:
        """POST webhooks/retry: do not wait for the back-off, try all waiting deliveries now."""
        with self._store.transaction() as tx:
            tx.connection.execute("UPDATE deliveries SET next_at = ? WHERE state = 'waiting'", (time.time(),))
            tx.news = True
        return {}

    def pay_session(self, wish: Body) -> Body:
        """POST pay {session, card | iban | payment_method, email, challenge: "ok" | "fail" | null}: the hosted page
        without a browser. With ``challenge`` null a 3-D Secure card is left waiting. Answers session and intent."""
        instrument = _instrument(wish)
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            session = tx.get("checkout.session", str(wish.get("session")))
            if session["status"] != "open":
                raise ApiError(f"This Checkout Session is {session['status']}.")
            email = str(wish.get("email") or session["customer_email"] or "kundin@example.org")
            intent = pay(tx, self._settings, session, instrument, email=email, name=str(wish.get("name", "Test")))
            if intent["status"] == "requires_action" and wish.get("challenge") in ("ok", "fail"):
                intent = answer_challenge(tx, self._settings, intent, wish["challenge"] == "ok")
            session = tx.get("checkout.session", session["id"])
            return {"session": public(session), "payment_intent": public(intent)}

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
                "refunds": [public(item) for item in tx.select("refund")],
                "transfers": [public(item) for item in tx.select("transfer")],
                "payouts": [public(item) for item in tx.select("payout")],
                "sessions": [public(item) for item in tx.select("checkout.session")],
            }

    def reset(self, wish: Body) -> Body:
        """POST reset: forget everything but the platform's own account, also the moved clock and held events."""
        with self._store.transaction() as tx:
            for table in TABLE_NAMES:
                tx.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
            for fact in ("clock_offset", "held_types", *_SWITCHES):
                tx.drop_fact(fact)
        return {}

    def idle(self, wish: Body) -> Body:
        """GET idle: whether no delivery is waiting to be tried (held ones do not count)."""
        with self._store.transaction() as tx:
            row = tx.connection.execute("SELECT count(*) AS n FROM deliveries WHERE state = 'waiting'").fetchone()
        return {"idle": row["n"] == 0, "waiting": row["n"]}


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


def _instrument(wish: Body) -> Any:
    if "iban" in wish:
        found: Any = debit_by_iban(str(wish["iban"]))
    elif "payment_method" in wish:
        return instrument_by_token(str(wish["payment_method"]))
    else:
        found = card_by_number(str(wish.get("card", "4242424242424242")))
    if found is None:
        raise ApiError("No such test card or bank account", param="card")
    assert isinstance(found, TestCard) or "iban" in wish
    return found


def control_blueprint(store: Store, settings: StandInSettings) -> Blueprint:
    """All of /_stand_in/."""
    control = Control(store, settings)
    pages = Blueprint("control", __name__, url_prefix="/_stand_in")
    for method, path, act in (
        ("POST", "faults", control.order_fault),
        ("POST", "faults/clear", control.clear_faults),
        ("POST", "clock", control.move_clock),
        ("POST", "switches", control.switch),
        ("GET", "webhooks", control.webhooks),
        ("POST", "webhooks/url", control.set_webhook_url),
        ("POST", "webhooks/hold", control.hold_webhooks),
        ("POST", "webhooks/release", control.release_webhooks),
        ("POST", "webhooks/deliver", control.deliver_again),
        ("POST", "webhooks/retry", control.retry_webhooks),
        ("POST", "pay", control.pay_session),
        ("POST", "payouts", control.pay_out),
        ("POST", "disputes", control.dispute),
        ("GET", "state", control.state),
        ("POST", "reset", control.reset),
        ("GET", "idle", control.idle),
    ):
        pages.add_url_rule(f"/{path}", act.__name__, _view(settings, act), methods=[method])
    return pages


def _view(settings: StandInSettings, act: Callable[[Body], Body]) -> Callable[[], tuple[Response, int]]:
    def view() -> tuple[Response, int]:
        try:
            check_key(settings, request)
            wish = request.get_json(silent=True) if request.data else {}
            if not isinstance(wish, dict):
                raise ApiError("Send a JSON object.")
            return jsonify(act(wish)), 200
        except ApiError as problem:
            return jsonify(problem.envelope()), problem.status

    return view
