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
