"""What machines ask."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.kernel import installation
from marketplace.kernel.database import execute, transaction
from marketplace.web import metrics
from tests.factories.visitors import Statements


def test_alive(app: Flask, client: FlaskClient) -> None:
    with Statements(app) as statements:
        answer = client.get("/healthz")
    assert answer.status_code == 200 and answer.json == {"status": "ok"} and not statements.sent
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    assert answer.json == {
        "status": "ready", "database": "ok", "migrations": "ok", "broker": "ok", "missing": [],
    }  # fmt: skip


def test_without_a_broker_the_shop_sells(client: FlaskClient, settings: Any) -> None:
    installation.use(replace(settings, redis_url="redis://127.0.0.1:9/0"))
    try:
        answer = client.get("/readyz")
    finally:
        installation.use(settings)
    assert answer.status_code == 200 and answer.json["broker"] == "missing" and answer.json["status"] == "ready"


def test_an_old_database_is_not_ready(app: Flask, client: FlaskClient, cleaner: Any) -> None:
    newest = cleaner.connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    try:
        cleaner.connection.execute("UPDATE alembic_version SET version_num = '0001'")
        answer = client.get("/readyz")
        assert answer.status_code == 503 and answer.json["missing"] == ["migrations"]
        cleaner.connection.execute("UPDATE alembic_version SET version_num = 'newer'")
        assert client.get("/readyz").status_code == 200  # a release has gone ahead of this process
    finally:
        cleaner.connection.execute("UPDATE alembic_version SET version_num = %s", [newest])


def test_figures(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction():
        execute("INSERT INTO fact (kind, payload) VALUES ('OrderPlaced', '{}')")
        execute("INSERT INTO inbox_event (event_id, type, body) VALUES ('evt_1', 'x', '')")
        execute("INSERT INTO heartbeat (process, at) VALUES ('worker', clock_timestamp() - interval '9 seconds')")
    client.get("/healthz")
    figures = client.get("/metrics").get_data(as_text=True)
    assert "marketplace_outbox_facts_waiting 1.0" in figures and "marketplace_webhooks_received 1.0" in figures
    for name in (*metrics.HELP, "marketplace_request_seconds_bucket"):
        if not name.endswith(("_orders_by_state", "_circuit_changes", "_reconciliation_age_seconds")):
            assert re.search(rf"^{name}[ {{]", figures, re.M), name
    assert re.search(r'^marketplace_process_quiet_seconds{process="worker"} [9]', figures, re.M)
    assert 'route="/healthz"' in figures


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "2001:db8::1", ""])
def test_figures_are_for_this_machine(client: FlaskClient, address: str) -> None:
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}).status_code == 404


def test_a_proxy_on_this_machine_is_not_this_machine(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_or_for_who_has_the_token(client: FlaskClient, settings: Any) -> None:
    installation.use(replace(settings, metrics_token="0123456789abcdef"))
    away = {"REMOTE_ADDR": "192.0.2.7"}
    try:
        for sent, status in (("Bearer 0123456789abcdef", 200), ("Bearer falsch", 404), ("Bearer ", 404), ("", 404)):
            answer = client.get("/metrics", headers={"Authorization": sent}, environ_overrides=away)
            assert answer.status_code == status, sent
    finally:
        installation.use(settings)


def test_unexplained_cents_are_a_warning(app: Flask, client: FlaskClient) -> None:
    """The shop goes on; somebody has to look, and payouts are locked."""
    with app.app_context(), transaction():
        execute(
            "INSERT INTO reconciliation (finished_at, since, result, unexplained)"
            """ VALUES (clock_timestamp(), clock_timestamp(), '{}', '{"1": 7, "": 5}')"""
        )
    answer = client.get("/readyz")
    assert answer.status_code == 200 and answer.json["warnings"] == ["reconciliation"]
    figures = client.get("/metrics").get_data(as_text=True)
    assert "marketplace_reconciliation_unexplained_cents 12.0" in figures
    assert "marketplace_reconciliation_age_seconds" in figures
