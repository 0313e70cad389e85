"""Numbers as somebody types them, German style, into whole cents, tenths and hundredths; what is none is collected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from flask_babel import gettext as _

NUMBER = re.compile(r"\d{1,9}(?:[,.]\d{1,2})?")


class Typed:
    """The fields of a form, read as what they should be. `errors` by field; a wrong one counts as `0` until mended."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        return self._fields.get(name, "").strip()

    def ticked(self, name: str) -> bool:
        return name in self._fields

    def whole(self, name: str) -> int | None:
        """A whole number; a point between thousands is understood. None when nothing was typed."""
        text = self.text(name).replace(".", "").replace("\u00a0", "").replace(" ", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            return self._wrong(name, _("Bitte eine ganze Zahl."))
        return int(text)

    def parts(self, name: str, of_one: int, unit: str = "") -> int | None:
        """A number with a comma in whole parts of one (100: cents, hundredths). None when nothing was typed."""
        text = self.text(name).replace("\u00a0", " ").removesuffix(unit).removesuffix("€").strip()
        if not text:
            return None
        thousands = re.fullmatch(r"\d{1,3}(?:\.\d{3})+(,\d{1,2})?", text)
        text = (text.replace(".", "") if thousands else text).replace(",", ".")
        if not NUMBER.fullmatch(text):
            return self._wrong(name, _("Bitte eine Zahl, zum Beispiel 2,50."))
        parts = Decimal(text) * of_one
        if parts != parts.to_integral_value():
            return self._wrong(name, _("So genau geht es nicht."))
        return int(parts)

    def _wrong(self, name: str, why: str) -> int:
        self.errors[name] = why
        return 0


def shown(parts: int | None, of_one: int) -> str:
    """The other way round: parts of one as one types them (`250`, 100 → `2,50`; `125`, 10 → `12,5`)."""
    if parts is None:
        return ""
    places = len(str(of_one)) - 1
    whole, rest = divmod(parts, of_one)
    if of_one == 100:
        return f"{whole},{rest:02d}"
    return f"{whole},{rest:0{places}d}".rstrip("0").rstrip(",")
