"""A statement line by line: each of its sums unfolds to the orders behind it."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _

from marketplace.payouts.models import Statement
from marketplace.payouts.read import orders_of_statement
from marketplace.reports.farm_lines import OtherLine, Part, SoldLine, other_lines, parts_of_statement, sold_lines
from marketplace.web.farm.earnings_folds import PAGE, Fold, asked, orders_words, unfolded
from marketplace.web.look.filters import date_short

# Word in the address -> part of the ledger.
OTHERS = {
    "erstattung": "refund",
    "pfandzurueck": "deposit_back",
    "korrektur": "correction",
    "rueckbuchung": "dispute",
}
KEYS = {part: word for word, part in OTHERS.items()} | {"deposit": "pfand"}


def folds_of_statement(row: Statement) -> list[Fold]:
    """Its sums, which add up to the payout; the asked one (`?auf=`) with its lines."""
    parts = parts_of_statement(row.id)

    def read(word: str, day: date | None, after: int, limit: int) -> list[SoldLine] | list[OtherLine]:
        if word in OTHERS:
            return other_lines(row.farm_id, row.id, OTHERS[word], after, limit)
        return sold_lines(row.farm_id, row.id, day, after, limit, deposits=word == "pfand")

    folds = unfolded([_fold(part) for part in parts], read)
    return folds + _commission(row) + _rest(row, parts)


def _fold(part: Part) -> Fold:
    if part.kind == "sales" and part.day is not None:
        label = _("Verkauft am %(day)s", day=date_short(part.day))
        return Fold(label, part.cents, f"verkauf-{part.day}", orders_words(part.orders))
    labels = {
        "refund": _("Erstattungen"),
        "deposit": _("Pfand"),
        "deposit_back": _("Pfand zurück"),
        "dispute": _("Rückbuchungen von Banken"),
    }
    label = labels.get(part.kind, _("Korrekturen"))
    return Fold(label, part.cents, KEYS.get(part.kind, ""), orders_words(part.orders) if part.orders else "")


def _commission(row: Statement) -> list[Fold]:
    """Commission and its VAT; unfolded: what each order adds to its base."""
    cents = row.fees_cents + row.fees_vat_cents
    if not cents:
        return []
    table: dict[str, Any] | None = None
    if asked() == ("provision", None):
        found = [one for one in orders_of_statement(row.id) if one.goods_cents or one.refund_cents]
        typed = request.args.get("ab", "")
        start = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 0
        more = start + PAGE if len(found) > start + PAGE else None
        table = {"bases": found[start : start + PAGE], "next": more}
    note = _("mit Umsatzsteuer, auf verkaufte Ware weniger Erstattungen; die Sätze stehen oben")
    return [Fold(_("Provision"), -cents, "provision", note, table=table)]


def _rest(row: Statement, parts: list[Part]) -> list[Fold]:
    """What has no lines of its own: the balance of the statement before, and commission given back."""
    folds = []
    by_kind = {kind: sum(part.cents for part in parts if part.kind == kind) for kind in {part.kind for part in parts}}
    deposits = by_kind.get("deposit", 0) + by_kind.get("deposit_back", 0)
    booked = by_kind.get("correction", 0) + by_kind.get("dispute", 0) + min(0, deposits)
    back = row.corrections_cents - booked if parts else 0
    if back:
        note = _("Es wurde mehr erstattet als verkauft: Die Provision darauf bekommen Sie zurück.")
        folds.append(Fold(_("Provision zurück"), back, note=note))
    if row.carried_cents:
        note = _("Was aus der Abrechnung davor offen blieb")
        folds.append(Fold(_("Übertrag"), row.carried_cents, note=note))
    return folds
