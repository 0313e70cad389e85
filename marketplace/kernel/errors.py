"""Typed refusals: what the market says no to, and why.

A command raises a `Refusal`; nothing of it is kept, its transaction is rolled back. The web turns it into a page
or into an RFC 9457 problem document: `word` is the last segment of `type`, `status` the HTTP status.
`title` and `detail` are German msgids with values (see kernel/words.py).
"""

from __future__ import annotations

from typing import Any, ClassVar

from marketplace.kernel.words import N_, Words


class Refusal(Exception):
    """The base of all refusals. `extra` goes into the problem document as it is."""

    word: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str] = N_("Das geht so nicht.")

    def __init__(self, detail: str = "", extra: dict[str, Any] | None = None, **values: Any) -> None:
        self.detail = Words(detail or self.title, values)
        self.extra = extra or {}
        super().__init__(f"{self.word}: {self.detail}")


class NotFound(Refusal):
    """Unknown and foreign things look the same: one answer, one body."""

    word = "not-found"
    status = 404
    title = N_("Das haben wir nicht gefunden.")


class NotSignedIn(Refusal):
    word = "unauthorized"
    status = 401
    title = N_("Bitte melden Sie sich an.")


class Forbidden(Refusal):
    word = "forbidden"
    status = 403
    title = N_("Dafür fehlt Ihnen die Berechtigung.")


class SecondFactorNeeded(Refusal):
    word = "second-factor"
    status = 403
    title = N_("Bitte bestätigen Sie mit Ihrem Code.")


class TooMany(Refusal):
    """Too many tries; `retry_after` in seconds."""

    word = "too-many"
    status = 429
    title = N_("Das waren zu viele Versuche.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(N_("Bitte versuchen Sie es in %(seconds)s Sekunden noch einmal."), seconds=retry_after)
        self.retry_after = retry_after


class Invalid(Refusal):
    """Input that cannot be taken: `errors` maps a field to the sentence shown beside it."""

    word = "validation"
    status = 422
    title = N_("Bitte prüfen Sie Ihre Eingaben.")

    def __init__(self, errors: dict[str, str | Words], detail: str = "") -> None:
        super().__init__(detail)
        self.errors = {name: text if isinstance(text, Words) else Words(text) for name, text in errors.items()}


class Malformed(Refusal):
    word = "malformed"
    status = 400
    title = N_("Die Anfrage ist nicht lesbar.")


class Conflict(Refusal):
    """The thing is not in a state in which this can be done."""

    word = "conflict"


class Shortage(Conflict):
    """Not enough there. `shortages`: [{offer, requested, available}], ids as the API shows them."""

    word = "shortage"
    title = N_("Davon ist nicht mehr genug da.")

    def __init__(self, shortages: list[dict[str, Any]]) -> None:
        super().__init__(extra={"shortages": shortages})
        self.shortages = shortages


class Closed(Conflict):
    word = "closed"
    title = N_("Der Bestellschluss ist vorbei.")


class OverLimit(Conflict):
    """More than one customer gets of it. `limits`: [{offer, requested, had, most}], ids as the API shows them."""

    word = "customer-limit"
    title = N_("So viel davon gibt es nicht für eine Kundin.")


class SlotFull(Conflict):
    word = "slot-full"
    title = N_("In dieser Abholzeit ist kein Platz mehr frei.")


class TooYoung(Conflict):
    word = "age"
    title = N_("Für diese Ware ist ein Mindestalter vorgeschrieben.")


class Changed(Conflict):
    word = "changed"
    title = N_("Die Zahlen haben sich seit der Vorlage geändert.")


class KeyReused(Conflict):
    word = "idempotency"
    title = N_("Dieser Idempotency-Key gehört zu einer anderen Anfrage.")


class TryLater(Refusal):
    """Not now: a service we need does not answer. Nothing was done."""

    word = "unavailable"
    status = 503
    title = N_("Das geht gerade nicht. Es ist nichts passiert, bitte versuchen Sie es gleich noch einmal.")
