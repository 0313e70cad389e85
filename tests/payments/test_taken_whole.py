"""A hold that is being taken whole when the goods are packed: one key, one amount, the difference goes back once."""

from __future__ import annotations

from typing import Any

import pytest

from marketplace.kernel.database import db, rows
from marketplace.payments.bring_about import bring_about
from marketplace.payments.gateway import ProviderUnavailable
from marketplace.payments.overdue import take_whole
from tests.factories.paid import Till, drain, fresh, paid, payment
from tests.factories.small_market import SmallMarket
from tests.payments.test_card import pack
from tests.payments.test_refunds import agree


@pytest.mark.parametrize("fault", [{"kind": "error", "status": 500}, {"kind": "drop"}])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_packed_for_less_while_the_capture_was_not_answered(
    till: Till, market: SmallMarket, fault: dict[str, Any], moment: str
) -> None:
    order = paid(till, market, {"cabbage": 2})
    whole = payment(order).authorized_cents
    take_whole(payment(order).id)
    till.stand_in.control("faults", path="/v1/payment_intents", method="POST", moment=moment, **fault)
    with pytest.raises(ProviderUnavailable):
        bring_about(payment(order).id)
    db.session.rollback()
    pack(order.id, "cabbage", 389)
    drain()
    assert payment(order).hold_lost_at is None
    assert payment(order).captured_cents == whole
    refunds = rows("SELECT amount_cents, state FROM refund")
    db.session.rollback()
    assert [tuple(row) for row in refunds] == [(whole - fresh(order).owed_cents, "done")]
    agree(till)
