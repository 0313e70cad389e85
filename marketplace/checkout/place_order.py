"""Placing an order: one transaction keeps the stock, takes the place, writes order and payment, and says so.

Order of locks (docs/locks.md): stock rows by id, then the slot. The key of the form or request makes a second submit
find the first one's order, in parallel too (UNIQUE(checkout_scope, checkout_key)).
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, text
from sqlalchemy.exc import IntegrityError

from marketplace.checkout.quote import Quote, QuotedLine, quote
from marketplace.checkout.request import METHODS, OrderRequest
from marketplace.events.facts import OrderConfirmed, OrderPlaced, PaymentWanted
from marketplace.events.outbox import publish
from marketplace.kernel import clock, installation
from marketplace.kernel.database import command, constraint_of, db, execute
from marketplace.kernel.emails import address_from_text, address_key
from marketplace.kernel.errors import Invalid, KeyReused, NotFound, TooYoung
from marketplace.kernel.ids import new_code, new_token
from marketplace.kernel.words import N_, Words
from marketplace.market_days.places import take_place
from marketplace.orders.customer_limit import Limited, refuse_over_limit
from marketplace.orders.find import order_by_checkout
from marketplace.orders.models import Order, OrderLine
from marketplace.payments.request import add_payment, may_hold
from marketplace.payments.saved_means import keep_means_of, own_means
from marketplace.stock.reserve import Wanted, consume, reserve

LEAST_CARD_CENTS = 50


def place_order(request: OrderRequest) -> Order:
    """Places the order, or finds the one that this form or request has placed already.

    Raises Invalid, NotFound (slot), Closed, Shortage, SlotFull, TooYoung, KeyReused; nothing is kept then.
    """
    for _ in range(3):
        try:
            return _place(request)
        except IntegrityError as error:
            # The same key came twice at once: the other one won, we find its order. A code drawn twice: draw again.
            if constraint_of(error) not in ("uq_orders_checkout_scope_checkout_key", "uq_orders_slot_id_pickup_code"):
                raise
    return _place(request)


@command
def _place(request: OrderRequest) -> Order:
    before = order_by_checkout(request.checkout_scope, request.checkout_key)
    if before is not None:
        if before.checkout_print != request.fingerprint():
            raise KeyReused()
        return before
    email = _check(request)
    quoted = quote(request.slot_id, request.summed())
    _check_age(request, quoted)
    if request.payment_method != "pay_at_pickup" and quoted.total_cents < LEAST_CARD_CENTS:
        raise Invalid({"payment_method": N_("Mit Karte geht es erst ab 50 Cent.")})
    if request.payment_method == "sepa_debit" and not quoted.slot.debit_possible:
        raise Invalid({"payment_method": N_("Eine Lastschrift braucht länger, als bis zum Bestellschluss Zeit ist.")})
    reserve([Wanted(line.offer_id, line.stock_id, line.quantity) for line in quoted.lines])
    limited = [
        Limited(line.offer_id, line.name, line.quantity, line.most_per_customer)
        for line in quoted.lines
        if line.most_per_customer is not None
    ]
    refuse_over_limit(limited, address_key(email), request.account_id)
    order = _write(request, quoted, email, take_place(request.slot_id))
    # A debit cannot be held: it is taken at once, and the difference given back.
    capture_later = request.payment_method == "card" and may_hold(
        quoted.slot.pickup_from, off_session=request.means_id is not None
    )
    payment = add_payment(order, capture_later=capture_later, means_id=request.means_id)
    if request.keep_means and request.means_id is None and request.payment_method == "card" and request.account_id:
        keep_means_of(payment, request.account_id, request.language)
    if request.payment_method == "pay_at_pickup":
        consume(order.id)
        publish(OrderConfirmed(order.id))
    else:
        publish(PaymentWanted(payment.id), OrderPlaced(order.id))
    return order


def _check(request: OrderRequest) -> str:
    """The address to write to; refuses what a form can get wrong."""
    errors: dict[str, str | Words] = {}
    name = request.name.strip()
    if not 1 <= len(name) <= 120 or not name.isprintable():
        errors["customer.name"] = N_("Bitte geben Sie Ihren Namen an.")
    if len(request.phone) > 40 or not request.phone.isprintable():
        errors["customer.phone"] = N_("Bitte prüfen Sie die Telefonnummer.")
    try:
        email = address_from_text(request.email)
    except ValueError:
        email = ""
        errors["customer.email"] = N_("Bitte geben Sie eine E-Mail-Adresse an, zum Beispiel „name@beispiel.de“.")
    if request.payment_method not in METHODS or request.payment_method not in installation.settings().payment_methods:
        errors["payment_method"] = N_("Diese Zahlungsart gibt es hier nicht.")
    if request.means_id is not None and not _is_own(request):
        errors["payment_method"] = N_(
            "Diese Karte ist nicht mehr hinterlegt. Bitte wählen Sie eine andere Zahlungsart."
        )
    if not 1 <= len(request.checkout_key) <= 255:
        errors["checkout_key"] = N_("Der Schlüssel der Anfrage ist zu lang.")
    if errors:
        raise Invalid(errors)
    return email


def _is_own(request: OrderRequest) -> bool:
    """A saved card of whoever orders, and signed in."""
    try:
        own_means(request.account_id, request.means_id or 0)
    except NotFound:
        return False
    return request.payment_method == "card"


def _check_age(request: OrderRequest, quoted: Quote) -> None:
    if not quoted.min_age:
        return
    if quoted.slot.unattended:
        raise TooYoung(N_("Am Abholregal prüft niemand den Ausweis. Ware mit Mindestalter gibt es dort nicht."))
    if request.birth_date is None:
        raise TooYoung(N_("Für Ware ab %(age)s Jahren brauchen wir Ihr Geburtsdatum."), age=quoted.min_age)
    if not date(1900, 1, 1) <= request.birth_date <= clock.now().date():
        raise Invalid({"customer.birth_date": N_("Bitte prüfen Sie das Geburtsdatum.")})
    if _age_on(request.birth_date, quoted.slot.date) < quoted.min_age:
        raise TooYoung(N_("Diese Ware geben wir erst ab %(age)s Jahren ab."), age=quoted.min_age)


def _age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _write(request: OrderRequest, quoted: Quote, email: str, pickup_number: int) -> Order:
    at_pickup = request.payment_method == "pay_at_pickup"
    ttl = timedelta(seconds=installation.settings().order_ttl_seconds)
    expires_at = None if at_pickup else func.app_now() + ttl
    order = Order(
        number=text("'M-' || nextval('order_number')"),
        market_id=quoted.slot.market_id,
        market_day_id=quoted.slot.market_day_id,
        slot_id=quoted.slot.id,
        pickup_number=pickup_number,
        pickup_code=new_code(),
        token_seed=new_token(),
        account_id=request.account_id,
        customer_name=request.name.strip(),
        email=email,
        email_key=address_key(email),
        phone=request.phone.strip(),
        birth_date=request.birth_date if quoted.min_age else None,
        min_age=quoted.min_age,
        language=request.language,
        payment_method=request.payment_method,
        state="confirmed" if at_pickup else "awaiting_payment",
        payment_state="none" if at_pickup else "pending",
        confirmed_at=func.app_now() if at_pickup else None,
        total_cents=quoted.total_cents,
        deposit_cents=quoted.deposit_cents,
        owed_cents=quoted.total_cents,
        hold_cents=quoted.hold_cents,
        expires_at=expires_at,
        checkout_scope=request.checkout_scope,
        checkout_key=request.checkout_key,
        checkout_print=request.fingerprint(),
    )
    db.session.add(order)
    db.session.flush()
    db.session.add_all([_line(order.id, line) for line in quoted.lines])
    db.session.flush()
    execute(
        """
        INSERT INTO reservation (order_id, offer_id, stock_id, quantity, expires_at)
        SELECT o.id, u.offer_id, u.stock_id, u.quantity, o.expires_at
        FROM orders o, unnest(CAST(:offers AS bigint[]), CAST(:stocks AS bigint[]), CAST(:quantities AS bigint[]))
             AS u(offer_id, stock_id, quantity)
        WHERE o.id = :order_id
        """,
        order_id=order.id,
        offers=[line.offer_id for line in quoted.lines],
        stocks=[line.stock_id for line in quoted.lines],
        quantities=[line.quantity for line in quoted.lines],
    )
    return order


def _line(order_id: int, line: QuotedLine) -> OrderLine:
    return OrderLine(
        order_id=order_id,
        farm_id=line.farm_id,
        offer_id=line.offer_id,
        name=line.name,
        sku=line.sku,
        sale_unit=line.sale_unit,
        quantity=line.quantity,
        price_cents=line.price_cents,
        unit_price_cents=line.unit_price_cents,
        unit_price_basis=line.unit_price_basis,
        net_quantity=line.net_quantity,
        net_unit=line.net_unit,
        catch_weight=line.catch_weight,
        unit_deposit_cents=line.unit_deposit_cents,
        vat_scheme=line.vat_scheme,
        vat_bp=line.vat_bp,
        min_age=line.min_age,
        ordered_cents=line.ordered_cents,
        hold_cents=line.hold_cents,
        deposit_cents=line.deposit_cents,
        amount_cents=line.ordered_cents,
    )
