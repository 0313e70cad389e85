"""The moments of an order's money in words: what it is called, how grave it is, which way the money went."""

from __future__ import annotations

from collections.abc import Callable

from flask import url_for
from flask_babel import gettext as _

from marketplace.reports.order_money import Moment
from marketplace.web.look.filters import moment_near
from marketplace.web.office.dispute_story import Words, dispute_lost, dispute_opened, dispute_won
from marketplace.web.office.provider_words import plainly
from marketplace.web.office.words import bearer, consumer_words, order_state, payment_method, run_state_words


def words_of(one: Moment) -> Words:
    """How the story tells it."""
    return (_WORDS.get(one.kind) or _other)(one)


def _step(one: Moment) -> Words:
    first = {"awaiting_payment": _("Bestellt"), "confirmed": _("Bestätigt")}
    return {"what": first.get(one.state) or _cased(order_state(one.state)[0])}


def _cased(words: str) -> str:
    return words[:1].upper() + words[1:]


def _asked(one: Moment) -> Words:
    how = payment_method(one.method)
    again = one.kind == "asked_again"
    return {
        "what": _("Neue Zahlung angefragt: %(how)s", how=how) if again else _("Zahlung angefragt: %(how)s", how=how),
        "more": _("Höchstens dieser Betrag wird reserviert oder eingezogen."),
        "icon": "receipt",
        "cents": one.cents,
    }


def _agreed(one: Moment) -> Words:
    return {"what": _("Bezahlt wird bei der Abholung"), "icon": "coins", "cents": one.cents}


def _stray(one: Moment) -> Words:
    return {
        "what": _("Eine zweite Zahlung fand sich beim Anbieter"),
        "kind": "warn",
        "icon": "warning",
        "cents": one.cents,
        "more": _("Niemand hatte sie verlangt: sie wird freigegeben oder erstattet."),
    }


def _authorized(one: Moment) -> Words:
    more = _("Eingezogen wird erst, was gepackt ist.")
    if one.until and one.state == "authorized":
        more += " " + _("Die Reservierung hält bis %(until)s.", until=moment_near(one.until))
    return {"what": _("Reserviert"), "kind": "info", "icon": "lock-key", "cents": one.cents, "more": more}


def _captured(one: Moment) -> Words:
    what = _("Lastschrift eingegangen") if one.method == "sepa_debit" else _("Eingezogen")
    return {"what": what, "kind": "ok", "icon": "credit-card", "cents": one.cents, "way": 1}


def _cash(one: Moment) -> Words:
    return {"what": _("Bei der Abholung bezahlt"), "kind": "ok", "icon": "coins", "cents": one.cents, "way": 1}


def _released(one: Moment) -> Words:
    return {"what": _("Reservierung freigegeben"), "icon": "lock-key", "cents": one.cents}


def _page_closed(one: Moment) -> Words:
    return {"what": _("Zahlseite geschlossen, nichts bezahlt"), "icon": "x"}


def _taken_over(one: Moment) -> Words:
    return {"what": _("Nichts einzuziehen: der Markt trägt alles"), "icon": "x"}


def _payment_failed(one: Moment) -> Words:
    return {"what": _("Zahlung nicht zustande gekommen"), "kind": "warn", "icon": "warning"}


def _try_failed(one: Moment) -> Words:
    return {
        "what": _("Zahlungsversuch gescheitert"),
        "kind": "warn",
        "icon": "warning",
        "cents": one.cents,
        "more": plainly(one.text),
    }


def _hold_lost(one: Moment) -> Words:
    return {
        "what": _("Reservierung verfallen"),
        "kind": "stop",
        "icon": "warning-circle",
        "cents": one.cents,
        "more": plainly(one.text),
    }


def _capture_failed(one: Moment) -> Words:
    return {
        "what": _("Einziehen gescheitert"),
        "kind": "stop",
        "icon": "warning-circle",
        "cents": one.cents,
        "more": plainly(one.text),
    }


def _lowered(one: Moment) -> Words:
    return {
        "what": _("Vor dem Einziehen gemindert"),
        "kind": "info",
        "icon": "arrow-counter-clockwise",
        "cents": one.cents,
        "more": _reason(one),
    }


def _refund(one: Moment) -> Words:
    what, kind = {
        "submitting": (_("Erstattung beauftragt, noch unterwegs"), "warn"),
        "done": (_("Erstattet"), "info"),
        "failed": (_("Erstattung versucht"), "warn"),
    }[one.state]
    if one.kind == "cash_back":
        what = _("Bar zurückgegeben")
    if one.kind == "deposit_back":
        what = _("Pfand zurück")
    return {
        "what": what,
        "kind": kind,
        "icon": "arrow-counter-clockwise",
        "cents": one.cents,
        "way": -1,
        "more": _reason(one),
    }


def _reason(one: Moment) -> str:
    borne = bearer(one.method)
    return f"„{one.text}“ · {borne}" if one.text else borne


def _refund_refused(one: Moment) -> Words:
    what = _("Erstattung noch nicht gelungen") if one.state == "submitting" else _("Erstattung nicht mehr nötig")
    return {
        "what": what,
        "kind": "stop",
        "icon": "warning-circle",
        "cents": one.cents,
        "more": plainly(one.text),
    }


def _came_back(one: Moment) -> Words:
    return {
        "what": _("Erstattung kam zurück"),
        "kind": "stop",
        "icon": "warning-circle",
        "cents": one.cents,
        "way": 1,
        "more": plainly(one.text) + " " + _("Bitte anders erstatten."),
    }


def _fulfilment(one: Moment) -> Words:
    return {"what": _("Den Höfen gutgeschrieben"), "icon": "storefront", "cents": one.cents, "refs": ()}


def _fee(one: Moment) -> Words:
    return {"what": _("Gebühr des Zahlungsanbieters"), "icon": "minus", "cents": one.cents, "way": -1}


def _correction(one: Moment) -> Words:
    return {
        "what": _("Berichtigt: wer eine Erstattung trug, bekommt sie zurück"),
        "icon": "scales",
        "cents": one.cents,
        "refs": (),
    }


def _payout(one: Moment) -> Words:
    assert one.run_id is not None
    run = run_state_words(one.text)[0]
    what, kind = {
        "paid": (_("An %(farm)s ausgezahlt", farm=one.who), "ok"),
        "failed": (_("Auszahlung an %(farm)s gescheitert", farm=one.who), "stop"),
        "held": (_("%(farm)s: Auszahlung angehalten", farm=one.who), "warn"),
        "carried": (_("%(farm)s: auf den nächsten Lauf vorgetragen", farm=one.who), "warn"),
    }.get(one.state, (_("%(farm)s: im Auszahlungslauf", farm=one.who), "info"))
    return {
        "what": what,
        "kind": kind,
        "icon": "coins",
        "cents": one.cents,
        "more": _("Anteil dieser Bestellung vor Provision. Stand des Laufs: %(state)s.", state=run),
        "url": url_for("office.statement", run_id=one.run_id, statement_id=one.statement_id),
        "link": _("Auszahlungslauf %(id)s", id=one.run_id),
    }


def _parked(one: Moment) -> Words:
    return {
        "what": _("Hängt: %(work)s", work=consumer_words(one.method)),
        "kind": "stop",
        "icon": "truck",
        "more": plainly(one.text),
        "url": url_for("office.deliveries"),
        "link": _("Zustellungen"),
    }


def _other(one: Moment) -> Words:
    return {"what": one.kind, "cents": one.cents, "more": one.text}


_WORDS: dict[str, Callable[[Moment], Words]] = {
    "step": _step,
    "asked": _asked,
    "asked_again": _asked,
    "agreed": _agreed,
    "stray": _stray,
    "authorized": _authorized,
    "captured": _captured,
    "cash": _cash,
    "released": _released,
    "page_closed": _page_closed,
    "taken_over": _taken_over,
    "payment_failed": _payment_failed,
    "try_failed": _try_failed,
    "hold_lost": _hold_lost,
    "capture_failed": _capture_failed,
    "lowered": _lowered,
    "refund": _refund,
    "cash_back": _refund,
    "deposit_back": _refund,
    "refund_refused": _refund_refused,
    "refund_came_back": _came_back,
    "fulfilment": _fulfilment,
    "fee": _fee,
    "correction": _correction,
    "dispute_opened": dispute_opened,
    "dispute_won": dispute_won,
    "dispute_lost": dispute_lost,
    "payout": _payout,
    "parked": _parked,
}
