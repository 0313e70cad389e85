"""A person hears of a thing once, in their language; a crash sends the same message again; none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from html import unescape
from pathlib import Path

import pytest

from marketplace.checkout.cancel_order import cancel_order
from marketplace.events.deliveries import retry
from marketplace.events.facts import OrderConfirmed
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.formats import pickup_code
from marketplace.notifications import mailer
from marketplace.notifications.compose import compose
from marketplace.notifications.mailer import MailRefused, MailUnavailable
from marketplace.notifications.send import send
from marketplace.providers.smtp_mailer import FileMailer
from tests.factories.paid import drain, placed
from tests.factories.small_market import SmallMarket, small_market


class Postman:
    """Takes messages, or raises what it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.trouble: Exception | None = None

    def send(self, message: EmailMessage) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.taken.append(message)


@pytest.fixture
def postman(db: object) -> Iterator[Postman]:
    before = mailer.mailer()
    postman = Postman()
    mailer.use(postman)
    yield postman
    mailer.use(before)


@pytest.fixture
def market(postman: Postman) -> SmallMarket:
    return small_market()


def states() -> list[tuple[str, str]]:
    found = [tuple(row) for row in rows("SELECT kind, state FROM notification ORDER BY id")]
    db.session.rollback()
    return found


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_an_order_is_confirmed_once_in_text_and_html(postman: Postman, market: SmallMarket) -> None:
    order = placed(market, {"kale": 2, "cabbage": 1}, payment_method="pay_at_pickup")
    number, code = order.number, order.pickup_code
    drain()
    with transaction():
        assert compose(OrderConfirmed(order.id)) == 0  # told again: nothing new
    drain()
    assert states() == [("order_confirmed", "sent")]
    [message] = postman.taken
    assert message["To"] == "lisa@example.org"
    assert number in str(message["Subject"])
    text, html = body(message, "plain"), body(message, "html")
    for words in ("2 × Kale", "6,80\u00a0€", "10,30\u00a0€", pickup_code(code), f"/bestellung/{number}?token="):
        assert words in text
        assert words in unescape(html)
    assert "Sie bezahlen bei der Abholung." in text


def test_it_speaks_the_readers_language(postman: Postman, market: SmallMarket) -> None:
    placed(market, {"kale": 1}, payment_method="pay_at_pickup", language="en")
    drain()
    [message] = postman.taken
    assert 'lang="en"' in body(message, "html")
    assert "Abholung" not in body(message, "plain")


def test_a_crash_while_sending_sends_the_same_message_again(postman: Postman, market: SmallMarket) -> None:
    placed(market, {"kale": 1}, payment_method="pay_at_pickup")
    drain()
    with transaction():  # as if the process had died before it noted that the server took it
        execute("UPDATE notification SET state = 'sending'")
    notification_id = rows("SELECT id FROM notification")[0].id
    db.session.rollback()
    send(notification_id)
    first, second = postman.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert states() == [("order_confirmed", "sent")]


def test_a_sent_message_is_not_sent_again(postman: Postman, market: SmallMarket) -> None:
    placed(market, {"kale": 1}, payment_method="pay_at_pickup")
    drain()
    notification_id = rows("SELECT id FROM notification")[0].id
    db.session.rollback()
    send(notification_id)
    assert len(postman.taken) == 1


def test_a_server_that_is_away_loses_nothing(postman: Postman, market: SmallMarket) -> None:
    postman.trouble = MailUnavailable("ConnectionRefusedError")
    placed(market, {"kale": 1}, payment_method="pay_at_pickup")
    assert drain()["again"] == 1
    assert states() == [("order_confirmed", "sending")]
    postman.trouble = None
    with transaction():
        execute("UPDATE delivery SET available_at = clock_timestamp()")
    drain()
    assert states() == [("order_confirmed", "sent")]
    assert len(postman.taken) == 1


def test_a_refusal_is_seen(postman: Postman, market: SmallMarket) -> None:
    postman.trouble = MailRefused("SMTP 550")
    placed(market, {"kale": 1}, payment_method="pay_at_pickup")
    assert drain()["parked"] == 1
    assert states() == [("order_confirmed", "failed")]
    parked = rows("SELECT last_error FROM delivery WHERE state = 'parked'")
    assert "SMTP 550" in parked[0].last_error


def test_a_refused_message_is_sent_when_the_office_tries_again(postman: Postman, market: SmallMarket) -> None:
    postman.trouble = MailRefused("SMTP 550")
    placed(market, {"kale": 1}, payment_method="pay_at_pickup")
    drain()
    postman.trouble = None
    parked = rows("SELECT id FROM delivery WHERE state = 'parked'")[0].id
    db.session.rollback()
    retry(parked)
    drain()
    assert states() == [("order_confirmed", "sent")]
    assert len(postman.taken) == 1


def test_nobody_writes_our_headers(postman: Postman, market: SmallMarket) -> None:
    """A farm's reason and a customer's name are data, also in HTML."""
    order = placed(market, {"kale": 2}, payment_method="pay_at_pickup", name="<b>Lisa</b> & Co")
    with transaction():
        script = "<script>alert(1)</script>"
        execute("UPDATE order_line SET reason = :r, packed_quantity = 1, state = 'short'", r=script)
        line = rows("SELECT id FROM order_line")[0].id
        from marketplace.events.facts import OrderChanged
        from marketplace.events.outbox import publish

        publish(OrderChanged(order.id, line))
    drain()
    changed = next(m for m in postman.taken if "nderung" in str(m["Subject"]))
    assert "<script>" not in body(changed, "html")
    assert "&lt;script&gt;" in body(changed, "html")
    assert "Kale: 1 statt 2." in body(changed, "plain")
    assert not re.search(r"[\r\n]", str(changed["Subject"]))


def test_each_occasion_has_its_letter(postman: Postman, market: SmallMarket) -> None:
    order = placed(market, {"kale": 1}, payment_method="pay_at_pickup")
    cancel_order(order.id)
    drain()
    assert [kind for kind, _ in states()] == ["order_confirmed", "order_cancelled"]
    from marketplace.notifications.letters import LETTERS
    from marketplace.notifications.letters_of_disputes import DISPUTE_LETTERS
    from marketplace.notifications.letters_to_farms import FARM_LETTERS

    # Every kind that a fact makes can be written.
    source = Path("marketplace/notifications/kinds.py").read_text()
    made = set(re.findall(r'(?:_customer\(|_dispute\(|Occasion\(\s*)"(\w+)"', source))
    assert made <= set(LETTERS) | set(FARM_LETTERS) | set(DISPUTE_LETTERS)


def test_mails_as_files_are_one_a_message(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Message-ID"] = "<abc@example.org>"
    message.set_content("Hallo")
    for _ in range(2):
        FileMailer(tmp_path).send(message)
    assert [file.name for file in tmp_path.iterdir()] == ["abc@example.org.eml"]
