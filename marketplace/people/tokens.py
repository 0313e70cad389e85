"""Bearer tokens of the API: made on the command line, shown once, stored as a hash. The machine's clock."""

from __future__ import annotations

from datetime import timedelta

from marketplace.kernel.database import command, execute
from marketplace.kernel.errors import Invalid
from marketplace.kernel.ids import new_token, token_hash
from marketplace.kernel.words import N_
from marketplace.people.person import Person

LONGEST_DAYS = 365
USED_EVERY = timedelta(minutes=10)


@command
def create_token(account_id: int, days: int = 30) -> str:
    """A new token of the account, valid for `days` (1–365). It counts as a fresh second factor."""
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid({"days": N_("Ein Token gilt 1 bis 365 Tage.")})
    token = new_token()
    execute(
        "INSERT INTO api_token (account_id, token_hash, expires_at)"
        " VALUES (:account, :hash, clock_timestamp() + make_interval(days => CAST(:days AS integer)))",
        account=account_id,
        hash=token_hash(token),
        days=days,
    )
    return token


def used(person: Person) -> None:
    """Notes that the token is in use, at most every ten minutes."""
    if person.seen_at is None or (person.read_at and person.read_at - person.seen_at >= USED_EVERY):
        _used(person.token_id)


@command
def _used(token_id: int | None) -> None:
    execute("UPDATE api_token SET used_at = clock_timestamp() WHERE id = :id", id=token_id)
