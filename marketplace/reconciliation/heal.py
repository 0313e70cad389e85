"""Mending a difference: what stands behind it is looked at by the ordinary functions, which post what is missing."""

from __future__ import annotations

import logging

from sqlalchemy import select

from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Refusal
from marketplace.kernel.ids import id_from_text
from marketplace.payments.bank_payouts import hear_payout
from marketplace.payments.dispute import look_at_dispute
from marketplace.payments.gateway import UNKNOWN, BalanceView, ProviderRefused, ProviderUnavailable, gateway
from marketplace.payments.make_refund import look_at_refund
from marketplace.payments.models import Payment
from marketplace.payments.rows_without_order import book_without_order
from marketplace.payments.settle import settle
from marketplace.payouts.reverse_transfer import look_at_transfer
from marketplace.payouts.transfer import look_for_transfer, paid_transfers, unanswered_transfers

log = logging.getLogger(__name__)


def heal(source: str, rows_of_it: list[BalanceView]) -> None:
    """Looks at what stands behind `source`. What cannot be mended stays a difference; ProviderUnavailable is raised."""
    try:
        if source.startswith(("ch_", "py_")):
            _charge(source)
        elif source.startswith(("re_", "pyr_")):
            look_at_refund(source)
        elif source.startswith(("dp_", "du_")):
            look_at_dispute(source)
        elif source.startswith("po_"):
            hear_payout(source)
        elif source.startswith("tr_"):
            for statement_id in unanswered_transfers():
                look_for_transfer(statement_id)
            look_at_transfer(source)
        elif source.startswith("trr_"):
            for ref in paid_transfers():
                look_at_transfer(ref)
        else:
            for row in rows_of_it:
                book_without_order(row)
    except (ProviderRefused, Refusal) as error:
        db.session.rollback()
        log.warning("%s could not be mended: %s", source, error)
    except ProviderUnavailable:
        raise
    except Exception:
        # One that nobody thought of keeps no other from being mended, nor the run from saying what is left.
        db.session.rollback()
        log.exception("%s could not be mended", source)


def _charge(ref: str) -> None:
    try:
        payment_ref = gateway().payment_of_charge(ref)
    except ProviderRefused as error:
        if error.code != UNKNOWN:
            raise
        return
    if payment_ref is not None and (payment_id := payment_behind(payment_ref)) is not None:
        settle(payment_id, payment_ref)


def payment_behind(payment_ref: str) -> int | None:
    """Our payment of a PaymentIntent: the one that has it, else the one that it names."""
    return _by_ref(payment_ref) or _named(id_from_text(gateway().payment(payment_ref).payment_id))


@command
def _by_ref(payment_ref: str) -> int | None:
    return db.session.scalar(  # type: ignore[no-any-return]
        select(Payment.id).where(Payment.provider_ref == payment_ref)
    )


@command
def _named(payment_id: int | None) -> int | None:
    return db.session.scalar(select(Payment.id).where(Payment.id == payment_id))  # type: ignore[no-any-return]
