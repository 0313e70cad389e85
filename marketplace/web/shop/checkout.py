"""The checkout: one page, guest first; then the provider's hosted page, or the order."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.basket.change import take_out_ordered
from marketplace.basket.contents import Contents
from marketplace.basket.owner import Owner
from marketplace.checkout.place_order import place_order
from marketplace.checkout.quote import quote
from marketplace.checkout.request import OrderRequest
from marketplace.checkout.start_payment import start_payment
from marketplace.kernel import installation
from marketplace.kernel.errors import Closed, Invalid, KeyReused, OverLimit, Refusal, Shortage, SlotFull, TooYoung
from marketplace.kernel.ids import id_from_text, new_token
from marketplace.kernel.rate_limits import address_bucket, hit
from marketplace.orders.find import order_by_checkout
from marketplace.orders.models import Order
from marketplace.orders.tokens import token_of
from marketplace.payments.models import SavedMeans
from marketplace.payments.rows import open_attempt
from marketplace.payments.saved_means import consent_words, means_of
from marketplace.web.access import allow, anyone, current_actor
from marketplace.web.api.problems import said
from marketplace.web.language import spoken
from marketplace.web.look.card_words import card_name, card_until, months_left
from marketplace.web.missed_demand import note_lines, shortages_noted, visitor_of
from marketplace.web.shop import blueprint
from marketplace.web.shop.visit import forget_reading, owner, visit

# Orders an address may place in a window; the API counts in the same bucket.
BY_ADDRESS, WINDOW_S = 300, 60
# A saved card among the means of payment: `means-<id>`.
SAVED = "means-"
# The fields of the form, by what a refusal calls them.
FIELDS = {
    "customer.name": "name",
    "customer.email": "email",
    "customer.phone": "phone",
    "customer.birth_date": "birth_date",
    "payment_method": "payment_method",
}


@dataclass(frozen=True)
class Form:
    """What the customer typed. `birth_date` as TT.MM.JJJJ; `payment_method` may be `means-<id>`, a saved card."""

    name: str
    email: str
    phone: str
    birth_date: str
    payment_method: str
    key: str
    keep_means: str = ""

    @classmethod
    def read(cls) -> Form:
        names = ("name", "email", "phone", "birth_date", "payment_method", "checkout_key", "keep_means")
        return cls(*(request.form.get(name, "").replace("\0", "").strip()[:500] for name in names))

    @classmethod
    def blank(cls) -> Form:
        actor = current_actor()
        first = next((card for card in own_cards() if card.is_default and not has_ended(card)), None)
        method = methods()[0] if first is None else f"{SAVED}{first.id}"
        return cls(getattr(actor, "full_name", ""), getattr(actor, "email", ""), "", "", method, new_token())

    @property
    def means_id(self) -> int | None:
        """The saved card that was chosen: 0, which nobody has, for one that cannot be; None for any other means."""
        if not self.payment_method.startswith(SAVED):
            return None
        return id_from_text(self.payment_method.removeprefix(SAVED)) or 0


def own_cards() -> Sequence[SavedMeans]:
    """The saved cards of whoever is signed in; none for guests, and none where no card is taken."""
    account_id = current_actor().account_id
    return means_of(account_id) if account_id is not None and "card" in methods() else ()


def has_ended(card: SavedMeans) -> bool:
    """A card whose last month is over cannot pay."""
    return months_left(card) < 0


def cards_in_words(cards: Sequence[SavedMeans]) -> list[dict[str, str]]:
    """The saved cards as the form offers them; `reason` why one cannot be chosen."""
    return [
        {
            "value": f"{SAVED}{card.id}",
            "name": _("Mit gespeicherter %(card)s bezahlen", card=card_name(card)),
            "hint": card_until(card),
            "icon": "credit-card",
            "reason": _("Die Karte ist abgelaufen.") if has_ended(card) else "",
        }
        for card in cards
    ]


def methods() -> tuple[str, ...]:
    """The means of payment of this installation."""
    return installation.settings().payment_methods


def methods_in_words(*, debit_possible: bool, has_cards: bool = False) -> list[dict[str, str]]:
    """The means of payment as the form offers them; a debit only while it can be through before the cut-off."""
    words = {
        "card": (
            _("Andere Karte") if has_cards else _("Karte"),
            _("wird jetzt nur reserviert, nach dem Packen belastet"),
            "credit-card",
        ),
        "sepa_debit": (_("SEPA-Lastschrift"), _("wird in den nächsten Tagen abgebucht"), "bank"),
        "pay_at_pickup": (_("Bei Abholung"), _("bar oder mit Karte am Stand"), "storefront"),
    }
    offered = [method for method in methods() if method != "sepa_debit" or debit_possible]
    return [dict(zip(("value", "name", "hint", "icon"), (method, *words[method]), strict=True)) for method in offered]


def ways_to_pay() -> str:
    """`mit Karte oder bei Abholung`: said before anything is filled in (§ 312j Abs. 1 BGB)."""
    words = {"card": _("mit Karte"), "sepa_debit": _("per Lastschrift"), "pay_at_pickup": _("bei Abholung")}
    *most, last = [words[method] for method in methods()]
    return _("%(most)s oder %(last)s", most=", ".join(most), last=last) if most else last


def scope_of(whose: Owner) -> str:
    """In which scope a key of the form holds: this visitor's, so that nobody finds another's order by a key."""
    if whose.account_id is not None:
        return f"form:account:{whose.account_id}"
    return "form:" + hashlib.sha256((whose.token or "").encode()).hexdigest()[:32]


@blueprint.get("/kasse")
@allow(anyone)
def checkout() -> str | Response:
    """The form; a basket that cannot be ordered as it stands leads to the basket, which says why."""
    here = visit()
    return _not_yet(here) or _page(here, Form.blank(), {})


def _not_yet(here: Contents) -> Response | None:
    if here.slot is None or here.slot.state != "open":
        flash(_("Bitte wählen Sie zuerst Abholort und Abholzeit."), "info")
        return redirect(url_for("shop.places"), 303)  # type: ignore[return-value]
    if not here.orderable or here.few:
        return redirect(url_for("shop.basket"), 303)  # type: ignore[return-value]
    return None


def _page(here: Contents, form: Form, errors: dict[str, str], status: int = 200) -> str | Response:
    assert here.slot is not None
    quoted = quote(here.slot.id, {line.offer_id: line.quantity for line in here.orderable if line.offer_id})
    cards = own_cards()
    aged = [line for line in here.orderable if line.min_age]
    html = render_template(
        "shop/checkout.html",
        visit=here,
        form=form,
        errors=errors,
        quote=quoted,
        aged=aged,
        cards=cards_in_words(cards),
        methods=methods_in_words(debit_possible=quoted.slot.debit_possible, has_cards=bool(cards)),
        consent=consent_words(spoken()) if current_actor().is_signed_in and "card" in methods() else "",
        ways=ways_to_pay(),
        card_possible="card" in methods(),
        farms=here.farms(orderable_only=True),
        weighed=sum(1 for line in here.orderable if line.catch_weight),
        withdrawable=[line.name for line in here.orderable if not line.withdrawal_excluded],
        bottles=sum(line.quantity for line in here.orderable if line.unit_deposit_cents),
    )
    return Response(html, status, mimetype="text/html", headers={"Cache-Control": "no-store"})


@blueprint.post("/kasse")
@allow(anyone)
def order_now() -> str | Response:
    """Zahlungspflichtig bestellen. The key in the form makes a second click find the first one's order."""
    form, whose = Form.read(), owner()
    before = order_by_checkout(scope_of(whose), form.key)
    if before is not None:
        return _to_order(before)
    hit(f"orders:{address_bucket(request.remote_addr)}", WINDOW_S, BY_ADDRESS)
    here = visit()
    if here.slot is not None and here.slot.state == "open":
        note_lines(here.lines, whose)
    if (stop := _not_yet(here)) is not None:
        return _found_meanwhile(whose, form) or stop
    born, errors = birth_date_from_text(form.birth_date, needed=here.min_age > 0)
    wanted = {line.offer_id: line.quantity for line in here.orderable if line.offer_id}
    try:
        with shortages_noted(visitor_of(whose)):
            order = place_order(_request(here, form, whose, born, wanted))
    except KeyReused:
        return _found_meanwhile(whose, form) or redirect(url_for("shop.checkout"), 303)  # type: ignore[return-value]
    except (Invalid, TooYoung) as refusal:
        return _page(here, form, errors_of(refusal) | errors, refusal.status)
    except (Shortage, Closed, OverLimit) as refusal:
        return _sorry(refusal, "shop.basket")
    except SlotFull as refusal:
        return _sorry(refusal, "shop.places")
    take_out_ordered(whose, wanted)
    return _to_payment(order)


def _request(here: Contents, form: Form, whose: Owner, born: date | None, wanted: dict[int, int]) -> OrderRequest:
    assert here.slot is not None
    return OrderRequest(
        slot_id=here.slot.id,
        lines=tuple(wanted.items()),
        name=form.name,
        email=form.email,
        phone=form.phone,
        birth_date=born,
        payment_method="card" if form.means_id is not None else form.payment_method,
        means_id=form.means_id,
        keep_means=form.keep_means == "1" and form.payment_method == "card" and whose.account_id is not None,
        checkout_scope=scope_of(whose),
        checkout_key=form.key,
        account_id=whose.account_id,
        language=spoken(),
    )


def errors_of(refusal: Invalid | TooYoung) -> dict[str, str]:
    """The refusal's sentences by field of the form; what belongs to none stands at the button."""
    if isinstance(refusal, TooYoung):
        return {"birth_date": said(refusal.detail)}
    return {FIELDS.get(name, "bestellen"): said(words) for name, words in refusal.errors.items()}


def birth_date_from_text(text: str, *, needed: bool) -> tuple[date | None, dict[str, str]]:
    """TT.MM.JJJJ, or JJJJ-MM-TT as browsers send it; (None, errors) when it is needed and cannot be read."""
    if not needed:
        return None, {}
    if not text:
        return None, {"birth_date": _("Bitte geben Sie Ihr Geburtsdatum an.")}
    try:
        if "-" in text:
            return date.fromisoformat(text), {}
        day, month, year = (int(part) for part in text.split("."))
        return date(year, month, day), {}
    except ValueError:
        return None, {"birth_date": _("Bitte schreiben Sie das Datum so: 14.03.1968")}


def _sorry(refusal: Refusal, page: str) -> Response:
    """Nothing was ordered: says why, and leads to where it can be put right."""
    forget_reading()
    flash(_("%(why)s Es ist nichts bestellt und nichts abgebucht.", why=said(refusal.detail)), "stop")
    return redirect(url_for(page), 303)  # type: ignore[return-value]


def _found_meanwhile(whose: Owner, form: Form) -> Response | None:
    """The order that the first of two clicks made while the second was on its way."""
    before = order_by_checkout(scope_of(whose), form.key)
    return _to_order(before) if before is not None else None


def order_url(order: Order, **more: Any) -> str:
    """The customer's link to an order."""
    return url_for("shop.order", number=order.number, token=token_of(order), **more)


def _to_order(order: Order) -> Response:
    return redirect(order_url(order), 303)  # type: ignore[return-value]


def _to_payment(order: Order) -> Response:
    """The hosted page; the order's own page when none is needed, or the provider does not answer."""
    url = start_payment(order.id)
    if url is None:
        attempt = open_attempt(order.id)
        asks = attempt is not None and attempt.means_id is not None  # the saved card is still being asked
        url = order_url(order, zurueck=1) if asks else order_url(order)
    return redirect(url, 303)  # type: ignore[return-value]
