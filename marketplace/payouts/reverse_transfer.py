"""Taking money back that went to a farm's account: our row first, then the call with its own key, then the books.

What came back is the farm's again in our books: it stands in the corrections of its next statement, against what it
owes (a lost dispute, a refund after the payout), or is paid out anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from marketplace.events.facts import TransferReversalWanted
from marketplace.events.outbox import publish
from marketplace.kernel import actor
from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db, in_transaction
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_, Words
from marketplace.ledger import chart
from marketplace.ledger.post import Entry, post
from marketplace.payments.bookings import book_balance
from marketplace.payouts.bank import ProviderRefused, ReversalView, port
from marketplace.payouts.locks import lock_statement
from marketplace.payouts.models import Statement, TransferReversal

BY_PROVIDER = "provider"


@dataclass(frozen=True)
class _Request:
    """`look_first`: an earlier try may have been made; the provider is asked before anything is sent."""

    transfer_ref: str
    cents: int
    key: str
    intent: str
    look_first: bool


@command
def reverse_transfer(statement_id: int, amount_cents: int, reason: str) -> TransferReversal:
    """The row of a reversal; a worker asks the provider. Cents, at most what of the transfer is not reversed yet.

    Refuses a statement that was not paid by transfer (Conflict), an amount out of range and an empty reason (Invalid).
    The web asks for a fresh second factor before.
    """
    _, statement = lock_statement(statement_id)
    if statement.state != "paid" or statement.paid_by != "transfer" or statement.provider_ref is None:
        raise Conflict(N_("Diese Abrechnung wurde nicht per Überweisung über den Zahlungsanbieter ausgezahlt."))
    if not reason.strip():
        raise Invalid({"reason": N_("Bitte geben Sie einen Grund an.")})
    left = unreversed_cents(statement)
    if amount_cents < 1 or amount_cents > left:
        raise Invalid(
            {"amount_cents": Words(N_("Der Betrag muss zwischen 1 und %(most)s Cent liegen."), {"most": left})}
        )
    reversal = _row(statement, amount_cents, reason.strip(), actor.current().name)
    publish(TransferReversalWanted(reversal.id))
    return reversal


def unreversed_cents(statement: Statement) -> int:
    """What of a paid statement was neither taken back nor is being taken back."""
    taken = db.session.scalar(
        select(func.coalesce(func.sum(TransferReversal.amount_cents), 0)).where(
            TransferReversal.statement_id == statement.id, TransferReversal.state != "failed"
        )
    )
    return statement.payout_cents - int(taken or 0)


def make_reversal(reversal_id: int) -> None:
    """The worker's part, with the key `rv-<uuid>`. May run twice. Raises ProviderUnavailable when to try again.

    A clear no (the farm's account does not hold the money any more, say) fails the row, its reason stays in it.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    asked = _begin(reversal_id)
    if asked is None:
        return
    found = _find(asked) if asked.look_first else None
    if found is None:
        try:
            found = port().reverse(asked.transfer_ref, asked.cents, asked.key, asked.intent)
        except ProviderRefused as error:
            _failed(reversal_id, error)
            return
    _made(reversal_id, found)


def look_at_transfer(ref: str) -> bool:
    """A transfer (tr_…) as it is now, after its event: every reversal of it is booked, once, whoever made it.

    False for transfers that pay no statement of ours. May run twice. Raises ProviderRefused, ProviderUnavailable.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    statement_id = _statement_of(ref)
    if statement_id is None:
        return False
    for view in port().reversals(ref):
        _made(_row_of(statement_id, view), view)
    return True


def _find(asked: _Request) -> ReversalView | None:
    return next((view for view in port().reversals(asked.transfer_ref) if view.intent == asked.intent), None)


@command
def _begin(reversal_id: int) -> _Request | None:
    reversal = _lock(reversal_id)
    if reversal.state != "submitting":
        return None
    statement = db.session.get_one(Statement, reversal.statement_id)
    assert statement.provider_ref is not None
    asked = _Request(
        statement.provider_ref,
        reversal.amount_cents,
        f"rv-{reversal.uuid}",
        str(reversal.uuid),
        look_first=reversal.tried_at is not None,
    )
    reversal.tried_at = machine_now()
    return asked


@command
def _failed(reversal_id: int, error: ProviderRefused) -> None:
    reversal = _lock(reversal_id)
    if reversal.state == "submitting":
        reversal.state = "failed"
        reversal.last_error = str(error)[:500]


@command
def _made(reversal_id: int, view: ReversalView) -> None:
    reversal = _lock(reversal_id)
    if reversal.state != "submitting":
        return
    reversal.state = "done"
    reversal.provider_ref = view.ref
    reversal.last_error = None
    db.session.flush()
    post(
        "transfer_reversal",
        "transfer_reversal",
        view.ref,
        reversal.market_id,
        [
            Entry(chart.STRIPE_AVAILABLE, view.amount_cents, part="reversal"),
            Entry(chart.farm_payable(reversal.farm_id), -view.amount_cents, farm_id=reversal.farm_id, part="reversal"),
        ],
        memo=reversal.reason,
    )
    if view.balance is not None:
        book_balance(reversal.market_id, view.balance)


@command
def _row_of(statement_id: int, view: ReversalView) -> int:
    """Ours by its id or by the intent in it; else a new row: somebody took the money back at the provider."""
    _, statement = lock_statement(statement_id)
    ours = db.session.scalars(select(TransferReversal).where(TransferReversal.statement_id == statement_id)).all()
    for row in ours:
        if row.provider_ref == view.ref or (row.state == "submitting" and str(row.uuid) == view.intent):
            return row.id
    reason = N_("Beim Zahlungsanbieter zurückgeholt")
    return _row(statement, view.amount_cents, reason, BY_PROVIDER).id


def _row(statement: Statement, cents: int, reason: str, by: str) -> TransferReversal:
    reversal = TransferReversal(
        statement_id=statement.id,
        market_id=statement.market_id,
        farm_id=statement.farm_id,
        amount_cents=cents,
        reason=reason[:500],
        created_by=by,
    )
    db.session.add(reversal)
    db.session.flush()
    return reversal


@command
def _statement_of(ref: str) -> int | None:
    return db.session.scalar(  # type: ignore[no-any-return]
        select(Statement.id).where(Statement.provider_ref == ref, Statement.paid_by == "transfer")
    )


def _lock(reversal_id: int) -> TransferReversal:
    reversal = db.session.scalar(
        select(TransferReversal)
        .where(TransferReversal.id == reversal_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if reversal is None:
        raise NotFound()
    return reversal  # type: ignore[no-any-return]
