"""What the bank is told: the farms of an approved run that are paid by SEPA, and from which account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.farms.bank import bank_account
from marketplace.kernel.clock import now
from marketplace.kernel.database import db
from marketplace.kernel.errors import Conflict
from marketplace.kernel.words import N_
from marketplace.market_days.wall_clock import local_date
from marketplace.markets.models import Market
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.payouts.pay import end_to_end_id


@dataclass(frozen=True)
class SepaPayment:
    """Cents of EUR. `end_to_end_id` comes back on the account statement; at most 35 characters."""

    holder: str
    iban: str
    amount_cents: int
    end_to_end_id: str
    purpose: str


@dataclass(frozen=True)
class SepaOrder:
    """One file for the bank; `payer` and `iban` are the market's."""

    payer: str
    iban: str
    execute_on: date
    payments: tuple[SepaPayment, ...]


def sepa_order(run: PayoutRun) -> SepaOrder:
    """The payments of a run that was approved. Refuses before that, without a payment, and without the market's IBAN.

    The market's account stands in its imprint data: `iban`, and `account_holder` where it is not the name.
    """
    if run.state not in ("approved", "paying", "paid"):
        raise Conflict(N_("Die SEPA-Datei gibt es nach der Freigabe."))
    market = db.session.get_one(Market, run.market_id)
    payments = tuple(_payment(statement) for statement in _by_sepa(run))
    if not payments:
        raise Conflict(N_("In diesem Lauf wird kein Hof per SEPA bezahlt."))
    if not market.legal.get("iban"):
        raise Conflict(N_("Für diesen Markt ist kein Bankkonto hinterlegt."))
    holder = market.legal.get("account_holder") or market.legal.get("name") or market.name
    return SepaOrder(str(holder), str(market.legal["iban"]), local_date(now(), market.timezone), payments)


def _by_sepa(run: PayoutRun) -> list[Statement]:
    return list(
        db.session.scalars(
            select(Statement)
            .where(Statement.run_id == run.id, Statement.paid_by == "sepa")
            .where(Statement.state.in_(("due", "paying", "paid")))
            .order_by(Statement.id)
        )
    )


def _payment(statement: Statement) -> SepaPayment:
    account = bank_account(statement.farm_id)
    if account is None:
        raise Conflict(N_("Für einen Hof dieses Laufs ist kein Bankkonto hinterlegt."))
    return SepaPayment(
        holder=account.holder,
        iban=account.iban,
        amount_cents=statement.payout_cents,
        end_to_end_id=end_to_end_id(statement),
        purpose=f"Auszahlung {statement.run_id} Abrechnung {statement.id}",
    )
