"""Test cards and test bank accounts, by number and by token, and what they do.

Numbers and meanings are the provider's (https://docs.stripe.com/testing). The
plain test cards count as German ones, so that the books show European fees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .errors import ApiError


@dataclass(frozen=True)
class Decline:
    """Why the bank says no; ``text`` is for the API, ``german`` for the person at the payment page."""

    code: str
    decline_code: str | None
    text: str
    german: str


@dataclass(frozen=True)
class TestCard:
    """One test card and its behaviour."""

    number: str
    token: str
    brand: str
    country: str = "DE"
    decline: Decline | None = None
    challenge: bool = False
    """The bank wants the owner to confirm (3-D Secure)."""
    alone: Literal["asks", "once_set_up", "passes"] = "asks"
    """Whether a card that wants a confirmation can be charged while its owner is away (off-session)."""
    setup_only: bool = False
    """It can be saved, but no payment with it succeeds."""
    dispute: str | None = None
    """Reason of the dispute that follows the payment at once."""
    funds_at_once: bool = False
    refund: Literal["succeeds", "pending", "fails"] = "succeeds"

    @property
    def last4(self) -> str:
        return self.number[-4:]


@dataclass(frozen=True)
class TestDebit:
    """One test bank account for SEPA debit; the outcome comes later."""

    iban: str
    token: str
    fails: bool = False
    late: bool = False
    """The outcome takes LATE_SECONDS longer."""
    dispute: str | None = None
    """The bank takes the money back right after the success, for this reason."""

    @property
    def last4(self) -> str:
        return self.iban[-4:]


def _declined(decline_code: str, german: str, text: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", decline_code, text, german)


GENERIC = _declined("generic_decline", "Die Bank hat die Zahlung abgelehnt.")
INSUFFICIENT = _declined("insufficient_funds", "Das Konto ist nicht gedeckt.", "Your card has insufficient funds.")
AUTHENTICATION_NEEDED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
    "Die Bank verlangt eine Bestätigung.",
)
EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.", "Die Karte ist abgelaufen.")
WRONG_CVC = Decline(
    "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "Die Prüfziffer stimmt nicht."
)
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "Die Bank konnte die Zahlung nicht bearbeiten.",
)

CARDS = (
    TestCard("4242424242424242", "pm_card_visa", "visa"),
    TestCard("5555555555554444", "pm_card_mastercard", "mastercard"),
    TestCard("4000002760000016", "pm_card_de", "visa"),
    TestCard("4000005280000002", "pm_card_nl", "visa", "NL"),
    TestCard("4000008260000000", "pm_card_gb", "visa", "GB"),
    TestCard("4000008400000002", "pm_card_us", "visa", "US"),
    TestCard("4000000000000077", "pm_card_bypassPending", "visa", funds_at_once=True),
    TestCard("4000002760003184", "pm_card_authenticationRequired", "visa", challenge=True),
    TestCard("4000002500003155", "pm_card_authenticationRequiredOnSetup", "visa", challenge=True, alone="once_set_up"),
    TestCard(
        "4000003800000446", "pm_card_authenticationRequiredSetupForOffSession", "visa", challenge=True, alone="passes"
    ),
    TestCard("4000000000003220", "pm_card_threeDSecure2Required", "visa", challenge=True),
    TestCard(
        "4000008260003178",
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        "visa",
        "GB",
        INSUFFICIENT,
        challenge=True,
    ),
    TestCard("4000000000000341", "pm_card_chargeCustomerFail", "visa", decline=GENERIC, setup_only=True),
    TestCard("4000000000000002", "pm_card_chargeDeclined", "visa", decline=GENERIC),
    TestCard("4000000000009995", "pm_card_chargeDeclinedInsufficientFunds", "visa", decline=INSUFFICIENT),
    TestCard(
        "4000000000009987",
        "pm_card_chargeDeclinedLostCard",
        "visa",
        decline=_declined("lost_card", "Die Bank hat die Zahlung abgelehnt."),
    ),
    TestCard(
        "4000000000009979",
        "pm_card_chargeDeclinedStolenCard",
        "visa",
        decline=_declined("stolen_card", "Die Bank hat die Zahlung abgelehnt."),
    ),
    TestCard("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "visa", decline=EXPIRED),
    TestCard("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "visa", decline=WRONG_CVC),
    TestCard("4000000000000119", "pm_card_chargeDeclinedProcessingError", "visa", decline=PROCESSING),
    TestCard("4000000000000259", "pm_card_createDispute", "visa", dispute="fraudulent"),
    TestCard("4000000000002685", "pm_card_createDisputeProductNotReceived", "visa", dispute="product_not_received"),
    TestCard("4000000000001976", "pm_card_createDisputeInquiry", "visa", dispute="inquiry"),
    TestCard("4000000000007726", "pm_card_pendingRefund", "visa", refund="pending"),
    TestCard("4000000000005126", "pm_card_refundFail", "visa", refund="fails"),
)
LATE_SECONDS = 180
DEBITS = (
    TestDebit("DE89370400440532013000", "pm_sepaDebit_success"),
    TestDebit("DE62370400440532013001", "pm_sepaDebit_failure", fails=True),
    TestDebit("DE08370400440532013003", "pm_sepaDebit_lateSuccess", late=True),
    TestDebit("DE78370400440532013004", "pm_sepaDebit_lateFailure", fails=True, late=True),
    TestDebit("DE35370400440532013002", "pm_sepaDebit_dispute", dispute="debit_not_authorized"),
)
_ALIASES = {
    "pm_success_de": "pm_sepaDebit_success",
    "pm_failed_de": "pm_sepaDebit_failure",
    "pm_successDelayed_de": "pm_sepaDebit_lateSuccess",
    "pm_failedDelayed_de": "pm_sepaDebit_lateFailure",
    "pm_disputed_de": "pm_sepaDebit_dispute",
} | {"pm_card_visa_" + c.token.removeprefix("pm_card_"): c.token for c in CARDS if "Declined" in c.token}
_BY_NUMBER = {card.number: card for card in CARDS}
_BY_TOKEN = {card.token: card for card in CARDS}
_DEBIT_BY_IBAN = {debit.iban: debit for debit in DEBITS}
_DEBIT_BY_TOKEN = {debit.token: debit for debit in DEBITS}


def card_by_number(number: str) -> TestCard | None:
    """The test card with this number; spaces and hyphens do not count."""
    return _BY_NUMBER.get(number.replace(" ", "").replace("-", ""))


def debit_by_iban(iban: str) -> TestDebit | None:
    """The test bank account with this IBAN; spaces and case do not count."""
    return _DEBIT_BY_IBAN.get("".join(iban.split()).upper())


def instrument_by_token(token: str) -> TestCard | TestDebit:
    """The card or bank account behind a ``pm_`` token. Refuses an unknown one."""
    token = _ALIASES.get(token, token)
    found = _BY_TOKEN.get(token) or _DEBIT_BY_TOKEN.get(token)
    if found is None:
        raise ApiError(f"No such PaymentMethod: '{token}'", code="resource_missing", param="payment_method")
    return found
