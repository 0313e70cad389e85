"""The outgoing mail of development: shown as it is, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.kernel import installation
from marketplace.kernel.database import db
from marketplace.providers.smtp_mailer import FileMailer
from tests.web.page_client import PageClient


@pytest.fixture
def workshop(settings: Any, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(replace(settings, environment="development", data_dir=tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()
    installation.use(settings)


def test_mails(workshop: Flask, tmp_path: Path) -> None:
    visitor = PageClient(workshop.test_client())
    assert "Noch keine Mail" in visitor.get("/_mail").text
    message = EmailMessage()
    message["Subject"], message["To"] = "Ihre Bestellung <b>M-1</b>", "lisa@example.org"
    message["Message-ID"] = "<m-1@example.org>"
    message.set_content("Grüße\nhttp://localhost/bestellung/M-1?token=x\n<script>alert(1)</script>")
    message.add_alternative("<p style='color:red'>Grüße</p><script>alert(1)</script>", subtype="html")
    FileMailer(tmp_path / "mail").send(message)
    page = visitor.get("/_mail")
    name = next(link.get("href", "") for link in page.one("mails").iter("a"))
    letter = visitor.get(name)
    assert "Grüße" in letter.text and letter.h1 == "Ihre Bestellung <b>M-1</b>"
    shown = workshop.test_client().get(f"{name}/html")
    assert "sandbox" in shown.headers["Content-Security-Policy"] and "Grüße" in shown.text
    for elsewhere in ("/_mail/..%2F..%2Fpasswd", "/_mail/nichts", "/_mail/nichts/html"):
        assert workshop.test_client().get(elsewhere).status_code == 404


def test_nowhere_else(app: Flask) -> None:
    assert app.test_client().get("/_mail").status_code == 404
