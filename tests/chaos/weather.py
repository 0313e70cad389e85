"""What the network and the provider do on a bad day, and calm weather: nothing fails, and everything due is done."""

from __future__ import annotations

import random
from dataclasses import dataclass

from marketplace.kernel.database import db, execute, rows, scalar, transaction
from marketplace.payments.catch_up import catch_up, catch_up_hourly
from marketplace.payments.poll import settle_balances
from marketplace.reconciliation.daily import reconcile_daily
from marketplace.reconciliation.run import reconcile
from tests.chaos.postman import CLEAR, Postman
from tests.factories.paid import Till, drain
from workers import market_days
from workers.sweeps import SWEEPS

# The client of these tests waits less long than a hang lasts: the call goes on behind its back.
PATIENCE_SECONDS = 1.5
HANG_SECONDS = 2.0
MOST_ROUNDS = 12
EVERY_MINUTE = [
    task
    for task in SWEEPS
    if task not in (settle_balances, catch_up_hourly, reconcile_daily, market_days.roll_calendars)
]
LONG_AGO = "clock_timestamp() - interval '10 minutes'"


@dataclass(frozen=True)
class Fault:
    """One failure of one call: `kind` error, drop or hang; `moment` before or after it was done."""

    kind: str
    moment: str
    status: int = 500


FAULTS = (
    Fault("drop", "before"),
    Fault("drop", "after"),
    Fault("error", "before"),
    Fault("error", "after"),
    Fault("error", "before", 429),
)
HANGS = (Fault("hang", "before"), Fault("hang", "after"))
# Where it may strike; the empty one is any call.
PLACES = (
    ("", ""),
    ("POST", ""),
    ("GET", ""),
    ("POST", "/v1/checkout/sessions"),
    ("POST", "/v1/payment_intents"),
    ("GET", "/v1/payment_intents"),
    ("POST", "/v1/refunds"),
    ("POST", "/v1/transfers"),
)


def order_fault(till: Till, fault: Fault, place: tuple[str, str] = ("", ""), count: int = 1) -> None:
    """The next `count` calls there fail so."""
    till.stand_in.order(
        "faults",
        kind=fault.kind,
        moment=fault.moment,
        status=fault.status,
        seconds=HANG_SECONDS if fault.kind == "hang" else 0,
        method=place[0],
        path=place[1],
        count=count,
    )


def clear_up(till: Till) -> None:
    """No more failures."""
    till.stand_in.order("faults/clear")


def due_now() -> None:
    """Back-off and quiet periods are over, by rows: nobody sleeps here."""
    with transaction():
        execute("UPDATE delivery SET available_at = clock_timestamp() WHERE state = 'waiting'")
        execute("UPDATE delivery SET lease_until = clock_timestamp() WHERE state = 'in_flight'")
        execute(
            f"UPDATE payment SET tried_at = {LONG_AGO}"
            f" WHERE session_ref IS NOT NULL AND coalesce(tried_at, created_at) > {LONG_AGO}"
        )


def sweep_once(*, calm: bool) -> None:
    """Every sweep once, but those of the hour and the day; in calm weather none may fail."""
    for task in EVERY_MINUTE:
        try:
            task()
        except Exception:
            db.session.rollback()
            if calm:
                raise


def rest(till: Till, postman: Postman, *, whole: bool = True) -> list[str]:
    """Calm: the webhooks that are still on the way arrive, deliveries and sweeps run until nothing moves any more.

    `whole`: then the hour and the day come round: events are caught up with, balances settled, the books compared;
    gives what that mended, and fails when a cent is left unexplained.
    """
    clear_up(till)
    _until_still(till, postman)
    if not whole:
        return []
    caught_up = catch_up()
    drain()
    _settle_all()
    compared = reconcile()
    _until_still(till, postman)
    open_ones = set(exceptions(till))
    unexplained = [
        one
        for kind, found in compared.items()
        for one in found
        if kind not in ("repaired", "orders") or (kind == "orders" and one["id"] not in open_ones)
    ]
    assert not unexplained, f"the comparison leaves {unexplained}"
    return [f"{caught_up} events caught up with"] * bool(caught_up) + list(map(str, compared["repaired"]))


def _settle_all() -> None:
    """The minutes in which all that has become available is looked at, 200 rows a minute."""
    left = None
    while left != (left := scalar("SELECT count(*) FROM balance_transaction WHERE NOT available")):
        db.session.rollback()
        settle_balances()
    db.session.rollback()


def exceptions(till: Till) -> list[str]:
    """PaymentIntents that wait for a person: a refund came back, or the bank has not decided a dispute yet."""
    failed = [one["payment_intent"] for one in till.books()["refunds"] if one["status"] in ("failed", "canceled")]
    disputes = till.stand_in.client.v1.disputes.list({"limit": 100}).auto_paging_iter()
    return failed + [str(one.payment_intent) for one in disputes if one.status not in ("won", "lost")]


def _until_still(till: Till, postman: Postman) -> None:
    luck = random.Random(0)
    before = None
    for _ in range(MOST_ROUNDS):
        due_now()
        postman.fetch()
        postman.bring(CLEAR, luck)
        drain(2_000)
        sweep_once(calm=True)
        now = _picture()
        if now == before and not postman.held:
            return
        before = now
    raise AssertionError(f"no rest after {MOST_ROUNDS} rounds; open: {unfinished()}; last facts: {_last_facts()}")


def _picture() -> tuple[object, ...]:
    seen = scalar(
        """
        SELECT concat_ws('/', (SELECT count(*) FROM fact), (SELECT count(*) FROM ledger_entry),
            (SELECT string_agg(state || payment_state, ',' ORDER BY id) FROM orders),
            (SELECT string_agg(state || coalesce(wanted, '-'), ',' ORDER BY id) FROM payment),
            (SELECT string_agg(state, ',' ORDER BY id) FROM refund),
            (SELECT string_agg(state, ',' ORDER BY id) FROM delivery),
            (SELECT string_agg(state, ',' ORDER BY id) FROM inbox_event))
        """
    )
    db.session.rollback()
    return (seen,)


def _last_facts() -> list[tuple[object, ...]]:
    found = rows("SELECT kind, payload FROM fact ORDER BY id DESC LIMIT 12")
    db.session.rollback()
    return [tuple(row) for row in found]


def unfinished() -> list[tuple[object, ...]]:
    """Deliveries that are not done, with what keeps them."""
    found = rows(
        "SELECT d.consumer, d.state, d.attempts, d.last_error, f.kind, f.payload FROM delivery d"
        " JOIN fact f ON f.id = d.fact_id WHERE d.state <> 'done' ORDER BY d.id"
    )
    db.session.rollback()
    return [tuple(row) for row in found]
