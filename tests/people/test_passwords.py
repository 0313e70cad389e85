"""Passwords: hashed slowly, checked with the same work for everybody, refused when they are no good."""

from __future__ import annotations

import pytest

from marketplace.kernel.errors import Invalid
from marketplace.people import passwords


def test_a_hash_is_argon2id_with_19_mebibytes() -> None:
    stored = passwords.hash_password("Grünkohl und Pinkel")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.check_password("Grünkohl und Pinkel", stored)
    assert not passwords.check_password("Grünkohl", stored)
    assert not passwords.is_outdated(stored)


def test_unknown_people_cost_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    hasher = passwords._hasher

    class Watched:
        def verify(self, stored: str, password: str) -> bool:
            seen.append(stored.split("$")[3])
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    assert not passwords.check_password("irgendetwas", None)
    assert not passwords.check_password("irgendetwas", hasher.hash("anderes"))
    assert seen == ["m=19456,t=2,p=1"] * 2


@pytest.mark.parametrize("password", ["kurz", "x" * 129, "aaaaaaaaaa", "lisa@example.org"])
def test_refused(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.check_new_password(password, "lisa@example.org")


def test_a_broken_hash_lets_nobody_in() -> None:
    assert not passwords.check_password("irgendetwas", "kein Hash")
