"""Sessions, intents, captures, refunds, transfers, payouts: what happens to the money."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe

from tests.providers.stand_in_stripe.conftest import Start
from tests.providers.stand_in_stripe.running import Running


def books(stand_in: Running) -> Any:
    state = stand_in.control("state")
    for account in state["books"].values():
        assert account["sum_net"] == sum(account["balance"].values())
    return state["books"][state["platform"]]


def refused(code: str | None = None, param: str | None = None) -> Any:
    def fits(problem: stripe.StripeError) -> bool:
        return problem.code == code and (param is None or getattr(problem, "param", None) == param)

    return pytest.RaisesExc(stripe.StripeError, check=fits)


def test_no_intent_before_the_customer_submits(stand_in: Running) -> None:
    session = stand_in.checkout()
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert stand_in.v1.payment_intents.list().data == []
    stand_in.order("pay", session=session.id, email="ute@example.org")
    session = stand_in.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    # The amount is held, not paid: so the session stays "unpaid" until the capture.
    assert (session.status, session.payment_status, intent.status) == ("complete", "unpaid", "requires_capture")
    assert session.customer_details is not None and session.customer_details.email == "ute@example.org"
    assert (intent.metadata["order"], intent.transfer_group, intent.amount_capturable) == ("M-1", "M-1", 2500)
    assert books(stand_in)["balance_transactions"] == []
    stand_in.v1.payment_intents.capture(intent.id)
    assert stand_in.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_partial_capture_releases_the_rest(stand_in: Running) -> None:
    intent_id = stand_in.held(2500)
    held = stand_in.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]}).latest_charge
    assert isinstance(held, stripe.Charge) and not held.captured
    assert held.payment_method_details is not None and held.payment_method_details.card is not None
    assert held.payment_method_details.card.capture_before == held.created + 7 * 86400
    with refused("amount_too_large", "amount_to_capture"):
        stand_in.v1.payment_intents.capture(intent_id, {"amount_to_capture": 2501})
    with refused("parameter_invalid_integer", "amount_to_capture"):
        stand_in.v1.payment_intents.capture(intent_id, {"amount_to_capture": 0})
    done = stand_in.v1.payment_intents.capture(
        intent_id, {"amount_to_capture": 1990, "expand": ["latest_charge.balance_transaction"]}
    )
    charge = done.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert (done.status, done.amount, done.amount_received, done.amount_capturable) == ("succeeded", 2500, 1990, 0)
    assert (charge.amount, charge.amount_captured, charge.amount_refunded) == (2500, 1990, 0)
    movement = charge.balance_transaction
    assert isinstance(movement, stripe.BalanceTransaction)
    assert (movement.amount, movement.fee, movement.net) == (1990, 55, 1935)  # 1.5 % = 29.85, half up, and 25 ct
    with refused("payment_intent_unexpected_state"):
        stand_in.v1.payment_intents.capture(intent_id)


def test_a_release_may_look_like_a_refund(stand_in: Running) -> None:
    stand_in.order("switches", releases_as_refunds=True)
    intent_id = stand_in.held(2500)
    stand_in.v1.payment_intents.capture(intent_id, {"amount_to_capture": 2000})
    release = stand_in.v1.refunds.list({"payment_intent": intent_id}).data[0]
    assert (release.amount, release.balance_transaction) == (500, None)
    stand_in.v1.refunds.create({"payment_intent": intent_id, "amount": 2000})
    with refused("charge_already_refunded"):
        stand_in.v1.refunds.create({"payment_intent": intent_id, "amount": 1})


def test_equal_refunds_are_two_refunds_and_never_too_much(stand_in: Running) -> None:
    intent = stand_in.paid(2500)
    first = stand_in.v1.refunds.create({"payment_intent": intent.id, "amount": 1000, "metadata": {"n": "1"}})
    second = stand_in.v1.refunds.create({"payment_intent": intent.id, "amount": 1000, "metadata": {"n": "2"}})
    assert first.id != second.id
    with refused(param="amount"):
        stand_in.v1.refunds.create({"payment_intent": intent.id, "amount": 501})
    stand_in.v1.refunds.create({"payment_intent": intent.id})
    with refused("charge_already_refunded"):
        stand_in.v1.refunds.create({"payment_intent": intent.id})
    charge = stand_in.v1.charges.list({"payment_intent": intent.id}).data[0]
    assert (charge.amount_refunded, charge.refunded) == (2500, True)
    assert books(stand_in)["by_type"] == {"charge": 2437, "refund": -2500}


def test_a_hold_is_cancelled_not_refunded(stand_in: Running) -> None:
    intent_id = stand_in.held()
    with refused("charge_not_refundable"):
        stand_in.v1.refunds.create({"payment_intent": intent_id})
    gone = stand_in.v1.payment_intents.cancel(intent_id, {"cancellation_reason": "requested_by_customer"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "requested_by_customer")
    assert books(stand_in)["sum_net"] == 0
    with refused("payment_intent_unexpected_state"):
        stand_in.v1.payment_intents.cancel(intent_id)


def test_a_hold_ends_after_seven_days(stand_in: Running) -> None:
    intent_id = stand_in.held()
    stand_in.order("clock", advance=7 * 86400 + 1)
    gone = stand_in.v1.payment_intents.retrieve(intent_id)
    assert (gone.status, gone.cancellation_reason) == ("canceled", "automatic")


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ],
)
def test_declines(stand_in: Running, token: str, code: str, decline_code: str) -> None:
    with pytest.raises(stripe.CardError) as declined:
        stand_in.paid(token=token)
    error = declined.value.error
    assert (declined.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    # The attempt stays in the books, without money, and may be repeated with another card.
    intent = stand_in.v1.payment_intents.retrieve(error.payment_intent.id, {"expand": ["latest_charge"]})
    assert isinstance(intent.latest_charge, stripe.Charge) and intent.latest_charge.status == "failed"
    assert (intent.status, books(stand_in)["sum_net"]) == ("requires_payment_method", 0)
    assert stand_in.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"


def test_challenge(stand_in: Running) -> None:
    session = stand_in.checkout()
    waiting = stand_in.order("pay", session=session.id, card="4000 0000 0000 3220")["payment_intent"]
    assert waiting["status"] == "requires_action"
    assert waiting["next_action"]["redirect_to_url"]["url"] == f"http://stand-in.test/c/3ds/{waiting['id']}"
    failed = stand_in.order("pay", session=session.id, card="4000000000003220", challenge="fail")["payment_intent"]
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    done = stand_in.order("pay", session=session.id, card="4000000000003220", challenge="ok")
    assert (done["payment_intent"]["id"], done["payment_intent"]["status"]) == (waiting["id"], "requires_capture")
    assert done["session"]["status"] == "complete"
    with refused("authentication_required"):
        stand_in.v1.payment_intents.create(
            {
                "amount": 500,
                "currency": "eur",
                "confirm": True,
                "off_session": True,
                "payment_method": "pm_card_authenticationRequired",
            }
        )


def test_session_expires_by_its_own_clock(stand_in: Running) -> None:
    soon = int(time.time())
    for seconds in (29 * 60, 25 * 3600):
        with refused(param="expires_at"):
            stand_in.checkout(expires_at=soon + seconds)
    session = stand_in.checkout(expires_at=soon + 31 * 60)
    waiting = stand_in.order("pay", session=session.id, card="4000000000003220")["payment_intent"]
    with refused():
        stand_in.v1.payment_intents.cancel(waiting["id"])  # the session is open: expire that
    stand_in.order("clock", advance=31 * 60)
    assert stand_in.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert stand_in.v1.payment_intents.retrieve(waiting["id"]).status == "canceled"
    with refused():
        stand_in.v1.checkout.sessions.expire(session.id)
    assert [e.type for e in stand_in.v1.events.list({"type": "checkout.session.expired"})] == [
        "checkout.session.expired"
    ]


def test_session_is_expired_by_hand(stand_in: Running) -> None:
    session = stand_in.checkout()
    assert stand_in.v1.checkout.sessions.expire(session.id).status == "expired"
    assert [found.id for found in stand_in.v1.checkout.sessions.list({"status": "expired"})] == [session.id]


def test_small_and_foreign_amounts_are_refused(stand_in: Running) -> None:
    with refused("amount_too_small"):
        stand_in.checkout(49)
    with refused("amount_too_small", "amount"):
        stand_in.paid(49)
    with refused(param="currency"):
        stand_in.v1.payment_intents.create({"amount": 100, "currency": "usd"})


def test_transfer_beyond_the_balance_is_refused(stand_in: Running) -> None:
    farm = stand_in.farm()
    stand_in.paid(2500)
    with refused("balance_insufficient"):
        stand_in.v1.transfers.create({"amount": 2438, "currency": "eur", "destination": farm})
    transfer = stand_in.v1.transfers.create(
        {"amount": 2437, "currency": "eur", "destination": farm, "transfer_group": "run-1", "metadata": {"line": "1"}}
    )
    assert stand_in.v1.balance.retrieve().available[0].amount == 0
    assert stand_in.v1.balance.retrieve(options={"stripe_account": farm}).available[0].amount == 2437
    assert [t.id for t in stand_in.v1.transfers.list({"transfer_group": "run-1"})] == [transfer.id]
    back = stand_in.v1.transfers.reversals.create(transfer.id, {"amount": 437})
    after = stand_in.v1.transfers.retrieve(transfer.id)
    assert (after.amount_reversed, after.reversed, after.reversals.data[0].id) == (437, False, back.id)
    with refused(param="amount"):
        stand_in.v1.transfers.reversals.create(transfer.id, {"amount": 2001})
    assert books(stand_in)["by_type"] == {"charge": 2437, "transfer": -2437, "transfer_refund": 437}
    with refused("resource_missing", "destination"):
        stand_in.v1.transfers.create({"amount": 1, "currency": "eur", "destination": "acct_none"})


def test_pending_money_cannot_be_moved_yet(start: Start) -> None:
    stand_in = start(STAND_IN_FUNDS_DELAY_SECONDS="3600")
    farm = stand_in.farm()
    intent = stand_in.paid(2500)
    stand_in.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    stand_in.paid(1000, token="pm_card_bypassPending")
    assert books(stand_in)["balance"] == {"available": 960, "pending": 1937}
    with refused("balance_insufficient"):
        stand_in.v1.transfers.create({"amount": 1500, "currency": "eur", "destination": farm})
    # A transfer may be tied to a charge whose money is still on its way, up to what the charge brought.
    charge = str(intent.latest_charge)
    tied: dict[str, Any] = {"currency": "eur", "destination": farm, "source_transaction": charge}
    stand_in.v1.transfers.create({"amount": 1000, **tied})
    with refused(param="amount"):
        stand_in.v1.transfers.create({"amount": 1501, **tied})
    stand_in.order("clock", advance=3601)
    assert books(stand_in)["balance"] == {"available": 1897, "pending": 0}
    assert stand_in.v1.balance.retrieve(options={"stripe_account": farm}).available[0].amount == 1000


def test_payouts(stand_in: Running) -> None:
    intent = stand_in.paid(2500)
    with refused("balance_insufficient"):
        stand_in.v1.payouts.create({"amount": 2438, "currency": "eur"})
    manual = stand_in.v1.payouts.create({"amount": 437, "currency": "eur"})
    with refused(param="payout"):
        stand_in.v1.balance_transactions.list({"payout": manual.id})
    automatic = stand_in.order("payouts")["payout"]
    assert automatic["amount"] == 2000
    settled = stand_in.v1.balance_transactions.list({"payout": automatic["id"]}).data
    assert {item.source for item in settled} == {automatic["id"], manual.id, str(intent.latest_charge)}
    assert sum(item.net for item in settled) == 0
    assert stand_in.v1.payouts.retrieve(manual.id).status == "paid"
    assert stand_in.order("payouts")["payout"] is None


def test_debit_comes_later_or_comes_back(stand_in: Running) -> None:
    wishes: dict[str, Any] = {"payment_intent_data": {}, "allowed_payment_method_types": ["card", "sepa_debit"]}
    good = stand_in.checkout(**wishes)
    bad = stand_in.checkout(**wishes)
    with refused(param="allowed_payment_method_types"):
        stand_in.checkout(allowed_payment_method_types=["sepa_debit"])  # a debit cannot be held
    paid = stand_in.order("pay", session=good.id, iban="DE89 3704 0044 0532 0130 00")
    assert (paid["session"]["status"], paid["session"]["payment_status"]) == ("complete", "unpaid")
    assert paid["payment_intent"]["status"] == "processing"
    stand_in.order("pay", session=bad.id, iban="DE62370400440532013001")
    stand_in.order("clock", advance=10)
    assert stand_in.v1.checkout.sessions.retrieve(good.id).payment_status == "paid"
    assert stand_in.v1.checkout.sessions.retrieve(bad.id).payment_status == "unpaid"
    assert {e.type for e in stand_in.v1.events.list({"type": "checkout.session.async*"})} == {
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
    }
    assert books(stand_in)["by_type"] == {"payment": 2465}


def test_dispute_takes_the_money(stand_in: Running) -> None:
    intent = stand_in.paid(2500, token="pm_card_createDispute")
    dispute = stand_in.v1.disputes.list({"payment_intent": intent.id}).data[0]
    assert books(stand_in)["by_type"] == {"charge": 2437, "adjustment": -4000}
    with refused("charge_disputed"):
        stand_in.v1.refunds.create({"payment_intent": intent.id})
    stand_in.order("disputes", dispute=dispute.id, won=True)
    assert books(stand_in)["by_type"]["adjustment"] == -1500
    assert stand_in.v1.disputes.retrieve(dispute.id).status == "won"


def test_refunds_may_fail_later(stand_in: Running) -> None:
    refund = stand_in.v1.refunds.create({"payment_intent": stand_in.paid(2500, "pm_card_refundFail").id})
    assert refund.status == "succeeded"
    stand_in.order("clock", advance=10)
    refund = stand_in.v1.refunds.retrieve(refund.id)
    assert (refund.status, refund.failure_reason) == ("failed", "expired_or_canceled_card")
    assert books(stand_in)["by_type"] == {"charge": 2437, "refund": -2500, "refund_failure": 2500}
