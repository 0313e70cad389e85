"""Locks of the payouts: one person at a time in a market's runs; a run before its statements, in id order."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.kernel.database import db, scalar
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.words import N_
from marketplace.ledger.compared import last_result
from marketplace.payouts.models import PayoutRun, Statement

_PAYOUTS = 4701  # the class of these advisory locks; the object is the market


def lock_market(market_id: int) -> None:
    """Until the end of the transaction nobody else draws up, signs or pays here. Refuses at once when somebody does."""
    if not scalar("SELECT pg_try_advisory_xact_lock(:kind, :market)", kind=_PAYOUTS, market=market_id):
        raise Conflict(N_("Jemand arbeitet gerade an den Auszahlungen dieses Markts. Bitte gleich noch einmal."))


def lock_run(run_id: int) -> PayoutRun:
    """The run, locked and read afresh. NotFound for unknown ones."""
    run = db.session.scalar(
        select(PayoutRun)
        .where(PayoutRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFound()
    return run  # type: ignore[no-any-return]


def lock_market_and_run(run_id: int) -> PayoutRun:
    """For commands on a whole run: first the market, then the run."""
    market_id = db.session.scalar(select(PayoutRun.market_id).where(PayoutRun.id == run_id))
    if market_id is None:
        raise NotFound()
    lock_market(market_id)
    return lock_run(run_id)


def lock_statements(run: PayoutRun) -> list[Statement]:
    """The statements of a locked run, locked in id order and read afresh."""
    return list(
        db.session.scalars(
            select(Statement)
            .where(Statement.run_id == run.id)
            .options(selectinload(Statement.fees))
            .order_by(Statement.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def lock_statement(statement_id: int) -> tuple[PayoutRun, Statement]:
    """A statement with its run, the run first."""
    run_id = db.session.scalar(select(Statement.run_id).where(Statement.id == statement_id))
    if run_id is None:
        raise NotFound()
    run = lock_run(run_id)
    statement = db.session.scalar(
        select(Statement)
        .where(Statement.id == statement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert statement is not None
    return run, statement


def unmatched_cents(market_id: int) -> int:
    """Cents that are unexplained (I18): none, and payouts are open.

    Our books of the provider's account less the provider's rows that we keep; when these agree, what the last
    comparison with the provider itself did not explain.
    """
    own = int(
        scalar(
            """
            SELECT coalesce((SELECT sum(amount_cents) FROM ledger_entry
                             WHERE market_id = :market AND account IN ('stripe:pending', 'stripe:available')), 0)
                 - coalesce((SELECT sum(net_cents) FROM balance_transaction WHERE market_id = :market), 0)
            """,
            market=market_id,
        )
    )
    compared = last_result()
    return own or (compared.cents_of(market_id) if compared else 0)


def refuse_unmatched(market_id: int) -> None:
    """No money leaves while the provider's books and ours differ (RELIABILITY 2.6)."""
    cents = unmatched_cents(market_id)
    if cents:
        raise Conflict(
            N_("Unsere Bücher und die des Zahlungsanbieters weichen um %(cents)s Cent ab. Auszahlungen sind gesperrt."),
            cents=cents,
        )
