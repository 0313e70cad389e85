"""What an uploaded table would do: its findings line by line, and what would be new and changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketplace.exchange.sheet import Sheet
from marketplace.kernel.errors import Invalid, Refusal
from marketplace.kernel.words import N_, Words

MOST_SHOWN = 300


@dataclass(frozen=True)
class Finding:
    """`line` of the table (1: the heads, 0: the whole), `column` its head. An error keeps all from being applied."""

    line: int
    column: str
    words: Words
    is_error: bool = True

    def as_json(self) -> dict[str, Any]:
        level = "error" if self.is_error else "note"
        return {
            "line": self.line, "column": self.column, "level": level,
            "msgid": self.words.msgid, "values": self.words.values,
        }  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A line that does something: `what` is new or changed, `fields` are (head, before, after) as in the table."""

    line: int
    sku: str
    name: str
    what: str
    fields: tuple[tuple[str, str, str], ...]
    price: bool = False

    def as_json(self) -> dict[str, Any]:
        return self.__dict__ | {"fields": [list(changed) for changed in self.fields]}


@dataclass
class Plan:
    """`steps`: (first line, what is done when it is applied); `unchanged`: lines that say what is so already."""

    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    lines: int = 0
    steps: list[tuple[int, Callable[[], object]]] = field(default_factory=list)

    def wrong(self, line: int, column: str, words: Words | str) -> None:
        said = words if isinstance(words, Words) else Words(words)
        finding = Finding(line, column, said)
        if finding not in self.findings[-8:]:
            self.findings.append(finding)

    def note(self, line: int, column: str, words: Words) -> None:
        self.findings.append(Finding(line, column, words, is_error=False))

    @property
    def has_errors(self) -> bool:
        return any(finding.is_error for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        kinds = Counter(change.what for change in self.changes)
        errors = sum(finding.is_error for finding in self.findings)
        return {
            "lines": self.lines, "new": kinds["new"], "changed": kinds["changed"], "unchanged": self.unchanged,
            "prices": sum(change.price for change in self.changes), "errors": errors,
            "notes": len(self.findings) - errors,
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """Names what would be done: another plan has another one."""
        return hashlib.sha256(repr((self.changes, self.unchanged)).encode()).hexdigest()[:32]

    def shown(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """(findings, changes) as the page gets them: errors and changed prices first where there are too many."""
        findings = sorted(self.findings, key=lambda it: (not it.is_error, it.line))[:MOST_SHOWN]
        changes = sorted(self.changes, key=lambda it: (not it.price, it.line))[:MOST_SHOWN]
        return [it.as_json() for it in findings], [it.as_json() for it in changes]

    def apply(self, tell: Callable[[int, int], None], heads: dict[str, str]) -> list[Finding]:
        """Does it all, step by step (`tell`: how many of how many); what commands refused, by line.

        Whoever calls rolls back when there is any.
        """
        known = len(self.findings)
        every = max(1, len(self.steps) // 20)
        for done, (line, step) in enumerate(self.steps, 1):
            try:
                step()
            except Refusal as refusal:
                self.findings += refused_by(refusal, line, heads)
            if done % every == 0:
                tell(done, len(self.steps))
        return self.findings[known:]


def refused_by(refusal: Refusal, line: int, heads: dict[str, str]) -> list[Finding]:
    """What a command says, as findings of the line."""
    if isinstance(refusal, Invalid) and refusal.errors:
        return [
            Finding(line, heads.get(key) or heads.get(key.rpartition(".")[2], ""), words)
            for key, words in refusal.errors.items()
        ]
    return [Finding(line, "", refusal.detail)]


def columns_at(sheet: Sheet, known: dict[str, str], needed: Sequence[str], plan: Plan) -> dict[int, str]:
    """Which column of the sheet is which: place → key. `known`: compared head → key; `needed`: heads without which it
    is no such table. Unknown columns are passed over with a note."""
    from marketplace.exchange.columns import same_head

    if not sheet.rows:
        plan.wrong(0, "", N_("Diese Datei ist leer."))
        return {}
    line, heads = sheet.rows[0]
    places: dict[int, str] = {}
    for place, head in enumerate(heads):
        key = known.get(same_head(head))
        if key is None and head.strip():
            plan.note(line, head[:60], Words(N_("Diese Spalte kennen wir nicht; sie wird übergangen.")))
        elif key is not None and key in places.values():
            plan.wrong(line, head[:60], N_("Diese Spalte gibt es zweimal."))
        elif key is not None:
            places[place] = key
    for head in needed:
        if known[same_head(head)] not in places.values():
            sentence = N_(
                "Die Spalte „%(head)s“ fehlt. In der ersten Zeile müssen die Spaltennamen der Vorlage stehen."
            )
            plan.wrong(line, head, Words(sentence, {"head": head}))
    if len(sheet.rows) == 1 and not plan.has_errors:
        plan.wrong(0, "", N_("Unter den Spaltennamen steht keine Zeile."))
    for number, place in sheet.formulas:
        if place in places and number != line:
            head = heads[place] if place < len(heads) else ""
            plan.note(
                number,
                head,
                Words(N_("Hier steht eine Formel. Genommen wird der Wert, den Excel zuletzt gerechnet hat.")),
            )
    if sheet.linked:
        plan.note(0, "", Words(N_("Die Datei verweist auf andere Dateien. Von dort holen wir nichts.")))
    return places
