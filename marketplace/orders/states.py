"""The roads of an order. `expired → confirmed`: a payment that came late and found stock and time again."""

from marketplace.kernel.states import table

ORDER = table(
    "order",
    awaiting_payment="confirmed cancelled expired",
    confirmed="packing cancelled",
    packing="ready cancelled",
    ready="collected not_collected cancelled",
    expired="confirmed cancelled",
    collected="",
    not_collected="",
    cancelled="",
)

# States in which the order holds stock and a place in its slot.
LIVE = ("awaiting_payment", "confirmed", "packing", "ready", "collected", "not_collected")
PAID_FOR = ("confirmed", "packing", "ready", "collected", "not_collected")
