"""What the provider wants to know of a farm, and why it does not pay, in plain words."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from marketplace.payouts.bank import LEFT


def missing_words(fields: Iterable[str]) -> list[str]:
    """Each thing once, in the order it was asked for; a new word of the provider as it stands."""
    return list(dict.fromkeys(_words(field) for field in fields))


def _words(field: str) -> str:
    known = (
        ("external_account", _("Bankverbindung (IBAN)")),
        ("tos_acceptance", _("Zustimmung zu den Bedingungen des Zahlungsanbieters")),
        ("document", _("Ausweis oder Nachweis als Foto")),
        ("dob", _("Geburtsdatum")),
        ("address", _("Anschrift")),
        ("first_name", _("Vor- und Nachname")),
        ("last_name", _("Vor- und Nachname")),
        ("email", _("E-Mail-Adresse")),
        ("phone", _("Telefonnummer")),
        ("vat_id", _("Umsatzsteuer-Identifikationsnummer")),
        ("tax_id", _("Steuernummer oder Registernummer")),
        ("registration_number", _("Steuernummer oder Registernummer")),
        ("owners", _("Angaben zu den Inhaberinnen und Inhabern")),
        ("directors", _("Angaben zur Geschäftsführung")),
        ("executives", _("Angaben zur Geschäftsführung")),
        ("representative", _("Angaben zur vertretungsberechtigten Person")),
        ("company", _("Angaben zum Betrieb")),
        ("business_profile", _("Angaben zum Betrieb")),
        ("business_type", _("Rechtsform")),
    )
    return next((words for part, words in known if part in field), field)


def disabled_words(reason: str) -> str:
    """Why the provider pays nothing there now; empty for no reason."""
    if not reason:
        return ""
    known = {
        "requirements.past_due": _("Eine Frist ist verstrichen: Angaben fehlen noch."),
        "action_required.requested_capabilities": _("Der Zahlungsanbieter wartet auf Angaben von Ihnen."),
        "requirements.pending_verification": _("Ihre Angaben werden geprüft."),
        "under_review": _("Der Zahlungsanbieter prüft das Konto."),
        "listed": _("Der Zahlungsanbieter gleicht Ihre Angaben mit Prüflisten ab."),
        "platform_paused": _("Die Marktleitung hat das Konto beim Zahlungsanbieter angehalten."),
    }
    if reason == LEFT:
        return _("Der Zahlungsanbieter lässt uns nicht mehr an das Konto. Bitte wenden Sie sich an die Marktleitung.")
    if reason.startswith("rejected"):
        return _("Der Zahlungsanbieter hat das Konto abgelehnt. Bitte wenden Sie sich an die Marktleitung.")
    return known.get(reason, reason)
