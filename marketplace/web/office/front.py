"""The first page of the office: what brakes, then the week."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel import clock
from marketplace.web.access import allow, approver_or_operator
from marketplace.web.look.filters import date_long, date_paper, date_short, moment_near, money
from marketplace.web.office import blueprint
from marketplace.web.office.delivery_rows import deliveries_of
from marketplace.web.office.front_money import money_troubles
from marketplace.web.office.front_rows import (
    accounts_disabled,
    failed_statements,
    open_runs,
    packed_by_default,
    week_slots,
)
from marketplace.web.office.provider_words import plainly
from marketplace.web.office.trouble import Trouble
from marketplace.web.office.visit import me, own, readable
from marketplace.web.office.words import consumer_words, flag_words


@blueprint.get("/")
@allow(approver_or_operator)
def front() -> str:
    """Exceptions, or the green state; the slots of the coming week."""
    found = [*money_troubles(), *_payouts(), *_workers(), *_packing()]
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


def _payouts() -> list[Trouble]:
    found = []
    for row in failed_statements(readable()):
        what = _("Auszahlung gescheitert: %(farm)s, %(cents)s", farm=row.name, cents=money(row.payout_cents))
        url = url_for("office.run", run_id=row.run_id)
        known = flag_words(row.last_error or "")
        more = plainly(row.last_error) if known == row.last_error else known
        found.append(Trouble(what, more, "bank", "stop", url, _("Zum Lauf")))
    for row in accounts_disabled(readable()):
        what = _("Konto gesperrt: %(farm)s", farm=row.name)
        more = _(
            "Seit %(when)s überweist der Zahlungsanbieter nicht mehr dorthin. Offen: %(cents)s. Der Hof muss handeln.",
            when=moment_near(row.since),
            cents=money(row.payable_cents),
        )
        found.append(Trouble(what, more, "bank", "stop", url_for("office.farm_accounts"), _("Konten ansehen")))
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
    more = _("%(work)s. %(why)s", work=consumer_words(parked[0].consumer), why=plainly(parked[0].last_error))
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
