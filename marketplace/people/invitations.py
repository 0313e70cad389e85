"""Asking somebody to run a farm or to help there: by a link that only their mailbox gets, for seven days, once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.events.facts import PersonInvited
from marketplace.events.outbox import publish
from marketplace.kernel import actor, installation
from marketplace.kernel.clock import machine_now
from marketplace.kernel.database import command, db, execute, rows
from marketplace.kernel.emails import address_from_text, address_key
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.ids import derived_token, same
from marketplace.kernel.words import N_
from marketplace.people.accounts import create_account, give_role, take_role
from marketplace.people.models import AT_A_FARM, Account, Invitation

GOOD_FOR = timedelta(days=7)
MOST_OPEN = 20


def token_of(invitation: Invitation) -> str:
    """`<uuid>-<token>`: made again whenever the mail is, and not without the installation's secret."""
    secret = installation.settings().secret_key
    return f"{invitation.uuid.hex}-{derived_token(secret, 'invitation', invitation.uuid.hex)}"


@command
def invite(farm_id: int, market_id: int, email: str, role: str) -> int:
    """Publishes PersonInvited, whose mail carries the link; the invitation's id.

    The same answer whether the address has an account or not. Invalid for address or role; Conflict while an
    invitation to it is open, or when there are too many.
    """
    if role not in AT_A_FARM:
        raise Invalid({"rolle": N_("Diese Rolle gibt es nicht.")})
    try:
        address = address_from_text(email)
    except ValueError:
        sentence = N_("Bitte geben Sie eine E-Mail-Adresse an, zum Beispiel „name@beispiel.de“.")
        raise Invalid({"email": sentence}) from None
    _end_old(farm_id)
    if len(open_invitations(farm_id)) >= MOST_OPEN:
        raise Conflict(N_("Es sind schon %(most)s Einladungen offen."), most=MOST_OPEN)
    made = db.session.scalar(
        insert(Invitation)
        .values(
            farm_id=farm_id,
            market_id=market_id,
            email=address,
            email_key=address_key(address),
            role=role,
            invited_by=actor.current().name,
        )
        .on_conflict_do_nothing()
        .returning(Invitation.id)
    )
    if made is None:
        raise Conflict(N_("An diese Adresse ist schon eine Einladung unterwegs."))
    publish(PersonInvited(int(made)))
    return int(made)


def _end_old(farm_id: int) -> None:
    execute(
        "UPDATE invitation SET ended_at = clock_timestamp()"
        " WHERE farm_id = :farm_id AND ended_at IS NULL AND created_at < clock_timestamp() - CAST(:life AS interval)",
        farm_id=farm_id,
        life=GOOD_FOR,
    )


def open_invitation(invitation_id: int) -> Invitation | None:
    """The invitation while it can still be accepted."""
    found = db.session.get(Invitation, invitation_id)
    return found if found is not None and _is_open(found) else None


def _is_open(invitation: Invitation) -> bool:
    return invitation.ended_at is None and machine_now() - invitation.created_at <= GOOD_FOR


def open_invitations(farm_id: int) -> list[Invitation]:
    """Those of a farm that nobody has answered yet."""
    found = db.session.scalars(
        select(Invitation)
        .where(Invitation.farm_id == farm_id, Invitation.ended_at.is_(None))
        .order_by(Invitation.id)
    )
    return [invitation for invitation in found if _is_open(invitation)]


def invitation_by_token(token: str) -> Invitation:
    """The open invitation of a link. NotFound for everything else."""
    name, _, _secret = token.partition("-")
    try:
        wanted = uuid.UUID(hex=name)
    except ValueError:
        raise NotFound() from None
    found = db.session.scalar(select(Invitation).where(Invitation.uuid == wanted))
    if found is None or not same(token_of(found), token) or not _is_open(found):
        raise NotFound()
    return found


def has_account(invitation: Invitation) -> bool:
    """Does the invited address have an account already? Told to whoever holds the link alone."""
    return bool(rows("SELECT 1 FROM account WHERE email_key = :key", key=invitation.email_key))


@command
def accept_as_new(token: str, name: str, password: str) -> int:
    """Makes the account and gives the role; the account's id. Invalid for the password, Conflict with an account."""
    invitation = _lock(token)
    account_id = create_account(invitation.email, password, name=name)
    _give(invitation, account_id)
    return account_id


@command
def accept(token: str, account_id: int) -> None:
    """Gives the role to the signed-in account of the invited address; another account is NotFound."""
    invitation = _lock(token)
    account = db.session.get(Account, account_id)
    if account is None or account.email_key != invitation.email_key:
        raise NotFound()
    _give(invitation, account_id)


def _lock(token: str) -> Invitation:
    found = invitation_by_token(token)
    db.session.refresh(found, with_for_update=True)
    if not _is_open(found):
        raise NotFound()
    return found


def _give(invitation: Invitation, account_id: int) -> None:
    give_role(account_id, invitation.role, market_id=invitation.market_id, farm_id=invitation.farm_id)
    invitation.ended_at = machine_now()
    db.session.flush()


@command
def withdraw(farm_id: int, invitation_id: int) -> None:
    """The link is worth nothing from now on. NotFound for one that is not the farm's."""
    if not execute(
        "UPDATE invitation SET ended_at = clock_timestamp() WHERE id = :id AND farm_id = :farm_id AND ended_at IS NULL",
        id=invitation_id,
        farm_id=farm_id,
    ):
        raise NotFound()


@command
def dismiss(farm_id: int, account_id: int) -> None:
    """Somebody is of the farm no more, from the next request on, and whom they invited does not come in their place.

    The last who runs it stays (Conflict).
    """
    execute("SELECT 1 FROM farm WHERE id = :id FOR NO KEY UPDATE", id=farm_id)
    members = rows("SELECT account_id, role FROM membership WHERE farm_id = :id", id=farm_id)
    own = {row.role for row in members if row.account_id == account_id}
    if not own:
        raise NotFound()
    if not any(row.role == "farm" and row.account_id != account_id for row in members) and "farm" in own:
        raise Conflict(N_("Jemand muss den Hof führen. Laden Sie erst jemand anderen dazu ein."))
    for role in own:
        take_role(account_id, role, farm_id=farm_id)
    execute(
        "UPDATE invitation SET ended_at = clock_timestamp()"
        " WHERE farm_id = :farm AND invited_by = :who AND ended_at IS NULL",
        farm=farm_id,
        who=str(account_id),
    )


def members_of(farm_id: int) -> list[tuple[int, str, str, str]]:
    """(account id, name, address, role) of everybody at the farm."""
    found = rows(
        "SELECT a.id, a.name, a.email, m.role FROM membership m JOIN account a ON a.id = m.account_id"
        " WHERE m.farm_id = :id AND a.disabled_at IS NULL ORDER BY m.role, a.name, a.id",
        id=farm_id,
    )
    return [(row.id, row.name, row.email, row.role) for row in found]
