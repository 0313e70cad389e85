"""Consumers of money: a fact names a row, the row says what is still wanted."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from marketplace.events import inbox
from marketplace.events.facts import MeansRemoved, MeansWanted, PaymentWanted, RefundWanted, WebhookStored
from marketplace.kernel.errors import Refusal, TryLater
from marketplace.payments.bank_payouts import hear_payout
from marketplace.payments.bring_about import bring_about
from marketplace.payments.gateway import UNKNOWN, ProviderRefused
from marketplace.payments.hear import concerns_payments, hear, names_our_order
from marketplace.payments.make_refund import make_refund
from marketplace.payments.saved_removed import detach
from marketplace.payments.saved_setup import take_in_means
from marketplace.payouts.reverse_transfer import look_at_transfer
from workers.payouts import hear_account

log = logging.getLogger(__name__)
ALERT_AFTER = timedelta(minutes=15)



def bring_about_wanted(fact: PaymentWanted) -> None:
    """The hosted page, the capture or the end of a payment."""
    bring_about(fact.payment_id)


def make_wanted_refund(fact: RefundWanted) -> None:
    """A refund, at the provider and in the books."""
    make_refund(fact.refund_id)


def keep_means(fact: MeansWanted) -> None:
    """A card that its owner wants to be kept, or no longer."""
    take_in_means(fact.setup_id)


def detach_means(fact: MeansRemoved) -> None:
    """A card that is not kept any more."""
    detach(fact.means_id)


def hear_webhook(fact: WebhookStored) -> None:
    """A stored webhook, worked on; kinds that nobody listens to are kept and ignored."""
    opened = inbox.opened(fact.inbox_id)
    if opened is None:
        return
    try:
        heard = _hear(*opened)
        if not heard and names_our_order(*opened):
            raise TryLater(f"{opened[0]} speaks of a payment that is not known")
    except TryLater as error:  # it speaks of something that we are just writing down
        _wait(fact.inbox_id, str(error))
        raise
    except ProviderRefused as error:
        if error.code == UNKNOWN:  # the event was faster than the object: it is asked for again
            _wait(fact.inbox_id, str(error))
            raise TryLater(str(error)) from None
        inbox.close(fact.inbox_id, "failed", str(error))
        raise
    except Refusal as error:
        inbox.close(fact.inbox_id, "failed", str(error))
        raise
    inbox.close(fact.inbox_id, "done" if heard else "ignored")


def _wait(inbox_id: int, why: str) -> None:
    """Never swallowed: it waits with growing pauses for a day, and after a quarter of an hour somebody is told."""
    inbox.close(inbox_id, "waiting", why)
    if inbox.age(inbox_id) > ALERT_AFTER:
        log.error("webhook %s waits in vain: %s", inbox_id, why)


def _hear(kind: str, about: Any, account: str | None) -> bool:
    if not isinstance(about, dict):  # signed, and yet about nothing
        return False
    if concerns_payments(kind):
        return account is None and hear(kind, about)  # what happens on a farm's own account is not ours (I15)
    if kind.startswith("account."):
        return hear_account(about, account)
    if kind.startswith("transfer.") and account is None:
        return look_at_transfer(str(about.get("id")))
    if kind.startswith("payout.") and account is None:  # those of farms' own accounts are not ours
        return hear_payout(str(about.get("id")))
    return False
