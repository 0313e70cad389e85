"""Disputes as the office calls them."""

from __future__ import annotations

from flask_babel import gettext as _


def dispute_reason(reason: str) -> str:
    """The bank's reason in words; the provider's own word for one that is new."""
    return {
        "": _("nicht genannt"),
        "bank_cannot_process": _("die Bank konnte nicht buchen"),
        "check_returned": _("Scheck zurück"),
        "credit_not_processed": _("Gutschrift nicht angekommen"),
        "customer_initiated": _("von der Kundin oder dem Kunden zurückgerufen"),
        "debit_not_authorized": _("Lastschrift nicht genehmigt"),
        "duplicate": _("doppelt abgebucht"),
        "fraudulent": _("Betrug: die Karteninhaberin oder der Karteninhaber kennt den Kauf nicht"),
        "general": _("ohne nähere Angabe"),
        "incorrect_account_details": _("falsche Kontodaten"),
        "insufficient_funds": _("Konto nicht gedeckt"),
        "product_not_received": _("Ware nicht erhalten"),
        "product_unacceptable": _("Ware nicht wie beschrieben"),
        "subscription_canceled": _("Abo gekündigt"),
        "unrecognized": _("Kauf nicht wiedererkannt"),
    }.get(reason, reason)


def dispute_state(state: str) -> tuple[str, str]:
    """Words and kind of the tag."""
    return {
        "warning": (_("Rückfrage"), "warn"),
        "needs_response": (_("braucht eine Antwort"), "stop"),
        "under_review": (_("wird geprüft"), "info"),
        "won": (_("gewonnen"), "ok"),
        "lost": (_("verloren"), "stop"),
    }[state]
