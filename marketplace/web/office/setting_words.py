"""The settings of a market in words: what each means, and what its values are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.payouts.datev import ACCOUNTS
from marketplace.web.look.filters import percent


@dataclass(frozen=True)
class SettingWords:
    """`unit`: what stands behind the field. `options`: value → what it is called."""

    title: str
    means: str
    label: str
    options: tuple[tuple[str, str], ...] = ()


def setting_words(key: str) -> SettingWords:
    """Of a key of `markets/change_setting.RULES`."""
    return {
        "catch_weight_tolerance_bp": SettingWords(
            _("Spielraum beim Wiegen"),
            _(
                "Um so viel darf ein gewogenes Stück schwerer sein als üblich. So viel mehr wird auf der Karte"
                " reserviert; eingezogen wird nur, was gepackt ist. Ein neuer Wert gilt für Markttage ab dem Tag."
            ),
            _("Prozent"),
        ),
        "dispute_losses_borne_by": SettingWords(
            _("Wer trägt verlorene Reklamationen"),
            _(
                "Holt eine Bank eine Zahlung zurück und bleibt dabei, fehlt das Geld. Es gilt, was an dem Tag"
                " eingestellt war, an dem die Reklamation eröffnet wurde."
            ),
            _("Es trägt"),
            (("market", _("der Markt, aus seiner Provision")), ("farm", _("der Hof, dessen Ware es war"))),
        ),
        "cooling_off_days": SettingWords(
            _("Wartezeit nach neuer Bankverbindung"),
            _(
                "Ändert ein Hof seine IBAN, wird so lange nichts an ihn ausgezahlt. Das schützt vor gefälschten"
                " Änderungen. Für das erste Konto eines Hofs gilt keine Wartezeit."
            ),
            _("Tage"),
        ),
        "datev_accounts": SettingWords(
            _("Konten für die Steuerberatung"),
            _("Die Nummern im DATEV-Export der Auszahlungsläufe. Leer gelassen gilt der Kontenrahmen SKR 03."),
            "",
        ),
        "weeks_planned_ahead": SettingWords(
            _("Wie weit voraus Markttage angelegt werden"),
            _("So viele Wochen im Voraus stehen Markttage im Kalender, und Höfe können ihr Angebot eintragen."),
            _("Wochen"),
        ),
    }[key]


def account_label(name: str) -> str:
    """What an account of the export is for."""
    return {
        "commission": _("Erlöse aus Provision"),
        "provider": _("Geld beim Zahlungsanbieter"),
        "bank": _("Bank"),
        "first_debtor": _("Höfe (Debitoren) ab"),
    }[name]


def value_words(key: str, value: Any) -> str:
    """A value as it is read."""
    if key.endswith("_bp"):
        return percent(int(value))
    if key == "cooling_off_days":
        return ngettext("1 Tag", "%(num)d Tage", int(value))
    if key == "weeks_planned_ahead":
        return ngettext("1 Woche", "%(num)d Wochen", int(value))
    if key == "datev_accounts":
        return ", ".join(f"{account_label(name)} {value.get(name, usual)}" for name, usual in ACCOUNTS.items())
    return dict(setting_words(key).options).get(str(value), str(value))


def typed_value(key: str, value: Any) -> dict[str, str]:
    """A value as it stands in the fields of its form."""
    if key == "datev_accounts":
        return {name: str(value.get(name, "")) for name in ACCOUNTS}
    if key.endswith("_bp"):
        return {"value": f"{value // 100},{value % 100:02d}".removesuffix(",00")}
    return {"value": str(value)}
