"""Whose basket it is: an account's, else that of the token in the visitor's cookie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marketplace.kernel.database import rows
from marketplace.kernel.ids import token_hash


@dataclass(frozen=True)
class Owner:
    """`account_id` wins over `token`; neither means that there is no basket yet."""

    token: str | None = None
    account_id: int | None = None

    @property
    def values(self) -> dict[str, Any]:
        """Bound values for a statement: the account, or the hash of the token, never both."""
        hashed = token_hash(self.token) if self.token and self.account_id is None else None
        return {"account_id": self.account_id, "token_hash": hashed}

    @property
    def is_known(self) -> bool:
        return self.account_id is not None or bool(self.token)


# A basket that an account has taken over is not found by its old token any more.
IS_OWN = """(b.account_id = CAST(:account_id AS bigint)
             OR (b.account_id IS NULL AND b.token_hash = CAST(:token_hash AS bytea)))"""


def find_basket(owner: Owner) -> int | None:
    """The id of the owner's basket, None while there is none."""
    if not owner.is_known:
        return None
    found = rows("SELECT b.id FROM basket b WHERE " + IS_OWN, **owner.values)  # noqa: S608 - constants
    return int(found[0].id) if found else None


def open_basket(owner: Owner) -> int:
    """The id of the owner's basket, made when there is none; locked until the end of the transaction."""
    if not owner.is_known:
        raise ValueError("a basket needs an owner")
    column = "account_id" if owner.account_id is not None else "token_hash"
    made = rows(
        f"""
        INSERT INTO basket ({column}) VALUES (:owner)
        ON CONFLICT ({column}) DO UPDATE SET changed_at = clock_timestamp() RETURNING id
        """,  # noqa: S608 - one of two columns
        owner=owner.values[column],
    )
    return int(made[0].id)
