"""Keeping a means of payment at the provider: the hosted page, and what came of it.

A page's return and an event are hints to look, as for payments; a poller looks at what nobody spoke of.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from marketplace.events.facts import MeansRemoved
from marketplace.events.outbox import publish
from marketplace.kernel import installation
from marketplace.kernel.clock import machine_now, now
from marketplace.kernel.database import command, db, in_transaction, rows
from marketplace.kernel.errors import NotFound
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable, gateway
from marketplace.payments.models import MeansSetup, Payment, SavedMeans
from marketplace.payments.saved_customer import ensure_customer
from marketplace.payments.saved_means import lock_customer, means_of, remove
from marketplace.payments.saved_port import MeansView, SetupRequest

log = logging.getLogger(__name__)
PAGE_LASTS = timedelta(hours=1)
# Longer than any page lives: what has not come by then does not come.
GIVEN_UP_AFTER = timedelta(days=2)
QUIET_SECONDS = 120


def open_setup(setup_id: int, language: str) -> str | None:
    """The URL of the hosted page of a setup just begun. After ProviderRefused or ProviderUnavailable it is over."""
    try:
        account_id = _account_of(setup_id)
        customer_ref = ensure_customer(account_id)
        view = gateway().open_setup(_prepare(setup_id, customer_ref, language))
    except (ProviderRefused, ProviderUnavailable) as error:
        _end(setup_id, "failed", str(error))
        raise
    _note_page(setup_id, view.ref, view.url)
    return view.url


@command
def _account_of(setup_id: int) -> int:
    return db.session.get_one(MeansSetup, setup_id).account_id


@command
def _prepare(setup_id: int, customer_ref: str, language: str) -> SetupRequest:
    setup = db.session.get_one(MeansSetup, setup_id)
    setup.tried_at = machine_now()
    setup.session_expires_at = (setup.tried_at + PAGE_LASTS).replace(microsecond=0)
    page = f"{installation.settings().public_url}/konto/zahlungsmittel"
    return SetupRequest(
        key=f"seti-{setup.uuid}",
        setup_id=setup.id,
        customer_ref=customer_ref,
        success_url=f"{page}?zurueck={setup.id}",
        cancel_url=page,
        expires_at=setup.session_expires_at,
        language=language,
    )


@command
def _note_page(setup_id: int, ref: str, url: str | None) -> None:
    setup = db.session.get_one(MeansSetup, setup_id)
    setup.session_ref, setup.session_url = ref, url


@command
def _end(setup_id: int, state: str, error: str | None = None) -> None:
    setup = db.session.get_one(MeansSetup, setup_id)
    if setup.state == "open":
        setup.state = state
    setup.last_error = error[:500] if error else None


@dataclass(frozen=True)
class _Open:
    """Where to look for what came of a setup. `over`: nothing can come of it any more."""

    session_ref: str | None
    payment_ref: str | None
    over: bool


def take_in_means(setup_id: int) -> bool:
    """Looks at the provider for the card that a setup, or a payment, has left there. Is it kept now?

    Of a withdrawn consent it is detached at once. Raises ProviderRefused, ProviderUnavailable.
    """
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    found = _look_at(setup_id)
    if found is None:
        return False
    means_ref, over = None, found.over
    if found.session_ref is not None:
        view = gateway().setup(found.session_ref)
        means_ref, over = view.means_ref, over or view.status == "expired"
    elif found.payment_ref is not None:
        means_ref = gateway().means_of_payment(found.payment_ref)
    if means_ref is None:
        if over:
            _end(setup_id, "failed")
        return False
    return _keep(setup_id, gateway().means(means_ref))


@command
def _look_at(setup_id: int) -> _Open | None:
    setup = db.session.get(MeansSetup, setup_id)
    if setup is None or setup.state not in ("open", "withdrawn"):
        return None
    setup.tried_at = machine_now()
    over = setup.created_at < setup.tried_at - GIVEN_UP_AFTER
    if setup.payment_id is None:
        return _Open(setup.session_ref, None, over or setup.session_ref is None)
    payment = db.session.get_one(Payment, setup.payment_id)
    made = payment.state in ("authorized", "captured", "partially_refunded", "refunded")
    return _Open(None, payment.provider_ref if made else None, over or payment.state in ("cancelled", "failed"))


@command
def _keep(setup_id: int, view: MeansView) -> bool:
    setup = db.session.get_one(MeansSetup, setup_id)
    customer = lock_customer(setup.account_id)
    db.session.refresh(setup, with_for_update=True)
    if setup.state not in ("open", "withdrawn"):
        return setup.state == "done"
    if view.kind != "card" or view.customer_ref is None or view.customer_ref != customer.provider_ref:
        # Not this account's: a card that hangs on nobody, or on somebody else, is never used.
        setup.state, setup.last_error = "failed", f"{view.ref} does not belong to this account"
        return False
    if db.session.scalar(select(SavedMeans.id).where(SavedMeans.provider_ref == view.ref)) is not None:
        setup.state = "done"
        return True
    means = SavedMeans(
        account_id=setup.account_id,
        setup_id=setup.id,
        provider_ref=view.ref,
        brand=view.brand,
        last4=view.last4,
        exp_month=view.exp_month,
        exp_year=view.exp_year,
        fingerprint=view.fingerprint,
    )
    if setup.state == "withdrawn":
        means.removed_at = now()
        db.session.add(means)
        db.session.flush()
        publish(MeansRemoved(means.id))
        setup.state = "done"
        return False
    others = means_of(setup.account_id)
    means.is_default = not others
    db.session.add(means)
    setup.state = "done"
    db.session.flush()
    for other in others:
        if view.fingerprint and other.fingerprint == view.fingerprint:  # the same card once more: the newer one stays
            remove(other)
    return True


def own_setup(account_id: int | None, setup_id: int) -> str:
    """The state of one of the account's setups; NotFound for all others."""
    setup = db.session.get(MeansSetup, setup_id)
    if setup is None or setup.account_id != account_id:
        raise NotFound()
    return setup.state


def hear_session(session_ref: str) -> bool:
    """An event spoke of a hosted page that may be one of a setup. False when it is not."""
    setup_id = _by_session(session_ref)
    if setup_id is None:
        return False
    take_in_means(setup_id)
    return True


@command
def _by_session(session_ref: str) -> int | None:
    return db.session.scalar(  # type: ignore[no-any-return]
        select(MeansSetup.id).where(MeansSetup.session_ref == session_ref)
    )


@command
def _quiet_setups() -> list[int]:
    found = rows(
        "SELECT id FROM means_setup WHERE state = 'open'"
        " AND coalesce(tried_at, created_at) < clock_timestamp() - make_interval(secs => :quiet)"
        " ORDER BY coalesce(tried_at, created_at) LIMIT 100",
        quiet=QUIET_SECONDS,
    )
    return [row.id for row in found]


def poll_setups() -> int:
    """Looks at setups of which nobody spoke; stops when the provider is away. How many it looked at."""
    looked = 0
    for setup_id in _quiet_setups():
        try:
            take_in_means(setup_id)
        except ProviderRefused as error:
            log.warning("means setup %s: %s", setup_id, error)
        except ProviderUnavailable:
            return looked
        looked += 1
    return looked
