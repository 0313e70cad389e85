"""Passwords: argon2id with 19 MiB, two passes, one lane (OWASP's floor), and the same work for unknown people."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_, Words

SHORTEST = 8
LONGEST = 128

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Somebody whom we do not know costs as much as somebody whom we do: a hash of nothing that anybody typed.
_NOBODY = _hasher.hash("nobody's password, checked when there is no account")


def hash_password(password: str) -> str:
    """The hash that is stored; it carries its own salt and parameters."""
    return _hasher.hash(password)


def check_password(password: str, stored: str | None) -> bool:
    """Is it the password? Without a stored hash the same work is done, and the answer is no."""
    try:
        right = _hasher.verify(stored or _NOBODY, password[: LONGEST * 4])
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None


def is_outdated(stored: str) -> bool:
    """Was it hashed with other than today's parameters? Then it is hashed anew at the next sign-in."""
    return _hasher.check_needs_rehash(stored)


def check_new_password(password: str, email: str = "") -> None:
    """Refuses what is too short or too long, or the address itself. No rules about kinds of characters (NIST)."""
    problem: Words | None = None
    if len(password) < SHORTEST:
        problem = Words(N_("Das Passwort braucht mindestens %(least)s Zeichen."), {"least": SHORTEST})
    elif len(password) > LONGEST:
        problem = Words(N_("Das Passwort darf höchstens %(most)s Zeichen haben."), {"most": LONGEST})
    elif len(set(password)) < 4 or password.casefold() == email.casefold():
        problem = Words(N_("Dieses Passwort ist zu leicht zu erraten."))
    if problem:
        raise Invalid({"password": problem})
