"""Accounts and their roles: made, found, given and taken."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.kernel.database import command, db, execute
from marketplace.kernel.emails import address_from_text, address_key
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_
from marketplace.people.models import AT_A_FARM, ROLES, Account, Membership
from marketplace.people.passwords import check_new_password, hash_password
from marketplace.people.sign_ins import end_all

LONGEST_NAME = 120


@command
def create_account(
    email: str, password: str | None = None, *, name: str = "", totp_secret: str | None = None, language: str = "de"
) -> int:
    """Makes an account; its id. Raises Invalid for address, name or password, Conflict when the address has one."""
    try:
        address = address_from_text(email)
    except ValueError:
        sentence = N_("Bitte geben Sie eine E-Mail-Adresse an, zum Beispiel „name@beispiel.de“.")
        raise Invalid({"email": sentence}) from None
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid({"name": N_("Dieser Name ist zu lang.")})
    if password is not None:
        check_new_password(password, address)
    made = db.session.scalar(
        insert(Account)
        .values(
            email=address,
            email_key=address_key(address),
            name=name.strip(),
            password_hash=None if password is None else hash_password(password),
            totp_secret=totp_secret,
            language=language,
        )
        .on_conflict_do_nothing(index_elements=["email_key"])
        .returning(Account.id)
    )
    if made is None:
        raise Conflict(N_("Für diese E-Mail-Adresse gibt es schon ein Konto."))
    return int(made)


def account_by_email(email: str) -> Account:
    """The account of that address, however it is written; NotFound."""
    account = db.session.scalar(select(Account).where(Account.email_key == address_key(email)))
    if account is None:
        raise NotFound()
    return account


@command
def give_role(
    account_id: int,
    role: str,
    *,
    market_id: int | None = None,
    farm_id: int | None = None,
    pickup_point_id: int | None = None,
) -> None:
    """Gives a role where it holds; twice is once. Invalid when what the role needs is not named."""
    if role not in ROLES:
        raise Invalid({"role": N_("Diese Rolle gibt es nicht.")})
    if (role in AT_A_FARM) != (farm_id is not None):
        raise Invalid({"farm": N_("Zu den Rollen „farm“ und „helper“ gehört ein Hof, und nur zu ihnen.")})
    if role in ("operator", "approver") and market_id is None:
        raise Invalid({"market": N_("Zu dieser Rolle gehört ein Markt.")})
    if role == "host" and market_id is None and pickup_point_id is None:
        raise Invalid({"pickup_point": N_("Zu dieser Rolle gehört ein Abholort oder ein Markt.")})
    db.session.execute(
        insert(Membership)
        .values(
            account_id=account_id, role=role, market_id=market_id, farm_id=farm_id, pickup_point_id=pickup_point_id
        )
        .on_conflict_do_nothing()
    )


@command
def take_role(account_id: int, role: str, *, market_id: int | None = None, farm_id: int | None = None) -> int:
    """Takes a role away, from the next request on; how many memberships that were."""
    return execute(
        "DELETE FROM membership WHERE account_id = :account AND role = :role"
        " AND (CAST(:market AS bigint) IS NULL OR market_id = :market)"
        " AND (CAST(:farm AS bigint) IS NULL OR farm_id = :farm)",
        account=account_id,
        role=role,
        market=market_id,
        farm=farm_id,
    )


@command
def disable(account_id: int) -> None:
    """Nobody acts under this account any more, from the next request on; its API tokens are worth nothing."""
    execute(
        "UPDATE account SET disabled_at = clock_timestamp() WHERE id = :id AND disabled_at IS NULL", id=account_id
    )
    end_all(account_id)


@command
def change_password(account_id: int, password: str, *, but_sign_in: int | None = None) -> None:
    """A new password ends every sign-in but the one in which it was chosen."""
    account = db.session.get(Account, account_id)
    if account is None:
        raise NotFound()
    check_new_password(password, account.email)
    account.password_hash = hash_password(password)
    end_all(account_id, but=but_sign_in)
