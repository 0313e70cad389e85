"""A farm pauses for some days: what it offers then is not for sale; what was ordered before stays ordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.farms.models import FarmPause
from marketplace.kernel import actor
from marketplace.kernel.database import command, db, execute, rows, scalar
from marketplace.kernel.errors import Conflict, Invalid, NotFound
from marketplace.kernel.words import N_
from marketplace.stock.locks import lock_stock

REASONS = {
    "holiday": N_("Urlaub"),
    "season": N_("viel zu tun, keine Zeit für den Markt"),
    "illness": N_("Krankheit"),
    "other": N_("anderer Grund"),
}
LONGEST_DAYS = 366


@dataclass(frozen=True)
class Affected:
    """Orders that stand for days of a pause: the farm still packs them, or asks the market to cancel them."""

    orders: int
    days: int


def orders_between(farm_id: int, from_date: date, until_date: date) -> Affected:
    """Orders with goods of the farm for market days in these dates that are not over; cancelled ones do not count."""
    found = rows(
        """
        SELECT count(DISTINCT r.order_id) AS orders, count(DISTINCT d.id) AS days
        FROM reservation r JOIN offer o ON o.id = r.offer_id JOIN market_day d ON d.id = o.market_day_id
        WHERE o.farm_id = :farm_id AND d.date BETWEEN :from_date AND :until_date AND d.cancelled_at IS NULL
          AND r.state IN ('live', 'consumed')
        """,
        farm_id=farm_id,
        from_date=from_date,
        until_date=until_date,
    )[0]
    return Affected(found.orders, found.days)


@command
def pause_farm(
    farm_id: int, from_date: date, until_date: date, reason: str, *, today: date, knows_of: int | None = None
) -> int:
    """From now on nothing of the farm is sold for these days (both inclusive); the pause's id.

    `knows_of`: the number of orders for these days that the farmer has been told of; Conflict while there are others.
    Refuses dates in the past or the wrong way round (Invalid), and a pause that overlaps another one (Conflict).
    """
    if reason not in REASONS:
        raise Invalid({"grund": N_("Diesen Grund gibt es nicht.")})
    if not today <= from_date <= until_date or (until_date - from_date).days > LONGEST_DAYS:
        raise Invalid({"bis": N_("Die Pause beginnt heute oder später, endet danach und dauert höchstens ein Jahr.")})
    scalar("SELECT id FROM farm WHERE id = :id FOR NO KEY UPDATE", id=farm_id)
    if rows(
        "SELECT 1 FROM farm_pause WHERE farm_id = :farm_id AND from_date <= :until AND until_date >= :from LIMIT 1",
        **{"farm_id": farm_id, "until": until_date, "from": from_date},
    ):
        raise Conflict(N_("In dieser Zeit ist schon eine Pause eingetragen."))
    lock_stock(row.stock_id for row in rows(BETWEEN, farm_id=farm_id, from_date=from_date, until_date=until_date))
    orders = orders_between(farm_id, from_date, until_date).orders
    if orders and orders != knows_of:
        raise Conflict(
            N_("Für diese Tage sind schon %(orders)s Bestellungen da. Sie bleiben bestehen und müssen gepackt werden."),
            {"orders": orders},
            orders=orders,
        )
    pause = FarmPause(
        farm_id=farm_id,
        from_date=from_date,
        until_date=until_date,
        reason=reason,
        created_by=actor.current().name,
    )
    db.session.add(pause)
    db.session.flush()
    execute(
        """
        UPDATE offer o SET paused = true, pause_id = :pause_id, updated_at = clock_timestamp()
        FROM market_day d WHERE d.id = o.market_day_id AND o.farm_id = :farm_id AND NOT o.paused
          AND d.date BETWEEN :from_date AND :until_date
        """,
        pause_id=pause.id,
        farm_id=farm_id,
        from_date=from_date,
        until_date=until_date,
    )
    return pause.id


@command
def end_pause(farm_id: int, pause_id: int, today: date) -> None:
    """The pause is over from `today` on; what it had paused for coming days is on sale again. NotFound."""
    pause = db.session.scalar(
        select(FarmPause).where(FarmPause.id == pause_id, FarmPause.farm_id == farm_id).with_for_update()
    )
    if pause is None or pause.until_date < today:
        raise NotFound()
    lock_stock(row.stock_id for row in rows("SELECT stock_id FROM offer WHERE pause_id = :id", id=pause_id))
    execute(
        """
        UPDATE offer o SET paused = false, pause_id = NULL, updated_at = clock_timestamp()
        FROM market_day d WHERE d.id = o.market_day_id AND o.pause_id = :pause_id AND d.date >= :today
        """,
        pause_id=pause_id,
        today=today,
    )
    if pause.from_date >= today:
        db.session.delete(pause)
    else:
        execute("UPDATE farm_pause SET until_date = CAST(:today AS date) - 1 WHERE id = :id", today=today, id=pause_id)
    db.session.flush()


def pauses_of(farm_id: int, since: date) -> list[FarmPause]:
    """Pauses of the farm that are not over, the next one first."""
    return list(
        db.session.scalars(
            select(FarmPause)
            .where(FarmPause.farm_id == farm_id, FarmPause.until_date >= since)
            .order_by(FarmPause.from_date)
        )
    )


BETWEEN = """
SELECT o.stock_id FROM offer o JOIN market_day d ON d.id = o.market_day_id
WHERE o.farm_id = :farm_id AND d.date BETWEEN :from_date AND :until_date
"""
