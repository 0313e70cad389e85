"""The office's and the farms' calls about money, exactly as INTERFACE.md spells them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from marketplace.kernel.database import execute, rows, transaction
from marketplace.payouts.transfer import pay_statement
from marketplace.people.models import Account, Membership
from marketplace.people.tokens import create_token
from tests.payouts.scene import Scene, today

FAR = "2199-12-31"  # all that is due, whenever the tests run

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def call(app: Flask, scene: Scene) -> Callable[[int], Call]:
    """Calls the API as an account."""

    def caller(account_id: int) -> Call:
        with app.app_context():
            headers = {"Authorization": f"Bearer {create_token(account_id)}"}

        def send(method: str, path: str, json: Any = None, **more: str) -> tuple[int, Any]:
            answer = app.test_client().open(f"/api/v1{path}", method=method, json=json, headers={**headers, **more})
            return answer.status_code, answer.get_json(silent=True)

        return send

    return caller


@pytest.fixture
def ruth_calls(call: Callable[[int], Call], scene: Scene) -> Call:
    return call(scene.operator)


@pytest.fixture
def bernd_calls(call: Callable[[int], Call], scene: Scene) -> Call:
    return call(scene.approver)


@pytest.fixture
def farmer_calls(app: Flask, call: Callable[[int], Call], scene: Scene) -> Call:
    """A member of the farm `field`."""
    from marketplace.kernel.database import db

    with app.app_context(), transaction():
        account = Account(email="feld@example.org", email_key="feld@example.org", name="Feld")
        db.session.add(account)
        db.session.flush()
        db.session.add(Membership(account_id=account.id, role="farm", farm_id=scene.farm("field")))
        account_id = account.id
    return call(account_id)


def word(body: Any) -> str:
    return str(body["type"]).rsplit("/", 1)[-1]


def test_a_run_from_nothing_to_paid(app: Flask, scene: Scene, ruth_calls: Call, bernd_calls: Call) -> None:
    with app.app_context():
        scene.sell(("kale", 34000, 0), ("milk", 20400, 1500))
        until = today().isoformat()
    asked = {"market": "klein", "until": until}
    status, run = ruth_calls("POST", "/office/payout-runs", asked, **{"Idempotency-Key": "lauf-1"})
    assert (status, run["state"], len(run["statements"])) == (201, "draft", 2)
    assert ruth_calls("POST", "/office/payout-runs", asked, **{"Idempotency-Key": "lauf-1"}) == (201, run)
    status, problem = ruth_calls("POST", "/office/payout-runs", {**asked, "market": str(scene.market)})
    assert (status, word(problem)) == (409, "conflict")
    path = f"/office/payout-runs/{run['id']}"
    field = next(one for one in run["statements"] if one["farm"] == str(scene.farm("field")))
    assert field["fees"][0] == {"component": "host", "rate_bp": 400, "base_cents": 34000, "amount_cents": 1360}
    assert (field["fees_cents"], field["fees_vat_cents"], field["payout_cents"]) == (3060, 581, 30359)
    assert bernd_calls("POST", f"{path}/submit")[0] == 403
    assert ruth_calls("POST", f"{path}/pay")[0] == 409
    assert ruth_calls("POST", f"{path}/submit")[1]["state"] == "in_review"
    assert ruth_calls("POST", f"{path}/approve")[0] == 403
    assert bernd_calls("POST", f"{path}/approve", {"note": "geprüft"})[1]["state"] == "approved"
    assert bernd_calls("POST", f"{path}/approve")[0] == 409
    status, run = ruth_calls("POST", f"{path}/pay")
    assert (status, run["state"]) == (202, "paying")
    with app.app_context():
        for row in rows("SELECT id FROM statement"):
            pay_statement(row.id)
    status, run = bernd_calls("GET", path)
    assert run["state"] == "paid" and {one["state"] for one in run["statements"]} == {"paid"}
    assert {one["provider_ref"] for one in run["statements"]} == {"tr_1", "tr_2"}
    status, books = ruth_calls("GET", "/office/books/trial-balance")
    by_code = {one["account"]: one["balance_cents"] for one in books["accounts"]}
    assert by_code[f"farm:{scene.farm('field')}:payable"] == 0 and sum(by_code.values()) == 0
    assert by_code["stripe:available"] == 54400 - run["totals"]["payout_cents"]
    status, runs = ruth_calls("GET", "/office/payout-runs?limit=1")
    assert [one["id"] for one in runs["items"]] == [run["id"]] and runs["next"] is None


def test_changed_figures(app: Flask, scene: Scene, ruth_calls: Call, bernd_calls: Call) -> None:
    with app.app_context():
        order = scene.sell(("kale", 1000, 0))
        asked = {"market": "klein", "until": today().isoformat()}
        path = f"/office/payout-runs/{ruth_calls('POST', '/office/payout-runs', asked)[1]['id']}"
        ruth_calls("POST", f"{path}/submit")
        scene.refund(order, "kale", 100)
    status, problem = bernd_calls("POST", f"{path}/approve")
    assert (status, word(problem)) == (409, "changed")
    assert ruth_calls("POST", f"{path}/submit")[1]["statements"][0]["refunds_cents"] == 100
    assert bernd_calls("POST", f"{path}/approve")[0] == 200
    status, run = bernd_calls("POST", f"{path}/reject", {"note": "doch nicht"})
    assert (status, run["state"]) == (200, "rejected")


def test_nothing_due(scene: Scene, ruth_calls: Call) -> None:
    status, run = ruth_calls("POST", "/office/payout-runs", {"market": "klein", "until": "2026-01-31"})
    assert (status, run["statements"]) == (201, [])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"market": "klein"},
        {"market": "klein", "until": "31.1.2026"},
        {"market": 7, "until": "2026-01-31"},
        [],
        "x",
        None,
    ],
)
def test_bad_bodies(app: Flask, scene: Scene, ruth_calls: Call, body: Any) -> None:
    status, problem = ruth_calls("POST", "/office/payout-runs", body)
    assert status in (400, 422) and word(problem) in ("validation", "malformed")
    with app.app_context():
        assert rows("SELECT 1 FROM payout_run") == []


def test_foreign_and_unknown_answer_the_same(
    app: Flask, scene: Scene, ruth_calls: Call, call: Callable[[int], Call]
) -> None:
    with app.app_context():
        order = scene.sell(("kale", 1000, 0)).number
        with transaction():
            market = rows("INSERT INTO market (slug, name) VALUES ('anderer', 'Anderer') RETURNING id")[0].id
            execute(
                "UPDATE membership SET market_id = :market, role = 'operator' WHERE account_id = :id",
                market=market,
                id=scene.approver,
            )
    run = ruth_calls("POST", "/office/payout-runs", {"market": "klein", "until": FAR})[1]["id"]
    foreign = call(scene.approver)
    for method, mine, nobodys in (
        ("GET", f"/office/payout-runs/{run}", "/office/payout-runs/999999"),
        ("POST", f"/office/payout-runs/{run}/submit", "/office/payout-runs/999999/submit"),
        ("GET", f"/office/payout-runs/{run}/datev.csv", "/office/payout-runs/abc/datev.csv"),
        ("POST", f"/office/orders/{order}/refund", "/office/orders/M-0/refund"),
        ("GET", f"/office/books/entries?order={order}", "/office/books/entries?order=M-0"),
    ):
        known, unknown = foreign(method, mine), foreign(method, nobodys)
        assert known[0] == unknown[0] == 404
        assert known[1] == unknown[1]
    assert foreign("GET", "/office/orders")[1]["items"] == []
    assert foreign("GET", "/office/books/trial-balance")[1] == {"accounts": []}
    assert foreign("POST", "/office/payout-runs", {"market": "klein", "until": FAR})[0] == 404


def test_orders_and_refunds(app: Flask, scene: Scene, ruth_calls: Call) -> None:
    with app.app_context():
        order = scene.sell(("kale", 1000, 0), ("milk", 2040, 150))
        number, line = order.number, str(order.lines[1].id)
        date = str(rows("SELECT date FROM market_day")[0].date)
    status, found = ruth_calls("GET", f"/office/orders?state=collected,ready&date={date}")
    assert [one["number"] for one in found["items"]] == [number]
    assert ruth_calls("GET", "/office/orders?state=eaten")[0] == 422
    assert ruth_calls("GET", "/office/orders?limit=0")[0] == 422
    path = f"/office/orders/{number}/refund"
    for body in (
        {},
        {"amount_cents": 100, "lines": []},
        {"amount_cents": -1},
        {"amount_cents": 10**9},
        {"amount_cents": "100"},
        {"lines": [{"id": line, "quantity": 2}]},
        {"lines": [{"id": "999999999", "quantity": 1}]},
        {"amount_cents": 100, "borne_by": "nobody"},
    ):
        status, problem = ruth_calls("POST", path, body)
        assert status == 422, body
    assert problem["errors"] == [{"field": "borne_by", "message": "Erlaubt ist hier: farm, market."}]
    with app.app_context():
        assert rows("SELECT 1 FROM refund") == []
    status, refund = ruth_calls("POST", path, {"lines": [{"id": line, "quantity": 1}], "reason": "sauer"})
    assert (status, refund["amount_cents"], refund["borne_by"], refund["state"]) == (201, 2040, "farm", "submitting")
    status, refund = ruth_calls("POST", path, {"amount_cents": 100, "reason": "Kulanz", "borne_by": "market"})
    assert (status, refund["amount_cents"], refund["borne_by"]) == (201, 100, "market")
    assert ruth_calls("POST", path, {"amount_cents": 901})[0] == 422
    status, entries = ruth_calls("GET", f"/office/books/entries?order={number}")
    assert status == 200 and sum(one["amount_cents"] for one in entries["items"]) == 0
    assert {one["source_type"] for one in entries["items"]} == {"charge", "settlement", "fulfilment"}
    assert ruth_calls("GET", f"/office/books/entries?order={number}&limit=0")[0] == 422
    assert ruth_calls("GET", f"/office/books/entries?order={number}&cursor=zzz")[0] == 422
    pages, cursor = [], ""
    while cursor is not None:
        page = ruth_calls("GET", f"/office/books/entries?order={number}&limit=2&cursor={cursor}")[1]
        pages, cursor = pages + page["items"], page["next"]
        assert len(page["items"]) <= 2
    assert pages == entries["items"]


def test_filters_without_a_value_ask_for_nothing(app: Flask, scene: Scene, ruth_calls: Call) -> None:
    with app.app_context():
        scene.sell(("kale", 1000, 0))
    for path, empty in (
        ("/office/orders", "?state=&date="),
        ("/office/deliveries", "?state="),
        ("/office/payout-runs", "?market="),
        ("/office/market-days", "?market=&since="),
        ("/office/books/trial-balance", "?market="),
    ):
        assert ruth_calls("GET", path + empty) == ruth_calls("GET", path), path


def test_an_approver_reads_the_files(app: Flask, scene: Scene, ruth_calls: Call, bernd_calls: Call) -> None:
    with app.app_context():
        scene.sell(("kale", 1000, 0))
        asked = {"market": "klein", "until": today().isoformat()}
    path = f"/office/payout-runs/{ruth_calls('POST', '/office/payout-runs', asked)[1]['id']}"
    assert bernd_calls("GET", f"{path}/datev.csv")[0] == 200
    assert bernd_calls("GET", f"{path}/sepa.xml")[0] == 409
    assert bernd_calls("POST", f"{path}/submit")[0] == 403


def test_a_farm_reads_and_objects(app: Flask, scene: Scene, ruth_calls: Call, farmer_calls: Call) -> None:
    with app.app_context():
        order = scene.sell(("kale", 1000, 0), ("milk", 2040, 150)).number
    run = ruth_calls("POST", "/office/payout-runs", {"market": "klein", "until": FAR})[1]
    others = [one["id"] for one in run["statements"] if one["farm"] != str(scene.farm("field"))]
    assert farmer_calls("GET", "/farm/statements")[1]["items"] == []
    ruth_calls("POST", f"/office/payout-runs/{run['id']}/submit")
    (mine,) = farmer_calls("GET", "/farm/statements")[1]["items"]
    assert mine["farm"] == str(scene.farm("field")) and mine["payout_cents"] == 893
    assert farmer_calls("GET", f"/farm/statements/{others[0]}")[0] == 404
    assert farmer_calls("POST", f"/farm/statements/{others[0]}/object", {"reason": "x"})[0] == 404
    assert farmer_calls("GET", f"/farm/statements/{mine['id']}")[1]["orders"][0]["number"] == order
    assert farmer_calls("POST", f"/farm/statements/{mine['id']}/object", {})[0] == 422
    status, objected = farmer_calls("POST", f"/farm/statements/{mine['id']}/object", {"reason": "Es waren zwei."})
    assert (status, objected["state"], objected["objection"]) == (200, "held", "Es waren zwei.")
    assert farmer_calls("GET", "/office/payout-runs")[0] == 403
    assert ruth_calls("GET", "/farm/statements")[0] == 403


def test_deliveries(app: Flask, scene: Scene, ruth_calls: Call, bernd_calls: Call) -> None:
    with app.app_context(), transaction():
        execute(
            "INSERT INTO fact (kind, payload)"
            " VALUES ('FarmJoined', jsonb_build_object('farm_id', CAST(:farm AS bigint)))",
            farm=scene.farm("field"),
        )
        execute(
            "INSERT INTO delivery (fact_id, consumer, state, last_error)"
            " SELECT max(id), 'payouts.connect', 'parked', 'nein' FROM fact"
        )
    (parked,) = bernd_calls("GET", "/office/deliveries?state=parked")[1]["items"]
    assert (parked["kind"], parked["state"], parked["last_error"]) == ("FarmJoined", "parked", "nein")
    assert bernd_calls("POST", f"/office/deliveries/{parked['id']}/retry")[0] == 403
    status, again = ruth_calls("POST", f"/office/deliveries/{parked['id']}/retry")
    assert (status, again["state"]) == (200, "waiting")
    assert ruth_calls("POST", f"/office/deliveries/{parked['id']}/retry")[0] == 404
    assert ruth_calls("GET", "/office/deliveries?state=lost")[0] == 422
