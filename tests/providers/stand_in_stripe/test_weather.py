"""Bad weather by a seed: calls that fail, deliveries that go astray, and the same luck for the same seed."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
import stripe

from tests.providers.stand_in_stripe.conftest import Start
from tests.providers.stand_in_stripe.running import KEY, SECRET, Receiver, Running, until

ERRORS = ["error_before", "rate_limited", "conflict", "drop_before"]


def luck(stand_in: Running, calls: int = 60) -> list[str]:
    """What became of so many calls."""
    found = []
    for _ in range(calls):
        try:
            stand_in.v1.customers.list()
            found.append("fine")
        except stripe.StripeError as problem:
            found.append(f"{type(problem).__name__} {problem.http_status}")
    return found


def test_the_same_seed_the_same_luck(stand_in: Running) -> None:
    seen = []
    for seed in (7, 7, 8):
        stand_in.order("weather", seed=seed, probability=0.4, kinds=ERRORS)
        seen.append(luck(stand_in))
    assert seen[0] == seen[1] != seen[2]
    assert {text.split()[-1] for text in seen[0]} == {"fine", "500", "429", "409", "None"}
    assert 10 < len([text for text in seen[0] if text != "fine"]) < 40
    report = stand_in.control("weather")["calls"]
    assert report["count"] == 60
    assert sum(report["struck"].values()) == len([text for text in seen[2] if text != "fine"])
    stand_in.order("weather/calm")
    assert set(luck(stand_in, 20)) == {"fine"}
    assert stand_in.control("weather") == {"calls": None, "events": None}


@pytest.mark.parametrize(
    ("kind", "done"), [("error_before", 0), ("drop_before", 0), ("error_after", 1), ("drop_after", 1)]
)
def test_before_or_after_it_was_done(stand_in: Running, kind: str, done: int) -> None:
    stand_in.order("weather", probability=1, kinds=[kind], method="POST", path="/v1/customers")
    with pytest.raises((stripe.APIError, stripe.APIConnectionError)):
        stand_in.v1.customers.create({"email": "a@example.org"})
    assert len(stand_in.v1.customers.list().data) == done  # another method: not meant
    with pytest.raises(urllib.error.HTTPError) as refused:
        stand_in.order("weather", probability=1.2)
    refused.value.close()


def test_what_the_answers_say(stand_in: Running) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    for status, code, retry in ((429, "rate_limit", "7"), (409, "idempotency_key_in_use", None)):
        stand_in.order("faults", kind="error", status=status, seconds=7)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(f"{stand_in.url}/v1/balance", headers=headers))
        with refused.value as answer:
            assert (answer.code, answer.headers["Retry-After"]) == (status, retry)
            assert code in answer.read().decode()


def trouble(stand_in: Running, receiver: Receiver, count: int = 40, **shares: object) -> list[dict[str, object]]:
    """So many events in that weather; all deliveries once nothing waits."""
    stand_in.order("webhooks/weather", **shares)
    for number in range(count):
        stand_in.v1.customers.create({"email": f"a{number}@example.org"})
    until(lambda: stand_in.order("webhooks/retry") == {} and stand_in.control("idle")["idle"], "nothing waits")
    return list(stand_in.control("webhooks")["deliveries"])


def test_some_never_come_and_some_come_twice(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    found = trouble(stand_in, receiver, seed=3, dropped=0.2, duplicates=0.3, spread_seconds=0.1)
    dropped = {one["event"] for one in found if one["done"] == ["dropped"]}
    twice = {one["event"] for one in found if one["done"] == ["duplicate"]}
    assert dropped and twice and not dropped & twice
    ids = receiver.ids()
    assert not dropped & set(ids) and all(ids.count(event) == 2 for event in twice)
    # The list of events knows them all, page by page.
    listed = [event.id for event in stand_in.v1.events.list({"limit": 7}).auto_paging_iter()]
    assert len(listed) == 40 and dropped < set(listed)
    oldest = listed[-1]
    since = stand_in.v1.events.list(
        {"ending_before": oldest, "limit": 7, "types": ["customer.created"], "created": {"gt": 1}}
    )
    assert [event.id for event in since.auto_paging_iter()] == listed[-2::-1]
    missed = stand_in.v1.events.list({"delivery_success": False, "limit": 100}).data
    assert {event.id for event in missed} == dropped


def test_they_overtake_each_other(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    found = trouble(stand_in, receiver, seed=5, shuffled=1, delayed=0.2, delay_seconds=0.2, spread_seconds=0.3)
    created = [event.id for event in stand_in.v1.events.list({"limit": 100}).data][::-1]
    assert sorted(receiver.ids()) == sorted(created) and receiver.ids() != created
    assert {name for one in found for name in one["done"]} == {"shuffled", "delayed"}  # type: ignore[attr-defined]


def verdicts(receiver: Receiver) -> list[str]:
    found = []
    for body, header in receiver.got:
        try:
            stripe.Webhook.construct_event(body, header, SECRET)
            found.append("good")
        except stripe.SignatureVerificationError as problem:
            found.append("stale" if "Timestamp" in str(problem) else "forged")
    return found


@pytest.mark.parametrize(("how", "verdict"), [("stale", "stale"), ("forged", "forged"), ("future", "good")])
def test_badly_signed_then_rightly(start: Start, receiver: Receiver, how: str, verdict: str) -> None:
    """The client of the provider refuses what is too old; what comes from the future is for us to refuse."""
    receiver.answers = [400]
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    found = trouble(stand_in, receiver, 1, **{how: 1})
    assert (found[0]["done"], found[0]["state"], found[0]["attempts"]) == ([how], "delivered", 2)
    assert verdicts(receiver) == [verdict, "good"]
    moments = [int(header.partition(",")[0].removeprefix("t=")) for _, header in receiver.got]
    shift = {"stale": -600, "forged": 0, "future": 600}[how]
    assert abs(moments[0] - moments[1] - shift) < 60


def test_one_delivery_forged_on_purpose(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)
    stand_in.v1.customers.create({"email": "a@example.org"})
    receiver.wait(lambda got: len(got) == 1, "the event")
    stand_in.order("webhooks/deliver", event=receiver.ids()[0], done=["forged", "lasting"])
    receiver.wait(lambda got: len(got) == 2, "its double")
    assert verdicts(receiver) == ["good", "forged"]


def test_two_secrets_while_they_are_exchanged(start: Start, receiver: Receiver) -> None:
    stand_in = start(STAND_IN_WEBHOOK_URL=receiver.url)

    def signs_for(secrets: list[str]) -> tuple[bool, bool]:
        stand_in.order("webhooks/secrets", secrets=secrets)
        before = len(receiver.got)
        stand_in.v1.customers.create({"email": "a@example.org"})
        receiver.wait(lambda got: len(got) == before + 1, "an event")
        check: Callable[[str], bool] = lambda secret: _fits(*receiver.got[-1], secret)  # noqa: E731
        return check(SECRET), check("whsec_new")

    assert signs_for([SECRET, "whsec_new"]) == (True, True)
    assert signs_for(["whsec_new"]) == (False, True)
    assert signs_for([]) == (True, False)


def _fits(body: bytes, header: str, secret: str) -> bool:
    try:
        stripe.Webhook.construct_event(body, header, secret)
    except stripe.SignatureVerificationError:
        return False
    return True


def test_pages_of_payments_by_time(stand_in: Running) -> None:
    made = [stand_in.paid(100 + number).id for number in range(5)]
    sessions = [stand_in.checkout().id for _ in range(3)]
    stand_in.order("clock", advance=100)
    late = stand_in.paid(900)
    early = {"lt": late.created, "gte": late.created - 200}
    found = stand_in.v1.payment_intents.list({"created": early, "limit": 2})
    assert [intent.id for intent in found.auto_paging_iter()] == made[::-1]
    pages = stand_in.v1.checkout.sessions.list({"created": {"gte": 1}, "limit": 2})
    assert [page.id for page in pages.auto_paging_iter()] == sessions[::-1]
    assert stand_in.v1.checkout.sessions.list({"created": {"gte": late.created}}).data == []
