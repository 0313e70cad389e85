"""What the customer entered on the payment page, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..cards import TestCard, TestDebit, card_by_number, debit_by_iban

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_EXPIRY = re.compile(r"^(0[1-9]|1[0-2])\s*/\s*(\d{2}|\d{4})$")
_CVC = re.compile(r"^\d{3,4}$")


@dataclass
class PaymentForm:
    """Entries as texts, and an error for each field that cannot be right."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    instrument: TestCard | TestDebit | None = None


def read_form(
    entries: Mapping[str, str], types: list[str], now_year_month: tuple[int, int], kept: list[str]
) -> PaymentForm:
    """Check the entries; ``now_year_month`` is today for the card's expiry, ``kept`` the ids of saved methods."""
    values = {
        name: entries.get(name, "").strip()
        for name in ("method", "card_number", "expiry", "cvc", "email", "iban", "save", "saved")
    }
    form = PaymentForm(values)
    if values["method"] not in types:
        values["method"] = types[0]
    if not _EMAIL.match(values["email"]):
        form.errors["email"] = "Bitte geben Sie eine E-Mail-Adresse an."
    if values["saved"] not in kept:
        values["saved"] = ""
    if values["saved"]:
        return form
    if values["method"] == "sepa_debit":
        form.instrument = debit_by_iban(values["iban"])
        if form.instrument is None:
            form.errors["iban"] = "Diese IBAN kennt die Testumgebung nicht. Bitte nehmen Sie eine Test-IBAN."
        return form
    form.instrument = card_by_number(values["card_number"])
    if form.instrument is None:
        form.errors["card_number"] = "Diese Kartennummer kennt die Testumgebung nicht. Bitte nehmen Sie eine Testkarte."
    match = _EXPIRY.match(values["expiry"])
    if not match:
        form.errors["expiry"] = "Bitte geben Sie Monat und Jahr an, zum Beispiel 12/34."
    elif (2000 + int(match[2]) % 100, int(match[1])) < now_year_month:
        form.errors["expiry"] = "Dieses Datum liegt in der Vergangenheit."
    if not _CVC.match(values["cvc"]):
        form.errors["cvc"] = "Die Prüfziffer hat drei oder vier Ziffern."
    return form


def euros(cents: int) -> str:
    """Cents as a person in Germany writes them: ``1.234,50 €``."""
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", ".")
    return f"{'−' if cents < 0 else ''}{grouped},{rest:02d}\N{NO-BREAK SPACE}€"
