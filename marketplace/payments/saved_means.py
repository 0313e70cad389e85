"""Saved means of payment of an account: which there are, the default, and the end of the consent to their use."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.events.facts import MeansRemoved, MeansWanted
from marketplace.events.outbox import publish
from marketplace.kernel.catalogues import catalogue
from marketplace.kernel.clock import now
from marketplace.kernel.database import command, db
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.words import N_
from marketplace.payments.models import MeansSetup, Payment, ProviderCustomer, SavedMeans

MOST_MEANS = 10
CONSENT = N_(
    "Ich bin einverstanden, dass meine Karte beim Zahlungsdienst des Marktes hinterlegt und für Bestellungen belastet"
    " wird, die ich angemeldet aufgebe und bei denen ich sie auswähle, auch ohne weitere Eingabe von mir. Belastet wird"
    " höchstens der Betrag, der an der Kasse als Höchstbetrag steht. Das Einverständnis gilt, bis ich die Karte im"
    " Konto unter „Zahlungsmittel“ entferne; das geht jederzeit."
)


def consent_words(language: str) -> str:
    """What is agreed to, in the reader's language; kept with the date as it was shown."""
    text: str = catalogue(language).gettext(CONSENT)
    return text


def means_of(account_id: int) -> Sequence[SavedMeans]:
    """The account's saved means, the default first, then the newest."""
    return db.session.scalars(
        select(SavedMeans)
        .where(SavedMeans.account_id == account_id, SavedMeans.removed_at.is_(None))
        .order_by(SavedMeans.is_default.desc(), SavedMeans.id.desc())
    ).all()


def own_means(account_id: int | None, means_id: int) -> SavedMeans:
    """One of the account's saved means; NotFound for those of others, removed ones, unknown ones alike."""
    found = db.session.scalar(
        select(SavedMeans).where(
            SavedMeans.id == means_id, SavedMeans.account_id == account_id, SavedMeans.removed_at.is_(None)
        )
    )
    if found is None:
        raise NotFound()
    return found


def lock_customer(account_id: int) -> ProviderCustomer:
    """The account's record for the provider, made when missing and locked: one change of its means at a time."""
    db.session.execute(insert(ProviderCustomer).values(account_id=account_id).on_conflict_do_nothing())
    found = db.session.scalar(
        select(ProviderCustomer)
        .where(ProviderCustomer.account_id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert found is not None
    return found


@command
def begin_setup(account_id: int, language: str) -> MeansSetup:
    """The consent to keep a card, dated; `open_setup` then leads to the page. Conflict when there are ten already."""
    lock_customer(account_id)
    if len(means_of(account_id)) >= MOST_MEANS:
        raise Conflict(N_("Mehr als zehn Karten lassen sich nicht hinterlegen. Bitte entfernen Sie zuerst eine."))
    setup = MeansSetup(account_id=account_id, consent_text=consent_words(language))
    db.session.add(setup)
    db.session.flush()
    return setup


def keep_means_of(payment: Payment, account_id: int, language: str) -> None:
    """The consent to keep the card with which `payment` will be made on the hosted page."""
    text = consent_words(language)
    db.session.add(MeansSetup(account_id=account_id, payment_id=payment.id, consent_text=text))
    db.session.flush()


def means_may_be_there(payment: Payment) -> None:
    """For a payment that was just made: if its card is to be kept, the worker fetches it."""
    setup_id = db.session.scalar(
        select(MeansSetup.id).where(MeansSetup.payment_id == payment.id, MeansSetup.state == "open")
    )
    if setup_id is not None:
        publish(MeansWanted(setup_id))


@command
def make_default(account_id: int, means_id: int) -> SavedMeans:
    """The one that is offered first at the checkout. NotFound."""
    lock_customer(account_id)
    found = own_means(account_id, means_id)
    for other in means_of(account_id):
        other.is_default = False
    db.session.flush()
    found.is_default = True
    db.session.flush()
    return found


@command
def remove_means(account_id: int, means_id: int) -> SavedMeans:
    """Withdraws the consent: not usable from now on, and detached at the provider by the worker. NotFound."""
    lock_customer(account_id)
    found = own_means(account_id, means_id)
    remove(found)
    return found


def remove(means: SavedMeans) -> None:
    """For a means whose account's record is locked. The newest of the others becomes the default."""
    was_default, means.is_default = means.is_default, False
    means.removed_at = now()
    db.session.flush()
    if was_default and (others := means_of(means.account_id)):
        others[0].is_default = True
    db.session.flush()
    publish(MeansRemoved(means.id))


@command
def forget_means(account_id: int) -> int:
    """Withdraws every consent of an account that is erased or disabled, also to what is being set up. How many means.

    The workers detach them at the provider.
    """
    lock_customer(account_id)
    found = means_of(account_id)
    for means in found:
        remove(means)
    open_setups = select(MeansSetup).where(MeansSetup.account_id == account_id, MeansSetup.state == "open")
    for setup in db.session.scalars(open_setups.with_for_update()):
        setup.state = "withdrawn"
        publish(MeansWanted(setup.id))  # what the page may have kept meanwhile is let go of
    db.session.flush()
    return len(found)
