"""The first page of the office: what brakes, then the week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel import clock
from marketplace.payouts.locks import unmatched_cents
from marketplace.web.access import allow, approver_or_operator
from marketplace.web.look.filters import date_long, date_paper, date_short, moment_near, money
from marketplace.web.office import blueprint
from marketplace.web.office.delivery_rows import deliveries_of
from marketplace.web.office.front_rows import (
    failed_statements,
    money_missing,
    open_runs,
    packed_by_default,
    refunds_stuck,
    week_slots,
)
from marketplace.web.office.visit import me, my_markets, own, readable
from marketplace.web.office.words import flag_words


@dataclass(frozen=True)
class Trouble:
    """One exception: what, whom, how much; why; and where it is dealt with."""

    what: str
    more: str
    icon: str
    kind: str
    url: str
    do: str


@blueprint.get("/")
@allow(approver_or_operator)
def front() -> str:
    """Exceptions, or the green state; the slots of the coming week."""
    found = [*_money(), *_payouts(), *_workers(), *_packing()]
    slots = week_slots(readable())
    upcoming = [slot for slot in slots if slot.orders_close_at > clock.now()]
    return render_template(
        "office/front.html",
        found=found,
        slots=slots,
        title=_title(len(found)),
        today=date_long(clock.now()),
        next_close=moment_near(min(slot.orders_close_at for slot in upcoming)) if upcoming else None,
    )


def _title(count: int) -> str:
    if not count:
        return _("Alles läuft")
    return ngettext("1 Ding braucht Sie", "%(num)d Dinge brauchen Sie", count)


def _money() -> list[Trouble]:
    found = []
    for market in my_markets():
        if cents := unmatched_cents(market.id):
            what = _("Bücher weichen ab: %(cents)s", cents=money(cents, sign=True))
            more = f"{market.name}: " + _("unsere Bücher gegen die des Zahlungsanbieters. Auszahlungen sind gesperrt.")
            found.append(Trouble(what, more, "scales", "stop", url_for("office.books"), _("Bücher ansehen")))
    for row in money_missing(readable()):
        what = _("Geld fehlt: %(number)s, %(cents)s", number=row.number, cents=money(row.owed_cents))
        more = row.last_error or _("Die Abholung hat begonnen, das Geld ist noch nicht eingezogen.")
        url = url_for("office.order", number=row.number)
        found.append(Trouble(what, more, "credit-card", "stop", url, _("Ansehen")))
    for row in refunds_stuck(readable()):
        what = _("Erstattung hängt: %(number)s, %(cents)s", number=row.number, cents=money(row.amount_cents))
        url = url_for("office.order", number=row.number)
        found.append(Trouble(what, row.last_error, "arrow-counter-clockwise", "stop", url, _("Ansehen")))
    return found


def _payouts() -> list[Trouble]:
    found = []
    for row in failed_statements(readable()):
        what = _("Auszahlung gescheitert: %(farm)s, %(cents)s", farm=row.name, cents=money(row.payout_cents))
        url = url_for("office.run", run_id=row.run_id)
        found.append(Trouble(what, flag_words(row.last_error or ""), "bank", "stop", url, _("Zum Lauf")))
    for row in open_runs(readable()):
        found += _run(row)
    return found


def _run(row: Any) -> list[Trouble]:
    url, more = url_for("office.run", run_id=row.id), ""
    until = _("Verkäufe bis %(date)s", date=date_paper(row.until))
    if row.state == "in_review" and me() not in (row.created_by, row.submitted_by):
        what = _("Auszahlungslauf %(id)s freigeben, %(cents)s", id=row.id, cents=money(row.payout_cents))
        more = f"{until} · " + ngettext("1 Hof", "%(num)d Höfe", row.farms)
        return [Trouble(what, more, "signature", "", url, _("Prüfen"))]
    if row.state == "approved" and row.market_id in own():
        what = _("Auszahlungslauf %(id)s ist freigegeben, %(cents)s", id=row.id, cents=money(row.payout_cents))
        return [Trouble(what, _("Noch geht kein Geld. Auszahlen oder anhalten."), "coins", "", url, _("Zum Lauf"))]
    if row.state == "paying" and row.sepa_cents and row.market_id in own():
        what = _("SEPA-Datei von Lauf %(id)s: %(cents)s", id=row.id, cents=money(row.sepa_cents))
        return [Trouble(what, _("Sobald die Bank gebucht hat, hier bestätigen."), "bank", "info", url, _("Zum Lauf"))]
    return []


def _workers() -> list[Trouble]:
    parked = deliveries_of(readable(), ["parked"], limit=100)
    if not parked:
        return []
    what = ngettext("1 Auftrag kam nicht durch", "%(num)d Aufträge kamen nicht durch", len(parked))
    more = parked[0].last_error or parked[0].kind
    return [Trouble(what, more, "truck", "stop", url_for("office.deliveries"), _("Ansehen"))]


def _packing() -> list[Trouble]:
    return [
        Trouble(
            ngettext(
                "%(day)s: 1 Bestellung ohne Packmeldung",
                "%(day)s: %(num)d Bestellungen ohne Packmeldung",
                row.orders,
                day=date_short(row.date),
            ),
            _("Sie zählen als gepackt wie bestellt. Bitte bei den Höfen nachfragen."),
            "tray",
            "info",
            url_for("office.orders", tag=row.date, stand="ready"),
            _("Ansehen"),
        )
        for row in packed_by_default(readable())
    ]
