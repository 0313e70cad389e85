"""Sentences of the domain in the reader's language, and the tabs of market days."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _

from marketplace.kernel.errors import Invalid, Refusal
from marketplace.kernel.words import Words
from marketplace.pickup.packing_list import PackingDay
from marketplace.web.look.filters import date_short, moment_near


def said(words: Words) -> str:
    """A sentence of the domain in the reader's language."""
    return _(words.msgid, **words.values)


def why(refusal: Refusal) -> str:
    """What a refusal says, the first of its fields included."""
    if isinstance(refusal, Invalid) and refusal.errors:
        return said(next(iter(refusal.errors.values())))
    return said(refusal.detail)


def day_tabs(days: Iterable[PackingDay], chosen: PackingDay | None, url: Callable[[date], str]) -> list[dict[str, Any]]:
    """One tab a market day: until when orders come, or that the day is closed."""
    return [
        {
            "label": date_short(day.date),
            "hint": _day_hint(day),
            "url": url(day.date),
            "current": day == chosen,
        }
        for day in days
    ]


def _day_hint(day: PackingDay) -> str:
    if day.cancelled:
        return _("fällt aus")
    if day.closed:
        return _("Schluss vorbei")
    return _("bis %(when)s", when=moment_near(day.orders_close_at))

