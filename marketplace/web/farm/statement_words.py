"""What became of a statement, why money waits, and its sums, in words."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from marketplace.payouts.models import Statement
from marketplace.web.look.filters import money, percent


def state_words(state: str, run_state: str) -> tuple[str, str]:
    """What became of it, and the kind of its tag."""
    if state == "paid":
        return _("überwiesen"), "ok"
    if state == "failed":
        return _("Überweisung gescheitert"), "stop"
    if state == "carried":
        return _("auf die nächste Abrechnung übertragen"), ""
    if state == "held":
        return _("angehalten"), "warn"
    if run_state == "in_review":
        return _("in Prüfung"), "info"
    if run_state == "paying":
        return _("wird überwiesen"), "info"
    return _("freigegeben"), "info"


def holds_of(row: Statement) -> list[str]:
    """Why the money waits, as far as the farm can do something about it or must know."""
    return hold_words(row.flags) if row.state in ("held", "carried") else []


def hold_words(flags: Iterable[str]) -> list[str]:
    """The reasons among the flags of a statement, or of how a farm stands."""
    known = {
        "no_account": _("Uns fehlt Ihre Bankverbindung. Bitte geben Sie sie der Marktleitung."),
        "bank_changed": _("Ihre Bankverbindung ist neu. Nach der Wartezeit wird überwiesen."),
        "account_disabled": _("Dem Zahlungsanbieter fehlen Angaben zu Ihrem Konto."),
        "disputed": _("Eine Bank hat eine Zahlung zurückgeholt. Bis das entschieden ist, wartet dieser Verkauf."),
        "on_hold": _("Die Marktleitung hat Ihre Auszahlung angehalten."),
        "negative": _("Die Summe ist negativ und wird auf die nächste Abrechnung übertragen."),
    }
    return [known[flag] for flag in flags if flag in known]


def component_words(component: str) -> str:
    """What a part of the commission is for."""
    known = {"host": _("Abholorte"), "platform": _("Plattform"), "payment": _("Zahlungen")}
    return known.get(component, component)


def sums_of(row: Statement) -> list[dict[str, str]]:
    """From the goods to what is paid out, every deduction by its name."""
    lines = [{"label": _("Gepackte Ware"), "value": money(row.gross_cents)}]
    if row.refunds_cents:
        lines.append({"label": _("Erstattungen"), "value": money(-row.refunds_cents)})
    for fee in row.fees:
        label = _("Provision: %(name)s", name=component_words(fee.component))
        note = _("%(rate)s von %(base)s", rate=percent(fee.rate_bp), base=money(fee.base_cents))
        lines.append({"label": label, "value": money(-fee.amount_cents), "note": note})
    if row.fees_vat_cents:
        lines.append({"label": _("Umsatzsteuer auf die Provision"), "value": money(-row.fees_vat_cents)})
    for label, cents in (
        (_("Pfand"), row.deposits_cents),
        (_("Korrekturen"), row.corrections_cents),
        (_("Übertrag"), row.carried_cents),
    ):
        if cents:
            lines.append({"label": label, "value": money(cents)})
    return [*lines, {"label": _("Auszahlung"), "value": money(row.payout_cents), "kind": "total"}]
