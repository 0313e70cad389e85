"""Carrying mail: by SMTP, or as files under DATA_DIR/mail where no server is named."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from marketplace.notifications.mailer import MailRefused, MailUnavailable

TIMEOUT_SECONDS = 20


class SmtpMailer:
    """`smtp://[user:pass@]host:port` (STARTTLS when offered) or `smtps://`. One connection a message."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")

    def send(self, message: EmailMessage) -> None:
        try:
            server = self._connect()
            try:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(message)
            finally:
                _say_goodbye(server)
        except smtplib.SMTPAuthenticationError as error:
            # Our password is wrong, not the message: a person mends it, until then it waits.
            raise MailUnavailable(f"SMTP {error.smtp_code}: the server does not accept our password") from None
        except smtplib.SMTPResponseException as error:
            raise _outcome(error.smtp_code) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _outcome(max(code for code, _ in error.recipients.values())) from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(type(error).__name__) from None

    def _connect(self) -> smtplib.SMTP:
        if self._tls:
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        return server


def _say_goodbye(server: smtplib.SMTP) -> None:
    """What the server says to QUIT changes nothing: a message that it took would else be sent twice."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _outcome(code: int) -> Exception:
    return MailRefused(f"SMTP {code}") if code >= 500 else MailUnavailable(f"SMTP {code}")


class FileMailer:
    """Mails as `.eml` files, named by their Message-ID: a message sent twice is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = "".join(c for c in str(message["Message-ID"]) if c.isalnum() or c in "-_.@")
            half = self._folder / f".{name}.half"
            half.write_bytes(message.as_bytes())
            half.rename(self._folder / f"{name}.eml")
        except OSError as error:
            raise MailUnavailable(type(error).__name__) from None
