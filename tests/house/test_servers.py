"""The ground the tests stand on: real servers, clean databases, no network."""

from __future__ import annotations

import socket

import psycopg
import pytest

from tests.cleaning import Cleaner
from tests.network_guard import NetworkIsOff
from tests.servers import Servers

SHIFT = "INSERT INTO clock_shift VALUES (1, interval '1 hour')"


def test_the_application_logs_in_without_rights_of_its_own(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT count(*) FROM contract.orders")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT count(*) FROM public.orders")
        connection.execute("SET ROLE marketplace_app")
        connection.execute("SELECT count(*) FROM public.orders")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT count(*) FROM contract.orders")


def test_the_owner_is_no_superuser(owner_url: str) -> None:
    with psycopg.connect(owner_url) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert rights == (False, False, True)


def test_cleaning_empties_and_restores(cleaner: Cleaner, owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        before = connection.execute("SELECT * FROM state_transition ORDER BY 1, 2, 3").fetchall()
        connection.execute("DELETE FROM state_transition")
        connection.execute(SHIFT)
        cleaner.clean()
        assert connection.execute("SELECT * FROM state_transition ORDER BY 1, 2, 3").fetchall() == before
        assert connection.execute("SELECT count(*) FROM clock_shift").fetchone() == (0,)
    assert before


def test_unfinished_work_is_seen_and_cut_off(cleaner: Cleaner, owner_url: str) -> None:
    connection = psycopg.connect(owner_url)
    connection.execute(SHIFT)
    assert cleaner.unfinished() == [SHIFT]
    assert len(cleaner.clean()) == 1
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()


def test_the_broker_answers(servers: Servers) -> None:
    assert servers.broker.is_ready()


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_other_hosts_are_out_of_reach(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as outside, pytest.raises(NetworkIsOff):
        outside.connect(address)


def test_other_names_are_not_looked_up() -> None:
    with pytest.raises(NetworkIsOff):
        socket.getaddrinfo("example.org", 443)
