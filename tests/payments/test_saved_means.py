"""Cards that an account keeps: with a dated consent, at the provider, until the consent ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marketplace.events import inbox
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.payments.gateway import ProviderUnavailable
from marketplace.payments.saved_means import begin_setup, forget_means, make_default, means_of, own_means, remove_means
from marketplace.payments.saved_setup import hear_session, open_setup, poll_setups, take_in_means
from marketplace.people.accounts import create_account
from tests.factories.paid import Till, drain

VISA, MASTERCARD, ASKS = "4242424242424242", "5555555555554444", "4000002760003184"


@pytest.fixture
def lisa(till: Till) -> int:
    return create_account("lisa@example.org", "markttag-im-muensterland", name="Lisa Terhorst")


def save(till: Till, account_id: int, card: str = VISA) -> int:
    """Adds a card on the provider's page; the id of the saved means."""
    setup = begin_setup(account_id, "de")
    assert open_setup(setup.id, "de")
    till.stand_in.order("pay", session=session_of(setup.id), card=card, challenge="ok")
    assert take_in_means(setup.id)
    found = rows("SELECT id FROM saved_means WHERE setup_id = :id", id=setup.id)[0].id
    db.session.rollback()
    return int(found)


def session_of(setup_id: int) -> str:
    found = rows("SELECT session_ref FROM means_setup WHERE id = :id", id=setup_id)[0].session_ref
    db.session.rollback()
    return str(found)


def cards(account_id: int) -> list[tuple[str, bool]]:
    found = [(means.last4, means.is_default) for means in means_of(account_id)]
    db.session.rollback()
    return found


def kept(till: Till, account_id: int) -> list[str]:
    """What the provider keeps for the account."""
    ref = rows("SELECT provider_ref FROM provider_customer WHERE account_id = :id", id=account_id)[0].provider_ref
    db.session.rollback()
    found = till.stand_in.client.v1.customers.payment_methods.list(ref)
    return sorted(means.card.last4 for means in found.data)


def quiet() -> None:
    with transaction():
        execute("UPDATE means_setup SET tried_at = clock_timestamp() - interval '3 minutes'")


def test_a_card_is_kept_with_what_was_agreed_to_and_when(till: Till, lisa: int) -> None:
    means_id = save(till, lisa)
    means = own_means(lisa, means_id)
    assert (means.brand, means.last4, means.is_default) == ("visa", "4242", True)
    consent = rows("SELECT consent_text, consented_at, state FROM means_setup")[0]
    assert "einverstanden" in consent.consent_text and consent.consented_at is not None and consent.state == "done"
    db.session.rollback()
    assert kept(till, lisa) == ["4242"]


def test_one_record_at_the_provider_an_account(till: Till, lisa: int) -> None:
    save(till, lisa)
    save(till, lisa, MASTERCARD)
    assert len(till.stand_in.client.v1.customers.list().data) == 1
    assert cards(lisa) == [("4242", True), ("4444", False)]


def test_another_default(till: Till, lisa: int) -> None:
    save(till, lisa)
    second = save(till, lisa, MASTERCARD)
    make_default(lisa, second)
    assert cards(lisa) == [("4444", True), ("4242", False)]


def test_removed_is_detached_and_the_next_is_the_default(till: Till, lisa: int) -> None:
    first = save(till, lisa)
    save(till, lisa, MASTERCARD)
    remove_means(lisa, first)
    assert cards(lisa) == [("4444", True)]
    drain()
    assert kept(till, lisa) == ["4444"]
    with pytest.raises(NotFound):
        own_means(lisa, first)
    with pytest.raises(NotFound):
        remove_means(lisa, first)


def test_detached_once_though_the_answer_was_lost(till: Till, lisa: int) -> None:
    means_id = save(till, lisa)
    remove_means(lisa, means_id)
    till.stand_in.control("faults", kind="drop", moment="after", count=1, method="POST", path="/v1/payment_methods")
    assert drain()["again"] == 1
    with transaction():
        execute("UPDATE delivery SET available_at = clock_timestamp()")
        # The provider has forgotten the key, say: the means is unknown there as anybody's.
        execute("UPDATE saved_means SET uuid = gen_random_uuid()")
    assert "parked" not in drain()
    assert rows("SELECT detached_at FROM saved_means")[0].detached_at is not None
    db.session.rollback()
    assert kept(till, lisa) == []


def test_the_same_card_again_stays_once(till: Till, lisa: int) -> None:
    save(till, lisa)
    save(till, lisa)
    drain()
    assert cards(lisa) == [("4242", True)]
    assert kept(till, lisa) == ["4242"]


def test_others_means_are_unknown(till: Till, lisa: int) -> None:
    means_id = save(till, lisa)
    other = create_account("tom@example.org", "markttag-im-muensterland", name="Tom")
    for try_it in (own_means, make_default, remove_means):
        with pytest.raises(NotFound):
            try_it(other, means_id)
    assert cards(lisa) == [("4242", True)] and cards(other) == []
    drain()
    assert kept(till, lisa) == ["4242"]


def test_a_card_that_hangs_on_somebody_else_is_never_kept(till: Till, lisa: int) -> None:
    other = create_account("tom@example.org", "markttag-im-muensterland", name="Tom")
    mine, foreign = begin_setup(lisa, "de"), begin_setup(other, "de")
    for setup in (mine, foreign):
        open_setup(setup.id, "de")
    page = session_of(mine.id)
    till.stand_in.order("pay", session=page, card=VISA)
    with transaction():  # the page of one account noted for another, as no code of ours does
        execute("UPDATE means_setup SET session_ref = NULL WHERE id = :id", id=mine.id)
        execute("UPDATE means_setup SET session_ref = :ref WHERE id = :id", ref=page, id=foreign.id)
    assert not take_in_means(foreign.id)
    assert cards(other) == []
    assert rows("SELECT last_error FROM means_setup WHERE id = :id", id=foreign.id)[0].last_error
    db.session.rollback()


def test_the_event_and_the_poller_find_it_too(till: Till, lisa: int) -> None:
    setup = begin_setup(lisa, "de")
    open_setup(setup.id, "de")
    till.stand_in.order("pay", session=session_of(setup.id), card=VISA)
    assert hear_session(session_of(setup.id))
    assert hear_session(session_of(setup.id))
    assert cards(lisa) == [("4242", True)]
    second = begin_setup(lisa, "de")
    open_setup(second.id, "de")
    till.stand_in.order("pay", session=session_of(second.id), card=MASTERCARD)
    quiet()
    assert poll_setups() == 1
    assert poll_setups() == 0
    assert cards(lisa) == [("4242", True), ("4444", False)]


def test_a_page_left_alone_keeps_nothing(till: Till, lisa: int) -> None:
    setup = begin_setup(lisa, "de")
    open_setup(setup.id, "de")
    assert not take_in_means(setup.id)
    till.stand_in.control("clock", advance=7_200)
    assert not take_in_means(setup.id)
    assert rows("SELECT state FROM means_setup")[0].state == "failed"
    db.session.rollback()
    assert cards(lisa) == []


def test_a_provider_that_is_away_keeps_nothing(till: Till, lisa: int) -> None:
    till.stand_in.control("faults", kind="error", moment="before", status=500, count=9)
    setup = begin_setup(lisa, "de")
    with pytest.raises(ProviderUnavailable):
        open_setup(setup.id, "de")
    assert rows("SELECT state FROM means_setup")[0].state == "failed"
    db.session.rollback()
    assert cards(lisa) == []


def test_no_more_than_ten(till: Till, lisa: int) -> None:
    with transaction():
        execute(
            "INSERT INTO means_setup (account_id, consent_text, state)"
            " SELECT :account, 'ja', 'done' FROM generate_series(1, 10)",
            account=lisa,
        )
        execute(
            "INSERT INTO saved_means (account_id, setup_id, provider_ref, brand, last4, exp_month, exp_year)"
            " SELECT account_id, id, 'pm_' || id, 'visa', '4242', 12, 2030 FROM means_setup"
        )
    with pytest.raises(Conflict):
        begin_setup(lisa, "de")
    assert rows("SELECT count(*) AS many FROM means_setup")[0].many == 10
    db.session.rollback()


def test_an_account_that_is_erased_keeps_nothing(till: Till, lisa: int) -> None:
    save(till, lisa)
    save(till, lisa, MASTERCARD)
    left = begin_setup(lisa, "de")
    open_setup(left.id, "de")
    till.stand_in.order("pay", session=session_of(left.id), card=ASKS, challenge="ok")  # on its way just then
    assert forget_means(lisa) == 2
    assert cards(lisa) == []
    drain()
    assert cards(lisa) == []
    assert kept(till, lisa) == []
    assert forget_means(lisa) == 0


def test_what_the_provider_detaches_is_not_offered(till: Till, lisa: int) -> None:
    save(till, lisa)
    ref = rows("SELECT provider_ref FROM saved_means")[0].provider_ref
    db.session.rollback()
    till.stand_in.client.v1.payment_methods.detach(ref)
    tell("payment_method.detached", {"id": ref, "object": "payment_method"})
    assert cards(lisa) == []


def tell(kind: str, about: dict[str, Any]) -> None:
    """An event, heard by the worker."""
    body = json.dumps({"id": f"evt_{kind}", "type": kind, "data": {"object": about}}).encode()
    inbox.store(f"evt_{kind}", kind, None, body)
    assert "parked" not in drain()
