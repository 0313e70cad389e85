"""The coming weeks of a market, planned by themselves; a worker calls it every day, and again is nothing."""

from __future__ import annotations

from marketplace.stock.open_day import roll_calendar

__all__ = ["roll_calendar"]
