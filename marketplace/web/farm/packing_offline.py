"""What a phone in the cold store needs: the results so far, a door for what was typed, and the worker that keeps pages.

The words of the scripts are translated here, with `#` where a number goes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from flask import Response, current_app, request, url_for
from flask_babel import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from marketplace.kernel import clock
from marketplace.kernel.database import release_reads
from marketplace.kernel.errors import Conflict, Malformed, NotFound, Refusal
from marketplace.pickup.pack import LONGEST_REASON
from marketplace.pickup.packing_entry import Entry, take_entry
from marketplace.pickup.packing_list import PackingDay, PackingLine, lines_to_pack
from marketplace.pickup.packing_results import digest_of_lines, results_of_day, told_of
from marketplace.web.access import allow, anyone, current_actor, packer
from marketplace.web.csrf import csrf_token
from marketplace.web.farm import blueprint
from marketplace.web.farm.visit import FarmHere, days_and_chosen, farm_here
from marketplace.web.farm.words import why

KEEP_UNTIL = "X-Keep-Until"  # read by the worker alone: milliseconds since 1970
WORKER = "js/packing/worker.js"
SCRIPTS = ("weight", "store", "rows", "bar", "differences", "sync", "page", "shortage", "keep")
ASSETS = (
    "site.css",
    "site.js",
    "js/vendor/htmx.min.js",
    "fonts/atkinson-next.woff2",
    "fonts/besley.woff2",
    "icons/icons.svg",
    "img/mark.svg",
)
MOST_ENTRIES = 100
MOST_UNITS = 1_000_000
MOST_GRAMS = 1_000_000_000


class Typed(BaseModel):
    """One entry as the phone kept it. `instead_of`: sale units and grams of the result that it corrects."""

    model_config = ConfigDict(strict=True, extra="forbid")

    key: str = Field(pattern=r"^[0-9a-f]{32}$")
    line: int = Field(ge=1, le=2**62)
    deed: Literal["pack", "unpack"]
    packed_quantity: int = Field(0, ge=0, le=MOST_UNITS)
    weight_g: int | None = Field(None, ge=0, le=MOST_GRAMS)
    reason: str = Field("", max_length=LONGEST_REASON)
    instead_of: list[int | None] | None = Field(None, min_length=2, max_length=2)

    def entry(self) -> Entry:
        seen = None if self.instead_of is None else (self.instead_of[0], self.instead_of[1])
        return Entry(self.key, self.line, self.deed, self.packed_quantity, self.weight_g, self.reason, seen)


class Batch(BaseModel):
    """Entries in the order in which they were typed; each is looked at for itself."""

    entries: list[dict[str, Any]] = Field(max_length=MOST_ENTRIES)


@blueprint.get("/packen-dienst.js")
@allow(anyone)
def packing_worker() -> Response:
    """The service worker: below /hof/, so that it sees the pages of farms and nothing else."""
    found = current_app.extensions["assets"].find(WORKER)
    response = Response(found.body, content_type=found.mimetype)
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/<int:farm_id>/packen/stand")
@allow(packer)
def packing_stand(farm_id: int) -> dict[str, Any]:
    """What is packed of `tag`; with `kennt` (the digest seen last) only whether that still holds. A fresh token."""
    farm = farm_here(farm_id, packing=True)
    _days, day = days_and_chosen(farm)
    if day is None:
        raise NotFound()
    results = results_of_day([farm.id], day.id)
    answer: dict[str, Any] = {
        "token": csrf_token(),
        "person": current_actor().account_id,
        "at": _now(),
        "digest": results.digest,
    }
    if request.args.get("kennt") == results.digest:
        return answer
    return answer | {"list": results.lines, "total": results.total, "lines": results.told}


@blueprint.post("/<int:farm_id>/packen/eingaben")
@allow(packer)
def packing_entries(farm_id: int) -> dict[str, Any]:
    """Takes what was typed, in order, each for itself: done, conflict (another result stands) or refused."""
    farm = farm_here(farm_id, packing=True)
    try:
        batch = Batch.model_validate_json(request.get_data(cache=False))
    except ValidationError:
        raise Malformed() from None
    said = [(entry.get("key"), *_take(farm, entry)) for entry in batch.entries]
    release_reads()
    lines = {line.id: line for line in lines_to_pack([farm.id], {line_id for _key, line_id, *_rest in said if line_id})}
    return {"answers": [_answer(key, word, text, lines.get(line_id)) for key, line_id, word, text in said]}


def _take(farm: FarmHere, entry: dict[str, Any]) -> tuple[int, str, str]:
    """The line of one entry (0: none), what became of it, and why not."""
    try:
        typed = Typed.model_validate(entry)
    except ValidationError:
        return 0, "refused", _("Diese Eingabe ist nicht lesbar.")
    try:
        take_entry(typed.entry(), [farm.id])
    except Conflict as refusal:
        return typed.line, "conflict", why(refusal)
    except Refusal as refusal:
        return typed.line, "refused", why(refusal)
    return typed.line, "done", ""


def _answer(key: Any, word: str, text: str, line: PackingLine | None) -> dict[str, Any]:
    """The entry's outcome with what holds now; a conflict without another result is a refusal."""
    told = None
    if line is not None:
        told = told_of(line.state, line.packed_quantity, line.weight_g, line.reason, line.order_state == "packing")
    if word == "conflict" and (line is None or line.state == "open"):
        word = "refused"
    return {"key": key, "outcome": word, "message": text, "line": told}


def live(farm: FarmHere, day: PackingDay, lines: list[PackingLine], *, by_product: bool) -> dict[str, Any]:
    """What the scripts of the packing page are told."""
    asset: Callable[[str], str] = current_app.jinja_env.globals["asset"]  # type: ignore[assignment]
    scripts = [f"js/packing/{name}.js" for name in SCRIPTS]
    return {
        "scripts": scripts,
        "settings": {
            "farm": farm.id,
            "day": day.date.isoformat(),
            "person": current_actor().account_id,
            "at": _now(),
            "by_product": by_product,
            "list": digest_of_lines(line.id for line in lines),
            "state_url": url_for("farm.packing_stand", farm_id=farm.id, tag=day.date),
            "entries_url": url_for("farm.packing_entries", farm_id=farm.id),
            "worker_url": url_for("farm.packing_worker"),
            "sign_in_url": "/konto/anmelden",
            "assets": [asset(name) for name in (*ASSETS, *scripts)],
            "pages": [
                url_for("farm.packing", farm_id=farm.id),
                *(
                    url_for("farm.packing", farm_id=farm.id, tag=day.date, ansicht=view)
                    for view in (None, "produkte", "abholorte")
                ),
            ],
            "words": words(),
        },
    }


def _now() -> int:
    return int(clock.machine_now().timestamp() * 1000)


def words() -> dict[str, str]:
    """What the scripts say. `#` and `§` stand for what they fill in."""
    return {
        "all_sent": _("Alles gesendet"),
        "packed": _("# von § gepackt"),
        "sending": _("Wird gesendet"),
        "offline": _("Ohne Netz"),
        "one_waits": _("1 Eingabe wartet auf Netz"),
        "many_wait": _("# Eingaben warten auf Netz"),
        "go_on": _("Packen Sie ruhig weiter."),
        "signed_out": _("Bitte neu anmelden"),
        "not_lost": _("Ihre Eingaben bleiben auf diesem Gerät."),
        "no_weight": _("Bitte geben Sie das Gewicht in Gramm an."),
        "no_number": _("Das ist kein Gewicht. Bitte in Gramm, zum Beispiel 1320."),
        "too_much": _("Gewicht in Gramm: 1 bis #."),
        "really": _("Wirklich # g?"),
        "yes": _("Ja, # g"),
        "short": _("# fehlt (§)"),
        "waits": _("wartet auf Netz"),
        "count_wrong": _("Gepackt: 0 bis #."),
        "reason_missing": _("Bitte sagen Sie der Kundin in ein paar Worten, warum etwas fehlt."),
        "differs": _("Zwei Ergebnisse für Nummer #, §"),
        "refused": _("Nicht übernommen: Nummer #, §"),
        "mine": _("Ihre Eingabe"),
        "theirs": _("schon gemeldet"),
        "take_mine": _("Meine Eingabe nehmen"),
        "leave": _("Gemeldetes lassen"),
        "understood": _("Verstanden"),
        "open": _("noch nicht gepackt"),
        "pieces": _("# gepackt"),
        "list_changed": _("Es sind Bestellungen dazugekommen oder weggefallen."),
        "reload": _("Liste neu laden"),
        "leave_with_waiting": _(
            "# Eingaben sind noch nicht gesendet und gehen beim Abmelden verloren. Trotzdem abmelden?"
        ),
    }
