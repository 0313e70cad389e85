"""Every call of the API that the stand-in plays: address, parameters' type, operation, answer's type.

``played`` names the parameters that the operation heeds or may safely leave
aside. One that the provider knows and we do not play is refused, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .call import Call
from .operations import disputes, intents, parties, payouts, reads, refunds, sessions, transfers
from .transaction import Body

_ALWAYS = "expand"
_PAGED = "expand created limit starting_after ending_before"


class Endpoint(NamedTuple):
    """One call of the API."""

    method: str
    path: str
    params: str
    answer: str
    operation: Callable[[Call], Body]
    played: frozenset[str]


def _row(
    method: str, path: str, params: str, answer: str, operation: Callable[[Call], Body], played: str = ""
) -> Endpoint:
    names = (_PAGED if params.endswith("ListParams") else _ALWAYS).split() + played.split()
    return Endpoint(method, f"/v1/{path}", params, answer, operation, frozenset(names))


_SESSION = (
    "mode line_items success_url cancel_url client_reference_id customer customer_email expires_at locale metadata"
    " payment_intent_data allowed_payment_method_types excluded_payment_method_types submit_type ui_mode"
    " currency billing_address_collection"
)
_INTENT = (
    "amount currency capture_method confirm payment_method customer description metadata off_session receipt_email"
    " return_url statement_descriptor_suffix transfer_group allowed_payment_method_types"
    " excluded_payment_method_types automatic_payment_methods confirmation_method error_on_requires_action"
)
_ACCOUNT = "business_profile business_type capabilities country default_currency email metadata type controller"
_CUSTOMER = "email name phone description metadata"

ENDPOINTS = (
    _row("POST", "checkout/sessions", "checkout.SessionCreateParams", "checkout.Session", sessions.create, _SESSION),
    _row(
        "GET",
        "checkout/sessions",
        "checkout.SessionListParams",
        "checkout.Session",
        sessions.list_sessions,
        "payment_intent status customer",
    ),
    _row("GET", "checkout/sessions/<id>", "checkout.SessionRetrieveParams", "checkout.Session", sessions.retrieve),
    _row("POST", "checkout/sessions/<id>/expire", "checkout.SessionExpireParams", "checkout.Session", sessions.expire),
    _row(
        "GET",
        "checkout/sessions/<id>/line_items",
        "checkout.SessionLineItemListParams",
        "LineItem",
        sessions.list_line_items,
    ),
    _row("POST", "payment_intents", "PaymentIntentCreateParams", "PaymentIntent", intents.create, _INTENT),
    _row("GET", "payment_intents", "PaymentIntentListParams", "PaymentIntent", intents.list_intents, "customer"),
    _row("GET", "payment_intents/<id>", "PaymentIntentRetrieveParams", "PaymentIntent", intents.retrieve),
    _row(
        "POST",
        "payment_intents/<id>",
        "PaymentIntentUpdateParams",
        "PaymentIntent",
        intents.modify,
        "description metadata receipt_email transfer_group",
    ),
    _row(
        "POST",
        "payment_intents/<id>/confirm",
        "PaymentIntentConfirmParams",
        "PaymentIntent",
        intents.confirm,
        "payment_method return_url off_session error_on_requires_action",
    ),
    _row(
        "POST",
        "payment_intents/<id>/capture",
        "PaymentIntentCaptureParams",
        "PaymentIntent",
        intents.capture,
        "amount_to_capture final_capture metadata",
    ),
    _row(
        "POST",
        "payment_intents/<id>/cancel",
        "PaymentIntentCancelParams",
        "PaymentIntent",
        intents.cancel,
        "cancellation_reason",
    ),
    _row("GET", "charges", "ChargeListParams", "Charge", reads.list_charges, "payment_intent transfer_group customer"),
    _row("GET", "charges/<id>", "ChargeRetrieveParams", "Charge", reads.retrieve_charge),
    _row(
        "POST",
        "charges/<id>",
        "ChargeUpdateParams",
        "Charge",
        reads.modify_charge,
        "description metadata transfer_group receipt_email",
    ),
    _row("GET", "payment_methods/<id>", "PaymentMethodRetrieveParams", "PaymentMethod", reads.retrieve_payment_method),
    _row(
        "POST",
        "refunds",
        "RefundCreateParams",
        "Refund",
        refunds.create,
        "amount charge payment_intent reason metadata",
    ),
    _row("GET", "refunds", "RefundListParams", "Refund", refunds.list_refunds, "charge payment_intent"),
    _row("GET", "refunds/<id>", "RefundRetrieveParams", "Refund", refunds.retrieve),
    _row("POST", "refunds/<id>", "RefundUpdateParams", "Refund", refunds.modify, "metadata"),
    _row(
        "POST",
        "transfers",
        "TransferCreateParams",
        "Transfer",
        transfers.create,
        "amount currency destination description metadata transfer_group source_transaction source_type",
    ),
    _row("GET", "transfers", "TransferListParams", "Transfer", transfers.list_transfers, "destination transfer_group"),
    _row("GET", "transfers/<id>", "TransferRetrieveParams", "Transfer", transfers.retrieve),
    _row("POST", "transfers/<id>", "TransferUpdateParams", "Transfer", transfers.modify, "description metadata"),
    _row(
        "POST",
        "transfers/<id>/reversals",
        "TransferReversalCreateParams",
        "TransferReversal",
        transfers.create_reversal,
        "amount metadata",
    ),
    _row("GET", "transfers/<id>/reversals", "TransferReversalListParams", "TransferReversal", transfers.list_reversals),
    _row(
        "GET",
        "transfers/<id>/reversals/<reversal>",
        "TransferReversalRetrieveParams",
        "TransferReversal",
        transfers.retrieve_reversal,
    ),
    _row(
        "POST",
        "payouts",
        "PayoutCreateParams",
        "Payout",
        payouts.create,
        "amount currency description metadata statement_descriptor source_type",
    ),
    _row("GET", "payouts", "PayoutListParams", "Payout", payouts.list_payouts, "status"),
    _row("GET", "payouts/<id>", "PayoutRetrieveParams", "Payout", payouts.retrieve),
    _row("GET", "balance", "BalanceRetrieveParams", "Balance", reads.retrieve_balance),
    _row(
        "GET",
        "balance_transactions",
        "BalanceTransactionListParams",
        "BalanceTransaction",
        reads.list_movements,
        "type source currency payout",
    ),
    _row(
        "GET",
        "balance_transactions/<id>",
        "BalanceTransactionRetrieveParams",
        "BalanceTransaction",
        reads.retrieve_movement,
    ),
    _row("GET", "account", "AccountRetrieveCurrentParams", "Account", parties.own_account),
    _row("POST", "accounts", "AccountCreateParams", "Account", parties.create_account, _ACCOUNT),
    _row("GET", "accounts", "AccountListParams", "Account", parties.list_accounts),
    _row("GET", "accounts/<id>", "AccountRetrieveParams", "Account", parties.retrieve_account),
    _row(
        "POST",
        "accounts/<id>",
        "AccountUpdateParams",
        "Account",
        parties.modify_account,
        "business_profile business_type capabilities email metadata",
    ),
    _row("POST", "customers", "CustomerCreateParams", "Customer", parties.create_customer, _CUSTOMER),
    _row("GET", "customers", "CustomerListParams", "Customer", parties.list_customers, "email"),
    _row("GET", "customers/<id>", "CustomerRetrieveParams", "Customer", parties.retrieve_customer),
    _row("POST", "customers/<id>", "CustomerUpdateParams", "Customer", parties.modify_customer, _CUSTOMER),
    _row("GET", "events", "EventListParams", "Event", reads.list_events, "type types delivery_success"),
    _row("GET", "events/<id>", "EventRetrieveParams", "Event", reads.retrieve_event),
    _row("GET", "disputes", "DisputeListParams", "Dispute", disputes.list_disputes, "charge payment_intent"),
    _row("GET", "disputes/<id>", "DisputeRetrieveParams", "Dispute", reads.retrieve_dispute),
    _row("POST", "disputes/<id>/close", "DisputeCloseParams", "Dispute", disputes.close),
)
