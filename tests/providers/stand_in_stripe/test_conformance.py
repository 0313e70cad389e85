"""Requests and answers against the provider's own types."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from marketplace.providers.stand_ins.stripe.conformance import check_answer, check_params
from marketplace.providers.stand_ins.stripe.decode import decode_form
from marketplace.providers.stand_ins.stripe.errors import ApiError
from tests.providers.stand_in_stripe.running import Running


def test_brackets_become_objects() -> None:
    pairs = [("a[b][0]", "x"), ("a[b][1]", "y"), ("c[]", "1"), ("c[]", "2"), ("d", "")]
    assert decode_form(pairs) == {"a": {"b": {"0": "x", "1": "y"}}, "c": {"0": "1", "1": "2"}, "d": ""}


@pytest.mark.parametrize("name", ["a[b", "a]b", "[a]", "", "a[b]c", "a" + "[b]" * 11])
def test_broken_brackets_are_refused(name: str) -> None:
    with pytest.raises(ApiError):
        decode_form([(name, "x")])


def test_a_name_cannot_be_value_and_object() -> None:
    with pytest.raises(ApiError):
        decode_form([("a", "1"), ("a[b]", "2")])
    with pytest.raises(ApiError):
        decode_form([("a[b]", "1"), ("a", "2")])


def test_texts_get_their_types() -> None:
    sent = [("amount", "1200"), ("currency", "eur"), ("confirm", "true"), ("metadata[n]", "7"), ("expand[0]", "x")]
    params, findings = check_params("PaymentIntentCreateParams", decode_form(sent))
    assert findings == []
    assert params == {"amount": 1200, "currency": "eur", "confirm": True, "metadata": {"n": "7"}, "expand": ["x"]}


@pytest.mark.parametrize(
    ("name", "sent", "path", "code"),
    [
        ("PaymentIntentCreateParams", {"amount": "1", "currency": "eur", "colour": "x"}, "colour", "parameter_unknown"),
        ("PaymentIntentCreateParams", {"amount": "1"}, "currency", "parameter_missing"),
        ("PaymentIntentCreateParams", {"amount": "1.5", "currency": "eur"}, "amount", "parameter_invalid_integer"),
        ("PaymentIntentCreateParams", {"amount": "1", "currency": ""}, "currency", "parameter_invalid_empty"),
        (
            "PaymentIntentCreateParams",
            {"amount": "1", "currency": "eur", "capture_method": "manuel"},
            "capture_method",
            None,
        ),
        ("PaymentIntentCreateParams", {"amount": "1", "currency": "eur", "confirm": "yes"}, "confirm", None),
        (
            "PaymentIntentCreateParams",
            {"amount": "1", "currency": "eur", "payment_method_types": {"0": "card"}},
            "payment_method_types",
            "parameter_unknown",
        ),
        (
            "checkout.SessionCreateParams",
            {"line_items": {"0": {"price_data": {"currency": "eur", "product_data": {}}}}},
            "line_items[0][price_data][product_data][name]",
            "parameter_missing",
        ),
        ("RefundListParams", {"created": {"since": "1"}}, "created[since]", "parameter_unknown"),
        ("RefundCreateParams", {"api_key": "x"}, "api_key", "parameter_unknown"),
    ],
)
def test_what_does_not_fit_is_named(name: str, sent: dict[str, Any], path: str, code: str | None) -> None:
    _, findings = check_params(name, sent)
    assert [(finding.path, finding.code) for finding in findings] == [(path, code)]


def test_a_number_or_a_range_fits() -> None:
    assert check_params("RefundListParams", {"created": "12"})[0] == {"created": 12}
    assert check_params("RefundListParams", {"created": {"gte": "12"}})[0] == {"created": {"gte": 12}}


def test_wrong_answers_are_found() -> None:
    good = {"object": "balance", "livemode": False, "available": [], "pending": []}
    assert check_answer("Balance", good) == []
    assert check_answer("Balance", {**good, "colour": 1})
    assert check_answer("Balance", {**good, "livemode": "no"})
    assert check_answer("Balance", {k: v for k, v in good.items() if k != "available"})
    assert check_answer("Balance", {**good, "available": [{"amount": "1", "currency": "eur"}]})
    assert check_answer("Balance", {**good, "object": "refund"})


def test_refusals_name_the_parameter(stand_in: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.v1.refunds.create({"amount": 1, "colour": "x"})  # type: ignore[typeddict-unknown-key]
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, "parameter_unknown", "colour")
    assert refused.value.request_id.startswith("req_")
    assert "docs.stripe.com" in refused.value.error.doc_url


def test_what_is_not_played_is_refused(stand_in: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.v1.payment_intents.create({"amount": 100, "currency": "eur", "application_fee_amount": 1})
    assert refused.value.param == "application_fee_amount"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.v1.payment_links.list()
    assert refused.value.http_status == 404


def test_each_kind_of_object_conforms(stand_in: Running) -> None:
    """The stand-in checks each answer itself here (STAND_IN_CHECK_RESPONSES); so it is enough to get them all."""
    v1, farm = stand_in.v1, stand_in.farm()
    customer = v1.customers.create({"email": "ute@example.org", "metadata": {"a": "b"}})
    v1.customers.update(customer.id, {"name": "Ute"})
    session = stand_in.checkout(customer=customer.id, expand=["line_items", "customer"])
    intent = stand_in.order("pay", session=session.id, challenge="ok", card="4000002760003184")["payment_intent"]["id"]
    v1.checkout.sessions.line_items.list(session.id)
    v1.payment_intents.capture(intent, {"amount_to_capture": 2000})
    charge = v1.payment_intents.retrieve(
        intent, {"expand": ["latest_charge.balance_transaction", "payment_method", "customer"]}
    ).latest_charge
    assert isinstance(charge, stripe.Charge)
    v1.charges.update(charge.id, {"description": "Kiste"})
    refund = v1.refunds.create({"charge": charge.id, "amount": 200, "expand": ["charge.refunds", "payment_intent"]})
    v1.refunds.update(refund.id, {"metadata": {"why": "zu wenig"}})
    transfer = v1.transfers.create({"amount": 500, "currency": "eur", "destination": farm, "transfer_group": "M-1"})
    v1.transfers.reversals.create(transfer.id, {"amount": 100})
    v1.transfers.retrieve(transfer.id, {"expand": ["destination", "destination_payment", "balance_transaction"]})
    v1.payouts.create({"amount": 100, "currency": "eur"})
    disputed = stand_in.paid(token="pm_card_createDispute")
    stand_in.order("disputes", dispute=v1.disputes.list({"payment_intent": disputed.id}).data[0].id, won=True)
    v1.payment_intents.create(
        {
            "amount": 900,
            "currency": "eur",
            "confirm": True,
            "payment_method": "pm_sepaDebit_success",
            "allowed_payment_method_types": ["sepa_debit"],
        }
    )
    lists = (
        v1.customers, v1.checkout.sessions, v1.payment_intents, v1.charges, v1.refunds, v1.transfers, v1.payouts,
        v1.disputes, v1.accounts, v1.balance_transactions, v1.events,
    )  # fmt: skip
    for listed in lists:
        found = listed.list({"limit": 100}).data  # type: ignore[attr-defined]
        assert found, listed
        for item in found:
            listed.retrieve(item.id)  # type: ignore[attr-defined]
    v1.balance_transactions.list({"limit": 100, "expand": ["data.source"]})
    v1.transfers.reversals.list(transfer.id)
    v1.accounts.retrieve_current()
    v1.balance.retrieve()
    connected = v1.charges.list(options={"stripe_account": farm}).data
    assert [item.amount for item in connected] == [500]
