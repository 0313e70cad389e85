"""Browsers and callers of the API: what they need to get past the door."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule

from marketplace.kernel.database import db
from marketplace.people.accounts import create_account, give_role
from marketplace.people.sign_ins import begin
from marketplace.people.tokens import create_token
from marketplace.web.access import SIGN_IN

PASSWORD = "markttag-im-muensterland"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def account(
    app: Flask, role: str = "customer", email: str | None = None, *, second_factor: bool = False, **where: Any
) -> int:
    """An account with one role and the password above; with `second_factor` also the secret above."""
    with app.app_context():
        secret = SECRET if second_factor else None
        made = create_account(email or f"{role}@example.org", PASSWORD, name="Ruth Hölscher", totp_secret=secret)
        give_role(made, role, **where)
    return made


def browser(app: Flask, account_id: int, *, second_factor: bool = True) -> FlaskClient:
    """A browser in which that account is signed in."""
    with app.app_context():
        token = begin(account_id, second_factor=second_factor)
    client = app.test_client()
    with client.session_transaction() as session:
        session[SIGN_IN] = token
    return client


def bearer(app: Flask, account_id: int) -> dict[str, str]:
    """The header of a fresh token of that account."""
    with app.app_context():
        return {"Authorization": f"Bearer {create_token(account_id)}"}


def token_of_form(client: FlaskClient, path: str) -> str:
    """The token against forms of other sites, as it stands on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found is not None, f"no form on {path}"
    return found.group(1)


def path_of(rule: Rule) -> str:
    """An address of the rule: 1 for what is named, the first of what may be chosen from."""
    return re.sub(r"<[^>]+>", "1", re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", rule.rule))


class Statements:
    """Counts the statements that the application sends; BEGIN and COMMIT are none."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.sent: list[str] = []

    def __enter__(self) -> Statements:
        with self.app.app_context():
            self.engine = db.engine
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *problem: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.sent.append(statement)
