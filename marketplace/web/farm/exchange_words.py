"""Uploads in words: their state, how far they are, their findings by line in the reader's language."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask_babel import gettext as _

from marketplace.exchange.jobs import JobView
from marketplace.kernel.words import Words
from marketplace.web.farm.words import said


def state_words(job: JobView) -> tuple[str, str]:
    """(what it is, kind of tag)."""
    if job.state == "checked":
        if job.counts.get("errors"):
            return _("mit Fehlern"), "stop"
        return (_("wartet auf Sie"), "warn") if job.does_something else (_("nichts Neues"), "")
    return {
        "uploaded": (_("wird geprüft"), ""),
        "applying": (_("wird übernommen"), ""),
        "done": (_("übernommen"), "ok"),
        "failed": (_("nicht lesbar"), "stop"),
        "cancelled": (_("abgebrochen"), ""),
    }[job.state]


def progress_words(job: JobView) -> str:
    """How far a worker is."""
    if not job.rows_total:
        return _("Die Datei wird gelesen.")
    if job.state == "applying":
        return _("%(done)s von %(total)s Zeilen übernommen", done=job.rows_done, total=job.rows_total)
    return _("%(total)s Zeilen werden geprüft.", total=job.rows_total)


def findings_by_line(job: JobView) -> list[dict[str, Any]]:
    """[{line, is_error, said: [(column, sentence)]}]; line 0 is the whole file. Errors first, then by line."""
    found = []
    for (level, line), group in groupby(job.findings, key=lambda it: (it["level"], it["line"])):
        sentences = [(it["column"], said(Words(it["msgid"], it["values"]))) for it in group]
        found.append({"line": line, "is_error": level == "error", "said": sentences})
    return found
