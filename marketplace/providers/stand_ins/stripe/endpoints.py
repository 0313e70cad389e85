"""Every call of the API that the stand-in plays (see endpoint.py)."""

from __future__ import annotations

from .endpoint import row
from .endpoints_parties import PARTIES
from .operations import disputes, intents, payouts, reads, refunds, sessions, transfers

_SESSION = (
    "mode line_items success_url cancel_url client_reference_id customer customer_email expires_at locale metadata"
    " payment_intent_data allowed_payment_method_types excluded_payment_method_types submit_type ui_mode"
    " currency billing_address_collection saved_payment_method_options setup_intent_data"
)
_INTENT = (
    "amount currency capture_method confirm payment_method customer description metadata off_session receipt_email"
    " return_url statement_descriptor_suffix transfer_group allowed_payment_method_types"
    " excluded_payment_method_types automatic_payment_methods confirmation_method error_on_requires_action"
    " setup_future_usage"
)

_MONEY = (
    row("POST", "checkout/sessions", "checkout.SessionCreateParams", "checkout.Session", sessions.create, _SESSION),
    row(
        "GET",
        "checkout/sessions",
        "checkout.SessionListParams",
        "checkout.Session",
        sessions.list_sessions,
        "payment_intent status customer",
    ),
    row("GET", "checkout/sessions/<id>", "checkout.SessionRetrieveParams", "checkout.Session", sessions.retrieve),
    row("POST", "checkout/sessions/<id>/expire", "checkout.SessionExpireParams", "checkout.Session", sessions.expire),
    row(
        "GET",
        "checkout/sessions/<id>/line_items",
        "checkout.SessionLineItemListParams",
        "LineItem",
        sessions.list_line_items,
    ),
    row("POST", "payment_intents", "PaymentIntentCreateParams", "PaymentIntent", intents.create, _INTENT),
    row("GET", "payment_intents", "PaymentIntentListParams", "PaymentIntent", intents.list_intents, "customer"),
    row("GET", "payment_intents/<id>", "PaymentIntentRetrieveParams", "PaymentIntent", intents.retrieve),
    row(
        "POST",
        "payment_intents/<id>",
        "PaymentIntentUpdateParams",
        "PaymentIntent",
        intents.modify,
        "description metadata receipt_email transfer_group",
    ),
    row(
        "POST",
        "payment_intents/<id>/confirm",
        "PaymentIntentConfirmParams",
        "PaymentIntent",
        intents.confirm,
        "payment_method return_url off_session error_on_requires_action",
    ),
    row(
        "POST",
        "payment_intents/<id>/capture",
        "PaymentIntentCaptureParams",
        "PaymentIntent",
        intents.capture,
        "amount_to_capture final_capture metadata",
    ),
    row(
        "POST",
        "payment_intents/<id>/cancel",
        "PaymentIntentCancelParams",
        "PaymentIntent",
        intents.cancel,
        "cancellation_reason",
    ),
    row("GET", "charges", "ChargeListParams", "Charge", reads.list_charges, "payment_intent transfer_group customer"),
    row("GET", "charges/<id>", "ChargeRetrieveParams", "Charge", reads.retrieve_charge),
    row(
        "POST",
        "charges/<id>",
        "ChargeUpdateParams",
        "Charge",
        reads.modify_charge,
        "description metadata transfer_group receipt_email",
    ),
    row(
        "POST",
        "refunds",
        "RefundCreateParams",
        "Refund",
        refunds.create,
        "amount charge payment_intent reason metadata",
    ),
    row("GET", "refunds", "RefundListParams", "Refund", refunds.list_refunds, "charge payment_intent"),
    row("GET", "refunds/<id>", "RefundRetrieveParams", "Refund", refunds.retrieve),
    row("POST", "refunds/<id>", "RefundUpdateParams", "Refund", refunds.modify, "metadata"),
    row(
        "POST",
        "transfers",
        "TransferCreateParams",
        "Transfer",
        transfers.create,
        "amount currency destination description metadata transfer_group source_transaction source_type",
    ),
    row("GET", "transfers", "TransferListParams", "Transfer", transfers.list_transfers, "destination transfer_group"),
    row("GET", "transfers/<id>", "TransferRetrieveParams", "Transfer", transfers.retrieve),
    row("POST", "transfers/<id>", "TransferUpdateParams", "Transfer", transfers.modify, "description metadata"),
    row(
        "POST",
        "transfers/<id>/reversals",
        "TransferReversalCreateParams",
        "TransferReversal",
        transfers.create_reversal,
        "amount metadata",
    ),
    row("GET", "transfers/<id>/reversals", "TransferReversalListParams", "TransferReversal", transfers.list_reversals),
    row(
        "GET",
        "transfers/<id>/reversals/<reversal>",
        "TransferReversalRetrieveParams",
        "TransferReversal",
        transfers.retrieve_reversal,
    ),
    row(
        "POST",
        "payouts",
        "PayoutCreateParams",
        "Payout",
        payouts.create,
        "amount currency description metadata statement_descriptor source_type",
    ),
    row("GET", "payouts", "PayoutListParams", "Payout", payouts.list_payouts, "status"),
    row("GET", "payouts/<id>", "PayoutRetrieveParams", "Payout", payouts.retrieve),
    row("GET", "balance", "BalanceRetrieveParams", "Balance", reads.retrieve_balance),
    row(
        "GET",
        "balance_transactions",
        "BalanceTransactionListParams",
        "BalanceTransaction",
        reads.list_movements,
        "type source currency payout",
    ),
    row(
        "GET",
        "balance_transactions/<id>",
        "BalanceTransactionRetrieveParams",
        "BalanceTransaction",
        reads.retrieve_movement,
    ),
    row("GET", "events", "EventListParams", "Event", reads.list_events, "type types delivery_success"),
    row("GET", "events/<id>", "EventRetrieveParams", "Event", reads.retrieve_event),
    row("GET", "disputes", "DisputeListParams", "Dispute", disputes.list_disputes, "charge payment_intent"),
    row("GET", "disputes/<id>", "DisputeRetrieveParams", "Dispute", reads.retrieve_dispute),
    row("POST", "disputes/<id>", "DisputeUpdateParams", "Dispute", disputes.modify, "evidence metadata submit"),
    row("POST", "disputes/<id>/close", "DisputeCloseParams", "Dispute", disputes.close),
)

ENDPOINTS = _MONEY + PARTIES
