"""Planning, moving and cancelling market days over the API."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from marketplace.kernel.database import rows, scalar, transaction
from marketplace.people.tokens import create_token

FREE = date.today() + timedelta(days=30)  # noqa: DTZ011


@pytest.fixture
def call(call_as):
    return call_as("operator")


@pytest.fixture
def point(stage):
    return str(stage.market.square_id)


def body(point, **changes):
    before = FREE - timedelta(days=1)
    return {
        "market": "probe",
        "date": FREE.isoformat(),
        "orders_open_at": "2026-01-01T00:00:00+01:00",
        "orders_close_at": f"{before}T18:00:00+01:00",
        "slots": [
            {
                "pickup_point": point,
                "pickup_from": f"{FREE}T16:00:00+01:00",
                "pickup_until": f"{FREE}T18:00:00+01:00",
                "capacity": 20,
            }
        ],
    } | changes


def test_a_planned_day_is_on_sale_at_once(call, point):
    status, day = call("POST", "/office/market-days", json=body(point))
    assert status == 201 and day["date"] == FREE.isoformat() and day["state"] == "open"
    [slot] = day["slots"]
    assert slot["places_left"] == 20 and slot["pickup_point"]["id"] == point
    assert call("GET", f"/pickup-slots/{slot['id']}/offers")[1]["items"]
    assert call("GET", f"/office/market-days/{day['id']}") == (200, day)
    status, problem = call("POST", "/office/market-days", json=body(point))
    assert status == 409 and problem["type"].endswith("conflict")


BAD = [
    ({}, 422), ([], 400), ("market", {"market": "nope"}, 404), ("market", {"market": "anderswo"}, 404),
    ("date", {"date": "gestern"}, 422), ("date", {"date": "0001-01-01"}, 422), ("date", {"date": "2020-01-01"}, 422),
    ("close", {"orders_close_at": "2026-01-01"}, 422), ("close", {"orders_close_at": "9999-12-31T23:59:59+00:00"}, 422),
    ("open", {"orders_open_at": "2099-01-01T00:00:00+01:00"}, 422), ("slots", {"slots": []}, 422),
    ("slots", {"slots": "x"}, 422), ("slots", {"slots": [{}]}, 422), ("slots", {"slots": None}, 422),
]  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_days_change_nothing(call, point, case):
    before = scalar("SELECT count(*) FROM market_day")
    sent = case[0] if len(case) == 2 else body(point, **case[1])
    assert call("POST", "/office/market-days", json=sent)[0] == case[-1]
    assert scalar("SELECT count(*) FROM market_day") == before


@pytest.mark.parametrize(
    "change",
    [
        {"capacity": 0},
        {"capacity": -5},
        {"capacity": "20"},
        {"pickup_point": "999999"},
        {"pickup_until": f"{FREE}T10:00:00+01:00"},
    ],
)
def test_bad_slots_change_nothing(call, point, change):
    before = scalar("SELECT count(*) FROM market_day")
    sent = body(point)
    sent["slots"][0] |= change
    status, problem = call("POST", "/office/market-days", json=sent)
    assert status == 422 and problem["errors"][0]["field"] == f"slots.0.{next(iter(change))}"
    assert scalar("SELECT count(*) FROM market_day") == before


def test_a_place_of_another_market_is_refused(call, point, stage):
    with transaction():
        foreign = rows(
            "INSERT INTO pickup_point (market_id, code, slug, name, postcode, town)"
            " VALUES (:market_id, 'X', 'x', 'X', '1', 'X') RETURNING id",
            market_id=stage.other_market_id,
        )[0].id
    assert call("POST", "/office/market-days", json=body(str(foreign)))[0] == 422


def test_closing_now(call, point):
    _, day = call("POST", "/office/market-days", json=body(point))
    status, closed = call("PATCH", f"/office/market-days/{day['id']}", json={"orders_close_at": "2026-01-02T00:00:00Z"})
    assert status == 200 and closed["state"] == "closed" and closed["slots"][0]["state"] == "closed"
    assert call("GET", f"/pickup-slots/{day['slots'][0]['id']}/offers")[1]["items"] == []
    assert call("PATCH", f"/office/market-days/{day['id']}", json={})[0] == 422
    assert call("PATCH", f"/office/market-days/{day['id']}", json={"orders_close_at": "bald"})[0] == 422


def test_cancelling_is_safe_to_repeat(call, point):
    _, day = call("POST", "/office/market-days", json=body(point))
    status, cancelled = call("POST", f"/office/market-days/{day['id']}/cancel")
    assert status == 200 and cancelled["state"] == "cancelled"
    assert call("POST", f"/office/market-days/{day['id']}/cancel") == (200, cancelled)
    assert (
        call("PATCH", f"/office/market-days/{day['id']}", json={"orders_close_at": f"{FREE}T10:00:00+01:00"})[0] == 409
    )


def test_the_same_key_gives_the_same_answer(stage, client, point):
    headers = {"Authorization": f"Bearer {create_token(stage.people['operator'])}", "Idempotency-Key": "plan"}
    first, again = (client.post("/api/v1/office/market-days", json=body(point), headers=headers) for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.json == again.json
    assert first.headers["Location"] == again.headers["Location"] == f"/api/v1/office/market-days/{first.json['id']}"


def test_a_key_holds_for_one_cancellation(call, point, stage):
    _, day = call("POST", "/office/market-days", json=body(point))
    path, key = f"/office/market-days/{day['id']}/cancel", {"Idempotency-Key": "absage"}
    first = call("POST", path, json={}, headers=key)
    assert first[0] == 200 and call("POST", path, json={}, headers=key) == first
    for other, sent in ((path, {"reason": "x"}), (f"/office/market-days/{stage.days[0]}/cancel", {})):
        status, problem = call("POST", other, json=sent, headers=key)
        assert status == 409 and problem["type"].endswith("/idempotency")
    assert scalar("SELECT count(*) FROM market_day WHERE cancelled_at IS NOT NULL") == 1


def test_the_list(call, stage):
    _, page = call("GET", "/office/market-days?limit=200")
    assert [day["id"] for day in page["items"]] == [str(day) for day in stage.days]
    first = call("GET", "/office/market-days?limit=1")[1]
    assert call("GET", f"/office/market-days?cursor={first['next']}")[1]["items"] == page["items"][1:]
    assert call("GET", f"/office/market-days?since={page['items'][1]['date']}")[1]["items"] == page["items"][1:]


def test_the_other_market_is_unknown(call_as, stage):
    call = call_as("foreign operator")
    for number in (str(stage.days[0]), "999999", "x"):
        assert call("GET", f"/office/market-days/{number}")[0] == 404
        assert (
            call("PATCH", f"/office/market-days/{number}", json={"orders_close_at": "2026-01-02T00:00:00Z"})[0] == 404
        )
        assert call("POST", f"/office/market-days/{number}/cancel")[0] == 404
    assert call("GET", "/office/market-days")[1]["items"] == []
    assert call("GET", "/office/market-days?market=probe")[0] == 404


@pytest.mark.parametrize(
    ("name", "reading", "planning"),
    [(None, 401, 401), ("customer", 403, 403), ("farm", 403, 403),
     ("approver", 200, 403), ("operator", 200, 422), ("admin", 200, 422)],
)  # fmt: skip
def test_who_may(call_as, name, reading, planning):
    call = call_as(name)
    assert call("GET", "/office/market-days")[0] == reading
    assert call("POST", "/office/market-days", json={})[0] == planning
