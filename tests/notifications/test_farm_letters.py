"""What farms are told: goods that run out, once; and every link leads to a page of theirs."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask

from marketplace.farms.bank import change_bank_account
from marketplace.kernel.database import execute, scalar, transaction
from tests.factories.paid import drain, placed
from tests.factories.small_market import SmallMarket
from tests.factories.visitors import account
from tests.notifications.test_mail import Postman, body, market, postman, states  # noqa: F401 - fixtures

AT_PICKUP = {"payment_method": "pay_at_pickup"}


def farm_wants(**wishes: object) -> None:
    with transaction():
        execute("UPDATE farm SET low_stock_at = :low, tells_sold_out = :out", **wishes)


def scarce_kinds() -> list[str]:
    return [kind for kind, _ in states() if kind.startswith("stock_")]


def test_told_when_it_runs_low_and_when_it_is_gone(postman: Postman, market: SmallMarket) -> None:  # noqa: F811
    farm_wants(low=3, out=True)
    placed(market, {"kale": 6}, **AT_PICKUP)
    drain()
    assert scarce_kinds() == []
    placed(market, {"kale": 1}, **AT_PICKUP)
    placed(market, {"kale": 1}, **AT_PICKUP)
    drain()
    assert scarce_kinds() == ["stock_low"]
    placed(market, {"kale": 2}, **AT_PICKUP)
    drain()
    assert scarce_kinds() == ["stock_low", "stock_sold_out"]
    assert any("Ausverkauft" in str(message["Subject"]) for message in postman.taken)


def test_not_told_when_the_farm_does_not_want_it(postman: Postman, market: SmallMarket) -> None:  # noqa: F811
    farm_wants(low=None, out=False)
    placed(market, {"kale": 10}, **AT_PICKUP)
    drain()
    assert scarce_kinds() == []


def test_every_link_of_a_letter_leads_somewhere(app: Flask, postman: Postman, market: SmallMarket) -> None:  # noqa: F811
    farm_wants(low=3, out=True)
    placed(market, {"kale": 10}, **AT_PICKUP)
    with transaction():
        execute("UPDATE market_day SET orders_close_at = app_now() - interval '1 minute'")
    from workers.market_days import close_days

    close_days()
    drain()
    assert scalar("SELECT count(*) FROM notification WHERE kind = 'packing_list'") == 1
    adapter = app.url_map.bind("localhost")
    for message in postman.taken:
        for link in re.findall(r"https?://\S+", body(message, "plain")):
            assert adapter.match(urlsplit(link.rstrip(".>")).path), link


def test_whoever_runs_the_farm_hears_of_a_new_bank_account(
    app: Flask,
    postman: Postman,  # noqa: F811
    market: SmallMarket,  # noqa: F811
) -> None:
    farm = market.farms["dairy"]
    account(app, "farm", "chefin@example.org", farm_id=farm)
    account(app, "helper", "helfer@example.org", farm_id=farm)
    change_bank_account(farm, "NL91ABNA0417164300", "Hof Milch")
    drain()
    assert [message["To"] for message in postman.taken] == ["chefin@example.org"]
    text = body(postman.taken[0], "plain")
    assert "4300" in text and "NL91ABNA" not in text
