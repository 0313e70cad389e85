"""The kinds of rows in the provider's books, all that it documents, and what they are to us.

https://docs.stripe.com/reports/balance-transaction-types
"""

from __future__ import annotations

# Rows of a payment or refund: they belong to an order.
OF_ORDERS = (
    "charge",
    "payment",
    "refund",
    "payment_refund",
    "refund_failure",
    "payment_failure_refund",
    "payment_reversal",
)
# These move what is available already, or bring it back; everything else is pending first.
OF_TRANSFERS = ("transfer", "transfer_cancel", "transfer_failure", "transfer_refund")
OF_PAYOUTS = ("payout", "payout_cancel", "payout_failure")
# Money that a market puts in from its bank, or takes back there.
OF_THE_BANK = ("topup", "topup_reversal", "inbound_transfer", "inbound_transfer_reversal")
# What the provider takes, holds back and gives back by itself. `adjustment` is a dispute's, or stands here.
OF_THE_PROVIDER = (
    "adjustment",
    "advance",
    "advance_funding",
    "anticipation_repayment",
    "application_fee",
    "application_fee_refund",
    "climate_order_purchase",
    "climate_order_refund",
    "connect_collection_transfer",
    "contribution",
    "fee_credit_funding",
    "issuing_authorization_hold",
    "issuing_authorization_release",
    "issuing_dispute",
    "issuing_dispute_provisional_credit",
    "issuing_dispute_provisional_credit_reversal",
    "issuing_transaction",
    "obligation_outbound",
    "obligation_reversal_inbound",
    "payment_network_reserve_hold",
    "payment_network_reserve_release",
    "payment_unreconciled",
    "payout_minimum_balance_hold",
    "payout_minimum_balance_release",
    "reserve_hold",
    "reserve_release",
    "reserve_transaction",
    "reserved_funds",
    "stripe_balance_payment_debit",
    "stripe_balance_payment_debit_reversal",
    "stripe_fee",
    "stripe_fx_fee",
    "tax_fee",
    "tax_fund",
)
SETTLED_KINDS = (*OF_ORDERS, *OF_THE_BANK, *OF_THE_PROVIDER)
