"""Letters about disputes, to the people who run a market: what happened, until when, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from marketplace.kernel import formats
from marketplace.kernel.database import db
from marketplace.kernel.words import N_
from marketplace.notifications.letters import Letter, Row, Writer, page
from marketplace.notifications.models import Notification
from marketplace.orders.models import Order
from marketplace.payments.models import Dispute


def _dispute(notification: Notification) -> tuple[Dispute, Order]:
    dispute = db.session.get_one(Dispute, notification.values["dispute"])
    return dispute, db.session.get_one(Order, dispute.order_id)


def _opened(writer: Writer, notification: Notification) -> Letter:
    dispute, order = _dispute(notification)
    by = (
        formats.date_long(dispute.evidence_due_by, writer.language, writer.zone)
        if dispute.evidence_due_by is not None
        else ""
    )
    subject = (
        writer.say(N_("Rückfrage der Bank zu Bestellung %(number)s"), number=order.number)
        if dispute.state == "warning"
        else writer.say(N_("Streitfall zu Bestellung %(number)s"), number=order.number)
    )
    return writer.letter(
        subject,
        _what_happened(writer, dispute),
        _what_to_do(writer, dispute, by),
        rows=(Row(writer.say(N_("Strittig")), writer.money(dispute.amount_cents)),),
        button=(writer.say(N_("Zur Bestellung")), page(f"/leitung/bestellungen/{order.number}")),
    )


def _what_happened(writer: Writer, dispute: Dispute) -> str:
    if dispute.state == "warning":
        return writer.say(N_("Die Bank der Kundin fragt nach dieser Zahlung. Das Geld ist noch bei uns."))
    return writer.say(N_("Die Bank der Kundin hat diese Zahlung zurückgeholt. Solange ist nichts zu erstatten."))


def _what_to_do(writer: Writer, dispute: Dispute, by: str) -> str:
    if dispute.state in ("won", "lost"):
        return writer.say(N_("Der Streitfall ist schon entschieden, Sie müssen nichts tun."))
    if not by:
        return writer.say(N_("Bitte antworten Sie beim Zahlungsanbieter: mit Packliste, Abholzeit und Abholcode."))
    return writer.say(
        N_(
            "Bitte antworten Sie beim Zahlungsanbieter bis %(by)s: mit Packliste, Abholzeit und Abholcode. "
            "Wer nicht antwortet, verliert."
        ),
        by=by,
    )


def _closed(writer: Writer, notification: Notification) -> Letter:
    dispute, order = _dispute(notification)
    if dispute.state == "won":
        subject = writer.say(N_("Streitfall gewonnen: Bestellung %(number)s"), number=order.number)
        text = writer.say(N_("Das Geld bleibt bei uns oder kommt zurück. Sie müssen nichts tun."))
    else:
        subject = writer.say(N_("Streitfall verloren: Bestellung %(number)s"), number=order.number)
        text = (
            writer.say(
                N_("Das Geld ist weg. Die Höfe dieser Bestellung tragen den Verlust, er steht in der Abrechnung.")
            )
            if dispute.borne_by == "farm"
            else writer.say(N_("Das Geld ist weg. Den Verlust trägt der Markt."))
        )
        if order.state in ("confirmed", "packing", "ready"):
            text += " " + writer.say(
                N_("Die Bestellung ist noch nicht abgeholt. Bitte entscheiden Sie, ob sie bleibt.")
            )
    return writer.letter(
        subject,
        text,
        rows=(Row(writer.say(N_("Strittig")), writer.money(dispute.amount_cents)),),
        button=(writer.say(N_("Zur Bestellung")), page(f"/leitung/bestellungen/{order.number}")),
    )


DISPUTE_LETTERS: Mapping[str, Callable[[Writer, Notification], Letter]] = {
    "dispute_opened": _opened,
    "dispute_closed": _closed,
}
