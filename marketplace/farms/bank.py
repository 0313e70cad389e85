"""Where a farm's money goes: its bank account, and its account at the payment provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from marketplace.events.facts import BankAccountChanged
from marketplace.events.outbox import publish
from marketplace.kernel.database import command, execute, rows
from marketplace.kernel.errors import Invalid
from marketplace.kernel.plain_text import one_line
from marketplace.kernel.words import N_

LONGEST_HOLDER = 70  # what a SEPA file carries (pain.001, Max70Text)


@dataclass(frozen=True)
class BankAccount:
    """`is_first`: the farm never had another one; then no cooling-off holds, but the run flags it (DECISIONS 23)."""

    id: int
    iban: str
    holder: str
    created_at: datetime
    is_first: bool


@dataclass(frozen=True)
class ConnectedAccount:
    """`enabled`: the provider lets it be paid."""

    provider_ref: str
    enabled: bool


def bank_account(farm_id: int) -> BankAccount | None:
    """The account in force: the newest that is not ended."""
    found = rows(
        """
        SELECT id, iban, holder, created_at,
               NOT EXISTS (SELECT 1 FROM farm_bank_account e WHERE e.farm_id = b.farm_id AND e.id < b.id) AS is_first
        FROM farm_bank_account b WHERE farm_id = :farm_id AND ended_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT 1
        """,
        farm_id=farm_id,
    )
    return BankAccount(**found[0]._mapping) if found else None


def is_iban(text: str) -> bool:
    """Country, length and check digits of an IBAN without spaces (ISO 13616), where SEPA transfers go."""
    from schwifty import IBAN  # knows 20,000 banks: only where an account is written down

    found = IBAN(text, allow_invalid=True) if text.isascii() else None
    return bool(found is not None and found.is_valid and found.in_sepa_zone)


def bank_of(iban: str) -> str:
    """The name of the bank behind an IBAN, "" when it is not known."""
    from schwifty import IBAN

    return str(IBAN(iban, allow_invalid=True).bank_name or "") if is_iban(iban) else ""


@command
def change_bank_account(farm_id: int, iban: str, holder: str) -> int:
    """The farm's money goes there from now on; the old account ends. Refuses an IBAN with wrong check digits."""
    compact = iban.replace(" ", "").upper()
    if not is_iban(compact):
        raise Invalid({"iban": N_("Diese IBAN stimmt nicht. Bitte prüfen Sie jede Ziffer.")})
    name = one_line(holder)
    if not 1 <= len(name) <= LONGEST_HOLDER:
        raise Invalid({"holder": N_("Bitte geben Sie an, wem das Konto gehört.")})
    rows("SELECT 1 FROM farm WHERE id = :farm_id FOR NO KEY UPDATE", farm_id=farm_id)
    before = bank_account(farm_id)
    execute("UPDATE farm_bank_account SET ended_at = app_now() WHERE farm_id = :id AND ended_at IS NULL", id=farm_id)
    made = rows(
        "INSERT INTO farm_bank_account (farm_id, iban, holder) VALUES (:farm_id, :iban, :holder) RETURNING id",
        farm_id=farm_id,
        iban=compact,
        holder=name,
    )
    if before is not None:
        publish(BankAccountChanged(int(made[0].id)))
    return int(made[0].id)


def connected_account(farm_id: int) -> ConnectedAccount | None:
    """The farm's account at the payment provider, None while it has none."""
    found = rows("SELECT provider_ref, enabled FROM farm_connected_account WHERE farm_id = :id", id=farm_id)
    return ConnectedAccount(**found[0]._mapping) if found else None


@command
def note_connected_account(farm_id: int, provider_ref: str, enabled: bool) -> None:
    """What the provider says of the farm's account; the latest word holds."""
    execute(
        """
        INSERT INTO farm_connected_account (farm_id, provider_ref, enabled) VALUES (:farm_id, :ref, :enabled)
        ON CONFLICT (farm_id) DO UPDATE SET provider_ref = excluded.provider_ref, enabled = excluded.enabled
        """,
        farm_id=farm_id,
        ref=provider_ref,
        enabled=enabled,
    )
