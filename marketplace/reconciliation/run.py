"""One comparison with the payment provider: read, compare, mend, compare again, write down (RELIABILITY 2.7)."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db, in_transaction, release_reads
from marketplace.kernel.errors import Refusal
from marketplace.ledger.compared import NO_MARKET
from marketplace.ledger.models import Reconciliation
from marketplace.payments.bring_about import bring_about
from marketplace.payments.gateway import (
    BalanceView,
    PageRow,
    PaymentView,
    ProviderRefused,
    ProviderUnavailable,
    gateway,
)
from marketplace.payments.settle import settle
from marketplace.reconciliation.compare import KINDS, Finding, compare
from marketplace.reconciliation.heal import heal
from marketplace.reconciliation.orders import OrderFinding, capture_what_is_owed, close_page, compare_orders

log = logging.getLogger(__name__)

OVERLAP = timedelta(hours=48)
# Before the first run: as far back as anything of this installation can be under way.
AT_FIRST = timedelta(days=30)
# A hold lives seven days: payments are listed so far back that none is missed.
LONGEST_HOLD = timedelta(days=8)


@dataclass
class _Read:
    """What the provider told, at one time."""

    balances: list[BalanceView]
    payments: list[PaymentView]
    pages: list[PageRow]


@dataclass
class Outcome:
    """The differences that are left, and the provider's ids of what was mended."""

    findings: list[Finding]
    orders: list[OrderFinding]
    repaired: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, list[Any]]:
        """The lists of INTERFACE.md."""
        lists: dict[str, list[Any]] = {kind: [] for kind in KINDS}
        for one in self.findings:
            lists[one.kind].append(one.as_json())
        return {**lists, "repaired": self.repaired, "orders": [one.as_json() for one in self.orders]}

    def unexplained(self) -> dict[str, int]:
        """Cents by market id, without sign; a difference of no cents in the sum is one cent, so that it is seen."""
        by_market: dict[str, int] = defaultdict(int)
        for one in self.findings:
            by_market[NO_MARKET if one.market_id is None else str(one.market_id)] += one.cents or 1
        return dict(by_market)


def reconcile(since: datetime | None = None, *, dry_run: bool = False) -> dict[str, list[Any]]:
    """Compares with the provider and mends; the lists of INTERFACE.md. A dry run changes and stores nothing.

    `since`: from when the provider's books are read (UTC); else from the last run, with 48 hours of overlap, and from
    whatever that one left unexplained. A later `since` shortens a dry run alone: what is stored opens or locks payouts
    and must leave out nothing that was never compared, nor an older difference. Raises ProviderUnavailable and
    ProviderRefused: what was mended by then stays.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    release_reads()
    if dry_run:
        since = since or _next_since()
        outcome = _compare(_read(since), since)
        release_reads()
        return outcome.as_json()
    since = min(since or machine_now(), _next_since())
    run_id = _begin(since)
    outcome = _mend(since)
    result = outcome.as_json()
    _finish(run_id, outcome, result)
    return result


def _read(since: datetime) -> _Read:
    asked = gateway()
    payments_since = min(since, machine_now() - LONGEST_HOLD)
    return _Read(
        list(asked.balances_since(since)), list(asked.payments_since(payments_since)), list(asked.open_pages())
    )


def _compare(read: _Read, since: datetime) -> Outcome:
    return Outcome(compare(read.balances, since), compare_orders(read.payments, read.pages))


def _mend(since: datetime) -> Outcome:
    read = _read(since)
    before = _compare(read, since)
    if not before.findings and not before.orders:
        return before
    by_source: dict[str, list[BalanceView]] = defaultdict(list)
    for row in read.balances:
        by_source[row.source or row.ref].append(row)
    for finding in sorted(before.findings, key=_order_of_mending):
        heal(finding.source, by_source.get(finding.source, []))
    for wrong in before.orders:
        _mend_order(wrong)
    after = _compare(_read(since), since)
    left = {one.source for one in after.findings} | {one.ref for one in after.orders}
    mended = [one.source for one in before.findings] + [one.ref for one in before.orders]
    after.repaired = [ref for ref in dict.fromkeys(mended) if ref and ref not in left]
    return after


def _order_of_mending(finding: Finding) -> tuple[int, str]:
    """Charges before what goes back of them; payouts to the bank last, they pay out the rest."""
    order = ("ch_", "py_", "re_", "pyr_", "dp_", "du_", "tr_", "trr_", "po_")
    return next((place for place, prefix in enumerate(order) if finding.source.startswith(prefix)), 99), finding.source


def _mend_order(wrong: OrderFinding) -> None:
    if wrong.payment_id is None:
        return
    try:
        if wrong.problem == "page_open":
            close_page(wrong)
        elif wrong.problem == "not_captured":
            capture_what_is_owed(wrong.payment_id)
        else:
            settle(wrong.payment_id, wrong.ref if wrong.ref.startswith("pi_") else None)
        bring_about(wrong.payment_id)
    except (ProviderRefused, Refusal) as error:
        db.session.rollback()
        log.warning("%s of order %s could not be mended: %s", wrong.ref, wrong.order_number, error)
    except ProviderUnavailable:
        raise
    except Exception:
        db.session.rollback()
        log.exception("%s of order %s could not be mended", wrong.ref, wrong.order_number)


@command
def _next_since() -> datetime:
    last = db.session.scalar(
        select(Reconciliation)
        .where(Reconciliation.finished_at.is_not(None), Reconciliation.dry_run.is_(False))
        .order_by(Reconciliation.id.desc())
        .limit(1)
    )
    if last is None:
        return machine_now() - AT_FIRST
    since: datetime = last.started_at - OVERLAP
    return since if last.open_from is None else min(since, last.open_from)


@command
def _begin(since: datetime) -> int:
    run = Reconciliation(since=since)
    db.session.add(run)
    db.session.flush()
    return int(run.id)


@command
def _finish(run_id: int, outcome: Outcome, result: dict[str, list[Any]]) -> None:
    run = db.session.get_one(Reconciliation, run_id)
    run.finished_at = machine_now()
    run.result = result
    run.unexplained = outcome.unexplained()
    run.open_from = min((one.made_at for one in outcome.findings if one.made_at is not None), default=None)
    if run.unexplained:
        log.error("the provider's books and ours differ: %s cents by market", run.unexplained)
