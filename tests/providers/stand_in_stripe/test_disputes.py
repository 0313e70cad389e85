"""Disputes from the first question to the bank's decision, and what else comes back: refunds, payouts, debits."""

from __future__ import annotations

import urllib.error
from typing import Any

import pytest
import stripe

from tests.providers.stand_in_stripe.conftest import Start
from tests.providers.stand_in_stripe.running import Receiver, Running
from tests.providers.stand_in_stripe.test_payments import books

DAY = 86400


def disputed(stand_in: Running, cents: int = 2500, **more: Any) -> dict[str, Any]:
    charge = str(stand_in.paid(cents).latest_charge)
    opened: dict[str, Any] = stand_in.order("disputes", charge=charge, reason="product_not_received", **more)
    return opened


def refused_lever(stand_in: Running, lever: str, **wish: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        stand_in.order(lever, **wish)
    assert refused.value.code == 400
    refused.value.close()


def test_a_fee_goes_with_the_amount_and_stays_away(stand_in: Running) -> None:
    dispute = disputed(stand_in)
    assert (dispute["status"], dispute["amount"], dispute["is_charge_refundable"]) == ("needs_response", 2500, False)
    assert dispute["evidence_details"]["due_by"] == dispute["created"] + 7 * DAY
    taken = stand_in.v1.disputes.retrieve(dispute["id"]).balance_transactions[0]
    assert (taken.type, taken.amount, taken.fee, taken.net) == ("adjustment", -2500, 1500, -4000)
    stand_in.order("disputes", dispute=dispute["id"], won=True)
    back = stand_in.v1.disputes.retrieve(dispute["id"]).balance_transactions[1]
    assert (back.amount, back.fee, back.net) == (2500, 0, 2500)
    refused_lever(stand_in, "disputes", dispute=dispute["id"], won=True)


def test_a_switch_brings_the_fee_back(stand_in: Running) -> None:
    stand_in.order("switches", dispute_fees_returned=True)
    dispute = disputed(stand_in)
    before = books(stand_in)["balance"]
    stand_in.order("disputes", dispute=dispute["id"], won=True)
    assert sum(books(stand_in)["balance"].values()) - sum(before.values()) == 4000


def test_evidence_is_written_down_then_handed_in(stand_in: Running) -> None:
    dispute = disputed(stand_in)
    noted = stand_in.v1.disputes.update(
        dispute["id"], {"evidence": {"product_description": "Kartoffeln"}, "submit": False}
    )
    assert (noted.status, noted.evidence_details.has_evidence) == ("needs_response", True)
    sent = stand_in.v1.disputes.update(dispute["id"], {"submit": True, "metadata": {"by": "office"}})
    assert (sent.status, sent.evidence.product_description) == ("under_review", "Kartoffeln")
    assert sent.evidence_details.submission_count == 1
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.disputes.update(dispute["id"], {"evidence": {"service_date": "gestern"}})
    assert stand_in.order("disputes", dispute=dispute["id"], won=False)["status"] == "lost"


@pytest.mark.parametrize(("word", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_words_that_decide(stand_in: Running, word: str, status: str) -> None:
    dispute = disputed(stand_in)
    assert stand_in.v1.disputes.update(dispute["id"], {"evidence": {"uncategorized_text": word}}).status == status


def test_too_late_is_too_late(stand_in: Running) -> None:
    dispute = disputed(stand_in)
    stand_in.order("clock", advance=8 * DAY)
    assert stand_in.v1.disputes.retrieve(dispute["id"]).evidence_details.past_due
    with pytest.raises(stripe.InvalidRequestError, match="deadline"):
        stand_in.v1.disputes.update(dispute["id"], {"evidence": {"product_description": "x"}})
    assert stand_in.v1.disputes.close(dispute["id"]).status == "lost"


def test_an_inquiry_takes_nothing_until_it_escalates(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    first = disputed(stand_in, inquiry=True)
    assert (first["status"], first["is_charge_refundable"]) == ("warning_needs_response", True)
    assert stand_in.order("disputes", dispute=first["id"], won=True)["status"] == "warning_closed"
    assert "adjustment" not in books(stand_in)["by_type"]
    second = disputed(stand_in, 1000, inquiry=True)
    stand_in.v1.refunds.create({"charge": second["charge"], "amount": 100})  # an inquiry may be refunded
    stand_in.order("disputes", dispute=second["id"], escalate=True)
    assert books(stand_in)["by_type"]["adjustment"] == -1000 - 1500
    refused_lever(stand_in, "disputes", dispute=second["id"], escalate=True)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        stand_in.v1.refunds.create({"charge": second["charge"], "amount": 100})
    assert refused.value.code == "charge_disputed"
    token = stand_in.v1.disputes.list({"payment_intent": stand_in.paid(token="pm_card_createDisputeInquiry").id})
    assert token.data[0].status == "warning_needs_response"
    receiver.wait(lambda got: "charge.dispute.funds_withdrawn" in receiver.types(), "the withdrawal")
    kinds = [kind for kind in receiver.types() if kind.startswith("charge.dispute")]
    assert kinds[:5] == [
        "charge.dispute.created",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
    ]


def test_what_was_refunded_is_not_disputed(stand_in: Running) -> None:
    paid = stand_in.paid(2500)
    stand_in.v1.refunds.create({"payment_intent": paid.id, "amount": 1000})
    refused_lever(stand_in, "disputes", charge=str(paid.latest_charge), amount=1501)
    dispute = stand_in.order("disputes", charge=str(paid.latest_charge))
    assert dispute["amount"] == 1500
    refused_lever(stand_in, "disputes", charge=str(paid.latest_charge))  # one at a time
    gone = stand_in.paid(800)
    stand_in.v1.refunds.create({"payment_intent": gone.id})
    refused_lever(stand_in, "disputes", charge=str(gone.latest_charge))


def debit(stand_in: Running, token: str) -> stripe.PaymentIntent:
    return stand_in.v1.payment_intents.create(
        {
            "amount": 4000,
            "currency": "eur",
            "confirm": True,
            "payment_method": token,
            "allowed_payment_method_types": ["sepa_debit"],
        }
    )


def test_debits_are_slow_and_may_fail_late(stand_in: Running) -> None:
    good, bad = debit(stand_in, "pm_successDelayed_de"), debit(stand_in, "pm_failedDelayed_de")
    stand_in.order("clock", advance=120)
    assert stand_in.v1.payment_intents.retrieve(good.id).status == "processing"
    stand_in.order("clock", advance=120)
    assert stand_in.v1.payment_intents.retrieve(good.id).status == "succeeded"
    assert stand_in.v1.payment_intents.retrieve(bad.id).status == "requires_payment_method"
    decided = debit(stand_in, "pm_sepaDebit_success")
    assert stand_in.order("debits", payment_intent=decided.id, succeeds=False)["status"] == "requires_payment_method"
    refused_lever(stand_in, "debits", payment_intent=decided.id)


def test_a_debit_that_is_given_back_is_lost_at_once(stand_in: Running) -> None:
    for intent, reason in ((debit(stand_in, "pm_disputed_de"), None), (debit(stand_in, "pm_success_de"), "general")):
        stand_in.order("debits", payment_intent=intent.id)
        if reason is not None:  # weeks later
            stand_in.order("clock", advance=40 * DAY)
            stand_in.order("disputes", charge=str(intent.latest_charge), reason="insufficient_funds")
        dispute = stand_in.v1.disputes.list({"payment_intent": intent.id}).data[0]
        assert (dispute.status, dispute.balance_transactions[0].net) == ("lost", -4000 - 750)
        refused_lever(stand_in, "disputes", dispute=dispute.id, won=True)


def test_a_refund_by_hand_knows_nothing_of_us(stand_in: Running) -> None:
    paid = stand_in.paid(2500)
    made = stand_in.order("refunds", payment_intent=paid.id, amount=700)
    listed = stand_in.v1.refunds.list({"created": {"gte": made["created"]}}).data
    assert [(item.id, item.amount, item.metadata.to_dict()) for item in listed] == [(made["id"], 700, {})]
    refused_lever(stand_in, "refunds", payment_intent=paid.id, amount=1801)
    back = stand_in.order("refunds", refund=made["id"])
    assert (back["status"], bool(back["failure_balance_transaction"])) == ("failed", True)
    assert books(stand_in)["by_type"]["refund"] + books(stand_in)["by_type"]["refund_failure"] == 0
    refused_lever(stand_in, "refunds", refund=made["id"])


def test_a_payout_comes_back_after_it_arrived(stand_in: Running) -> None:
    stand_in.paid(2500)
    before = books(stand_in)["balance"]
    made = stand_in.order("payouts")["payout"]
    assert stand_in.v1.payouts.retrieve(made["id"]).status == "paid"
    failed = stand_in.order("payouts/fail", payout=made["id"])
    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
    back = stand_in.v1.balance_transactions.retrieve(failed["failure_balance_transaction"])
    assert (back.type, back.amount) == ("payout_failure", made["amount"])
    assert books(stand_in)["balance"] == before
    refused_lever(stand_in, "payouts/fail", payout=made["id"])
    assert stand_in.order("payouts")["payout"]["amount"] == made["amount"]
