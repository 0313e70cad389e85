"""Development without a mail server: the mails that would have gone out, at /_mail. Never served in production."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, render_template

from marketplace.kernel import installation
from marketplace.kernel.errors import NotFound
from marketplace.web.access import allow, anyone

blueprint = Blueprint("mailbox", __name__, url_prefix="/_mail")

MOST = 200
# A mail is shown as a mail program would: its own styles, and nothing that runs or loads.
AS_IN_A_MAIL_PROGRAM = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"


@dataclass(frozen=True)
class Mail:
    """A mail in the folder."""

    name: str
    subject: str
    recipient: str
    written_at: datetime

    @property
    def url(self) -> str:
        return f"/_mail/{quote(self.name)}"


@blueprint.get("")
@allow(anyone)
def letters() -> str:
    """The newest two hundred."""
    files = sorted(_folder().glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return render_template("mailbox/letters.html", mails=[_read(path)[0] for path in files[:MOST]])


@blueprint.get("/<name>")
@allow(anyone)
def letter(name: str) -> str:
    """One mail as text."""
    mail, message = _open(name)
    plain = message.get_body(("plain",))
    return render_template("mailbox/letter.html", mail=mail, text=plain.get_content() if plain else "")


@blueprint.get("/<name>/html")
@allow(anyone)
def as_html(name: str) -> Response:
    """One mail as a mail program shows it."""
    body = _open(name)[1].get_body(("html",))
    if body is None:
        raise NotFound()
    response = Response(body.get_content(), mimetype="text/html")
    response.headers["Content-Security-Policy"] = AS_IN_A_MAIL_PROGRAM
    return response


def _folder() -> Path:
    return installation.settings().mail_dir


def _open(name: str) -> tuple[Mail, EmailMessage]:
    """The mail of that name; only what lies in the folder itself."""
    path = next((path for path in _folder().glob("*.eml") if path.stem == name), None)
    if path is None:
        raise NotFound()
    return _read(path)


def _read(path: Path) -> tuple[Mail, EmailMessage]:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Mail(path.stem, str(message["Subject"] or ""), str(message["To"] or ""), written_at), message
