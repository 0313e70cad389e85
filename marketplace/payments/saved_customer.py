"""The provider's record of an account, on which its saved means hang: made once, with a key of our own row."""

from __future__ import annotations

from sqlalchemy import select

from marketplace.kernel.database import command, db, in_transaction, scalar
from marketplace.payments.gateway import gateway
from marketplace.payments.models import ProviderCustomer
from marketplace.payments.saved_means import lock_customer


def ensure_customer(account_id: int) -> str:
    """The provider's id of the account; made with the key `cus-<uuid>` when there is none yet."""
    if in_transaction():
        raise RuntimeError("a provider is called with no transaction open")
    ref, key, email = _customer(account_id)
    if ref is not None:
        return ref
    made = gateway().create_customer(account_id, email, f"cus-{key}")
    return _note_customer(account_id, made)


@command
def _customer(account_id: int) -> tuple[str | None, str, str]:
    customer = lock_customer(account_id)
    email = scalar("SELECT email FROM account WHERE id = :id", id=account_id)
    return customer.provider_ref, str(customer.uuid), str(email)


@command
def _note_customer(account_id: int, ref: str) -> str:
    customer = lock_customer(account_id)
    customer.provider_ref = customer.provider_ref or ref
    return customer.provider_ref


def customer_ref_of(account_id: int) -> str | None:
    """The provider's id of an account, None when it has none."""
    return db.session.scalar(  # type: ignore[no-any-return]
        select(ProviderCustomer.provider_ref).where(ProviderCustomer.account_id == account_id)
    )
