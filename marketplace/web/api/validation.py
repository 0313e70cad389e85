"""Pydantic's findings in our readers' words."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marketplace.kernel.errors import Invalid, Malformed
from marketplace.kernel.words import N_, Words

M = TypeVar("M", bound=BaseModel)

MOST_ERRORS = 20
_OTHER = N_("Dieser Wert ist hier nicht erlaubt.")
_SENTENCES = {
    "missing": N_("Diese Angabe fehlt."),
    "string_type": N_("Hier wird ein Text erwartet."),
    "string_too_short": N_("Diese Angabe fehlt."),
    "string_too_long": N_("Dieser Text ist zu lang, erlaubt sind %(max_length)s Zeichen."),
    "int_type": N_("Hier wird eine ganze Zahl erwartet."),
    "int_from_float": N_("Hier wird eine ganze Zahl erwartet."),
    "int_parsing": N_("Hier wird eine ganze Zahl erwartet."),
    "int_parsing_size": N_("Diese Zahl ist zu groß."),
    "greater_than_equal": N_("Die Zahl muss mindestens %(ge)s sein."),
    "greater_than": N_("Die Zahl muss größer als %(gt)s sein."),
    "less_than_equal": N_("Die Zahl darf höchstens %(le)s sein."),
    "less_than": N_("Die Zahl muss kleiner als %(lt)s sein."),
    "bool_type": N_("Hier wird true oder false erwartet."),
    "list_type": N_("Hier wird eine Liste erwartet."),
    "too_short": N_("Die Liste braucht mindestens %(min_length)s Einträge."),
    "too_long": N_("Die Liste darf höchstens %(max_length)s Einträge haben."),
    "model_type": N_("Hier wird ein Objekt erwartet."),
    "model_attributes_type": N_("Hier wird ein Objekt erwartet."),
    "dict_type": N_("Hier wird ein Objekt erwartet."),
    "date_type": N_("Hier wird ein Datum erwartet, zum Beispiel 2026-11-26."),
    "date_parsing": N_("Hier wird ein Datum erwartet, zum Beispiel 2026-11-26."),
    "date_from_datetime_parsing": N_("Hier wird ein Datum erwartet, zum Beispiel 2026-11-26."),
    "date_from_datetime_inexact": N_("Hier wird ein Datum erwartet, zum Beispiel 2026-11-26."),
    "datetime_type": N_("Hier wird ein Zeitpunkt mit Zeitzone erwartet, zum Beispiel 2026-11-26T16:30:00+01:00."),
    "datetime_parsing": N_("Hier wird ein Zeitpunkt mit Zeitzone erwartet, zum Beispiel 2026-11-26T16:30:00+01:00."),
    "datetime_from_date_parsing": N_(
        "Hier wird ein Zeitpunkt mit Zeitzone erwartet, zum Beispiel 2026-11-26T16:30:00+01:00."
    ),
    "timezone_aware": N_("Hier wird ein Zeitpunkt mit Zeitzone erwartet, zum Beispiel 2026-11-26T16:30:00+01:00."),
    "literal_error": N_("Erlaubt ist hier: %(expected)s."),
}


def read(model: type[M], parsed: Any) -> M:
    """`parsed` JSON as `model`, strictly: no text for a number. Unknown fields are passed over."""
    if not isinstance(parsed, dict):
        raise Malformed(N_("Hier wird ein JSON-Objekt erwartet."))
    try:
        return model.model_validate_json(json.dumps(parsed), strict=True)
    except ValidationError as problems:
        raise Invalid(in_words(problems)) from None


def in_words(problems: ValidationError) -> dict[str, str | Words]:
    """A sentence for each field, the first one of it; 20 at most."""
    errors: dict[str, str | Words] = {}
    for found in problems.errors(include_url=False, include_input=False)[:MOST_ERRORS]:
        place = ".".join(str(part) for part in found["loc"]) or "body"
        context = found.get("ctx") or {}
        values = {name: str(value) for name, value in context.items()}
        msgid = _SENTENCES.get(found["type"], _OTHER)
        if any(isinstance(bound, date) for bound in context.values()):
            msgid = _OTHER  # a date out of reason is no number that is too large
        if found["type"] == "literal_error":
            values["expected"] = values["expected"].replace("'", "").replace(" or ", ", ")
        errors.setdefault(place, Words(msgid, values if "%(" in msgid else {}))
    return errors
