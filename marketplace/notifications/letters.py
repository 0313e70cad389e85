"""The letters themselves: what is said on each occasion, in the reader's language. Short, concrete, Sie (design, 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from marketplace.kernel import formats, installation
from marketplace.kernel.catalogues import catalogue
from marketplace.kernel.database import db, rows
from marketplace.kernel.words import N_
from marketplace.notifications.models import Notification
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.tokens import token_of
from marketplace.payments.models import Payment, Refund


@dataclass(frozen=True)
class Row:
    """A line of a table: what, and what it comes to."""

    text: str
    amount: str


@dataclass(frozen=True)
class Letter:
    """One mail before it is typeset: paragraphs, a table, one button; `facts` are pairs shown large (code, number)."""

    language: str
    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    rows: tuple[Row, ...] = ()
    button: tuple[str, str] | None = None
    sender: str = ""
    legal: dict[str, Any] = field(default_factory=dict)


class Writer:
    """Writes in one language and one market's time zone."""

    def __init__(self, notification: Notification) -> None:
        market = rows("SELECT name, timezone, legal FROM market WHERE id = :id", id=notification.market_id)[0]
        self.language = notification.language
        self.zone: tzinfo = ZoneInfo(market.timezone)
        self.market: str = market.name
        self.legal: dict[str, Any] = market.legal
        self._catalogue = catalogue(notification.language)

    def say(self, msgid: str, **values: Any) -> str:
        """The sentence in the reader's language."""
        text: str = self._catalogue.gettext(msgid)
        return text % values if values else text

    def money(self, cents: int) -> str:
        """`1.284,60 €`."""
        return formats.money(cents, self.language)

    def letter(self, subject: str, *paragraphs: str, **rest: Any) -> Letter:
        """A letter of this market."""
        return Letter(
            self.language, subject, tuple(p for p in paragraphs if p), sender=self.market, legal=self.legal, **rest
        )

    def pickup(self, order: Order) -> str:
        """When and where an order is picked up."""
        slot = rows(
            "SELECT s.pickup_from, s.pickup_until, p.name"
            " FROM pickup_slot s JOIN pickup_point p ON p.id = s.pickup_point_id"
            " WHERE s.id = :id",
            id=order.slot_id,
        )[0]
        day = formats.date_long(slot.pickup_from, self.language, self.zone)
        window = formats.time_window(slot.pickup_from, slot.pickup_until, self.language, self.zone)
        return f"{day}, {window}, {slot.name}"


def page(path: str) -> str:
    """An address of ours."""
    return f"{installation.settings().public_url}{path}"


def order_page(order: Order) -> str:
    """The customer's own page of an order."""
    return page(f"/bestellung/{order.number}?token={token_of(order)}")


def _lines(writer: Writer, order: Order) -> tuple[Row, ...]:
    return tuple(
        Row(
            f"{_units(line)} × {line.name}, {line.sale_unit}",
            writer.money(line.amount_cents),
        )
        for line in order.lines
    )


def _units(line: OrderLine) -> int:
    return line.quantity if line.packed_quantity is None else line.packed_quantity


def _order(notification: Notification) -> Order:
    order = db.session.get(Order, notification.order_id)
    assert order is not None
    return order


def _received(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    return writer.letter(
        writer.say(N_("Bestellung %(number)s ist eingegangen"), number=order.number),
        writer.say(
            N_("Danke! Ihre Bestellung ist da. Die Lastschrift ist in Arbeit; sobald sie durch ist, bestätigen wir.")
        ),
        rows=_lines(writer, order),
        button=(writer.say(N_("Zur Bestellung")), order_page(order)),
    )


def _confirmed(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    weighed = any(line.catch_weight for line in order.lines)
    at_pickup = order.payment_method == "pay_at_pickup"
    return writer.letter(
        writer.say(N_("Bestellung %(number)s: Abholung %(pickup)s"), number=order.number, pickup=writer.pickup(order)),
        writer.say(N_("Danke! Ihre Bestellung ist da.")),
        writer.say(N_("Abholung: %(pickup)s."), pickup=writer.pickup(order)),
        writer.say(
            N_("Bezahlt wird, was die Waage sagt. Mehr als %(most)s wird es nie."), most=writer.money(order.hold_cents)
        )
        if weighed
        else "",
        writer.say(N_("Sie bezahlen bei der Abholung.")) if at_pickup else "",
        writer.say(N_("Bitte bringen Sie den Ausweis mit.")) if order.min_age else "",
        facts=(
            (writer.say(N_("Abholnummer")), str(order.pickup_number)),
            (writer.say(N_("Code")), formats.pickup_code(order.pickup_code)),
        ),
        rows=(*_lines(writer, order), Row(writer.say(N_("Summe")), writer.money(order.total_cents))),
        button=(writer.say(N_("Zur Bestellung")), order_page(order)),
    )


def _changed(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    line = db.session.get(OrderLine, notification.values["line"])
    assert line is not None
    return writer.letter(
        writer.say(N_("Änderung an Bestellung %(number)s"), number=order.number),
        writer.say(
            N_("%(name)s: %(packed)s statt %(ordered)s. Was fehlt, berechnen wir nicht."),
            name=line.name,
            packed=line.packed_quantity,
            ordered=line.quantity,
        ),
        writer.say(N_("Der Hof schreibt dazu: „%(reason)s“"), reason=line.reason) if line.reason else "",
        button=(writer.say(N_("Zur Bestellung")), order_page(order)),
    )


def _ready(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    at_pickup = order.payment_method == "pay_at_pickup"
    owed = writer.money(order.owed_cents)
    return writer.letter(
        writer.say(N_("Bestellung %(number)s ist gepackt"), number=order.number),
        writer.say(N_("Abholung: %(pickup)s."), pickup=writer.pickup(order)),
        writer.say(N_("Zu zahlen bei der Abholung: %(owed)s."), owed=owed)
        if at_pickup
        else writer.say(N_("Abgebucht werden %(owed)s."), owed=owed),
        facts=(
            (writer.say(N_("Abholnummer")), str(order.pickup_number)),
            (writer.say(N_("Code")), formats.pickup_code(order.pickup_code)),
        ),
        rows=(*_lines(writer, order), Row(writer.say(N_("Summe")), owed)),
        button=(writer.say(N_("Zur Bestellung")), order_page(order)),
    )


def _collected(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    return writer.letter(
        writer.say(N_("Bestellung %(number)s ist abgeholt"), number=order.number),
        writer.say(N_("Guten Appetit! Auf der Bestellseite steht, was Sie bekommen und bezahlt haben.")),
        rows=(*_lines(writer, order), Row(writer.say(N_("Summe")), writer.money(order.owed_cents))),
        button=(writer.say(N_("Zur Bestellung")), order_page(order)),
    )


def _not_collected(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    return writer.letter(
        writer.say(N_("Bestellung %(number)s wurde nicht abgeholt"), number=order.number),
        writer.say(
            N_("Die Abholzeit ist vorbei. Bitte melden Sie sich bei der Marktleitung, wenn etwas nicht stimmt.")
        ),
        button=(writer.say(N_("Zur Bestellung")), order_page(order)),
    )


def _expired(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    return writer.letter(
        writer.say(N_("Bestellung %(number)s ist abgelaufen"), number=order.number),
        writer.say(N_("Es ist nichts abgebucht. Die Zahlung kam nicht rechtzeitig, die Ware ist wieder frei.")),
        button=(writer.say(N_("Zum Markt")), page("/")),
    )


def _cancelled(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    return writer.letter(
        writer.say(N_("Bestellung %(number)s ist storniert"), number=order.number),
        writer.say(N_("Sie zahlen nichts. Was schon abgebucht war, geht in den nächsten Tagen zurück."))
        if order.payment_method != "pay_at_pickup"
        else writer.say(N_("Sie zahlen nichts.")),
        button=(writer.say(N_("Zum Markt")), page("/")),
    )


def _refund(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    refund = db.session.get(Refund, notification.values["refund"])
    assert refund is not None
    return writer.letter(
        writer.say(N_("Erstattung zu Bestellung %(number)s"), number=order.number),
        writer.say(
            N_("%(amount)s gehen zurück auf den Weg, auf dem Sie bezahlt haben."),
            amount=writer.money(refund.amount_cents),
        )
        if refund.provider_ref
        else writer.say(N_("%(amount)s bekommen Sie bar zurück."), amount=writer.money(refund.amount_cents))
        if order.payment_method == "pay_at_pickup"
        else writer.say(N_("Sie zahlen %(amount)s weniger."), amount=writer.money(refund.amount_cents)),
        writer.say(N_("Grund: %(reason)s"), reason=writer.say(refund.reason)) if refund.reason else "",
        button=(writer.say(N_("Zur Bestellung")), order_page(order)),
    )


def _payment_needed(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    payment = db.session.get(Payment, notification.values["payment"])
    assert payment is not None
    packed = order.state in ("ready", "collected", "not_collected")
    amount = writer.money(payment.amount_cents)
    return writer.letter(
        writer.say(N_("Bestellung %(number)s: bitte noch einmal bezahlen"), number=order.number),
        writer.say(N_("Der Betrag, der auf Ihrer Karte reserviert war, ließ sich nicht einziehen.")),
        writer.say(N_("Offen sind %(amount)s."), amount=amount)
        if packed
        else writer.say(
            N_("Bitte bezahlen Sie %(amount)s. Was nach dem Packen weniger wird, geben wir zurück."), amount=amount
        ),
        writer.say(N_("Es ist nichts doppelt abgebucht: Die alte Reservierung heben wir auf.")),
        button=(writer.say(N_("Jetzt bezahlen")), order_page(order)),
    )


def _payment_link(writer: Writer, notification: Notification) -> Letter:
    order = _order(notification)
    until = order.expires_at
    return writer.letter(
        writer.say(N_("Bestellung %(number)s: Ihr Link zum Bezahlen"), number=order.number),
        writer.say(N_("Als Sie bestellt haben, antwortete die Zahlungsseite nicht. Jetzt können Sie bezahlen.")),
        writer.say(
            N_("Ihre Ware ist bis %(when)s reserviert."), when=formats.clock_time(until, writer.language, writer.zone)
        )
        if until is not None
        else "",
        rows=_lines(writer, order),
        button=(writer.say(N_("Jetzt bezahlen")), order_page(order)),
    )


def letter_of(notification: Notification) -> Letter:
    """The letter of a queued message, from what is true now."""
    from marketplace.notifications.letters_of_disputes import DISPUTE_LETTERS
    from marketplace.notifications.letters_to_farms import FARM_LETTERS

    return {**LETTERS, **FARM_LETTERS, **DISPUTE_LETTERS}[notification.kind](Writer(notification), notification)


LETTERS: Mapping[str, Callable[[Writer, Notification], Letter]] = {
    "order_received": _received,
    "order_confirmed": _confirmed,
    "order_changed": _changed,
    "order_ready": _ready,
    "order_collected": _collected,
    "order_not_collected": _not_collected,
    "order_expired": _expired,
    "order_cancelled": _cancelled,
    "refund_issued": _refund,
    "payment_needed": _payment_needed,
    "payment_link": _payment_link,
}
