"""Paying one farm through the provider: our row first, then the call with our own key, then the outcome (I20, I21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from marketplace.events.facts import StatementPaid
from marketplace.events.outbox import publish
from marketplace.kernel.clock import machine_now, now
from marketplace.kernel.database import command, db, release_reads
from marketplace.ledger import chart
from marketplace.ledger.post import Entry, post
from marketplace.payments.bookings import book_balance
from marketplace.payouts.bank import NOT_YET, ProviderRefused, ProviderUnavailable, TransferRequest, TransferView, port
from marketplace.payouts.due import disputed
from marketplace.payouts.figures import hash_of_run
from marketplace.payouts.locks import lock_statement, lock_statements
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.payouts.pay import close_if_done
from marketplace.payouts.reasons import standings
from marketplace.payouts.statements import untouched


@dataclass(frozen=True)
class _Try:
    """`seen_before`: an earlier try may have been made; the provider is asked first."""

    request: TransferRequest
    seen_before: bool


def pay_statement(statement_id: int) -> None:
    """Transfers what a statement in payment comes to; does nothing when nothing is asked for. May run twice.

    A clear no of the provider fails the statement, for a person to look at. Raises ProviderUnavailable when it should
    be tried again: no answer, or not enough money available yet.
    """
    asked = _begin(statement_id)
    if asked is None:
        return
    found = port().find_transfer(asked.request) if asked.seen_before else None
    if found is None:
        if port().account_balance(asked.request.account_ref) < 0:
            # The provider would keep it to fill the hole, and the farm would see nothing of it (RELIABILITY 2.6).
            _stop(statement_id, "account_negative")
            return
        if not _may_be_sent(statement_id):
            return
        release_reads()
        try:
            found = port().transfer(asked.request)
        except ProviderRefused as error:
            _refused(statement_id, error)
            if error.code in NOT_YET:
                raise ProviderUnavailable(str(error)) from error
            return
    _paid(statement_id, found)


@command
def _begin(statement_id: int) -> _Try | None:
    run, statement = lock_statement(statement_id)
    if run.state != "paying" or statement.state != "paying" or statement.paid_by != "transfer":
        return None
    standing = standings(run.market_id, [statement.farm_id])[statement.farm_id]
    if standing.connected_ref is None:
        if statement.tried_at is None:
            _fail(statement, "no_account")
        return None
    return _Try(_request(run, statement, standing.connected_ref), seen_before=statement.tried_at is not None)


def _request(run: PayoutRun, statement: Statement, account_ref: str) -> TransferRequest:
    suffix = f"-{statement.refusals}" if statement.refusals else ""
    return TransferRequest(
        key=f"tr-{statement.uuid}{suffix}",
        intent=str(statement.uuid),
        group=f"payout-run-{run.id}",
        account_ref=account_ref,
        amount_cents=statement.payout_cents,
        description=f"Auszahlung {run.id}",
    )


@command
def unanswered_transfers() -> list[int]:
    """Ids of statements whose transfer was asked for and never answered."""
    return list(
        db.session.scalars(
            select(Statement.id)
            .where(
                Statement.paid_by == "transfer",
                Statement.state.in_(("paying", "failed")),
                Statement.tried_at.is_not(None),
            )
            .order_by(Statement.id)
        )
    )


@command
def paid_transfers(days: int = 90) -> list[str]:
    """The provider's ids (tr_…) of the transfers of the last months, the newest first."""
    found = db.session.scalars(
        select(Statement.provider_ref)
        .where(Statement.paid_by == "transfer", Statement.state == "paid", Statement.provider_ref.is_not(None))
        .where(Statement.paid_at > now() - timedelta(days=days))
        .order_by(Statement.id.desc())
    )
    return [ref for ref in found if ref]


def look_for_transfer(statement_id: int) -> bool:
    """Finds the transfer of a statement, if it was made after all, and notes it. Sends nothing, ever."""
    request = _asked(statement_id)
    found = port().find_transfer(request)
    if found is not None:
        _paid(statement_id, found)
    return found is not None


@command
def _asked(statement_id: int) -> TransferRequest:
    run, statement = lock_statement(statement_id)
    return _request(run, statement, "")


@command
def _may_be_sent(statement_id: int) -> bool:
    """The last look before money moves: signed figures, more than nothing, nothing that holds the farm (I20, I21)."""
    run, statement = lock_statement(statement_id)
    if statement.state != "paying":
        return False
    reason = _reason_against(run, statement)
    if reason:
        _fail(statement, reason)
        return False
    statement.tried_at = machine_now()
    return True


def _reason_against(run: PayoutRun, statement: Statement) -> str | None:
    if statement.payout_cents <= 0 or run.approved_by is None:
        return "changed"
    signed = hash_of_run((one.farm_id, one.figures_hash or b"") for one in lock_statements(run))
    if signed != run.figures_hash or not untouched(run, [statement]):
        return "changed"
    if disputed([statement.id]):
        return "disputed"
    holds = standings(run.market_id, [statement.farm_id])[statement.farm_id].holds
    return holds[0] if holds else None


@command
def _stop(statement_id: int, reason: str) -> None:
    _, statement = lock_statement(statement_id)
    if statement.state == "paying" and statement.tried_at is None:
        _fail(statement, reason)


@command
def _refused(statement_id: int, error: ProviderRefused) -> None:
    """A clear no: nothing was sent, and the next try is a new question to the provider."""
    _, statement = lock_statement(statement_id)
    if statement.state != "paying":
        return
    statement.refusals += 1
    statement.tried_at = None
    statement.last_error = str(error)[:500]
    if error.code not in NOT_YET:
        _fail(statement, str(error))


def _fail(statement: Statement, reason: str) -> None:
    statement.state = "failed"
    statement.last_error = reason[:500]
    db.session.flush()


@command
def _paid(statement_id: int, view: TransferView) -> None:
    run, statement = lock_statement(statement_id)
    if statement.state == "paid":
        return
    if statement.state == "failed":  # a look-back found money that had gone after all
        statement.state = "paying"
        db.session.flush()
    if view.amount_cents != statement.payout_cents:
        raise AssertionError(f"transfer {view.ref} is not what statement {statement.id} comes to")
    post_payout(statement, "transfer", view.ref, chart.STRIPE_AVAILABLE)
    if view.balance is not None:
        book_balance(run.market_id, view.balance)
    note_paid(run, statement, view.ref)


def post_payout(statement: Statement, kind: str, source_id: str, from_account: str) -> None:
    """Farm payable goes down by what was paid. `kind`: transfer (the provider's account), payout (the bank's)."""
    post(
        kind,
        kind,
        source_id,
        statement.market_id,
        [
            Entry(
                chart.farm_payable(statement.farm_id),
                statement.payout_cents,
                farm_id=statement.farm_id,
                part="payout",
            ),
            Entry(from_account, -statement.payout_cents, part="payout"),
        ],
    )


def note_paid(run: PayoutRun, statement: Statement, ref: str) -> None:
    """The statement is paid, and the run with its last one."""
    statement.state = "paid"
    statement.provider_ref = ref
    statement.paid_at = now()
    statement.last_error = None
    db.session.flush()
    publish(StatementPaid(statement.id))
    close_if_done(run)
