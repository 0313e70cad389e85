"""Who reacts to what: the one table. A consumer is a name, a queue and a function of the fact.

The relay makes a delivery a consumer; a house test compares this table with the facts there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marketplace.events import facts
from workers import exchange, market_days, notifications, payments, payouts, reconciliation


@dataclass(frozen=True)
class Consumer:
    """`queue`: money, mail or slow. `run` takes the fact; it may run twice, late and out of order."""

    queue: str
    run: Callable[[Any], None]


CONSUMERS: Mapping[str, Consumer] = {
    "payments.bring_about": Consumer("money", payments.bring_about_wanted),
    "payments.refund": Consumer("money", payments.make_wanted_refund),
    "payments.keep_means": Consumer("money", payments.keep_means),
    "payments.detach_means": Consumer("money", payments.detach_means),
    "payments.hear": Consumer("money", payments.hear_webhook),
    "payouts.connect": Consumer("money", payouts.connect_account),
    "payouts.pay": Consumer("money", payouts.pay_wanted),
    "payouts.reverse": Consumer("money", payouts.reverse_wanted),
    "reconciliation.run": Consumer("slow", reconciliation.compare_now),
    "exchange.work": Consumer("slow", exchange.work_on),
    "market_days.pack": Consumer("slow", market_days.pack_late_order),
    "notifications.compose": Consumer("slow", notifications.compose_for),
    "notifications.send": Consumer("mail", notifications.send_queued),
}

_TOLD = ("notifications.compose",)

ROUTES: Mapping[type[facts.Fact], tuple[str, ...]] = {
    facts.FarmJoined: ("payouts.connect",),
    facts.BankAccountChanged: _TOLD,
    facts.PersonInvited: _TOLD,
    facts.OrderPlaced: _TOLD,
    facts.OrderConfirmed: ("market_days.pack", *_TOLD),
    facts.OrderChanged: _TOLD,
    facts.OrderReady: _TOLD,
    facts.OrderCollected: _TOLD,
    facts.OrderNotCollected: _TOLD,
    facts.OrderExpired: _TOLD,
    facts.OrderCancelled: _TOLD,
    facts.PaymentWanted: ("payments.bring_about",),
    facts.PaymentNeeded: _TOLD,
    facts.PaymentLinkReady: _TOLD,
    facts.MeansWanted: ("payments.keep_means",),
    facts.MeansRemoved: ("payments.detach_means",),
    facts.RefundWanted: ("payments.refund",),
    facts.RefundDone: _TOLD,
    facts.DisputeOpened: _TOLD,
    facts.DisputeClosed: _TOLD,
    facts.WebhookStored: ("payments.hear",),
    facts.ReconciliationWanted: ("reconciliation.run",),
    facts.MarketDayClosed: _TOLD,
    facts.PayoutRunSubmitted: _TOLD,
    facts.PayoutRunApproved: _TOLD,
    facts.PayoutWanted: ("payouts.pay",),
    facts.TransferReversalWanted: ("payouts.reverse",),
    facts.StatementPaid: _TOLD,
    facts.ImportWanted: ("exchange.work",),
    facts.MailQueued: ("notifications.send",),
}

BY_KIND: Mapping[str, tuple[str, ...]] = {kind.__name__: consumers for kind, consumers in ROUTES.items()}
