"""A week of the market by its interface alone: from GET /markets to a paid-out statement that agrees with all books."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.whole.running import RunningMarket, pay_on_page, until

pytestmark = pytest.mark.xdist_group("whole")
MARKET = "muensterland"


def open_slot(running: RunningMarket) -> Any:
    """The slot on a market square that closes first."""
    slots = running.every(f"/pickup-slots?market={MARKET}&open=true")
    squares = [slot for slot in slots if slot["pickup_point"]["kind"] != "shelf"]
    return min(squares, key=lambda slot: (slot["orders_close_at"], slot["id"]))


def some_goods(running: RunningMarket, slot: Any) -> list[dict[str, Any]]:
    """Of three farms: something weighed, something with a deposit, something plain."""
    offers = running.every(f"/pickup-slots/{slot['id']}/offers")
    there = [o for o in offers if (o["available"] is None or o["available"] >= 3) and not o["min_age"]]
    there = [o for o in there if o["orders_close_at"] >= slot["orders_close_at"]]
    chosen: list[Any] = []
    for fits in (lambda o: o["catch_weight"], lambda o: o["deposit_cents"], lambda o: not o["catch_weight"]):
        farms = {o["farm"]["id"] for o in chosen}
        chosen.append(next(o for o in there if fits(o) and o["farm"]["id"] not in farms))
    return chosen


def test_from_the_list_of_markets_to_the_farms_money(running: RunningMarket) -> None:
    assert MARKET in [market["slug"] for market in running.call("GET", "/markets")["items"]]
    slot = open_slot(running)
    goods = some_goods(running, slot)
    lines = [{"offer": goods[0]["id"], "quantity": 1}, *({"offer": o["id"], "quantity": 2} for o in goods[1:])]
    placed = running.place(slot["id"], lines)
    assert placed["state"] == "awaiting_payment"
    assert placed["total_cents"] == sum(
        (o["price_cents"] + o["deposit_cents"]) * line["quantity"] for o, line in zip(goods, lines, strict=True)
    )
    assert pay_on_page(running.payment_url(placed)).status_code in (302, 303)
    confirmed = running.is_in(placed, "confirmed")
    assert confirmed["payment_state"] == "authorized"
    until(lambda: mails(running, placed, "order_confirmed", "sent"), "the confirmation mail")

    order = packed(running, slot, placed, goods)
    handed_over(running, slot, order)
    paid_out(running, slot, order, goods)


def mails(running: RunningMarket, placed: Any, kind: str, state: str) -> list[Any]:
    return running.rows(
        "SELECT message_id FROM contract.notifications WHERE order_number = %s AND kind = %s AND state = %s",
        placed["number"],
        kind,
        state,
    )


def packed(running: RunningMarket, slot: Any, placed: Any, goods: list[Any]) -> Any:
    """After the cut-off each farm packs: a little less on the scales, one piece missing."""
    closes = datetime.fromisoformat(slot["orders_close_at"]) + timedelta(seconds=5)
    running.set_clock(closes.isoformat())
    running.is_in(placed, "packing")
    for farm in sorted({o["farm"]["id"] for o in goods}):
        email = farm_email(running, farm)
        orders = running.every(f"/farm/packing-list?date={slot['date']}", email)
        own = next(order for order in orders if order["number"] == placed["number"])
        assert "email" not in str(own) and "Terhorst" not in str(own)
        for line in own["lines"]:
            body: dict[str, Any] = {"packed_quantity": line["quantity"]}
            if line["catch_weight"]:
                body["weight_g"] = line["usual_weight_g"] * 97 // 100
            if line["offer"] == goods[2]["id"]:
                body |= {"packed_quantity": 1, "reason": "nur eins geerntet"}
            running.call("POST", f"/farm/packing-list/{line['id']}/pack", email, body)
    order = until(lambda: captured(running, placed), "the capture")
    assert order["owed_cents"] == sum(line["amount_cents"] for line in order["lines"]) < order["total_cents"]
    paid = running.rows("SELECT paid_cents FROM contract.orders WHERE number = %s", placed["number"])
    assert paid == [(order["owed_cents"],)]
    return order


def captured(running: RunningMarket, placed: Any) -> Any:
    order = running.order(placed)
    return order if order["state"] == "ready" and order["payment_state"] == "captured" else None


def farm_email(running: RunningMarket, farm_id: str) -> str:
    for account in running.accounts:
        if account["role"] == "farm" and account["farm"] == farm_id:
            return str(account["email"])
    raise AssertionError(f"no account for farm {farm_id}")


def handed_over(running: RunningMarket, slot: Any, order: Any) -> None:
    """The host hands over by the code, twice sent is once done."""
    running.set_clock((datetime.fromisoformat(slot["pickup_from"]) + timedelta(minutes=10)).isoformat())
    host = running.account("host")["email"]
    assert order["number"] in [item["number"] for item in running.every(f"/pickup/orders?slot={slot['id']}", host)]
    for _ in range(2):
        done = running.call("POST", "/pickup/handovers", host, {"handovers": [{"code": order["pickup_code"]}]})
        assert [(item["number"], item["state"]) for item in done["items"]] == [(order["number"], "collected")]


def paid_out(running: RunningMarket, slot: Any, order: Any, goods: list[Any]) -> None:
    """A run by one person, signed by another, paid by transfer; every book says the same."""
    running.set_clock((datetime.fromisoformat(slot["pickup_until"]) + timedelta(days=6)).isoformat())
    maker, signer = running.account("operator", nth=0)["email"], running.account("approver")["email"]
    market = running.call("GET", "/markets")["items"]
    market_id = next(m["id"] for m in market if m["slug"] == MARKET)
    run = running.call("POST", "/office/payout-runs", maker, {"market": market_id, "until": slot["date"]})
    statements = {statement["farm"]: statement for statement in run["statements"]}
    check_figures(order, statements, goods)
    running.call("POST", f"/office/payout-runs/{run['id']}/submit", maker)
    assert running.ask("POST", f"/office/payout-runs/{run['id']}/approve", maker).status_code in (403, 409)
    running.call("POST", f"/office/payout-runs/{run['id']}/approve", signer)
    assert running.ask("POST", f"/office/payout-runs/{run['id']}/pay", maker).status_code == 202

    def paid() -> Any:
        found = running.call("GET", f"/office/payout-runs/{run['id']}", maker)
        return found if found["state"] == "paid" else None

    until(paid, "the run to be paid")
    running.command("books", "check")
    provider = running.provider()
    transfers = {transfer["id"]: transfer["amount"] for transfer in provider["transfers"]}
    ours = running.rows("SELECT provider_ref, amount_cents FROM contract.payouts WHERE run_id = %s", run["id"])
    assert transfers == dict(ours)
    assert sum(transfers.values()) == sum(s["payout_cents"] for s in statements.values())
    accounts = running.call("GET", "/office/books/trial-balance", maker)["accounts"]
    assert sum(account["balance_cents"] for account in accounts) == 0
    stripe = sum(a["balance_cents"] for a in accounts if a["account"] in ("stripe:pending", "stripe:available"))
    assert stripe == provider["balance"]["available"] + provider["balance"]["pending"]
    clearing = [a["balance_cents"] for a in accounts if a["account"] == "customer:clearing"]
    assert clearing in ([], [0])


def check_figures(order: Any, statements: dict[str, Any], goods: list[Any]) -> None:
    """Gross is what was packed without deposits; the rest follows from it."""
    farm_of = {offer["id"]: offer["farm"]["id"] for offer in goods}
    gross: dict[str, int] = defaultdict(int)
    deposits: dict[str, int] = defaultdict(int)
    for line in order["lines"]:
        gross[farm_of[line["offer"]]] += line["amount_cents"] - line["deposit_cents"]
        deposits[farm_of[line["offer"]]] += line["deposit_cents"]
    for farm, cents in gross.items():
        statement = statements[farm]
        assert (statement["gross_cents"], statement["deposits_cents"]) == (cents, deposits[farm])
        assert statement["fees_cents"] == sum(fee["amount_cents"] for fee in statement["fees"])
        assert statement["payout_cents"] == (
            statement["gross_cents"]
            - statement["refunds_cents"]
            - statement["fees_cents"]
            - statement["fees_vat_cents"]
            + statement["deposits_cents"]
            + statement["corrections_cents"]
            + statement["carried_cents"]
        )
