"""A dispute in the story of an order's money."""

from __future__ import annotations

from flask_babel import gettext as _

from marketplace.kernel import clock
from marketplace.reports.order_money import Moment
from marketplace.web.look.filters import moment_near
from marketplace.web.office.dispute_words import dispute_reason
from marketplace.web.office.words import bearer

# The fields of `order_story.Told` that are not as the moment has them.
Words = dict[str, object]


def dispute_opened(one: Moment) -> Words:
    """What the bank wants to know, and until when."""
    what = _("Rückfrage der Bank") if one.state == "warning" else _("Reklamation bei der Bank eröffnet")
    more = [_("Grund: %(reason)s.", reason=dispute_reason(one.text))]
    if one.until and one.until < clock.now():
        more.append(_("Die Frist ist abgelaufen: %(until)s.", until=moment_near(one.until)))
    elif one.until:
        more.append(_("Antwort nötig bis %(until)s.", until=moment_near(one.until)))
    if one.state == "under_review":
        more.append(_("Die Antwort ist abgegeben, die Bank prüft."))
    kind = "stop" if one.state == "needs_response" else "warn"
    return {
        "what": what,
        "kind": kind,
        "icon": "scales",
        "cents": one.cents,
        "way": 0 if one.state == "warning" else -1,
        "more": " ".join(more),
    }


def dispute_won(one: Moment) -> Words:
    """The money is here again."""
    return {
        "what": _("Reklamation gewonnen"),
        "kind": "ok",
        "icon": "scales",
        "cents": one.cents,
        "way": 1,
        "more": _("Das Geld ist wieder da."),
        "refs": one.refs[:1],
    }


def dispute_lost(one: Moment) -> Words:
    """The money is gone, and who bears it."""
    return {
        "what": _("Reklamation verloren"),
        "kind": "stop",
        "icon": "scales",
        "cents": one.cents,
        "more": _("Das Geld bleibt bei der Kundin oder dem Kunden, %(bearer)s.", bearer=bearer(one.method)),
        "refs": one.refs[:1],
    }
