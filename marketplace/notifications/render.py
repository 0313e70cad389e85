"""A letter typeset as a mail: plain text and HTML of the same words, headers that nobody can break out of."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from marketplace.kernel import installation
from marketplace.notifications.letters import Letter

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def message_of(letter: Letter, recipient: str, message_id: str, written_at: datetime) -> EmailMessage:
    """The mail. Raises ValueError when a header would hold a line break (nobody gets to write our headers)."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(letter.subject.split())
    message["From"] = installation.settings().mail_from
    message["To"] = parseaddr(recipient)[1] or recipient
    message["Message-ID"] = message_id
    message["Date"] = format_datetime(written_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_environment().get_template("letter.txt").render(letter=letter))
    html = _environment().get_template("letter.html").render(letter=letter)
    message.add_alternative(css_inline.inline(html), subtype="html")
    return message
