"""Sale units as a farmer types them: `12`; of weighed goods kilograms too, `12,5 kg`."""

from __future__ import annotations

from marketplace.pickup.grams_typed import grams_typed

MOST_DIGITS = 7
NOT_LIMITED = ("∞", "unbegrenzt")
NO_NUMBER = -1  # what the command refuses


def units_typed(text: str, usual_g: int | None = None) -> int | None:
    """Sale units; None for `∞` (not limited); `NO_NUMBER` for what is none, an empty field too: a number that slipped
    out of a field must not put everything on sale.

    `usual_g`: the usual weight of weighed goods.
    Kilograms (`12,5` or `12,5 kg`) become whole pieces, rounded down: what is there is there.
    """
    typed = text.strip()
    if typed in NOT_LIMITED:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS:
        return int(typed)
    if usual_g and ("k" in typed.lower() or "," in typed):
        try:
            grams = grams_typed(typed)
        except ValueError:
            return NO_NUMBER
        return NO_NUMBER if grams is None else grams // usual_g
    return NO_NUMBER
