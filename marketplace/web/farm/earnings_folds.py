"""Sums that unfold to their lines: a link each, one open at a time (`?auf=<key>`), a hundred lines a page (`ab`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.kernel.ids import id_from_text
from marketplace.reports.farm_lines import OtherLine, SoldLine

PAGE = 100
DATED = re.compile(r"([a-z]+)-(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Fold:
    """A sum in cents. `key` unfolds it, "" for one without lines; `url` a page of its own. `tag`: words and kind."""

    label: str
    cents: int
    key: str = ""
    note: str = ""
    tag: tuple[str, str] | None = None
    url: str = ""
    table: dict[str, Any] | None = None


def orders_words(count: int) -> str:
    """How many orders a sum comes from."""
    return ngettext("%(num)d Bestellung", "%(num)d Bestellungen", count)


def asked() -> tuple[str, date | None]:
    """What of `?auf=` is to be unfolded: its word, and the day in it; ("", None) for nothing."""
    key = request.args.get("auf", "")
    found = DATED.fullmatch(key)
    if found is None:
        return (key, None) if key.isalpha() else ("", None)
    try:
        return found[1], date.fromisoformat(found[2])
    except ValueError:
        return "", None


def unfolded(
    folds: Sequence[Fold],
    read: Callable[[str, date | None, int, int], list[SoldLine] | list[OtherLine]],
) -> list[Fold]:
    """The folds, the asked one with its lines; `read(word, day, after, limit)` gives them by id."""
    word, day = asked()
    key = f"{word}-{day}" if day else word
    if not word or all(fold.key != key for fold in folds):
        return list(folds)
    found = read(word, day, id_from_text(request.args.get("ab", "")) or 0, PAGE + 1)
    table = {"lines": found[:PAGE], "next": found[PAGE - 1].id if len(found) > PAGE else None}
    table["sold"] = bool(found) and isinstance(found[0], SoldLine)
    return [replace(fold, table=table) if fold.key == key else fold for fold in folds]


def what_it_was(line: OtherLine) -> str:
    """An entry that is no sale, in words: what it was for, and why."""
    kinds = {
        "refund": _("Erstattung"),
        "refund_failure": _("Erstattung, die nicht ankam"),
        "dispute_lost": _("Rückbuchung der Bank"),
        "dispute_borne": _("Rückbuchung der Bank"),
        "transfer_reversal": _("Überweisung zurückgeholt"),
    }
    kind = _("Pfand zurück") if line.part in ("deposit", "refund_deposit") else kinds.get(line.kind, _("Korrektur"))
    reason = "" if line.kind.startswith("dispute") else line.memo
    return ": ".join(part for part in (kind, ", ".join(part for part in (line.goods, reason) if part)) if part)


def sum_of(folds: Iterable[Fold]) -> int:
    """Cents."""
    return sum(fold.cents for fold in folds)
