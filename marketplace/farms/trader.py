"""Who a farm is before the law: what a trader must tell before it sells, and what of it is missing.

DSA Art. 30 (name, address, phone, e-mail, register, self-certification), § 22f UStG and PStTG (tax number, VAT id,
birth date of persons), VerpackG (LUCID number), Regulation (EU) 2018/848 (organic code and certificate).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from marketplace.farms.bank import bank_account
from marketplace.farms.models import Farm
from marketplace.kernel import clock
from marketplace.kernel.database import command, db, scalar
from marketplace.kernel.emails import address_from_text
from marketplace.kernel.errors import Invalid, NotFound
from marketplace.kernel.plain_text import one_line
from marketplace.kernel.words import N_, Words

# code -> (German name, is it a natural person, does it stand in a register)
LEGAL_FORMS = {
    "person": (N_("Einzelunternehmen"), True, False),
    "registered_person": (N_("eingetragene Kauffrau, eingetragener Kaufmann"), True, True),
    "gbr": (N_("GbR"), True, False),
    "kg": (N_("KG"), False, True),
    "ohg": (N_("OHG"), False, True),
    "gmbh": (N_("GmbH"), False, True),
    "ug": (N_("UG (haftungsbeschränkt)"), False, True),
    "eg": (N_("eG"), False, True),
    "association": (N_("e. V."), False, True),
}
VAT_ID = re.compile(r"DE\d{9}")
TAX_NUMBER = re.compile(r"\d{10,13}")
LUCID = re.compile(r"DE\d{13}")
ORGANIC = re.compile(r"DE-ÖKO-\d{3}")
POSTCODE = re.compile(r"\d{5}")
LONGEST = 200
YOUNGEST, OLDEST = 16, 110


@dataclass(frozen=True)
class Trader:
    """What a farm tells. `certified`: it confirms to offer only what obeys the law (DSA Art. 30 (1) e)."""

    legal_name: str = ""
    legal_form: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    email: str = ""
    phone: str = ""
    register_number: str = ""
    tax_number: str = ""
    vat_id: str = ""
    owner_birth_date: date | None = None
    lucid_number: str = ""
    organic_code: str | None = None
    organic_until: date | None = None
    certified: bool = False


Errors = dict[str, str | Words]
TEXTS = ("legal_name", "street", "postcode", "town", "email", "phone", "register_number")
CODES = ("tax_number", "vat_id", "lucid_number")
SAVED = tuple(name for name in Trader.__dataclass_fields__ if name != "certified")


def as_kept(told: Trader) -> Trader:
    """Texts on one line; numbers without spaces, points and slashes; codes in capitals."""
    plain: dict[str, Any] = {name: one_line(getattr(told, name)) for name in TEXTS}
    codes: dict[str, Any] = {name: re.sub(r"[\s./-]", "", getattr(told, name)).upper() for name in CODES}
    organic = re.sub(r"\s", "", told.organic_code or "").upper() or None
    return replace(told, **plain, **codes, organic_code=organic)


def is_vat_id(text: str) -> bool:
    """A German VAT id with its check digit (ISO 7064, MOD 11,10)."""
    if not VAT_ID.fullmatch(text):
        return False
    product = 10
    for digit in text[2:10]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(text[10])


def complaints(told: Trader, today: date) -> Errors:
    """What cannot be right of what was told; what is missing is no complaint."""
    errors: Errors = {
        name: Words(N_("Höchstens %(most)s Zeichen."), {"most": LONGEST})
        for name in TEXTS
        if len(getattr(told, name)) > LONGEST
    }
    if told.legal_form and told.legal_form not in LEGAL_FORMS:
        errors["legal_form"] = N_("Diese Rechtsform gibt es nicht.")
    if told.postcode and not POSTCODE.fullmatch(told.postcode):
        errors["postcode"] = N_("Eine Postleitzahl hat fünf Ziffern.")
    try:
        address_from_text(told.email)
    except ValueError:
        errors["email"] = N_("Bitte geben Sie eine E-Mail-Adresse an, zum Beispiel „name@beispiel.de“.")
    if told.vat_id and not is_vat_id(told.vat_id):
        errors["vat_id"] = N_("Diese Umsatzsteuer-Identnummer stimmt nicht: DE und neun Ziffern.")
    if told.tax_number and not TAX_NUMBER.fullmatch(told.tax_number):
        errors["tax_number"] = N_("Eine Steuernummer hat 10 bis 13 Ziffern.")
    if told.lucid_number and not LUCID.fullmatch(told.lucid_number):
        errors["lucid_number"] = N_("Eine LUCID-Nummer sieht so aus: DE1234567890123.")
    if told.organic_code and not ORGANIC.fullmatch(told.organic_code):
        errors["organic_code"] = N_("Eine Öko-Kontrollnummer sieht so aus: DE-ÖKO-006.")
    if told.organic_code and told.organic_until is None:
        errors["organic_until"] = N_("Bitte geben Sie an, bis wann das Zertifikat gilt.")
    if told.owner_birth_date is not None and not YOUNGEST <= today.year - told.owner_birth_date.year <= OLDEST:
        errors["owner_birth_date"] = N_("Bitte prüfen Sie das Geburtsdatum.")
    return errors


def trader_of(farm_id: int) -> Trader:
    """What the farm has told so far. NotFound."""
    farm = db.session.get(Farm, farm_id)
    if farm is None:
        raise NotFound()
    return Trader(**{name: getattr(farm, name) for name in SAVED}, certified=farm.certified_at is not None)


@command
def save_trader(farm_id: int, told: Trader, today: date) -> None:
    """Keeps what was told; raises Invalid by field, NotFound. Being certified is dated the first time.

    A farm that sells cannot take back what it had to tell before it went live.
    """
    told = as_kept(told)
    if errors := complaints(told, today):
        raise Invalid(errors)
    farm = db.session.get(Farm, farm_id, with_for_update={"key_share": True})
    if farm is None:
        raise NotFound()
    if farm.state == "live" and (gone := set(_untold(told)) - set(_untold(trader_of(farm_id)))):
        raise Invalid(dict.fromkeys(sorted(gone), N_("Ihr Hof verkauft: Diese Angabe darf nicht fehlen.")))
    for name in SAVED:
        setattr(farm, name, getattr(told, name))
    if told.certified and farm.certified_at is None:
        farm.certified_at = clock.now()
    if not told.certified:
        farm.certified_at = None
    db.session.flush()


def missing_before_live(farm_id: int) -> list[str]:
    """The names (fields of `Trader`, and `iban`, `products`) of what a farm still has to tell before it goes live."""
    missing = _untold(trader_of(farm_id))
    if bank_account(farm_id) is None:
        missing.append("iban")
    if not scalar("SELECT EXISTS (SELECT 1 FROM product WHERE farm_id = :id AND state = 'live')", id=farm_id):
        missing.append("products")
    return missing


def _untold(told: Trader) -> list[str]:
    """The fields that a trader must tell and this one has not."""
    needed = ["legal_name", "legal_form", "street", "postcode", "town", "email", "phone"]
    _name, is_person, has_register = LEGAL_FORMS.get(told.legal_form, ("", False, False))
    if has_register:
        needed.append("register_number")
    if is_person:
        needed.append("owner_birth_date")
    missing = [name for name in needed if not getattr(told, name)]
    if not told.tax_number and not told.vat_id:
        missing.append("tax_number")
    if not told.lucid_number:
        missing.append("lucid_number")
    if not told.certified:
        missing.append("certified")
    return missing
