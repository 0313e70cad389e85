"""What must hold when all is calm: the `contract` views against the provider's own books (RELIABILITY, part 1).

Each proof gives the sentences that are not true. The views are read from outside, as operators' reports would; the
stand-in's books are the witness that the market cannot write.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from psycopg import Connection

from marketplace.kernel.database import db
from marketplace.payouts.check_books import check_books
from tests.chaos.look import AT_THE_PROVIDER, CAME_BACK, Look
from tests.factories.paid import Till

GOES_ON = ("confirmed", "packing", "ready", "collected", "not_collected")
PAID = ("authorized", "captured", "partially_refunded", "refunded")
ENDED_WITHOUT = ("none", "failed", "cancelled", "refunded")


Found = list[str]


def the_books_hold_together(look: Look) -> Found:
    """`books check` has no differences."""
    found = check_books().differences
    db.session.rollback()
    return [f"{one.what}: {one.thing} {one.expected_cents} / {one.found_cents}" for one in found]


def not_a_cent_apart(look: Look) -> Found:
    """I18: our accounts at the provider are its balance."""
    ours = sum(entry["amount_cents"] for entry in look.entries if entry["account"] in AT_THE_PROVIDER)
    theirs = look.books["sums"]["available"] + look.books["sums"]["pending"]
    available = sum(entry["amount_cents"] for entry in look.entries if entry["account"] == "stripe:available")
    found = [] if ours == theirs else [f"{ours} cents in our books, {theirs} at the provider"]
    if available != look.books["sums"]["available"]:
        found.append(f"available: {available} cents in our books, {look.books['sums']['available']} at the provider")
    return found


def each_movement_is_posted_once(look: Look) -> Found:
    """I17: every movement at the provider has its posting, charge by charge, fee by fee, refund by refund."""
    found = []
    gross: dict[str, int] = defaultdict(int)
    fees: dict[str, int] = {}
    for one in look.movements:
        if one["fee"]:
            fees[one["id"]] = -one["fee"]
        if one["type"] != "payout" or one["amount"]:
            gross[one["source"]] += one["amount"]
    ours: dict[str, int] = defaultdict(int)
    for entry in look.entries:
        if entry["account"] in AT_THE_PROVIDER and entry["source_type"] not in ("fee", "settlement"):
            ours[entry["source_id"].split(":")[0]] += entry["amount_cents"]
    ours_without_nothing = {source: cents for source, cents in ours.items() if cents}
    theirs_without_nothing = {source: cents for source, cents in gross.items() if cents}
    for source in sorted(ours_without_nothing.keys() | theirs_without_nothing.keys()):
        pair = ours_without_nothing.get(source, 0), theirs_without_nothing.get(source, 0)
        if pair[0] != pair[1]:
            found.append(f"{source}: {pair[0]} cents in our books, {pair[1]} at the provider")
    if look.posted("fee") != fees:
        found.append(f"fees: {look.posted('fee')} / {fees}")
    return found


def every_transaction_balances(look: Look) -> Found:
    """I16: at least two entries, together nothing."""
    sums: dict[str, list[int]] = defaultdict(list)
    for entry in look.entries:
        sums[entry["txn_id"]].append(entry["amount_cents"])
    return [f"transaction {txn}: {cents}" for txn, cents in sums.items() if len(cents) < 2 or sum(cents)]


def no_money_without_an_order(look: Look) -> Found:
    """I8: what was captured belongs to an order that goes on, or went back whole; nothing is held for nothing."""
    found = []
    for intent in look.intents:
        number = (intent["metadata"] or {}).get("order")
        order = look.orders.get(number or "")
        state = order["state"] if order else "no order"
        if intent["status"] == "requires_capture" and (order is None or state not in GOES_ON):
            found.append(f"{intent['id']} is held for {number}, which is {state}")
        if intent["status"] == "succeeded" and (order is None or state not in GOES_ON):
            taken = _disputed(look, intent)
            kept = intent["amount_received"] - look.given_back(intent["id"]) - taken
            if intent["id"] not in look.exceptions and (kept > 0 or (kept and not taken)):
                found.append(f"{intent['id']}: {kept} cents kept for {number}, which is {state}")
    return found


def no_order_without_money(look: Look) -> Found:
    """I9 and the table of states: whoever goes on is paid for, at the provider too; who ended holds nothing."""
    intents = {intent["id"]: intent for intent in look.intents}
    refs: dict[str, list[str]] = defaultdict(list)
    for payment in look.payments:
        if payment["provider_ref"]:
            refs[payment["order_number"]].append(payment["provider_ref"])
    found = []
    for number, order in look.orders.items():
        has_ended = order["state"] in ("cancelled", "expired") and number not in look.exceptions
        if has_ended and order["payment_state"] not in ENDED_WITHOUT:
            found.append(f"{number} is {order['state']} with a payment {order['payment_state']}")
        if order["state"] not in GOES_ON or order["payment_method"] == "pay_at_pickup":
            continue
        if order["payment_state"] not in PAID:
            found.append(f"{number} is {order['state']} with a payment {order['payment_state']}")
        theirs = [intents[ref] for ref in refs[number] if ref in intents]
        is_paid = any(one["status"] in ("requires_capture", "succeeded") for one in theirs)
        if not is_paid and order["payment_state"] != "refunded":
            found.append(f"{number} is {order['state']} and nobody holds money for it")
        if order["state"] in ("ready", "collected", "not_collected") and order["payment_state"] == "authorized":
            found.append(f"{number} is {order['state']} and not captured")
    return found


def at_most_one_payment(look: Look) -> Found:
    """I5: of all attempts to pay an order one succeeds; any other is let go or went back whole. Keys are unique."""
    kept: Counter[str] = Counter()
    for intent in look.intents:
        if intent["status"] == "requires_capture" or (
            intent["status"] == "succeeded" and look.given_back(intent["id"]) < intent["amount_received"]
        ):
            kept[(intent["metadata"] or {}).get("order", "")] += 1
    found = [f"{number} is paid {times} times" for number, times in kept.items() if times > 1]
    keys = Counter(order["checkout_key"] for order in look.orders.values())
    return found + [f"{times} orders of one checkout" for times in keys.values() if times > 1]


def each_refund_once(look: Look) -> Found:
    """I10: never more than was captured, each intent executed once, equal amounts apart, none left undone."""
    found = []
    by_intent = Counter(one["metadata"]["intent"] for one in look.refunds if "intent" in one["metadata"])
    found += [f"refund {intent} was made {times} times" for intent, times in by_intent.items() if times > 1]
    for intent in look.intents:
        if look.given_back(intent["id"]) > intent["amount_received"]:
            found.append(f"{intent['id']}: more went back than was captured")
    theirs = {one["id"]: one for one in look.refunds}
    ours = look.read(
        "SELECT r.uuid::text, r.state, r.provider_ref, r.amount_cents, r.last_error, p.provider_ref AS intent"
        " FROM refund r JOIN payment p ON p.id = r.payment_id ORDER BY r.id"
    )
    for row in ours:
        if row["state"] == "submitting" and row["intent"] not in look.exceptions:
            found.append(f"refund {row['uuid']} is still to be made: {row['last_error']}")
        if row["state"] == "done" and (row["provider_ref"] or "").startswith("re_"):
            made = theirs.get(row["provider_ref"])
            if made is None or made["amount"] != row["amount_cents"] or made["status"] in CAME_BACK:
                found.append(f"refund {row['uuid']} is not what the provider made: {made}")
    known = {row["provider_ref"] for row in ours}
    found += [
        f"{ref} is not in our books" for ref in theirs if ref not in known and "stray" not in theirs[ref]["metadata"]
    ]
    return found


def captured_as_allowed(look: Look) -> Found:
    """I6: the sum of the lines as ordered, never captured above the hold, at the provider the same."""
    found = [
        f"{row['number']}: {row['total_cents']} is not the sum of its lines {row['lines']}"
        for row in look.read(
            "SELECT o.number, o.total_cents, sum(l.ordered_cents)::bigint AS lines FROM orders o"
            " JOIN order_line l ON l.order_id = o.id GROUP BY o.id HAVING o.total_cents <> sum(l.ordered_cents)"
        )
    ]
    intents = {intent["id"]: intent for intent in look.intents}
    for payment in look.payments:
        intent = intents.get(payment["provider_ref"])
        if intent is not None and payment["captured_cents"] != intent["amount_received"]:
            found.append(f"{intent['id']}: captured {payment['captured_cents']}, really {intent['amount_received']}")
        if payment["captured_cents"] > payment["authorized_cents"]:
            found.append(f"{payment['order_number']}: captured above the hold")
    return found


def nothing_waits(look: Look) -> Found:
    """I13, I24: every event is worked on once, every delivery done; nothing is parked or silent."""
    found = [
        f"event {row['event_id']} ({row['type']}) is {row['state']}"
        for row in look.read("SELECT * FROM contract.webhook_events WHERE state NOT IN ('done', 'ignored')")
    ]
    found += [
        f"{row['consumer']} of {row['kind']} is {row['state']}: {row['last_error']}"
        for row in look.read(
            "SELECT d.consumer, f.kind, d.state, d.last_error FROM delivery d JOIN fact f ON f.id = d.fact_id"
            " WHERE d.state <> 'done' ORDER BY d.id"
        )
    ]
    return found


def stock_is_counted_right(look: Look) -> Found:
    """I1–I3: never more than there is; reserved and sold are what the orders say."""
    return [
        f"offer {row['offer_id']}: {row}"
        for row in look.read(
            """
            SELECT s.offer_id, s.capacity, s.reserved, s.sold, coalesce(r.live, 0) AS live,
                   coalesce(r.consumed, 0) AS consumed, coalesce(l.kept, 0) AS kept
            FROM contract.stock s
            LEFT JOIN (SELECT offer_id, sum(quantity) FILTER (WHERE state = 'live') AS live,
                              sum(quantity) FILTER (WHERE state = 'consumed') AS consumed
                       FROM contract.reservations GROUP BY offer_id) r USING (offer_id)
            LEFT JOIN (SELECT l.offer_id, sum(l.quantity) AS kept FROM contract.order_lines l
                       JOIN contract.orders o ON o.number = l.order_number
                       WHERE o.state NOT IN ('awaiting_payment', 'cancelled', 'expired') GROUP BY l.offer_id) l
                   USING (offer_id)
            WHERE s.reserved + s.sold > s.capacity OR s.reserved <> coalesce(r.live, 0)
               OR s.sold <> coalesce(r.consumed, 0) OR s.sold <> coalesce(l.kept, 0)
            """
        )
    ]


def farms_are_paid_once(look: Look) -> Found:
    """I20: each statement at most once, to another's signature; transfers are what the runs say."""
    found = []
    by_intent = Counter(one["metadata"].get("intent") for one in look.books["transfers"])
    found += [f"statement {intent} was paid {times} times" for intent, times in by_intent.items() if times > 1]
    paid = {row["provider_ref"]: row for row in look.read("SELECT * FROM contract.payouts WHERE state = 'paid'")}
    for one in look.books["transfers"]:
        row = paid.get(one["id"])
        if row is None or row["amount_cents"] != one["amount"]:
            found.append(f"{one['id']} over {one['amount']} is no paid statement of ours")
        elif row["created_by"] == row["approved_by"]:
            found.append(f"run {row['run_id']} was signed by who made it")
    return found


def _disputed(look: Look, intent: dict[str, Any]) -> int:
    """Cents that the bank took back of a payment."""
    refs = {one.id for one in look.disputes if one.charge == intent["latest_charge"]}
    return -sum(one["amount"] for one in look.movements if one["source"] in refs)


PROOFS: tuple[Callable[[Look], Found], ...] = (
    the_books_hold_together,
    not_a_cent_apart,
    each_movement_is_posted_once,
    every_transaction_balances,
    no_money_without_an_order,
    no_order_without_money,
    at_most_one_payment,
    each_refund_once,
    captured_as_allowed,
    nothing_waits,
    stock_is_counted_right,
    farms_are_paid_once,
)


def broken(till: Till, connection: Connection[Any]) -> list[str]:
    """All that is not as it must be, each with the name of its proof."""
    look = Look(till, connection)
    return [f"{proof.__name__}: {sentence}" for proof in PROOFS for sentence in proof(look)]


def told(till: Till, connection: Connection[Any], found: list[str]) -> str:
    """The sentences, and the payments of the orders that they name, on both sides: to begin looking from."""
    look = Look(till, connection)
    named = [number for number in look.orders if any(number in sentence for sentence in found)]
    ours = [
        row
        for row in look.read(
            "SELECT o.number, o.state AS order_state, o.expires_at, p.id, p.method, p.state, p.wanted, p.amount_cents,"
            " p.capture_cents, p.session_ref, p.provider_ref, p.last_error FROM payment p JOIN orders o ON"
            " o.id = p.order_id ORDER BY p.id"
        )
        if row["number"] in named
    ]
    theirs = [
        (one["id"], one["status"], one["amount"], one["amount_received"], one["metadata"])
        for one in look.intents
        if (one["metadata"] or {}).get("order") in named
    ]
    pages = [
        (one["id"], one["status"], one["payment_intent"])
        for one in look.books["sessions"]
        if one["client_reference_id"] in named
    ]
    return "\n".join([*found, *map(str, ours), *map(str, theirs), *map(str, pages)])
