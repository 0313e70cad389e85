"""What a farm is paid when: open sums by pickup date, what lies in a run, what is carried over, and why money waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from marketplace.payouts.reasons import standings
from marketplace.reports.farm_due import OpenSum, SumInRun, open_sums, sums_in_runs
from marketplace.reports.farm_lines import OtherLine, SoldLine, coming_lines, other_lines, sold_lines
from marketplace.web.farm.earnings_folds import Fold, orders_words, unfolded
from marketplace.web.farm.statement_words import hold_words, state_words
from marketplace.web.farm.visit import FarmHere
from marketplace.web.look.filters import date_paper, date_short


@dataclass(frozen=True)
class Due:
    """Folds of the page. Cents before commission: `due_cents` may be paid with the next run, `later_cents` not yet.

    `on_the_way_cents`: payouts of statements in open runs. `holds`: sentences.
    """

    folds: list[Fold]
    in_runs: list[Fold]
    holds: list[str]
    due_cents: int
    later_cents: int
    on_the_way_cents: int


def what_is_due(farm: FarmHere) -> Due:
    """Everything that is the farm's and not paid yet."""
    sums = open_sums(farm.id, farm.today)
    runs = sums_in_runs(farm.id)
    now = [one for one in sums if _is_due(one, farm.today)]

    def read(word: str, day: date | None, after: int, limit: int) -> list[SoldLine] | list[OtherLine]:
        if word == "kommt" and day is not None:
            return coming_lines(farm.id, day, after, limit)
        if word == "verkauf" and day is not None:
            return sold_lines(farm.id, None, day, after, limit)
        return other_lines(farm.id, None, "all", after, limit)

    return Due(
        folds=unfolded(_folds(sums, farm.today), read),
        in_runs=[_in_run(farm, one) for one in runs],
        holds=hold_words(standings(farm.market_id, [farm.id])[farm.id].holds) if sums or runs else [],
        due_cents=sum(one.cents for one in now) + sum(one.payout_cents for one in runs if one.state == "carried"),
        later_cents=sum(one.cents for one in sums if not _is_due(one, farm.today)),
        on_the_way_cents=sum(one.payout_cents for one in runs if one.state != "carried"),
    )


def _is_due(one: OpenSum, today: date) -> bool:
    return one.kind == "rest" or (one.kind == "sale" and not one.why and one.due_from is not None
                                  and one.due_from <= today)  # fmt: skip


def _folds(sums: list[OpenSum], today: date) -> list[Fold]:
    """A fold a pickup date: what of it waits is said in its note, so that the lines beneath add up to its sum."""
    by_key: dict[tuple[str, date | None], list[OpenSum]] = {}
    for one in sums:
        by_key.setdefault((one.kind, one.day), []).append(one)
    return [_fold(kind, day, parts, today) for (kind, day), parts in by_key.items()]


def _fold(kind: str, day: date | None, parts: list[OpenSum], today: date) -> Fold:
    cents, orders = sum(one.cents for one in parts), sum(one.orders for one in parts)
    if kind == "rest" or day is None:
        note = _("Erstattungen, Pfand, Korrekturen; wird mit der nächsten Abrechnung verrechnet")
        return Fold(_("Was davon abgeht oder dazukommt"), cents, "anderes", note)
    due = parts[0].due_from
    assert due is not None
    if kind == "expected":
        note = _("%(orders)s, noch nicht abgeholt; fällig ab %(day)s", orders=orders_words(orders), day=date_paper(due))
        return Fold(_("Abholung %(day)s", day=date_short(day)), cents, f"kommt-{day}", note, (_("kommt"), ""))
    words = (
        _("%(orders)s; fällig seit %(day)s, kommt in die nächste Abrechnung")
        if due <= today
        else _("%(orders)s; fällig ab %(day)s")
    ) % {"orders": orders_words(orders), "day": date_paper(due)}
    waits = [_why(one) for one in parts if one.why]
    tag = (_("wartet"), "warn") if waits else (_("fällig"), "ok") if due <= today else (_("noch nicht fällig"), "info")
    note = ". ".join([words, *waits])
    return Fold(_("Abholung %(day)s", day=date_short(day)), cents, f"verkauf-{day}", note, tag)


def _why(one: OpenSum) -> str:
    words = {
        "unpaid": _("%(orders)s davon: Das Geld ist noch nicht eingegangen"),
        "disputed": _("%(orders)s davon: Eine Bank hat die Zahlung zurückgeholt, das ist noch nicht entschieden"),
    }
    return words[one.why] % {"orders": orders_words(one.orders)}


def _in_run(farm: FarmHere, one: SumInRun) -> Fold:
    until = date_paper(one.until)
    url = url_for("farm.statement", farm_id=farm.id, statement_id=one.statement_id)
    if one.run_state == "draft":
        label, note = _("Nächste Abrechnung bis %(day)s", day=until), _("Die Marktleitung stellt sie gerade zusammen.")
        return Fold(label, one.payout_cents, note=note, tag=(_("wird zusammengestellt"), "info"))
    if one.run_state == "paid" and one.state == "carried":
        note = _("Wird mit der nächsten Abrechnung verrechnet.")
        tag = (_("Übertrag"), "")
        return Fold(_("Übertrag aus der Abrechnung bis %(day)s", day=until), one.payout_cents, "", note, tag, url)
    note = " ".join(hold_words(one.flags)) if one.state in ("held", "carried") else ""
    tag = state_words(one.state, one.run_state)
    return Fold(_("Abrechnung bis %(day)s", day=until), one.payout_cents, "", note, tag, url)
