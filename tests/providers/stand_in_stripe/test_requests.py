"""Keys, idempotency, paging, expansion, failures on order."""

from __future__ import annotations

import ast
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import stripe

import marketplace.providers.stand_ins.stripe as stand_in_package
from marketplace.providers.stand_ins.stripe.app import create_app
from marketplace.providers.stand_ins.stripe.settings import RefusedToStart
from tests.providers.stand_in_stripe.running import KEY, Caller, Running


def settings(tmp_path: Path, **more: str) -> dict[str, str]:
    good = {
        "STAND_IN_STATE": str(tmp_path / "state.db"),
        "STAND_IN_KEY": KEY,
        "STAND_IN_SECRET": "whsec_x",
        "STAND_IN_PUBLIC_URL": "http://stand-in.test",
    }
    return {**good, **more}


@pytest.mark.parametrize(
    "more",
    [
        {"STAND_IN_KEY": "sk_live_abc"},
        {"STAND_IN_KEY": "rk_live_abc"},
        {"STRIPE_API_KEY": "sk_live_abc"},
        {"STRIPE_API_KEY": " RK_live_abc"},
        {"STAND_IN_KEY": "abc"},
        {"STAND_IN_KEY": ""},
        {"STAND_IN_SECRET": "abc"},
        {"STAND_IN_STATE": ""},
        {"STAND_IN_PUBLIC_URL": ""},
        {"STAND_IN_WEBHOOK_URL": "ftp://x"},
        {"STAND_IN_FUNDS_DELAY_SECONDS": "-1"},
    ],
)
def test_refuses_to_start(tmp_path: Path, more: dict[str, str]) -> None:
    with pytest.raises(RefusedToStart):
        create_app(settings(tmp_path, **more))


def test_another_key_is_refused(stand_in: Running) -> None:
    for key in ("sk_test_other", "sk_live_standin"):
        with pytest.raises(stripe.AuthenticationError) as refused:
            stand_in.v1.balance.retrieve(options={"api_key": key})
        assert refused.value.http_status == 401
    for path in ("/_stand_in/state", "/v1/balance", "/v1/unknown"):
        with pytest.raises(urllib.error.HTTPError) as bare:
            urllib.request.urlopen(stand_in.url + path)
        assert bare.value.code == 401
        bare.value.close()


def test_another_version_is_refused(stand_in: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="version"):
        stand_in.v1.balance.retrieve(options={"stripe_version": "2020-08-27"})


def test_an_unknown_account_is_refused(stand_in: Running) -> None:
    with pytest.raises(stripe.PermissionError):
        stand_in.v1.balance.retrieve(options={"stripe_account": "acct_none"})
    farm = stand_in.farm()
    intent = stand_in.paid()
    with pytest.raises(stripe.InvalidRequestError) as refused:  # the platform's objects are unknown to the farm
        stand_in.v1.payment_intents.retrieve(intent.id, options={"stripe_account": farm})
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_same_key_same_answer(stand_in: Running) -> None:
    wish: stripe.params.PaymentIntentCreateParams = {"amount": 700, "currency": "eur"}
    first = stand_in.v1.payment_intents.create(wish, {"idempotency_key": "pi-1"})
    again = stand_in.v1.payment_intents.create(wish, {"idempotency_key": "pi-1"})
    assert first.id == again.id
    assert again.last_response is not None and again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError) as refused:
        stand_in.v1.payment_intents.create({**wish, "amount": 701}, {"idempotency_key": "pi-1"})
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        stand_in.v1.refunds.create({"payment_intent": first.id}, {"idempotency_key": "pi-1"})
    assert len(stand_in.v1.payment_intents.list().data) == 1
    stand_in.order("clock", advance=24 * 3600 + 1)
    assert stand_in.v1.payment_intents.create(wish, {"idempotency_key": "pi-1"}).id != first.id


def test_refusals_are_remembered_but_not_failed_checks(stand_in: Running) -> None:
    declined = {"amount": 700, "currency": "eur", "confirm": True, "payment_method": "pm_card_chargeDeclined"}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            stand_in.v1.payment_intents.create(declined, {"idempotency_key": "a"})  # type: ignore[arg-type]
    assert len(stand_in.v1.charges.list().data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.payment_intents.create({"amount": 700}, {"idempotency_key": "b"})  # type: ignore[typeddict-item]
    assert stand_in.v1.payment_intents.create({"amount": 700, "currency": "eur"}, {"idempotency_key": "b"}).id


def test_same_key_in_parallel_is_done_once(stand_in: Running) -> None:
    intent = stand_in.paid(2500)
    gate = threading.Barrier(8)
    ids: list[str] = []

    def refund() -> None:
        with Caller(stand_in.url) as caller:
            gate.wait(10)
            made = caller.v1.refunds.create({"payment_intent": intent.id, "amount": 100}, {"idempotency_key": "re-1"})
            ids.append(made.id)

    threads = [threading.Thread(target=refund) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(ids) == 8 and len(set(ids)) == 1
    assert len(stand_in.v1.refunds.list().data) == 1


def test_paging(stand_in: Running) -> None:
    made = [stand_in.v1.customers.create({"email": f"k{n}@example.org"}).id for n in range(5)]
    newest_first = made[::-1]
    page = stand_in.v1.customers.list({"limit": 2})
    assert ([c.id for c in page.data], page.has_more) == (newest_first[:2], True)
    page = stand_in.v1.customers.list({"limit": 3, "starting_after": page.data[-1].id})
    assert ([c.id for c in page.data], page.has_more) == (newest_first[2:], False)
    page = stand_in.v1.customers.list({"limit": 2, "ending_before": newest_first[3]})
    assert ([c.id for c in page.data], page.has_more) == (newest_first[1:3], True)
    assert [c.id for c in stand_in.v1.customers.list({"limit": 2}).auto_paging_iter()] == newest_first
    for wrong in ({"limit": 0}, {"limit": 101}, {"starting_after": "cus_none"}):
        with pytest.raises(stripe.InvalidRequestError):
            stand_in.v1.customers.list(wrong)  # type: ignore[arg-type]


def test_filters(stand_in: Running) -> None:
    early = stand_in.paid(1000)
    stand_in.order("clock", advance=3600)
    late = stand_in.paid(2000)
    stand_in.v1.refunds.create({"payment_intent": late.id, "amount": 5})
    found = stand_in.v1.balance_transactions
    assert [m.source for m in found.list({"source": str(early.latest_charge)})] == [early.latest_charge]
    assert [m.amount for m in found.list({"created": {"gt": early.created}})] == [-5, 2000]
    assert [m.amount for m in found.list({"created": early.created})] == [1000]
    assert [m.amount for m in found.list({"type": "refund"})] == [-5]
    events = stand_in.v1.events
    assert {e.type for e in events.list({"type": "refund.*"})} == {"refund.created"}
    assert len(events.list({"types": ["charge.refunded", "charge.succeeded"]}).data) == 3


def test_expand_is_refused_where_there_is_nothing(stand_in: Running) -> None:
    intent = stand_in.paid()
    for path in ("colour", "amount", "latest_charge.colour", "latest_charge.a.b.c.d"):
        with pytest.raises(stripe.InvalidRequestError):
            stand_in.v1.payment_intents.retrieve(intent.id, {"expand": [path]})
    # A refused answer takes back what the request did.
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.refunds.create({"payment_intent": intent.id, "expand": ["colour"]})
    assert stand_in.v1.refunds.list().data == []


def test_metadata_is_merged(stand_in: Running) -> None:
    intent = stand_in.v1.payment_intents.create({"amount": 500, "currency": "eur", "metadata": {"a": "1", "b": "2"}})
    after = stand_in.v1.payment_intents.update(intent.id, {"metadata": {"a": "", "c": "3"}})
    assert after.metadata.to_dict() == {"b": "2", "c": "3"}
    assert stand_in.v1.payment_intents.update(intent.id, {"metadata": ""}).metadata.to_dict() == {}
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.payment_intents.update(intent.id, {"metadata": {"k" * 41: "x"}})
    with pytest.raises(stripe.InvalidRequestError):
        stand_in.v1.payment_intents.update(intent.id, {"metadata": {"k": "x" * 501}})


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["error", "drop"])
def test_failures_on_order(stand_in: Running, kind: str, moment: str) -> None:
    intent = stand_in.paid(2500)
    stand_in.order("faults", kind=kind, moment=moment, path="/v1/refunds", method="POST")
    expected = stripe.APIConnectionError if kind == "drop" else stripe.APIError
    with pytest.raises(expected):
        stand_in.v1.refunds.create({"payment_intent": intent.id, "amount": 100}, {"idempotency_key": "re-1"})
    assert len(stand_in.v1.refunds.list().data) == (1 if moment == "after" else 0)
    stand_in.v1.refunds.create({"payment_intent": intent.id, "amount": 100}, {"idempotency_key": "re-1"})
    assert len(stand_in.v1.refunds.list().data) == 1


def test_the_client_repeats_by_itself(stand_in: Running) -> None:
    intent = stand_in.paid(2500)
    stand_in.order("faults", kind="drop", moment="after", path="/v1/refunds", count=2)
    stand_in.v1.refunds.create({"payment_intent": intent.id, "amount": 100}, {"max_network_retries": 2})
    assert len(stand_in.v1.refunds.list().data) == 1


def test_a_hanging_call_has_its_effect_late(stand_in: Running) -> None:
    stand_in.order("faults", kind="hang", seconds=1.0)
    http = stripe.RequestsClient(timeout=0.2)
    impatient = stripe.StripeClient(KEY, base_addresses={"api": stand_in.url}, http_client=http, max_network_retries=0)
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.payment_intents.create({"amount": 500, "currency": "eur"}, {"idempotency_key": "pi-1"})
    http.close()
    assert stand_in.v1.payment_intents.list().data == []
    found = stand_in.v1.payment_intents.create({"amount": 500, "currency": "eur"}, {"idempotency_key": "pi-1"})
    assert [intent.id for intent in stand_in.v1.payment_intents.list()] == [found.id]


def test_reset_forgets(stand_in: Running) -> None:
    platform = stand_in.control("state")["platform"]
    stand_in.paid()
    stand_in.order("clock", advance=3600)
    stand_in.order("reset")
    state = stand_in.control("state")
    assert (state["platform"], state["objects"], state["intents"]) == (platform, {}, [])
    assert state["now"] < time.time() + 60
    assert stand_in.paid().status == "succeeded"


def test_it_knows_nothing_of_the_marketplace() -> None:
    """It plays an outside company: nothing of the marketplace may be imported, only its own package."""
    for file in Path(stand_in_package.__file__).parent.rglob("*.py"):
        depth = len(file.relative_to(Path(stand_in_package.__file__).parent).parts)
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= depth and not (node.level == 0 and (node.module or "").startswith("marketplace"))
            elif isinstance(node, ast.Import):
                assert not any(name.name.startswith("marketplace") for name in node.names)


def test_rate_limit_on_order(stand_in: Running) -> None:
    stand_in.order("faults", status=429, count=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            stand_in.v1.balance.retrieve()
    stand_in.v1.balance.retrieve()
