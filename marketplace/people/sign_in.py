"""Signing in with address and password. Whoever is unknown costs as much work, and hears the same."""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.kernel.database import command, execute, release_reads, rows
from marketplace.kernel.emails import address_key
from marketplace.kernel.errors import Invalid
from marketplace.kernel.rate_limits import forgive, hit
from marketplace.kernel.words import N_
from marketplace.people.passwords import check_password, hash_password, is_outdated
from marketplace.people.person import PRIVILEGED

WINDOW_S = 900
# Wrong tries: of an account from one address, of an account from anywhere, of an address. The second is generous:
# whoever knows an e-mail address must not keep its owner out.
BY_BOTH, BY_ACCOUNT, BY_ADDRESS = 10, 100, 100
LONGEST_TEXT = 512


class LacksSecondFactor(Invalid):
    """The password is right, but the role asks for a second factor and none is set up."""


@dataclass(frozen=True)
class Known:
    """Whose password it was. `needs_code`: the second factor is still to be given."""

    account_id: int
    needs_code: bool


def check_sign_in(email: str, password: str, address: str) -> Known:
    """Who this is. Invalid when address or password is wrong, without saying which; TooMany after ten wrong tries.

    `address`: where the request came from; counted by itself too, more generously, for a village shares one.
    """
    key, whole = address_key(email[:320]), password[:LONGEST_TEXT]
    tries = {
        f"sign-in:{address}:{key}": BY_BOTH,
        f"sign-in-of:{key}": BY_ACCOUNT,
        f"sign-in-from:{address}": BY_ADDRESS,
    }
    for name, allowed in tries.items():
        hit(name, WINDOW_S, allowed)
    found = _find(key)
    release_reads()  # hashing takes its time, and the connection may serve others meanwhile
    right = check_password(whole, found.password_hash if found else None)
    if found is None or not right:
        raise Invalid({"email": N_("E-Mail-Adresse und Passwort passen nicht zusammen.")})
    for name in tries:
        forgive(name, WINDOW_S)
    if found.privileged and not found.has_secret:
        raise LacksSecondFactor(
            {"email": N_("Für diese Rolle fehlt Ihnen der zweite Faktor. Bitte lassen Sie ihn einrichten.")}
        )
    if is_outdated(found.password_hash):
        _hash_anew(found.id, whole)
    return Known(found.id, needs_code=found.has_secret)


@dataclass(frozen=True)
class _Found:
    id: int
    password_hash: str
    has_secret: bool
    privileged: bool


def _find(key: str) -> _Found | None:
    found = rows(
        "SELECT a.id, a.password_hash, a.totp_secret IS NOT NULL AS has_secret, EXISTS (SELECT 1 FROM membership m"
        " WHERE m.account_id = a.id AND m.role = ANY(:privileged)) AS privileged"
        " FROM account a WHERE a.email_key = :key AND a.disabled_at IS NULL AND a.password_hash IS NOT NULL",
        key=key.replace("\0", ""),
        privileged=sorted(PRIVILEGED),
    )
    return _Found(**found[0]._mapping) if found else None


@command
def _hash_anew(account_id: int, password: str) -> None:
    execute("UPDATE account SET password_hash = :hash WHERE id = :id", hash=hash_password(password), id=account_id)
