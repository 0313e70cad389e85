"""The roads of a payment, as INTERFACE.md names its states. What the provider says late has its own legal steps.

A refund that the provider could not carry out after all leads back from `refunded`: the money is here again.
"""

from marketplace.kernel.states import table

PAYMENT = table(
    "payment",
    none="pending captured cancelled",
    pending="authorized captured failed cancelled refunded",
    authorized="captured cancelled failed refunded",
    captured="partially_refunded refunded",
    partially_refunded="refunded captured",
    failed="pending authorized captured cancelled",
    cancelled="authorized captured refunded",
    refunded="partially_refunded captured",
)

# A closed dispute stays closed; one that is lost cannot be won any more.
DISPUTE = table(
    "dispute",
    warning="needs_response under_review won lost",
    needs_response="under_review won lost",
    under_review="won lost",
    won="",
    lost="",
)
