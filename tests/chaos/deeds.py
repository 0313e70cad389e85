"""What people and the provider do on a market, each deed with the refusals that are no failure."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import stripe

from marketplace.checkout.cancel_order import cancel_order
from marketplace.checkout.place_order import place_order
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel.database import db, rows, scalar
from marketplace.kernel.errors import Refusal
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable
from marketplace.payments.refund import refund_amount, refund_lines
from marketplace.payments.rows import payment_of
from marketplace.payments.settle import settle
from marketplace.payouts.approve import approve_run
from marketplace.payouts.confirm_bank import confirm_bank
from marketplace.payouts.draw_up import draw_up_run
from marketplace.payouts.pay import pay_run
from marketplace.payouts.submit import submit_run
from marketplace.pickup.hand_over import Handover, hand_over
from marketplace.pickup.pack import pack_line
from marketplace.providers.stand_ins.stripe.app import EXTENSION
from tests.chaos.town import Day, Town
from tests.factories.paid import Till, request_for

CARDS = {
    "good": {"card": "4242424242424242"},
    "british": {"card": "4000008260000000"},
    "declined": {"card": "4000000000000002"},
    "confirmed": {"card": "4000002760003184", "challenge": "ok"},
    "not confirmed": {"card": "4000002760003184", "challenge": "fail"},
    "abandoned at the bank": {"card": "4000002760003184"},
    "refunds take time": {"card": "4000000000007726"},
    "refunds fail": {"card": "4000000000005126"},
}
IBANS = {"good": "DE89370400440532013000", "empty": "DE62370400440532013001"}
METHODS = ("card", "sepa_debit", "pay_at_pickup")


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal of ours, and a provider that is away or says no, are answers; everything else is a failure."""
    try:
        yield
    except (Refusal, ProviderRefused, ProviderUnavailable):
        db.session.rollback()


@dataclass
class Deeds:
    """`orders`: ids in the order of placing. What is done is counted in `done`."""

    till: Till
    town: Town
    orders: list[int] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    # --- customers ----------------------------------------------------------------------------------------------

    def place(self, day: Day, goods: dict[str, int], method: str) -> int | None:
        """An order with its page, if the provider answers; the order's id, None when it was refused."""
        with refusals():
            order = place_order(request_for(day.made, goods, payment_method=method, birth_date=_grown_up()))
            order_id = int(order.id)
            db.session.rollback()
            self.orders.append(order_id)
            self._count(f"placed, {method}")
            start_payment(order_id)
            return order_id
        return None

    def open_page(self, order_id: int) -> None:
        """The customer comes to the order's page, which opens the hosted one when it is not there yet."""
        with refusals():
            start_payment(order_id)

    def pay(self, order_id: int, how: str) -> None:
        """Pays on the hosted page, if there is one that is open."""
        payment = payment_of(order_id)
        method, session = (payment.method, payment.session_ref) if payment is not None else ("", None)
        db.session.rollback()
        if session is None:
            return
        wish = {"iban": IBANS[how]} if method == "sepa_debit" else CARDS[how]
        if self._lever("pay", session=session, **wish):
            self._count(f"paid, {how}")

    def come_back(self, order_id: int) -> None:
        """The browser comes back from the hosted page: a hint to look."""
        payment = payment_of(order_id)
        payment_id = None if payment is None else payment.id
        db.session.rollback()
        if payment_id is not None:
            with refusals():
                settle(payment_id)

    def cancel(self, order_id: int, *, by_office: bool) -> None:
        with refusals():
            cancel_order(order_id, by_office=by_office)
            self._count("cancelled")

    # --- farms and hosts ----------------------------------------------------------------------------------------

    def pack(self, order_id: int, which: int, how: str) -> None:
        """One line: `as ordered`, `short`, `nothing`, `lighter`, `heavier`, `far heavier`."""
        lines = rows("SELECT * FROM order_line WHERE order_id = :id ORDER BY id", id=order_id)
        db.session.rollback()
        line = lines[which % len(lines)]
        units = {"nothing": 0, "short": line.quantity - 1}.get(how, line.quantity)
        grams = None
        if line.catch_weight and units:
            usual = line.net_quantity * units
            grams = int(usual * {"lighter": 0.8, "heavier": 1.1, "far heavier": 1.6}.get(how, 1))
        with refusals():
            pack_line(line.id, [line.farm_id], units, grams, "" if units == line.quantity else "Schnecken")
            self._count(f"packed, {how}")

    def hand_over(self, order_id: int, bottles: int) -> None:
        """At the counter, with so many empty bottles of 15 cents."""
        number = str(scalar("SELECT number FROM orders WHERE id = :id", id=order_id))
        db.session.rollback()
        returned = ((15, bottles),) if bottles else ()
        outcome = hand_over(Handover(number=number, deposits_returned=returned, age_checked=True), self.town.host)
        if outcome.state:
            self._count("handed over")

    # --- the office ---------------------------------------------------------------------------------------------

    def refund_units(self, order_id: int, which: int, units: int, borne_by: str) -> None:
        lines = [row.id for row in rows("SELECT id FROM order_line WHERE order_id = :id ORDER BY id", id=order_id)]
        db.session.rollback()
        with refusals():
            refund_lines(order_id, [(lines[which % len(lines)], units)], "welk", borne_by)
            self._count(f"refund by line, {borne_by}")

    def refund_cents(self, order_id: int, cents: int, borne_by: str, times: int = 1) -> None:
        """An amount, or the same amount several times: each is an intent of its own."""
        for _ in range(times):
            with refusals():
                refund_amount(order_id, cents, "Entschuldigung", borne_by)
                self._count(f"refund of an amount, {borne_by}")

    def further_a_payout_run(self) -> None:
        """The next step of the open run, or a new one: drawn up, laid before, signed by the other, paid."""
        found = rows("SELECT id, state FROM payout_run ORDER BY id DESC LIMIT 1")
        today = rows("SELECT (app_now() AT TIME ZONE 'Europe/Berlin')::date AS day")[0].day
        db.session.rollback()
        state = found[0].state if found else "paid"
        steps: dict[str, Callable[[], Any]] = {
            "paid": lambda: draw_up_run(self.town.market, today, self.town.operator),
            "rejected": lambda: draw_up_run(self.town.market, today, self.town.operator),
            "draft": lambda: submit_run(found[0].id, self.town.operator),
            "in_review": lambda: self._sign(found[0].id),
            "approved": lambda: pay_run(found[0].id),
            "paying": lambda: confirm_bank(found[0].id),
        }
        with refusals():
            steps[state]()
            self._count(f"payout run, {state}")
        db.session.rollback()

    def _sign(self, run_id: int) -> None:
        try:
            approve_run(run_id, self.town.approver)
        except Refusal:
            db.session.rollback()
            submit_run(run_id, self.town.operator)  # the figures changed since

    # --- the provider -------------------------------------------------------------------------------------------

    def hurry(self, *kinds: str) -> None:
        """What the provider would do in some days happens now: `funds_available`, `debit_outcome`, `refund_outcome`."""
        store = self.till.stand_in.app.extensions[EXTENSION].store
        with store.transaction() as tx:
            for kind in kinds:
                tx.connection.execute("UPDATE timers SET due = ? WHERE kind = ?", (tx.now, kind))
        self.till.stand_in.control("state")

    def pay_out_to_bank(self) -> None:
        if self.till.stand_in.order("payouts")["payout"] is not None:
            self._count("payout to the bank")

    def dispute(self, order_id: int) -> None:
        """The customer's bank takes the payment back, once for now."""
        charge = self._charge(order_id)
        open_ones = [one.charge for one in self.till.stand_in.client.v1.disputes.list({"limit": 100}).data]
        if charge is not None and charge not in open_ones and self._lever("disputes", charge=charge):
            self._count("dispute opened")

    def decide(self, *, won: bool) -> None:
        """The bank decides the oldest dispute that is open."""
        waiting = [
            one.id
            for one in self.till.stand_in.client.v1.disputes.list({"limit": 100}).data
            if one.status not in ("won", "lost")
        ]
        if waiting and self._lever("disputes", dispute=waiting[-1], won=won):
            self._count("dispute won" if won else "dispute lost")

    def refund_by_hand(self, order_id: int, cents: int) -> None:
        """Somebody gives money back on the provider's own pages; nobody asks us."""
        intent = scalar(
            "SELECT provider_ref FROM payment WHERE order_id = :id AND captured_cents > 0 ORDER BY id DESC LIMIT 1",
            id=order_id,
        )
        db.session.rollback()
        if intent is None:
            return
        try:
            self.till.stand_in.client.v1.refunds.create({"payment_intent": intent, "amount": cents})
            self._count("refund at the provider's pages")
        except stripe.InvalidRequestError:
            return

    def _charge(self, order_id: int) -> str | None:
        found = scalar(
            "SELECT charge_ref FROM payment WHERE order_id = :id AND captured_cents > 0 ORDER BY id DESC LIMIT 1",
            id=order_id,
        )
        db.session.rollback()
        return None if found is None else str(found)

    def _lever(self, name: str, **wish: Any) -> bool:
        """Whether the stand-in did it; it refuses what the real pages would refuse."""
        try:
            self.till.stand_in.order(name, **wish)
        except urllib.error.HTTPError as error:
            assert error.code < 500, error.read()
            error.close()
            return False
        return True

    def _count(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1


def _grown_up() -> Any:
    from datetime import UTC, datetime

    return (datetime.now(UTC) - timedelta(days=30 * 365)).date()
