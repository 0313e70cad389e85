"""Means of payment that a customer keeps: saved on the hosted page, charged while its owner is away."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.providers.stand_in_stripe.conftest import Start
from tests.providers.stand_in_stripe.running import Receiver, Running
from tests.providers.stand_in_stripe.test_accounts import visit

ONCE_SET_UP = "4000002500003155"
ALWAYS = "4000002760003184"


def customer(stand_in: Running) -> str:
    return stand_in.v1.customers.create({"email": "ute@example.org", "metadata": {"person": "7"}}).id


def setup_page(stand_in: Running, customer: str, **more: Any) -> stripe.checkout.Session:
    params: dict[str, Any] = {
        "mode": "setup",
        "currency": "eur",
        "customer": customer,
        "success_url": "http://shop.test/konto",
        "cancel_url": "http://shop.test/konto",
    }
    return stand_in.v1.checkout.sessions.create({**params, **more})  # type: ignore[typeddict-item]


def saved(stand_in: Running, customer: str, **how: Any) -> str:
    """Id of a method saved on the hosted page."""
    done = stand_in.order("pay", session=setup_page(stand_in, customer).id, challenge="ok", **how)
    assert done["session"]["status"] == "complete" and done["payment_intent"] is None
    return str(done["setup_intent"]["payment_method"])


def charge(stand_in: Running, customer: str, method: str, cents: int = 1500, **more: Any) -> stripe.PaymentIntent:
    """Charge a saved method while its owner is away."""
    params: dict[str, Any] = {"amount": cents, "currency": "eur", "customer": customer, "payment_method": method}
    return stand_in.v1.payment_intents.create(
        {**params, "off_session": True, "confirm": True, **more}  # type: ignore[typeddict-item]
    )


def test_a_page_that_saves_takes_no_money(stand_in: Running) -> None:
    ute = customer(stand_in)
    page = setup_page(stand_in, ute, metadata={"person": "7"})
    assert (page.mode, page.amount_total, page.payment_status) == ("setup", None, "no_payment_required")
    assert page.setup_intent is not None and page.payment_intent is None
    method = stand_in.order("pay", session=page.id)["setup_intent"]["payment_method"]
    kept = stand_in.v1.payment_methods.list({"customer": ute}).data
    assert [(item.id, item.customer, item.allow_redisplay) for item in kept] == [(method, ute, "always")]
    assert stand_in.v1.customers.payment_methods.list(ute).data[0].id == method
    assert stand_in.v1.customers.payment_methods.retrieve(ute, method).card.last4 == "4242"
    assert stand_in.control("state")["books"][stand_in.control("state")["platform"]]["balance_transactions"] == []
    assert stand_in.v1.setup_intents.list({"customer": ute}).data[0].status == "succeeded"


def test_a_saved_card_is_charged_or_held_while_its_owner_is_away(stand_in: Running) -> None:
    ute = customer(stand_in)
    method = saved(stand_in, ute)
    assert charge(stand_in, ute, method).status == "succeeded"
    held = charge(stand_in, ute, method, capture_method="manual")
    assert (held.status, held.payment_method, held.customer) == ("requires_capture", method, ute)
    assert stand_in.v1.payment_intents.list({"customer": ute}).data[0].id == held.id


@pytest.mark.parametrize(("card", "passes"), [(ONCE_SET_UP, True), (ALWAYS, False)])
def test_3d_secure_at_saving_may_be_enough(stand_in: Running, card: str, passes: bool) -> None:
    ute = customer(stand_in)
    method = saved(stand_in, ute, card=card)
    if passes:
        assert charge(stand_in, ute, method).status == "succeeded"
        return
    with pytest.raises(stripe.CardError) as refused:
        charge(stand_in, ute, method, metadata={"order": "M-1"})
    assert (refused.value.code, refused.value.http_status) == ("authentication_required", 402)
    assert refused.value.error.payment_method["id"] == method
    intent = refused.value.error.payment_intent
    assert (intent["status"], intent["metadata"]["order"]) == ("requires_payment_method", "M-1")
    # The owner comes back and confirms.
    again = stand_in.v1.payment_intents.confirm(intent["id"], {"payment_method": method})
    assert again.status == "requires_action"
    assert stand_in.order("challenge", intent=intent["id"], answer="ok")["status"] == "succeeded"


def test_saved_through_the_api_without_consent_for_absence(stand_in: Running) -> None:
    ute = customer(stand_in)
    attached = stand_in.v1.payment_methods.attach("pm_card_authenticationRequiredOnSetup", {"customer": ute})
    with pytest.raises(stripe.CardError, match="authentication"):
        charge(stand_in, ute, attached.id)
    fine = stand_in.v1.payment_methods.attach("pm_card_authenticationRequiredSetupForOffSession", {"customer": ute})
    assert charge(stand_in, ute, fine.id).status == "succeeded"


def test_a_saved_card_may_be_declined(stand_in: Running) -> None:
    ute = customer(stand_in)
    method = saved(stand_in, ute, card="4000000000000341")
    with pytest.raises(stripe.CardError) as refused:
        charge(stand_in, ute, method)
    assert (refused.value.code, refused.value.error.decline_code) == ("card_declined", "generic_decline")
    assert stand_in.v1.payment_methods.retrieve(method).customer == ute


def test_a_declined_card_is_not_saved(stand_in: Running) -> None:
    ute = customer(stand_in)
    page = setup_page(stand_in, ute)
    tried = stand_in.order("pay", session=page.id, card="4000000000000002")
    assert (tried["session"]["status"], tried["setup_intent"]["status"]) == ("open", "requires_payment_method")
    with pytest.raises(stripe.CardError):
        stand_in.v1.payment_methods.attach("pm_card_chargeDeclined", {"customer": ute})
    with pytest.raises(stripe.CardError) as refused:
        stand_in.v1.setup_intents.create({"customer": ute, "payment_method": "pm_card_chargeDeclined", "confirm": True})
    assert refused.value.error.setup_intent["status"] == "requires_payment_method"
    assert stand_in.v1.payment_methods.list({"customer": ute}).data == []
    assert stand_in.order("pay", session=page.id)["session"]["status"] == "complete"


def test_3d_secure_refused_saves_nothing(stand_in: Running) -> None:
    ute = customer(stand_in)
    tried = stand_in.order("pay", session=setup_page(stand_in, ute).id, card=ALWAYS)
    assert tried["setup_intent"]["status"] == "requires_action"
    after = stand_in.order("challenge", intent=tried["setup_intent"]["id"], answer="fail")
    assert after["last_setup_error"]["code"] == "setup_intent_authentication_failure"
    assert stand_in.v1.payment_methods.list({"customer": ute}).data == []


def test_paying_may_save_as_well(stand_in: Running) -> None:
    ute = customer(stand_in)
    data = {"capture_method": "manual", "setup_future_usage": "off_session"}
    page = stand_in.checkout(customer=ute, payment_intent_data=data)
    stand_in.order("pay", session=page.id, card=ONCE_SET_UP, challenge="ok")
    kept = stand_in.v1.payment_methods.list({"customer": ute}).data
    assert [item.allow_redisplay for item in kept] == ["limited"]
    assert charge(stand_in, ute, kept[0].id).status == "succeeded"


def test_the_customer_ticks_the_box_or_does_not(stand_in: Running) -> None:
    ute = customer(stand_in)
    options = {"payment_method_save": "enabled"}
    for tick, count in ((False, 0), (True, 1)):
        page = stand_in.checkout(customer=ute, saved_payment_method_options=options)
        stand_in.order("pay", session=page.id, save=tick)
        assert len(stand_in.v1.payment_methods.list({"customer": ute}).data) == count
    method = stand_in.v1.payment_methods.list({"customer": ute}).data[0].id
    page = stand_in.checkout(customer=ute, saved_payment_method_options=options)
    paid = stand_in.order("pay", session=page.id, saved=method)
    assert paid["payment_intent"]["payment_method"] == method
    with pytest.raises(stripe.InvalidRequestError):  # nobody to keep it for
        stand_in.checkout(saved_payment_method_options=options)


def test_a_debit_is_saved_with_its_mandate(stand_in: Running) -> None:
    ute = customer(stand_in)
    page = setup_page(stand_in, ute, allowed_payment_method_types=["sepa_debit"])
    done = stand_in.order("pay", session=page.id, iban="DE89370400440532013000")["setup_intent"]
    mandate = stand_in.v1.mandates.retrieve(done["mandate"])
    assert (mandate.type, mandate.status) == ("multi_use", "active")
    intent = charge(stand_in, ute, done["payment_method"], allowed_payment_method_types=["sepa_debit"])
    assert intent.status == "processing"
    taken = stand_in.v1.charges.retrieve(str(intent.latest_charge))
    assert taken.payment_method_details.sepa_debit.mandate == mandate.id


def test_whose_method_it_is(stand_in: Running) -> None:
    ute, jan = customer(stand_in), customer(stand_in)
    method = saved(stand_in, ute)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        charge(stand_in, jan, method)
    assert refused.value.param == "payment_method"
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.payment_methods.attach(method, {"customer": jan})
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.payment_intents.create(
            {"amount": 500, "currency": "eur", "payment_method": method, "confirm": True}
        )
    used = stand_in.paid().payment_method
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        stand_in.v1.payment_methods.attach(str(used), {"customer": ute})


def test_given_up_means_never_again(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    ute = customer(stand_in)
    method = saved(stand_in, ute)
    stand_in.v1.payment_methods.detach(method)
    for what in (
        lambda: charge(stand_in, ute, method),
        lambda: stand_in.v1.payment_methods.attach(method, {"customer": ute}),
        lambda: stand_in.v1.payment_methods.detach(method),
    ):
        with pytest.raises(stripe.InvalidRequestError):
            what()
    assert stand_in.v1.payment_methods.list({"customer": ute}).data == []
    receiver.wait(lambda got: len(got) == 6, "all that happened")
    assert receiver.types() == [
        "customer.created",
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
        "payment_method.detached",
    ]


def test_a_customer_who_leaves_takes_the_methods_along(stand_in: Running) -> None:
    ute = customer(stand_in)
    method = saved(stand_in, ute)
    assert stand_in.v1.customers.delete(ute).deleted
    assert stand_in.v1.payment_methods.retrieve(method).customer is None
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.customers.retrieve(ute)


def test_a_page_that_saves_expires(stand_in: Running) -> None:
    page = setup_page(stand_in, customer(stand_in))
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.setup_intents.cancel(str(page.setup_intent))
    assert stand_in.v1.checkout.sessions.expire(page.id).status == "expired"
    assert stand_in.v1.setup_intents.retrieve(str(page.setup_intent)).status == "canceled"
    alone = stand_in.v1.setup_intents.create({"usage": "on_session"})
    assert stand_in.v1.setup_intents.cancel(alone.id).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.setup_intents.confirm(alone.id, {"payment_method": "pm_card_visa"})


def test_a_page_that_saves_takes_no_lines(stand_in: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.checkout(mode="setup")
    assert refused.value.param in ("line_items", "payment_intent_data")


def test_the_page_offers_what_is_kept(stand_in: Running) -> None:
    ute = customer(stand_in)
    method = saved(stand_in, ute, card="5555555555554444")
    page = stand_in.checkout(customer=ute, saved_payment_method_options={"payment_method_save": "enabled"})
    _, _, text = visit(stand_in, str(page.url))
    assert "Mastercard •••• 4444" in text and 'name="save"' in text and 'value="ute@example.org"' in text
    status, place, _ = visit(stand_in, str(page.url), email="ute@example.org", saved=method)
    assert status == 303 and place.startswith("http://shop.test/danke")
    paid = stand_in.v1.checkout.sessions.retrieve(page.id, {"expand": ["payment_intent"]})
    assert paid.status == "complete" and paid.payment_intent.payment_method == method
