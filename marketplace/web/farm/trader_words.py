"""The names of what a trader tells."""

from __future__ import annotations

from flask_babel import gettext as _


def field_name(name: str) -> tuple[str, str]:
    """(what it is called, the page's anchor on which it is told)."""
    words = {
        "legal_name": _("Name des Betriebs oder der Person"),
        "legal_form": _("Rechtsform"),
        "street": _("Straße und Hausnummer"),
        "postcode": _("Postleitzahl"),
        "town": _("Ort"),
        "email": _("E-Mail"),
        "phone": _("Telefon"),
        "register_number": _("Registernummer"),
        "tax_number": _("Steuernummer oder Umsatzsteuer-Identnummer"),
        "vat_id": _("Umsatzsteuer-Identnummer"),
        "owner_birth_date": _("Geburtsdatum"),
        "lucid_number": _("LUCID-Nummer"),
        "organic_code": _("Öko-Kontrollnummer"),
        "organic_until": _("Zertifikat gültig bis"),
        "certified": _("Selbsterklärung"),
        "iban": _("Bankverbindung"),
        "products": _("ein veröffentlichtes Produkt"),
    }
    return words.get(name, name), name
