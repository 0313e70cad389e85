"""What the OpenAPI document says in words: who may, what arguments mean, what is refused."""

from __future__ import annotations

from typing import Any

WHO = {
    "anyone": "everybody",
    "signed_in": "everybody with an account",
    "farm_member": "farms",
    "host": "pickup hosts and operators",
    "operator": "operators",
    "approver_or_operator": "operators and approvers",
    "farm_member_or_operator": "farms and operators",
}
LISTS = frozenset(
    {
        "markets",
        "pickup_slots",
        "slot_offers",
        "farm_products",
        "farm_offers",
        "packing_list",
        "farm_statements",
        "pickup_orders",
        "office_market_days",
        "office_orders",
        "payout_runs",
        "office_deliveries",
    }
)
_MARKET = "Id or slug of a market"
ARGUMENTS = {
    "pickup_slots": {"market": _MARKET, "open": "true: only those that take orders now"},
    "slot_offers": {
        "q": "Words of the product's name",
        "category": "Slug of a category",
        "farm": "Id of a farm",
        "organic": "true or false",
        "without": "Allergens to leave out, with commas between",
    },
    "order": {"token": "The order's token, instead of the header"},
    "cancel": {"token": "The order's token, instead of the header"},
    "farm_offers": {"date": "A market day, ISO 8601; the next one by default"},
    "packing_list": {"date": "A market day, ISO 8601; the next one by default"},
    "pickup_orders": {"slot": "Id or slug of a pickup slot"},
    "office_market_days": {"market": _MARKET, "since": "The first date, ISO 8601"},
    "office_orders": {"state": "States, with commas between", "date": "A market day, ISO 8601"},
    "office_trial_balance": {"market": _MARKET},
    "office_entries": {"order": "The number of an order"},
    "office_deliveries": {"state": "waiting, in_flight, done, parked, with commas between"},
}
ERRORS = {
    "400": "`malformed`: not readable",
    "401": "`unauthorized`: no token, or one that is over",
    "403": "`forbidden`",
    "404": "`not-found`: unknown or somebody else's",
    "409": "Not in this state",
    "413": "`too-large`",
    "415": "`unsupported-media-type`: not JSON",
    "422": "`validation`: `errors` says which fields",
    "429": "`too-many`: see Retry-After",
    "503": "`unavailable`: nothing was done, see Retry-After",
}
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457. The last segment of `type` is the word to decide by.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "description": "Of mistakes of ours; else in the header X-Request-Id"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
PROBLEMS = {
    "malformed": "The request cannot be read: no JSON, nested too deep, NUL.",
    "unauthorized": "A bearer token is needed, or the one that came is unknown or over.",
    "forbidden": "The token's roles do not reach here.",
    "second-factor": "This needs a fresh second factor. Tokens made on the command line count as one.",
    "not-found": "Unknown, or somebody else's: the two look the same.",
    "method-not-allowed": "Not with this method; `Allow` says which.",
    "conflict": "The thing is not in a state in which this can be done.",
    "shortage": "Not enough there; `shortages` says how much there is.",
    "closed": "The orders' cut-off is over.",
    "slot-full": "No place is left in this pickup slot.",
    "age": "Goods with an age limit: no birth date, too young, or no one at the pickup who checks.",
    "changed": "The figures changed since the run was submitted; submit it again.",
    "idempotency": "The Idempotency-Key was used for another request.",
    "too-large": "Too many bytes.",
    "unsupported-media-type": "Only application/json is read.",
    "validation": "Fields that cannot be taken; `errors` says which and why.",
    "too-many": "Too many tries; `Retry-After` says how long to wait.",
    "internal": "A mistake of ours; `reference` finds it in the logs.",
    "unavailable": "Not now; nothing was done. `Retry-After` says when to try again.",
}
