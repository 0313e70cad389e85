"""The roads of a payout run and of a farm in it."""

from marketplace.kernel.states import table

RUN = table(
    "payout_run",
    draft="in_review rejected",
    in_review="approved rejected draft",
    approved="paying rejected",
    paying="paid",
    paid="",
    rejected="",
)

STATEMENT = table(
    "statement",
    due="held carried paying",
    held="due carried",
    carried="due held",
    paying="paid failed",
    failed="paying held",
    paid="",
)
