"""Letters to those who run the market: farms and the people who sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from marketplace.kernel import formats
from marketplace.kernel.database import db, rows
from marketplace.kernel.words import N_
from marketplace.notifications.letters import Letter, Row, Writer, page
from marketplace.notifications.models import Notification
from marketplace.payouts.models import PayoutRun, Statement
from marketplace.people.invitations import token_of
from marketplace.people.models import Invitation

PACKING = """
SELECT l.name, l.sale_unit, sum(l.quantity)::bigint AS quantity, d.date
FROM order_line l JOIN orders o ON o.id = l.order_id JOIN market_day d ON d.id = o.market_day_id
WHERE o.market_day_id = :day AND l.farm_id = :farm AND o.state IN ('confirmed', 'packing', 'ready')
GROUP BY l.name, l.sale_unit, d.date ORDER BY l.name
"""


def _packing_list(writer: Writer, notification: Notification) -> Letter:
    """By product, with sums; names and codes stay on the page, which asks who is looking."""
    found = rows(PACKING, day=notification.values["day"], farm=notification.values["farm"])
    farm, date = notification.values["farm"], found[0].date if found else None
    day = formats.date_long(date, writer.language, writer.zone) if date else ""
    asked = f"?tag={date.isoformat()}" if date else ""
    return writer.letter(
        writer.say(N_("Packliste für %(day)s"), day=day),
        writer.say(N_("Der Bestellschluss ist vorbei. Das ist zu packen:")),
        rows=tuple(Row(f"{row.name}, {row.sale_unit}", str(row.quantity)) for row in found),
        button=(writer.say(N_("Zur Packliste")), page(f"/hof/{farm}/packen{asked}")),
    )


def _to_sign(writer: Writer, notification: Notification) -> Letter:
    run = db.session.get(PayoutRun, notification.values["run"])
    assert run is not None
    total = sum(statement.payout_cents for statement in run.statements if statement.state == "due")
    return writer.letter(
        writer.say(N_("Ein Auszahlungslauf wartet auf Ihre Unterschrift")),
        writer.say(
            N_("%(count)s Höfe, zusammen %(total)s, bis einschließlich %(until)s."),
            count=len(run.statements),
            total=writer.money(total),
            until=formats.date_paper(run.until, writer.language, writer.zone),
        ),
        button=(writer.say(N_("Lauf ansehen")), page(f"/leitung/auszahlungen/{run.id}")),
    )


def _statement(notification: Notification) -> Statement:
    statement = db.session.get(Statement, notification.values["statement"])
    assert statement is not None
    return statement


def _statement_ready(writer: Writer, notification: Notification) -> Letter:
    statement = _statement(notification)
    return writer.letter(
        writer.say(N_("Ihre Abrechnung ist da")),
        writer.say(N_("Verkäufe, Erstattungen, Provision und Pfand stehen darin einzeln.")),
        rows=(Row(writer.say(N_("Auszahlung")), writer.money(statement.payout_cents)),),
        button=(writer.say(N_("Zur Abrechnung")), page(f"/hof/{statement.farm_id}/abrechnung/{statement.id}")),
    )


def _paid(writer: Writer, notification: Notification) -> Letter:
    statement = _statement(notification)
    return writer.letter(
        writer.say(N_("Auszahlung unterwegs: %(amount)s"), amount=writer.money(statement.payout_cents)),
        writer.say(N_("Wir haben Ihre Auszahlung angewiesen.")),
        button=(writer.say(N_("Zur Abrechnung")), page(f"/hof/{statement.farm_id}/abrechnung/{statement.id}")),
    )


OFFER = """
SELECT p.name, v.sale_unit, d.date, s.market_day_id IS NULL AS pooled, s.capacity - s.reserved - s.sold AS available
FROM offer o JOIN variant v ON v.id = o.variant_id JOIN product p ON p.id = v.product_id
JOIN stock s ON s.id = o.stock_id JOIN market_day d ON d.id = o.market_day_id WHERE o.id = :offer
"""


def _runs_out(writer: Writer, notification: Notification) -> Letter:
    """What is left now, which may be more again than when it was written down."""
    offer = rows(OFFER, offer=notification.values["offer"])[0]
    day = formats.date_long(offer.date, writer.language, writer.zone)
    left = max(0, offer.available or 0)
    subject = N_("Ausverkauft: %(name)s") if not left else N_("Wird knapp: %(name)s, noch %(left)s")
    where = N_("Der Vorrat geht zu Ende: %(unit)s.") if offer.pooled else N_("Für den Markt am %(day)s: %(unit)s.")
    return writer.letter(
        writer.say(subject, name=offer.name, left=left),
        writer.say(where, day=day, unit=offer.sale_unit),
        writer.say(N_("Ist noch etwas da, tragen Sie es im Bestand ein.")),
        button=(
            writer.say(N_("Zum Bestand")),
            page(f"/hof/{notification.values['farm']}/bestand?tag={offer.date.isoformat()}"),
        ),
    )


def _invitation(writer: Writer, notification: Notification) -> Letter:
    """The link is made here and stands nowhere else."""
    invitation = db.session.get(Invitation, notification.values["invitation"])
    assert invitation is not None
    farm = rows("SELECT name FROM farm WHERE id = :id", id=invitation.farm_id)[0].name
    asked = (
        N_("%(farm)s bittet Sie, beim Packen zu helfen.")
        if invitation.role == "helper"
        else N_("%(farm)s bittet Sie, den Hof auf dem Markt mit zu führen.")
    )
    return writer.letter(
        writer.say(N_("Einladung von %(farm)s"), farm=farm),
        writer.say(asked, farm=farm),
        writer.say(N_("Der Link gilt sieben Tage und nur für Sie. Kennen Sie den Hof nicht, tun Sie einfach nichts.")),
        button=(writer.say(N_("Einladung ansehen")), page(f"/konto/einladung/{token_of(invitation)}")),
    )


def _bank_changed(writer: Writer, notification: Notification) -> Letter:
    account = rows(
        "SELECT b.farm_id, b.iban, f.name FROM farm_bank_account b JOIN farm f ON f.id = b.farm_id WHERE b.id = :id",
        id=notification.values["bank_account"],
    )[0]
    return writer.letter(
        writer.say(N_("Neue Bankverbindung für %(farm)s"), farm=account.name),
        writer.say(
            N_("Auszahlungen gehen künftig auf das Konto mit den Endziffern %(digits)s."), digits=account.iban[-4:]
        ),
        writer.say(N_("Waren Sie das nicht, melden Sie sich bitte gleich bei der Marktleitung.")),
        button=(writer.say(N_("Bankverbindung ansehen")), page(f"/hof/{account.farm_id}/betrieb")),
    )


FARM_LETTERS: Mapping[str, Callable[[Writer, Notification], Letter]] = {
    "packing_list": _packing_list,
    "payout_to_sign": _to_sign,
    "statement_ready": _statement_ready,
    "payout_paid": _paid,
    "bank_account_changed": _bank_changed,
    "invitation": _invitation,
    "stock_low": _runs_out,
    "stock_sold_out": _runs_out,
}
