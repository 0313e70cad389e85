"""The page where a farm fills in what the provider wants to know: a plain form without JavaScript."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ..operations.onboarding import submit_papers, usable
from ..settings import StandInSettings
from ..store import Store
from ..timers import run_due
from ..transaction import Body

_WANTED = "Bitte füllen Sie dieses Feld aus."


class OnboardingPages:
    """/c/onboarding/<link>: opened once, sent once."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def show_papers(self, link_id: str) -> AnyResponse:
        """The form; a link that is used up or too old leads to its refresh address."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            link = tx.find("account_link", link_id)
            if link is None:
                return self._unknown()
            if not usable(tx, link, "fresh"):
                return redirect(link["refresh_url"], 303)
            tx.save(link | {"state": "opened"})
            account = tx.get("account", link["account"])
        return self._form(link, account["business_profile"]["name"] or "", [])

    def send_papers(self, link_id: str) -> AnyResponse:
        """Everything is filled in: the account is active, back to the market."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            link = tx.find("account_link", link_id)
            if link is None:
                return self._unknown()
            if request.form.get("later"):
                tx.save(link | {"state": "used"})
                return redirect(link["return_url"], 303)
            if not usable(tx, link, "opened"):
                return redirect(link["refresh_url"], 303)
            missing = [name for name in ("name", "iban") if not request.form.get(name, "").strip()]
            if missing:
                return self._form(link, request.form.get("name", ""), missing, 422)
            tx.save(link | {"state": "used"})
            submit_papers(tx, tx.get("account", link["account"]))
        return redirect(link["return_url"], 303)

    def _form(self, link: Body, name: str, missing: list[str], status: int = 200) -> Response:
        errors = dict.fromkeys(missing, _WANTED)
        iban = request.form.get("iban", "" if missing else "DE89 3704 0044 0532 0130 00")
        text = render_template("onboarding.html", merchant=self._settings.merchant, name=name, iban=iban, errors=errors)
        response = make_response(text, status)
        parts = [urlsplit(link[address]) for address in ("return_url", "refresh_url")]
        origins = " ".join(sorted({f"{part.scheme}://{part.netloc}" for part in parts}))
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'self'; form-action 'self' {origins};"
            " base-uri 'none'; frame-ancestors 'none'"
        )
        return response

    def _unknown(self) -> Response:
        text = "Diese Adresse gibt es nicht. Bitte gehen Sie zurück zum Markt."
        page = render_template("notice.html", merchant=self._settings.merchant, title="Unbekannte Adresse", text=text)
        return make_response(page, 404)
