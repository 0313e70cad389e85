"""Signed-in browsers: rows, of which the cookie holds only an unguessable token. Times are the machine's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.ids import new_token, token_hash
from marketplace.people.person import Person

# How exactly idleness is known: not every page writes.
SEEN_EVERY = timedelta(minutes=1)
LONGEST_DEVICE = 200


@dataclass(frozen=True)
class SignInView:
    """A browser as its owner sees it."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    device: str


@dataclass(frozen=True)
class HalfSignIn:
    """The password was right, the code is still to come."""

    sign_in_id: int
    account_id: int


@command
def begin(account_id: int, *, second_factor: bool, address: str = "", device: str = "") -> str:
    """Signs a browser in; the token for its cookie."""
    token = new_token()
    execute(
        "INSERT INTO sign_in (account_id, token_hash, stepped_up_at, address, device)"
        " VALUES (:account, :hash, CASE WHEN :stepped THEN clock_timestamp() END, :address, :device)",
        account=account_id,
        hash=token_hash(token),
        stepped=second_factor,
        address=address[:64],
        device="".join(letter for letter in device if letter.isprintable())[:LONGEST_DEVICE],
    )
    return token


@command
def step_up(sign_in_id: int) -> str:
    """The second factor was given: a new token for the cookie; the old one is worth nothing any more."""
    token = new_token()
    execute(
        "UPDATE sign_in SET token_hash = :hash, stepped_up_at = clock_timestamp(), seen_at = clock_timestamp()"
        " WHERE id = :id AND ended_at IS NULL",
        hash=token_hash(token),
        id=sign_in_id,
    )
    return token


def half(token: str) -> HalfSignIn | None:
    """A sign-in that still waits for its second factor, for ten minutes; None for anything else."""
    found = rows(
        "SELECT s.id AS sign_in_id, s.account_id FROM sign_in s JOIN account a ON a.id = s.account_id"
        " WHERE s.token_hash = :hash AND s.stepped_up_at IS NULL AND s.ended_at IS NULL AND a.disabled_at IS NULL"
        " AND s.created_at > clock_timestamp() - interval '10 minutes'",
        hash=token_hash(token),
    )
    return HalfSignIn(**found[0]._mapping) if found else None


def seen(person: Person) -> None:
    """Notes that the browser is in use, at most once a minute."""
    if person.seen_at is None or person.read_at is None or person.read_at - person.seen_at < SEEN_EVERY:
        return
    _seen(person.sign_in_id)


@command
def _seen(sign_in_id: int | None) -> None:
    execute("UPDATE sign_in SET seen_at = clock_timestamp() WHERE id = :id AND ended_at IS NULL", id=sign_in_id)


@command
def end(account_id: int, sign_in_id: int) -> bool:
    """Ends one of the account's sign-ins, from its next request on. False when there is none such."""
    return (
        execute(
            "UPDATE sign_in SET ended_at = clock_timestamp()"
            " WHERE id = :id AND account_id = :account AND ended_at IS NULL",
            id=sign_in_id,
            account=account_id,
        )
        > 0
    )


@command
def end_all(account_id: int, *, but: int | None = None) -> int:
    """Ends all sign-ins of the account (but one); how many."""
    return execute(
        "UPDATE sign_in SET ended_at = clock_timestamp() WHERE account_id = :account AND ended_at IS NULL"
        " AND id IS DISTINCT FROM CAST(:but AS bigint)",
        account=account_id,
        but=but,
    )


def of_account(account_id: int) -> list[SignInView]:
    """The browsers that are signed in, the last used first."""
    found = rows(
        "SELECT id, created_at, seen_at, address, device FROM sign_in"
        " WHERE account_id = :account AND ended_at IS NULL AND seen_at > clock_timestamp() - interval '14 days'"
        " AND created_at > clock_timestamp() - interval '90 days' ORDER BY seen_at DESC, id DESC LIMIT 50",
        account=account_id,
    )
    return [SignInView(**row._mapping) for row in found]

