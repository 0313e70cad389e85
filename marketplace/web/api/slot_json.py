"""Slots and market days as the API shows them: times with the market's own offset."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marketplace.market_days.days import DayView
from marketplace.market_days.slots import SlotView


def moment(value: datetime, zone: str) -> str:
    """ISO 8601 with the offset that the market's clock has then."""
    return value.astimezone(ZoneInfo(zone)).isoformat()


def slot_json(slot: SlotView) -> dict[str, Any]:
    return {
        "id": str(slot.id),
        "slug": slot.slug,
        "market": str(slot.market_id),
        "market_day": str(slot.market_day_id),
        "date": slot.date.isoformat(),
        "pickup_point": {
            "id": str(slot.point_id),
            "slug": slot.point_slug,
            "name": slot.point_name,
            "street": slot.street,
            "town": slot.town,
            "postcode": slot.postcode,
            "lat": slot.lat,
            "lon": slot.lon,
            "kind": slot.kind,
        },
        "pickup_from": moment(slot.pickup_from, slot.timezone),
        "pickup_until": moment(slot.pickup_until, slot.timezone),
        "orders_open_at": moment(slot.orders_open_at, slot.timezone),
        "orders_close_at": moment(slot.orders_close_at, slot.timezone),
        "state": slot.state,
        "capacity": slot.capacity,
        "places_left": slot.places_left,
    }


def day_json(day: DayView, slots: Iterable[SlotView]) -> dict[str, Any]:
    """A market day with its slots; `orders` counts the places that are taken."""
    own = [slot for slot in slots if slot.market_day_id == day.id]
    zone = own[0].timezone if own else "UTC"
    return {
        "id": str(day.id),
        "market": str(day.market_id),
        "date": day.date.isoformat(),
        "orders_open_at": moment(day.orders_open_at, zone),
        "orders_close_at": moment(day.orders_close_at, zone),
        "state": day.state,
        "orders": day.orders,
        "slots": [slot_json(slot) for slot in own],
    }
