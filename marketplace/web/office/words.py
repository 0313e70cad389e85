"""States, flags and accounts as the office calls them."""

from __future__ import annotations

from flask_babel import gettext as _

from marketplace.payouts.models import PayoutRun, Statement
from marketplace.web.look.filters import percent


def order_state(state: str) -> tuple[str, str]:
    """Words and kind of the tag."""
    return {
        "awaiting_payment": (_("wartet auf Zahlung"), "warn"),
        "confirmed": (_("bestätigt"), "info"),
        "packing": (_("wird gepackt"), "info"),
        "ready": (_("abholbereit"), "ok"),
        "collected": (_("abgeholt"), ""),
        "not_collected": (_("nicht abgeholt"), "warn"),
        "cancelled": (_("storniert"), ""),
        "expired": (_("abgelaufen"), ""),
    }[state]


def payment_state(state: str) -> tuple[str, str]:
    """Words and kind of the tag."""
    return {
        "none": (_("noch nichts"), ""),
        "pending": (_("offen"), "warn"),
        "authorized": (_("reserviert"), "info"),
        "captured": (_("eingezogen"), "ok"),
        "partially_refunded": (_("teils erstattet"), "info"),
        "refunded": (_("erstattet"), ""),
        "failed": (_("gescheitert"), "stop"),
        "cancelled": (_("freigegeben"), ""),
    }[state]


def payment_method(method: str) -> str:
    """How an order is paid."""
    return {"card": _("Karte"), "sepa_debit": _("Lastschrift"), "pay_at_pickup": _("bei Abholung")}[method]


def bearer(borne_by: str) -> str:
    """Who bears a refund or the loss of a dispute."""
    return {
        "farm": _("trägt der Hof"),
        "market": _("trägt der Markt"),
        "deposits": _("aus dem Pfand"),
        "clearing": _("war zu viel gezahlt"),
    }[borne_by]


def consumer_words(consumer: str) -> str:
    """What a consumer of the outbox does."""
    return {
        "payments.bring_about": _("Zahlung beim Anbieter"),
        "payments.refund": _("Erstattung beim Anbieter"),
        "payments.hear": _("Nachricht des Zahlungsanbieters"),
        "payouts.connect": _("Konto für Auszahlungen anlegen"),
        "payouts.pay": _("Überweisung an einen Hof"),
        "payouts.reverse": _("Überweisung zurückholen"),
        "payments.keep_means": _("Zahlungsmittel merken"),
        "payments.detach_means": _("Zahlungsmittel beim Anbieter löschen"),
        "reconciliation.run": _("Abgleich mit dem Zahlungsanbieter"),
        "market_days.pack": _("späte Bestellung auf die Packlisten"),
        "notifications.compose": _("Benachrichtigung verfassen"),
        "notifications.send": _("E-Mail senden"),
    }.get(consumer, consumer)


def day_state(state: str) -> tuple[str, str]:
    """Words and kind of the tag, of days and slots."""
    return {
        "planned": (_("geplant"), ""),
        "open": (_("offen"), "ok"),
        "closed": (_("geschlossen"), "info"),
        "cancelled": (_("abgesagt"), "stop"),
        "done": (_("vorbei"), ""),
    }[state]


def run_state(run: PayoutRun) -> tuple[str, str]:
    """Words and kind of the tag."""
    return run_state_words(run.state)


def run_state_words(state: str) -> tuple[str, str]:
    """The same, of the state alone."""
    return {
        "draft": (_("Entwurf"), ""),
        "in_review": (_("in Prüfung"), "info"),
        "approved": (_("freigegeben"), "ok"),
        "paying": (_("wird ausgezahlt"), "info"),
        "paid": (_("ausgezahlt"), "ok"),
        "rejected": (_("zurückgegeben"), "stop"),
    }[state]


def statement_state(statement: Statement) -> tuple[str, str]:
    """Words and kind of the tag; those of a due one say which way the money goes."""
    ways = {"transfer": _("Überweisung"), "sepa": _("SEPA-Datei"), None: _("fällig")}
    return {
        "due": (ways[statement.paid_by], ""),
        "held": (_("angehalten"), "warn"),
        "carried": (_("Vortrag"), "warn"),
        "paying": (_("unterwegs"), "info"),
        "paid": (_("bezahlt"), "ok"),
        "failed": (_("gescheitert"), "stop"),
    }[statement.state]


def flag_words(flag: str) -> str:
    """What is unusual about a statement."""
    return {
        "on_hold": _("Auszahlung angehalten"),
        "bank_changed": _("Neue IBAN, Wartezeit läuft"),
        "account_disabled": _("Konto beim Zahlungsanbieter gesperrt"),
        "account_negative": _("Konto beim Zahlungsanbieter im Minus"),
        "disputed": _("Streitfall offen"),
        "no_account": _("Keine Bankverbindung"),
        "first_account": _("Erste Auszahlung auf dieses Konto"),
        "tax_data_missing": _("Steuerdaten fehlen"),
        "objection": _("Einspruch des Hofs"),
        "negative": _("Guthaben negativ"),
        "unusual": _("Weit vom Üblichen"),
        "changed": _("Zahlen weichen von der Freigabe ab"),
    }.get(flag, flag)


# What stops money, as against what people should only look at.
GRAVE = frozenset(
    {
        "on_hold",
        "bank_changed",
        "account_disabled",
        "account_negative",
        "no_account",
        "disputed",
        "objection",
        "unusual",
    }
)


def flag_more(flag: str) -> str:
    """What follows from it."""
    return {
        "on_hold": _("Der Betrag fällt in den nächsten Lauf, sobald jemand die Auszahlung wieder freigibt."),
        "bank_changed": _("Nach einer Änderung der Bankverbindung wird erst nach der Wartezeit ausgezahlt."),
        "account_disabled": _("Der Zahlungsanbieter überweist gerade nicht. Der Hof muss Angaben nachreichen."),
        "account_negative": _("Was wir überweisen, würde der Zahlungsanbieter behalten. Der Hof muss es ausgleichen."),
        "disputed": _("Ein Verkauf ist strittig, der Hof trüge den Verlust. Alles andere fällt in den nächsten Lauf."),
        "no_account": _("Ohne Konto keine Auszahlung. Der Betrag fällt in den nächsten Lauf."),
        "first_account": _("Bitte Kontoinhaber und Hof vergleichen."),
        "tax_data_missing": _("Ohne Steuerschema stimmen die Belege des Hofs nicht."),
        "objection": _("Der Betrag wird nicht ausgezahlt, bis das geklärt ist. Er fällt in den nächsten Lauf."),
        "negative": _("Wird nicht ausgezahlt, sondern in den nächsten Lauf vorgetragen."),
        "unusual": _("Mehr als das Dreifache oder weniger als ein Drittel der letzten Auszahlungen."),
    }.get(flag, "")


def component(name: str, rate_bp: int) -> str:
    """A part of the commission."""
    known = {"host": _("Abholort"), "platform": _("Plattform"), "payment": _("Zahlung")}
    return f"{known.get(name, name)} {percent(rate_bp)}"


def account_words(account: str) -> str:
    """An account of the ledger in words; farms and markets keep their number."""
    head, _colon, tail = account.partition(":")
    words = {
        "stripe:pending": _("Zahlungsanbieter, noch nicht verfügbar"),
        "stripe:available": _("Zahlungsanbieter, verfügbar"),
        "stripe:fees": _("Gebühren des Zahlungsanbieters"),
        "customer:clearing": _("Kundengelder vor der Übergabe"),
        "vat:commission": _("Umsatzsteuer auf die Provision"),
        "disputes:held": _("Einbehalten wegen Reklamation"),
    }
    if account in words:
        return words[account]
    if head == "farm":
        return _("Verbindlichkeit gegenüber einem Hof") if tail.endswith("payable") else _("Forderung an einen Hof")
    return {"market": _("Provision"), "bank": _("Bank"), "cash": _("Bar bei Abholung"), "deposits": _("Pfand")}.get(
        head, account
    )
