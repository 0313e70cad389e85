"""What the provider or the workers noted (English, for logs), in words for people who can act on it."""

from __future__ import annotations

from flask_babel import gettext as _


def plainly(noted: str | None) -> str:
    """In plain words; what nobody has translated is quoted, nothing is hidden. Empty for nothing."""
    if not noted:
        return ""
    lowered = noted.lower()
    for part, words in _known():
        if part in lowered:
            return words
    return _("Gemeldet wurde: „%(noted)s“", noted=noted)


def _known() -> tuple[tuple[str, str], ...]:
    # The first that fits counts: the narrower ones come first.
    return (
        ("insufficient funds in the connected", _("Auf dem Konto des Hofs beim Zahlungsanbieter ist nicht genug.")),
        ("balance_insufficient", _("Beim Zahlungsanbieter ist noch nicht genug verfügbar.")),
        ("insufficient available", _("Beim Zahlungsanbieter ist noch nicht genug verfügbar.")),
        ("insufficient funds", _("Das Konto der Kundin oder des Kunden ist nicht gedeckt.")),
        ("insufficient_funds", _("Das Konto der Kundin oder des Kunden ist nicht gedeckt.")),
        ("requires authentication", _("Die Bank verlangt eine Freigabe durch die Kundin oder den Kunden.")),
        ("authentication_required", _("Die Bank verlangt eine Freigabe durch die Kundin oder den Kunden.")),
        ("authenticate", _("Die Freigabe bei der Bank (3-D Secure) wurde abgebrochen oder ist misslungen.")),
        ("expired card", _("Die Karte ist abgelaufen.")),
        ("card has expired", _("Die Karte ist abgelaufen.")),
        ("security code", _("Die Prüfziffer der Karte stimmt nicht.")),
        ("declined", _("Die Bank hat die Zahlung abgelehnt.")),
        ("while processing your card", _("Bei der Bank ist etwas schiefgegangen; ein neuer Versuch kann gelingen.")),
        ("hold has ended", _("Die Reservierung ist abgelaufen, es wurde nichts eingezogen.")),
        ("does not fit this payment", _("Beim Zahlungsanbieter steht eine Zahlung, die nicht zu dieser passt.")),
        ("charge_disputed", _("Die Zahlung ist gerade reklamiert; erstattet wird nicht noch einmal.")),
        ("charged back", _("Die Bank hat die Zahlung schon zurückgeholt.")),
        ("has already been refunded", _("Beim Zahlungsanbieter ist das Geld schon ganz zurückgegangen.")),
        ("greater than", _("Der Betrag ist höher, als der Zahlungsanbieter erlaubt.")),
        ("could not be captured", _("Die Reservierung lässt sich nicht mehr einziehen.")),
        ("has a status of", _("Beim Zahlungsanbieter steht die Zahlung in einem Stand, der das nicht erlaubt.")),
        ("no such", _("Der Zahlungsanbieter kennt das nicht, wonach gefragt wurde.")),
        ("does not accept our key", _("Der Zahlungsanbieter nimmt unseren Schlüssel nicht an.")),
        (": failed", _("Die Bank hat das Geld nicht angenommen, es ist zurück.")),
        (": canceled", _("Der Zahlungsanbieter hat es abgebrochen, das Geld ist zurück.")),
        ("timeout", _("Der Zahlungsanbieter hat nicht geantwortet.")),
        ("timed out", _("Der Zahlungsanbieter hat nicht geantwortet.")),
        ("connection", _("Es gab keine Verbindung.")),
        ("no answer", _("Es kam keine Antwort.")),
        ("capture comes first", _("Erst wird eingezogen, dann geht das Geld zurück.")),
        ("not written down yet", _("Es wird gerade erst angelegt.")),
        ("not in our books", _("Es betrifft Geld, das noch nicht in unseren Büchern steht.")),
    )
