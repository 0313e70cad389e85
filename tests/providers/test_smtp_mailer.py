"""Mail by SMTP: what the server took is sent, whatever it says afterwards; a wrong password refuses no message."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from marketplace.notifications.mailer import MailRefused, MailUnavailable
from marketplace.providers.smtp_mailer import SmtpMailer


class Server(socketserver.ThreadingTCPServer):
    """Says 250 to everything but what `answers` says otherwise, by the first word of a command."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.answers: dict[str, str] = {"DATA": "354 go on", "QUIT": "221 bye"}
        self.taken = 0


class Session(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].decode().upper() if line.split() else ""
            if word == "EHLO":
                self.wfile.write(b"250-here\r\n250 AUTH PLAIN\r\n")
                continue
            answer = self.server.answers.get(word, "250 ok")
            self.wfile.write(answer.encode() + b"\r\n")
            if word == "DATA" and answer.startswith("354"):
                while self.rfile.readline() != b".\r\n":
                    pass
                self.server.taken += 1
                self.wfile.write(self.server.answers.get("DOT", "250 taken").encode() + b"\r\n")
            if word == "QUIT":
                return


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def send(server: Server) -> Callable[[str], None]:
    def send(user: str = "") -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Message-ID"] = "a@example.org", "b@example.org", "<x@example.org>"
        message.set_content("Hallo")
        SmtpMailer(f"smtp://{user}127.0.0.1:{server.server_address[1]}").send(message)

    return send


def test_what_was_taken_is_sent_even_if_the_goodbye_fails(server: Server, send: Callable[..., None]) -> None:
    server.answers["QUIT"] = "421 too busy to say goodbye"
    send()
    assert server.taken == 1


@pytest.mark.parametrize(
    ("word", "answer", "outcome"),
    [
        ("RCPT", "550 no such mailbox", MailRefused),
        ("RCPT", "450 later", MailUnavailable),
        ("DOT", "554 we do not like it", MailRefused),
        ("DOT", "451 later", MailUnavailable),
        ("MAIL", "421 busy", MailUnavailable),
    ],
)
def test_no_for_good_and_not_now(
    server: Server, send: Callable[..., None], word: str, answer: str, outcome: type[Exception]
) -> None:
    server.answers[word] = answer
    with pytest.raises(outcome):
        send()


def test_a_wrong_password_is_no_refusal_of_the_message(server: Server, send: Callable[..., None]) -> None:
    """A person mends it; until then every message waits."""
    server.answers["AUTH"] = "535 who are you"
    with pytest.raises(MailUnavailable):
        send("me:wrong@")
    assert server.taken == 0
