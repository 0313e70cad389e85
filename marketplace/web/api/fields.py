"""Reading what came in: every field that cannot be taken is named, and all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from flask import request

from marketplace.kernel.errors import Invalid, Malformed
from marketplace.kernel.ids import MAX_ID, id_from_text
from marketplace.kernel.words import N_, Words

MISSING = N_("Diese Angabe fehlt.")
_ABSENT = object()


class Fields:
    """A JSON object (or the arguments of an address), read field by field.

    Each method answers with a value of its kind or, when there is none to be had, with its default, and notes what is
    wrong. `refuse()` then raises Invalid with all of it. `at`: where the object stands in the body ("slots.0.").
    """

    def __init__(self, given: Mapping[str, Any], errors: dict[str, str | Words] | None = None, at: str = "") -> None:
        self.given = given
        self.errors: dict[str, str | Words] = {} if errors is None else errors
        self.at = at

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def note(self, name: str, words: str | Words) -> None:
        """This field cannot be taken; the first word on it stays."""
        self.errors.setdefault(self.at + name, words)

    def refuse(self) -> None:
        """Raises Invalid when anything was noted."""
        if self.errors:
            raise Invalid(self.errors)

    def _get(self, name: str, default: Any) -> Any:
        value = self.given.get(name, _ABSENT)
        if value is _ABSENT:
            if default is _ABSENT:
                self.note(name, MISSING)
                return _ABSENT
            return default
        return value

    def text(self, name: str, default: Any = _ABSENT, *, most: int = 4000) -> Any:
        """A text of at most `most` characters."""
        value = self._get(name, default)
        if value is default or value is _ABSENT:
            return "" if value is _ABSENT else value
        if not isinstance(value, str) or "\0" in value or _is_half(value):
            self.note(name, N_("Hier wird ein Text erwartet."))
        elif len(value) > most:
            self.note(name, Words(N_("Höchstens %(most)s Zeichen."), {"most": most}))
        else:
            return value
        return ""

    def whole(self, name: str, default: Any = _ABSENT, *, least: int = -MAX_ID, most: int = MAX_ID) -> Any:
        """A whole number, no text and no fraction, from `least` to `most`."""
        value = self._get(name, default)
        if value is default or value is _ABSENT:
            return 0 if value is _ABSENT else value
        if isinstance(value, bool) or not isinstance(value, int):
            self.note(name, N_("Hier wird eine ganze Zahl erwartet."))
        elif not least <= value <= most:
            self.note(name, N_("Diese Zahl ist zu klein oder zu groß."))
        else:
            return value
        return 0

    def flag(self, name: str, default: Any = _ABSENT) -> Any:
        """true or false."""
        value = self._get(name, default)
        if value is default or value is _ABSENT:
            return False if value is _ABSENT else value
        if isinstance(value, bool):
            return value
        self.note(name, N_("Hier wird true oder false erwartet."))
        return False

    def id(self, name: str, default: Any = _ABSENT) -> Any:
        """An id of ours, as text; anything that cannot be one is 0, which nothing has."""
        value = self._get(name, default)
        if value is default or value is _ABSENT:
            return 0 if value is _ABSENT else value
        if isinstance(value, str | int) and not isinstance(value, bool):
            return id_from_text(value) or 0
        self.note(name, N_("Hier wird eine Kennung erwartet."))
        return 0

    def instant(self, name: str, default: Any = _ABSENT) -> Any:
        """An instant, ISO 8601 with offset; in UTC."""
        value = self._get(name, default)
        if value is default or value is _ABSENT:
            return datetime.max.replace(tzinfo=UTC) if value is _ABSENT else value
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            self.note(
                name, N_("Hier wird ein Zeitpunkt mit Zeitzone erwartet, zum Beispiel 2026-11-26T16:30:00+01:00.")
            )
            return datetime.max.replace(tzinfo=UTC)

    def date(self, name: str, default: Any = _ABSENT) -> Any:
        """A date, ISO 8601."""
        value = self._get(name, default)
        if value is default or value is _ABSENT:
            return date.max if value is _ABSENT else value
        try:
            day = date.fromisoformat(value)
            if not 2000 <= day.year <= 2200:
                raise ValueError
            return day
        except (ValueError, TypeError):
            self.note(name, N_("Hier wird ein Datum erwartet, zum Beispiel 2026-11-26."))
            return date.max

    def texts(self, name: str, default: Any = _ABSENT, *, most: int = 100) -> Any:
        """A list of texts, as a tuple."""
        value = self._get(name, default)
        if value is default or value is _ABSENT:
            return () if value is _ABSENT else value
        if not isinstance(value, list) or len(value) > most or not all(isinstance(item, str) for item in value):
            self.note(name, N_("Hier wird eine Liste von Texten erwartet."))
            return ()
        return tuple(item.replace("\0", "") for item in value)

    def wholes(self, name: str, default: Any = _ABSENT, *, most: int = 100) -> Any:
        """A list of whole numbers, as a tuple."""
        value = self._get(name, default)
        if value is default or value is _ABSENT:
            return () if value is _ABSENT else value
        if not isinstance(value, list) or len(value) > most or not all(type(item) is int for item in value):
            self.note(name, N_("Hier wird eine Liste von ganzen Zahlen erwartet."))
            return ()
        return tuple(value)

    def objects(self, name: str, *, most: int = 500) -> Iterator[Fields]:
        """The objects of a list, each of them read the same way; nothing when it is no list of objects."""
        value = self._get(name, _ABSENT)
        if value is _ABSENT:
            return
        if not isinstance(value, list) or len(value) > most or not all(isinstance(item, dict) for item in value):
            self.note(name, N_("Hier wird eine Liste erwartet."))
            return
        for index, item in enumerate(value):
            yield Fields(item, self.errors, f"{self.at}{name}.{index}.")


def _is_half(text: str) -> bool:
    """Half a character (a lone surrogate), which no database takes."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


@contextmanager
def body() -> Iterator[Fields]:
    """The JSON object of this request; refuses at the end of the block what was noted. Malformed for anything else."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise Malformed(N_("Hier wird ein JSON-Objekt erwartet."))
    fields = Fields(given)
    yield fields
    fields.refuse()


@contextmanager
def arguments() -> Iterator[Fields]:
    """The arguments of the address; refuses at the end of the block what was noted. `?q=&farm=` asks for nothing."""
    fields = Fields({name: value for name, value in request.args.items() if value})
    yield fields
    fields.refuse()


def yes_or_no(fields: Fields, name: str) -> bool | None:
    """`?name=true` or `false`; None when it is left out."""
    value = fields.text(name, None)
    if value is None:
        return None
    known = {"true": True, "1": True, "false": False, "0": False}
    if value.lower() not in known:
        fields.note(name, N_("Hier wird true oder false erwartet."))
    return known.get(value.lower())
