"""Checkout Session and its line items."""

from __future__ import annotations

from ..books import CURRENCY
from ..ids import new_id
from ..transaction import Body


def session(now: int, params: Body, *, total: int | None, expires_at: int, types: list[str], public_url: str) -> Body:
    """An open session. There is no PaymentIntent before the customer submits the hosted page; ``total`` (cents) is
    None when a means of payment is only saved."""
    session_id = new_id("checkout.session")
    return {
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency": CURRENCY,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": params.get("customer"),
        "customer_creation": "if_required",
        "customer_details": _customer_details(params["customer_email"]) if params.get("customer_email") else None,
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "expires_at": expires_at,
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": params.get("mode", "payment"),
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": types,
        "payment_status": "no_payment_required" if total is None else "unpaid",
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": _saved_options(params),
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": None if total is None else {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{public_url}/c/pay/{session_id}",
        "wallet_options": None,
        "_intent_data": params.get("payment_intent_data", {}),
    }


def _saved_options(params: Body) -> Body | None:
    if not params.get("customer") or params.get("mode") == "setup":
        return None
    asked = params.get("saved_payment_method_options", {})
    return {
        "allow_redisplay_filters": asked.get("allow_redisplay_filters", ["always"]),
        "payment_method_remove": "disabled",
        "payment_method_save": asked.get("payment_method_save"),
    }


def customer_details(email: str | None, name: str | None = None) -> Body:
    """What the customer entered on the hosted page."""
    return _customer_details(email) | {"name": name}


def _customer_details(email: str | None) -> Body:
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def line_item(now: int, session_id: str, item: Body) -> Body:
    """One line of the session. Prices of the request are in cents for one unit."""
    data = item["price_data"]
    quantity = item.get("quantity", 1)
    total = data["unit_amount"] * quantity
    product = data.get("product_data", {})
    return {
        "id": new_id("item"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": CURRENCY,
        "description": product.get("name"),
        "metadata": item.get("metadata", {}),
        "price": _price(now, data["unit_amount"]),
        "quantity": quantity,
        "_session": session_id,
        "_note": product.get("description"),
    }


def _price(now: int, unit_amount: int) -> Body:
    return {
        "id": new_id("price"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": now,
        "currency": CURRENCY,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": new_id("product"),
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }
