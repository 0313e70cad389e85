"""What happens to a disputed payment: the levers of the stand-in, and hearing of them as the hook does."""

from __future__ import annotations

from typing import Any

from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.payments.hear import hear
from marketplace.payments.poll import settle_balances
from marketplace.payouts.check_books import check_books
from tests.factories.paid import Till, balance, drain, paid
from tests.factories.small_market import SmallMarket
from tests.payments.test_card import collect, pack
from tests.payments.test_refunds import agree

FEE = 1500


def collected(till: Till, market: SmallMarket, goods: dict[str, int]) -> Any:
    """Paid, packed, picked up: the farms' money."""
    order = paid(till, market, goods)
    pack(order.id)
    drain()
    collect(order.id)
    return order


def borne_by_farms(market: SmallMarket) -> None:
    """The market's setting: farms bear what is lost."""
    with transaction():
        execute(
            "INSERT INTO market_setting (market_id, key, value, valid_from)"
            " VALUES (:m, 'dispute_losses_borne_by', '\"farm\"', '2024-01-01')",
            m=market.market,
        )


def charge() -> str:
    """The only charge."""
    ref = rows("SELECT charge_ref FROM payment WHERE charge_ref IS NOT NULL")[0].charge_ref
    db.session.rollback()
    return str(ref)


def opened(till: Till, *, heard: bool = True, **more: Any) -> dict[str, Any]:
    """The customer's bank takes the only charge back; we hear of it."""
    dispute: dict[str, Any] = till.stand_in.order("disputes", charge=charge(), **more)
    if heard:
        tell(dispute)
    return dispute


def decided(till: Till, dispute: dict[str, Any], *, won: bool, times: int = 1) -> None:
    """The bank decides; we hear of it `times` times."""
    after = till.stand_in.order("disputes", dispute=dispute["id"], won=won)
    for _ in range(times):
        tell(after, "charge.dispute.closed")
    drain()


def tell(dispute: dict[str, Any], kind: str = "charge.dispute.created") -> None:
    """The provider's event."""
    db.session.rollback()
    assert hear(kind, dispute)


def states() -> list[tuple[str, str, int, str]]:
    """(state, reason, withdrawn cents, borne by) of every dispute."""
    found = rows("SELECT state, reason, withdrawn_cents, borne_by FROM dispute ORDER BY id")
    db.session.rollback()
    return [tuple(row) for row in found]


def proved(till: Till) -> None:
    """Our accounts at the provider are its own books to the cent, and the books are right."""
    settle_balances()
    agree(till)
    assert balance("stripe:fees") == till.books()["books"][till.books()["platform"]]["sum_fees"]
    db.session.rollback()
    assert check_books().differences == ()
