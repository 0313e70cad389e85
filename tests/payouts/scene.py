"""Sales that are over, written as they stand in the rows and the ledger after the handover."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from marketplace.kernel import clock
from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.ledger import chart
from marketplace.ledger.post import Entry, post
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.bookings import book_balance, book_charge, book_refund
from marketplace.payments.fulfil import post_fulfilment
from marketplace.payments.gateway import BalanceView
from marketplace.payments.models import Payment, Refund, RefundShare
from marketplace.payments.shares import FarmPart
from marketplace.payouts.bank import (
    AccountRequest,
    AccountView,
    ProviderRefused,
    ProviderUnavailable,
    ReversalView,
    TransferRequest,
    TransferView,
)
from marketplace.people.models import Account, Membership
from tests.factories.small_market import SmallMarket, small_market

DAYS_AGO = 10


@dataclass
class FakeBank:
    """Keeps transfers by key, as the provider does; `says` are outcomes to raise before the next calls."""

    transfers: dict[str, TransferView] = field(default_factory=dict)
    groups: dict[str, list[tuple[str, TransferView]]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    says: list[Exception] = field(default_factory=list)
    lose_answers: int = 0
    reversed: dict[str, dict[str, ReversalView]] = field(default_factory=dict)
    balances: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, AccountView] = field(default_factory=dict)

    def transfer(self, request: TransferRequest) -> TransferView:
        self.calls.append(request.key)
        if self.says:
            raise self.says.pop(0)
        if request.key not in self.transfers:
            ref = f"tr_{len(self.transfers) + 1}"
            row = _balance(f"txn_{ref}", "transfer", ref, -request.amount_cents)
            view = TransferView(ref, request.amount_cents, request.account_ref, row)
            self.transfers[request.key] = view
            self.groups.setdefault(request.group, []).append((request.intent, view))
        if self.lose_answers:
            self.lose_answers -= 1
            raise ProviderUnavailable("no answer")
        return self.transfers[request.key]

    def find_transfer(self, request: TransferRequest) -> TransferView | None:
        return next((view for intent, view in self.groups.get(request.group, []) if intent == request.intent), None)

    def reverse(self, transfer_ref: str, amount_cents: int, key: str, intent: str) -> ReversalView:
        self.calls.append(key)
        if self.says:
            raise self.says.pop(0)
        done = self.reversed.setdefault(transfer_ref, {})
        if key not in done:
            ref = f"trr_{transfer_ref}_{len(done) + 1}"
            row = _balance(f"txn_{ref}", "transfer_refund", ref, amount_cents)
            done[key] = ReversalView(ref, amount_cents, intent, row)
        if self.lose_answers:
            self.lose_answers -= 1
            raise ProviderUnavailable("no answer")
        return done[key]

    def reversals(self, transfer_ref: str) -> list[ReversalView]:
        return list(self.reversed.get(transfer_ref, {}).values())

    def account_balance(self, ref: str) -> int:
        return self.balances.get(ref, 0)

    def open_account(self, request: AccountRequest) -> AccountView:
        self.calls.append(request.key)
        return AccountView(f"acct_{request.farm_id}", enabled=True)

    def account(self, ref: str) -> AccountView:
        if self.says:
            raise self.says.pop(0)
        return self.accounts.get(ref, AccountView(ref, enabled=False))

    def onboarding_link(self, account_ref: str, return_url: str, refresh_url: str) -> str:
        self.calls.append(f"link {account_ref} {return_url} {refresh_url}")
        if self.says:
            raise self.says.pop(0)
        return f"https://connect.example/{account_ref}/{len(self.calls)}"


@dataclass
class Scene:
    """A market whose only day was ten days ago, and the people who pay it out."""

    made: SmallMarket
    operator: int
    approver: int
    admin: int
    bank: FakeBank
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def market(self) -> int:
        return self.made.market

    def farm(self, name: str) -> int:
        return self.made.farms[name]

    def sell(self, *lines: tuple[str, int, int], method: str = "card", state: str = "captured") -> Order:
        """Lines are (offer, cents with deposit, deposit): collected, captured, booked at the provider without a fee."""
        with transaction():
            order = self._order(lines, method, state)
            payment = Payment(
                order_id=order.id,
                market_id=self.market,
                method=method,
                capture_later=True,
                state="none" if method == "pay_at_pickup" else state,
                amount_cents=order.owed_cents,
                captured_cents=order.owed_cents if state == "captured" and method == "card" else 0,
                provider_ref=f"pi_{order.number}" if method == "card" else None,
                charge_ref=f"ch_{order.number}" if method == "card" else None,
            )
            db.session.add(payment)
            db.session.flush()
            if method == "card" and state == "captured":
                book_charge(order, payment, order.owed_cents)
                row = _balance(f"txn_{order.number}", "charge", f"ch_{order.number}", order.owed_cents)
                book_balance(self.market, row, order.id)
            post_fulfilment(order)
            return order

    def refund(self, order: Order, offer: str, cents: int, borne_by: str = "farm") -> None:
        """Given back by the provider and booked."""
        with transaction():
            line = next(line for line in order.lines if line.offer_id == self.made.offers[offer])
            payment = db.session.query(Payment).filter_by(order_id=order.id).one()
            ref = f"re_{uuid.uuid4().hex[:12]}"
            refund = Refund(
                order_id=order.id,
                payment_id=payment.id,
                amount_cents=cents,
                borne_by=borne_by,
                state="done",
                provider_ref=ref,
                reason="Druckstelle",
            )
            db.session.add(refund)
            db.session.flush()
            db.session.add(RefundShare(refund_id=refund.id, line_id=line.id, amount_cents=cents))
            line.refunded_cents += cents
            payment.refunded_cents += cents
            payment.state = order.payment_state = (
                "refunded" if payment.refunded_cents == payment.captured_cents else "partially_refunded"
            )
            book_refund(order, refund, [FarmPart(line.farm_id, "refund", cents)])
            book_balance(self.market, _balance(f"txn_{ref}", "refund", ref, -cents), order.id)

    def correct(self, farm: str, cents: int) -> None:
        """A correction in the farm's favour (cents > 0) or against it, borne by the market."""
        with transaction():
            post(
                "correction",
                "correction",
                uuid.uuid4().hex,
                self.market,
                [
                    Entry(chart.farm_payable(self.farm(farm)), -cents, farm_id=self.farm(farm), part="correction"),
                    Entry(chart.market_commission(self.market), cents, part="correction"),
                ],
            )

    def _order(self, lines: Sequence[tuple[str, int, int]], method: str, state: str) -> Order:
        number = f"T{next(self.numbers)}-{self.market}"
        owed = sum(cents for _, cents, _ in lines)
        order = Order(
            number=number,
            market_id=self.market,
            market_day_id=self.made.day,
            slot_id=self.made.slot,
            pickup_number=next(self.numbers),
            pickup_code=number,
            token_seed=number,
            customer_name="Martina Voß",
            email="kundin@example.org",
            email_key="kundin@example.org",
            payment_method=method,
            state="collected",
            payment_state="none" if method == "pay_at_pickup" else state,
            total_cents=owed,
            deposit_cents=sum(deposit for _, _, deposit in lines),
            owed_cents=owed,
            hold_cents=owed,
            checkout_scope="test",
            checkout_key=number,
            checkout_print=b"-",
        )
        db.session.add(order)
        db.session.flush()
        for offer, cents, deposit in lines:
            farm_id = scalar("SELECT farm_id FROM offer WHERE id = :id", id=self.made.offers[offer])
            db.session.add(_line(order, farm_id, self.made.offers[offer], offer, cents, deposit))
        db.session.flush()
        return order


def _line(order: Order, farm_id: int, offer_id: int, name: str, cents: int, deposit: int) -> OrderLine:
    return OrderLine(
        order_id=order.id,
        farm_id=farm_id,
        offer_id=offer_id,
        name=name,
        sku=name,
        sale_unit="Stück",
        quantity=1,
        packed_quantity=1,
        price_cents=cents - deposit,
        net_quantity=1,
        net_unit="piece",
        catch_weight=False,
        unit_deposit_cents=deposit,
        vat_scheme="regular",
        vat_bp=700,
        ordered_cents=cents,
        hold_cents=cents,
        deposit_cents=deposit,
        amount_cents=cents,
        state="packed",
    )


def _balance(ref: str, kind: str, source: str, cents: int) -> BalanceView:
    now = clock.now()
    return BalanceView(ref, kind, source, cents, 0, cents, True, now, now)


def set_up() -> Scene:
    """The scene in an empty database; no farm has an account at the provider yet."""
    made = small_market(days_ahead=3)
    with transaction():
        by = timedelta(days=DAYS_AGO + 3)
        execute(
            "UPDATE market_day SET date = :day, orders_open_at = orders_open_at - CAST(:by AS interval),"
            " orders_close_at = orders_close_at - CAST(:by AS interval) WHERE id = :id",
            day=today() - timedelta(days=DAYS_AGO),
            by=by,
            id=made.day,
        )
    people = {}
    with transaction():
        for name, role in (("ruth", "operator"), ("bernd", "approver"), ("anna", "admin")):
            account = Account(email=f"{name}@example.org", email_key=f"{name}@example.org", name=name.capitalize())
            db.session.add(account)
            db.session.flush()
            market_id = None if role == "admin" else made.market
            db.session.add(Membership(account_id=account.id, role=role, market_id=market_id))
            people[role] = account.id
    return Scene(made, people["operator"], people["approver"], people["admin"], FakeBank())


def today() -> date:
    """Today in the market's zone."""
    found: datetime = rows("SELECT app_now() AT TIME ZONE 'Europe/Berlin' AS now")[0].now
    return found.date()


def long_ago() -> datetime:
    """Before every cooling-off."""
    return clock.now() - timedelta(days=100)


__all__ = ["FakeBank", "ProviderRefused", "ProviderUnavailable", "Scene", "long_ago", "set_up", "today"]
