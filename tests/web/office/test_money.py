"""Money that needs a person: the comparison with the provider, disputes, parked work, what the search finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.farms.bank import note_connected_account
from marketplace.kernel.database import execute, rows, scalar, transaction
from tests.payouts.scene import Scene
from tests.web.page_client import PageClient


@pytest.fixture
def order(app: Flask, scene: Scene) -> Any:
    with app.app_context():
        made = scene.sell(("kale", 1000, 0), ("milk", 2040, 150))
        scene.refund(made, "kale", 300)
        return type("Sold", (), {"id": made.id, "number": made.number})


def disputed(app: Flask, scene: Scene, order: Any, *, state: str = "needs_response", days: int = 5) -> None:
    with app.app_context(), transaction():
        execute(
            "INSERT INTO dispute (provider_ref, market_id, order_id, payment_id, charge_ref, amount_cents, reason,"
            " state, evidence_due_by, borne_by, opened_at) SELECT 'dp_' || p.id || :state, p.market_id, p.order_id,"
            " p.id, p.charge_ref, 3040, 'fraudulent', :state, app_now() + make_interval(days => :days), 'market',"
            " app_now()"
            " FROM payment p WHERE p.order_id = :id",
            id=order.id,
            state=state,
            days=days,
        )


def compared(app: Flask, scene: Scene, **lists: Any) -> None:
    """A comparison that is over, with one cent unexplained of the scene's market."""
    result = {"missing_in_ledger": [], "missing_at_provider": [], "differs": [], "repaired": [], "orders": [], **lists}
    with app.app_context(), transaction():
        execute(
            "INSERT INTO reconciliation (since, finished_at, result, unexplained) VALUES (clock_timestamp(),"
            " clock_timestamp(), CAST(:result AS jsonb), CAST(:cents AS jsonb))",
            result=json.dumps(result),
            cents=json.dumps({str(scene.market): 1}),
        )


def finding(ref: str, market: int | None) -> dict[str, Any]:
    return {
        "id": ref,
        "balance_transactions": ["txn_1"],
        "provider_cents": 900,
        "ledger_cents": 899,
        "market": None if market is None else str(market),
    }


def test_green_until_something_is_wrong(app: Flask, scene: Scene, order: Any, ruth: PageClient) -> None:
    page = ruth.get("/leitung/geld")
    assert "Noch nie abgeglichen." in page.text and "Keine Reklamation ist offen." in page.text
    compared(
        app,
        scene,
        differs=[finding("ch_ours", scene.market), finding("ch_theirs", scene.market + 1), finding("ch_nobody", None)],
        orders=[{"id": "pi_1", "order": order.number, "problem": "not_captured"}],
        repaired=[f"ch_{order.number}", "ch_of_others"],
    )
    page = ruth.get("/leitung/geld")
    assert "0,01 € sind unerklärt." in page.text and "ch_ours" in page.text and "ch_nobody" in page.text
    assert "ch_theirs" not in page.text and "ch_of_others" not in page.text
    assert "Gepackt, aber nicht eingezogen" in page.text and "1 Sache hat der Abgleich" in page.text
    front = ruth.get("/leitung/")
    assert "Bücher weichen ab: +0,01 €" in front.text and "Zuletzt abgeglichen: heute" in front.text


def test_a_comparison_on_demand(
    app: Flask, scene: Scene, ruth: PageClient, bernd: PageClient, stranger: PageClient
) -> None:
    assert bernd.get("/leitung/geld").all("compare") == []
    bernd.post("/leitung/geld/abgleichen", {}, status=403)
    ruth.get("/leitung/geld")
    page = ruth.press("compare")
    assert "Abgleich beauftragt" in page.text and page.all("compare") == []
    ruth.post("/leitung/geld/abgleichen", {})
    with app.app_context():
        assert len(rows("SELECT 1 FROM fact WHERE kind = 'ReconciliationWanted'")) == 1
    with app.app_context(), transaction():
        execute("UPDATE fact SET fanned_out_at = clock_timestamp()")
    assert len(ruth.get("/leitung/geld").all("compare")) == 1


def test_disputes_by_deadline(app: Flask, scene: Scene, order: Any, ruth: PageClient, stranger: PageClient) -> None:
    disputed(app, scene, order, days=5)
    disputed(app, scene, order, state="warning", days=2)
    disputed(app, scene, order, state="under_review", days=1)
    text = ruth.get("/leitung/geld").text
    assert text.index("wird geprüft") < text.index("Rückfrage") < text.index("braucht eine Antwort")
    front = ruth.get("/leitung/")
    assert front.h1 == "2 Dinge brauchen Sie"
    assert f"Reklamation: {order.number}, 30,40 €" in front.text and "Antwort nötig bis" in front.text
    assert order.number not in stranger.get("/leitung/geld").text
    assert stranger.get("/leitung/").h1 == "Alles läuft"
    page = ruth.get(f"/leitung/bestellungen/{order.number}")
    assert "Reklamation bei der Bank eröffnet" in page.text and "Betrug" in page.text


def test_a_dispute_whose_deadline_is_over_says_so(app: Flask, scene: Scene, order: Any, ruth: PageClient) -> None:
    disputed(app, scene, order, days=-1)
    assert "verstrichen" in ruth.get("/leitung/geld").text
    assert "Die Frist ist abgelaufen: " in ruth.get("/leitung/").text


def test_the_providers_numbers_are_found(
    app: Flask, scene: Scene, order: Any, ruth: PageClient, stranger: PageClient
) -> None:
    disputed(app, scene, order)
    with app.app_context(), transaction():
        execute("UPDATE payment SET session_ref = 'cs_test_1' WHERE order_id = :id", id=order.id)
        refund = scalar("SELECT provider_ref FROM refund")
        dispute = scalar("SELECT provider_ref FROM dispute")
        execute(
            "INSERT INTO payout_run (id, market_id, until, state, created_by, approved_by)"
            " VALUES (900, :m, '2026-01-01', 'paid', :a, :b)",
            m=scene.market,
            a=scene.operator,
            b=scene.approver,
        )
        execute(
            "INSERT INTO statement (id, run_id, farm_id, market_id, state, gross_cents, refunds_cents, fees_cents,"
            " fees_vat_cents, deposits_cents, corrections_cents, carried_cents, payout_cents, paid_by, provider_ref)"
            " VALUES (900, 900, :f, :m, 'paid', 700, 0, 0, 0, 0, 0, 0, 700, 'transfer', 'tr_77')",
            f=scene.farm("field"),
            m=scene.market,
        )
        execute(
            "INSERT INTO payout_line (run_id, statement_id, farm_id, ledger_entry_id, amount_cents)"
            " SELECT 900, 900, farm_id, id, -amount_cents FROM ledger_entry WHERE farm_id = :f AND order_id = :o",
            f=scene.farm("field"),
            o=order.id,
        )
    for ref in (f"pi_{order.number}", f"ch_{order.number}", "cs_test_1", refund, dispute, "tr_77"):
        assert order.number in ruth.get(f"/leitung/bestellungen?suche={ref}").text, ref
        assert order.number not in stranger.get(f"/leitung/bestellungen?suche={ref}").text, ref
        assert order.number not in ruth.get(f"/leitung/bestellungen?suche={ref[:-1]}").text, ref
    page = ruth.get(f"/leitung/bestellungen/{order.number}")
    assert "An Hof field ausgezahlt" in page.text and "tr_77" in page.text
    assert "„Druckstelle“ · trägt der Hof" in page.text and refund in page.text


def test_a_refund_that_came_back_waits_until_another_is_made(
    app: Flask, scene: Scene, order: Any, ruth: PageClient
) -> None:
    with app.app_context(), transaction():
        execute("UPDATE refund SET state = 'failed', last_error = provider_ref || ': failed'")
    front = ruth.get("/leitung/")
    assert f"Erstattung kam zurück: {order.number}, 3,00 €" in front.text
    assert "Die Bank hat das Geld nicht angenommen" in front.text
    with app.app_context(), transaction():
        execute(
            "INSERT INTO refund (order_id, payment_id, amount_cents, borne_by)"
            " SELECT order_id, payment_id, amount_cents, borne_by FROM refund"
        )
    assert ruth.get("/leitung/").h1 == "Alles läuft"


def test_an_account_that_was_stopped(app: Flask, scene: Scene, order: Any, ruth: PageClient) -> None:
    farm = scene.farm("field")
    assert "gesperrt" not in ruth.get("/leitung/hofkonten").text
    with app.app_context():
        ref = scalar("SELECT provider_ref FROM farm_connected_account WHERE farm_id = :id", id=farm)
        note_connected_account(farm, ref, enabled=False)
    front = ruth.get("/leitung/")
    assert "Konto gesperrt: Hof field" in front.text and "7,00 €" in front.text
    page = ruth.get("/leitung/hofkonten")
    assert "gesperrt" in page.text and ref in page.text


def test_an_account_that_never_began_is_no_exception(app: Flask, scene: Scene, ruth: PageClient) -> None:
    with app.app_context():
        with transaction():
            farms = [
                rows(
                    "INSERT INTO farm (market_id, code, slug, name, email, town)"
                    " VALUES (:m, :name, :name, :name, 'x@example.org', 'Nottuln') RETURNING id",
                    m=scene.market,
                    name=name,
                )[0].id
                for name in ("neu", "ohne")
            ]
        note_connected_account(farms[0], "acct_new", enabled=False)
    assert ruth.get("/leitung/").h1 == "Alles läuft"
    text = ruth.get("/leitung/hofkonten").text
    assert "noch nicht freigeschaltet" in text and "kein Konto, SEPA" in text and "gesperrt" not in text


def parked(app: Flask, fact: str, payload: dict[str, Any], consumer: str, error: str) -> None:
    with app.app_context(), transaction():
        execute(
            "WITH f AS (INSERT INTO fact (kind, payload, fanned_out_at) VALUES (:kind, CAST(:payload AS jsonb),"
            " clock_timestamp()) RETURNING id) INSERT INTO delivery (fact_id, consumer, state, last_error, attempts)"
            " SELECT id, :consumer, 'parked', :error, 3 FROM f",
            kind=fact,
            payload=json.dumps(payload),
            consumer=consumer,
            error=error,
        )


def states(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {row.state: row.n for row in rows("SELECT state, count(*) AS n FROM delivery GROUP BY state")}


def test_parked_work_in_plain_words_and_again(
    app: Flask, scene: Scene, order: Any, ruth: PageClient, stranger: PageClient
) -> None:
    with app.app_context():
        refund = scalar("SELECT id FROM refund")
    for _ in range(2):
        parked(app, "RefundWanted", {"refund_id": refund}, "payments.refund", "Charge ch_1 has already been refunded.")
    parked(app, "OrderReady", {"order_id": order.id}, "notifications.compose", "Etwas ganz Neues")
    page = ruth.get("/leitung/zustellungen")
    assert f"Erstattung beim Anbieter: {order.number}" in page.text
    assert "Beim Zahlungsanbieter ist das Geld schon ganz zurückgegangen." in page.text and "3 Versuche" in page.text
    assert "Gemeldet wurde: „Etwas ganz Neues“" in page.text
    assert order.number not in stranger.get("/leitung/zustellungen").text
    stranger.post("/leitung/zustellungen/alle-nochmal", {"consumer": "payments.refund"})
    assert states(app) == {"parked": 3}
    assert "Hängt: Erstattung beim Anbieter" in ruth.get(f"/leitung/bestellungen/{order.number}").text
    ruth.get("/leitung/zustellungen")
    page = ruth.press("retry-all")
    assert "2 Aufträge laufen noch einmal." in page.text
    assert states(app) == {"parked": 1, "waiting": 2}
    ruth.press("retry")
    assert states(app) == {"waiting": 3}


def test_a_parked_message_of_the_provider_is_of_its_market(
    app: Flask, scene: Scene, order: Any, ruth: PageClient, stranger: PageClient
) -> None:
    body = {"data": {"object": {"id": "re_x", "payment_intent": f"pi_{order.number}"}}}
    with app.app_context(), transaction():
        inbox = rows(
            "INSERT INTO inbox_event (event_id, type, body) VALUES ('evt_1', 'refund.updated', :body) RETURNING id",
            body=json.dumps(body).encode(),
        )[0].id
    parked(app, "WebhookStored", {"inbox_id": inbox}, "payments.hear", "timeout")
    page = ruth.get("/leitung/zustellungen")
    assert f"Nachricht des Zahlungsanbieters: {order.number}" in page.text
    assert "Der Zahlungsanbieter hat nicht geantwortet." in page.text
    assert "Nachricht des Zahlungsanbieters" not in stranger.get("/leitung/zustellungen").text


def test_an_approver_looks_and_does_not_retry(app: Flask, scene: Scene, order: Any, bernd: PageClient) -> None:
    parked(app, "OrderReady", {"order_id": order.id}, "notifications.compose", "x")
    assert bernd.get("/leitung/zustellungen").all("retry") == []
    bernd.post("/leitung/zustellungen/alle-nochmal", {"consumer": "notifications.compose"}, status=403)
    assert states(app) == {"parked": 1}


@pytest.mark.parametrize("path", ["/leitung/geld", "/leitung/hofkonten", "/leitung/einstellungen"])
def test_nobody_enters_without_a_role(
    app: Flask, scene: Scene, path: str, enter: Callable[..., PageClient]
) -> None:
    assert app.test_client().get(path).status_code == 303
