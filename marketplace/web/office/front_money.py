"""Money that needs a person: unexplained cents, disputes, money that is missing, refunds that hang or came back."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from marketplace.kernel import clock
from marketplace.payouts.locks import unmatched_cents
from marketplace.reconciliation.last import last_result
from marketplace.web.look.filters import moment_near, money
from marketplace.web.office.dispute_words import dispute_reason
from marketplace.web.office.front_rows import money_missing, open_disputes, refunds_stuck
from marketplace.web.office.provider_words import plainly
from marketplace.web.office.trouble import Trouble
from marketplace.web.office.visit import my_markets, readable


def money_troubles() -> list[Trouble]:
    """The gravest first."""
    return [*_unexplained(), *_disputes(), *_missing(), *_refunds()]


def _unexplained() -> Iterator[Trouble]:
    last = last_result()
    for market in my_markets():
        cents = unmatched_cents(market.id)
        if not cents:
            continue
        what = _("Bücher weichen ab: %(cents)s", cents=money(cents, sign=True))
        more = f"{market.name}: " + _("unsere Bücher gegen die des Zahlungsanbieters. Auszahlungen sind gesperrt.")
        if last is not None:
            more += " " + _("Zuletzt abgeglichen: %(when)s.", when=moment_near(last.finished_at))
        yield Trouble(what, more, "scales", "stop", url_for("office.money"), _("Abgleich ansehen"))


def _disputes() -> Iterator[Trouble]:
    for row in open_disputes(readable()):
        if row.state == "under_review":
            continue
        head = _("Rückfrage der Bank") if row.state == "warning" else _("Reklamation")
        what = _("%(head)s: %(number)s, %(cents)s", head=head, number=row.number, cents=money(row.amount_cents))
        more = _("Grund: %(reason)s.", reason=dispute_reason(row.reason))
        if row.evidence_due_by and row.evidence_due_by > clock.now():
            more += " " + _("Antwort nötig bis %(until)s.", until=moment_near(row.evidence_due_by, zone=row.timezone))
        elif row.evidence_due_by:
            more += " " + _("Die Frist ist abgelaufen: %(until)s.", until=moment_near(row.evidence_due_by))
        url = url_for("office.order", number=row.number)
        yield Trouble(what, more, "scales", "stop", url, _("Ansehen"))


def _missing() -> Iterator[Trouble]:
    for row in money_missing(readable()):
        what = _("Geld fehlt: %(number)s, %(cents)s", number=row.number, cents=money(row.owed_cents))
        more = plainly(row.last_error) or _("Die Abholung hat begonnen, das Geld ist noch nicht eingezogen.")
        if row.asked_again:
            more += " " + _("Ein neuer Zahlungslink ist bei der Kundin oder dem Kunden.")
        url = url_for("office.order", number=row.number)
        yield Trouble(what, more, "credit-card", "stop", url, _("Ansehen"))


def _refunds() -> Iterator[Trouble]:
    for row in refunds_stuck(readable()):
        said = {"number": row.number, "cents": money(row.amount_cents)}
        what = (
            _("Erstattung kam zurück: %(number)s, %(cents)s", **said)
            if row.came_back
            else _("Erstattung hängt: %(number)s, %(cents)s", **said)
        )
        url = url_for("office.order", number=row.number)
        yield Trouble(what, plainly(row.last_error), "arrow-counter-clockwise", "stop", url, _("Ansehen"))
