"""Codes of the app: each good once, a step of drift, and few guesses."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask

from marketplace.kernel.errors import Invalid, TooMany
from marketplace.people.second_factor import ALLOWED, app_uri, check_code, new_secret
from tests.factories.visitors import SECRET, account

MOMENT = 1_790_000_010


@pytest.fixture
def someone(app: Flask, db: Any) -> int:
    return account(app, second_factor=True)


def code(off: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(MOMENT + off)


def test_a_code_is_good_once(someone: int) -> None:
    with time_machine.travel(MOMENT, tick=False):
        check_code(someone, code()[:3] + " " + code()[3:])
        with pytest.raises(Invalid):
            check_code(someone, code())


def test_one_step_of_drift_and_never_back(someone: int) -> None:
    with time_machine.travel(MOMENT, tick=False):
        with pytest.raises(Invalid):
            check_code(someone, code(60))
        check_code(someone, code(30))
        for old in (code(), code(-30)):
            with pytest.raises(Invalid):
                check_code(someone, old)


@pytest.mark.parametrize("typed", ["", "000000", "12345", "abcdef", "١٢٣٤٥٦", "1" * 500])
def test_wrong_codes(someone: int, typed: str) -> None:
    with time_machine.travel(MOMENT, tick=False), pytest.raises(Invalid):
        check_code(someone, typed)


def test_guesses_are_few(someone: int) -> None:
    with time_machine.travel(MOMENT, tick=False):
        for _ in range(ALLOWED):
            with pytest.raises(Invalid):
                check_code(someone, "000000")
        with pytest.raises(TooMany) as refused:
            check_code(someone, code())
        assert 0 < refused.value.retry_after <= 300


def test_without_a_secret_no_code_fits(app: Flask, db: Any) -> None:
    with pytest.raises(Invalid):
        check_code(account(app, email="ohne@example.org"), "000000")


def test_what_the_app_reads() -> None:
    secret = new_secret()
    assert len(secret) >= 32 and secret in app_uri(secret, "lisa@example.org")
