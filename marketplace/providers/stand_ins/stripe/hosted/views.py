"""The hosted payment page and the challenge page (3-D Secure). They work without JavaScript."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ..cards import DEBITS
from ..errors import ApiError
from ..operations.sessions import kept_methods, offers_saving, pay, save_method
from ..operations.setups import answer_bank, failed, find_waiting
from ..settings import StandInSettings
from ..store import Store
from ..timers import run_due
from ..transaction import Body, Transaction
from .form import PaymentForm, euros, read_form
from .onboarding import OnboardingPages

_SUGGESTED = (
    ("4242 4242 4242 4242", "Zahlung gelingt"),
    ("4000 0027 6000 3184", "Bank fragt nach (3-D Secure)"),
    ("4000 0000 0000 3220", "Bank fragt nach (3-D Secure 2)"),
    ("4000 0000 0000 0002", "Bank lehnt ab"),
    ("4000 0000 0000 9995", "Konto nicht gedeckt"),
)
_FRESH = {"card_number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123", "iban": DEBITS[0].iban}


class HostedPages:
    """The pages; each public method is one address."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def show_payment(self, session_id: str) -> Response:
        """The form, or a plain word when the session is paid, expired or unknown."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            session, intent = _find(tx, session_id)
            if session is None or session["status"] != "open":
                return self._closed(session)
            card = request.args.get("card", "")
            values = {**_FRESH, "email": _email(tx, session), "method": session["payment_method_types"][0]}
            if any(card == number.replace(" ", "") for number, _ in _SUGGESTED):
                values["card_number"] = card
            return self._form(tx, session, PaymentForm(values), _reason(intent))

    def submit_payment(self, session_id: str) -> AnyResponse:
        """Pay: on to the shop, to the bank's challenge, or the form again with the reason (402)."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            session, _ = _find(tx, session_id)
            if session is None or session["status"] != "open":
                return self._closed(session)
            today = time.gmtime(tx.now)
            kept = [method["id"] for method in kept_methods(tx, session)]
            form = read_form(request.form, session["payment_method_types"], (today.tm_year, today.tm_mon), kept)
            if form.errors:
                return self._form(tx, session, form, None, 422)
            intent = self._submitted(tx, session, form)
            if intent["status"] == "requires_action":
                return redirect(intent["next_action"]["redirect_to_url"]["url"], 303)
            if failed(intent):
                return self._form(tx, session, form, _reason(intent), 402)
        return redirect(_success(session), 303)

    def _submitted(self, tx: Transaction, session: Body, form: PaymentForm) -> Body:
        email = form.values["email"]
        if session["mode"] == "setup":
            assert form.instrument is not None
            return save_method(tx, self._settings, session, form.instrument, email=email, name="")
        save, saved = bool(form.values["save"]), form.values["saved"] or None
        return pay(tx, self._settings, session, form.instrument, email=email, name="", save=save, saved=saved)

    def show_mandate(self, mandate_id: str) -> Response:
        """The text of a mandate for SEPA debits."""
        with self._store.transaction() as tx:
            body = tx.find("mandate", mandate_id)
        if body is None:
            return self._page("notice.html", 404, title="Unbekanntes Mandat", text="Dieses Mandat gibt es nicht.")
        reference = body["payment_method_details"]["sepa_debit"]["reference"]
        text = f"Mandat {reference}: Sie erlauben {self._settings.merchant}, Lastschriften von Ihrem Konto einzuziehen."
        return self._page("notice.html", 200, title="SEPA-Lastschriftmandat", text=text)

    def show_challenge(self, intent_id: str) -> Response:
        """The bank asks whether it is really you."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            intent = find_waiting(tx, intent_id)
            if intent is None:
                return self._page("notice.html", 410, title="Nichts zu bestätigen", text=_NOTHING_TO_CONFIRM)
            session = tx.find("checkout.session", intent.get("_session"))
            return self._page("challenge.html", 200, session, amount=_amount(intent), intent=intent)

    def answer_challenge(self, intent_id: str) -> AnyResponse:
        """Confirmed or refused: back to the shop, or to the form with the reason."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            intent = find_waiting(tx, intent_id)
            if intent is None:
                return self._page("notice.html", 410, title="Nichts zu bestätigen", text=_NOTHING_TO_CONFIRM)
            return_url = intent["next_action"]["redirect_to_url"]["return_url"]
            intent = answer_bank(tx, self._settings, intent, request.form.get("answer") == "ok")
            session = tx.find("checkout.session", intent.get("_session"))
        if session is not None and session["status"] == "complete":
            return redirect(_success(session), 303)
        if session is not None:
            return redirect(f"{self._settings.public_url}/c/pay/{session['id']}", 303)
        if not return_url:
            return self._page("notice.html", 200, title="Antwort der Bank", text="Die Bank hat Ihre Antwort erhalten.")
        outcome = "failed" if failed(intent) else "succeeded"
        query = urlencode({intent["object"]: intent["id"], "redirect_status": outcome})
        return redirect(f"{return_url}{'&' if '?' in return_url else '?'}{query}", 303)

    def _form(
        self, tx: Transaction, session: Body, form: PaymentForm, reason: str | None, status: int = 200
    ) -> Response:
        items = tx.select("item", "json_extract(body, '$._session') = ?", (session["id"],))
        lines = [
            {
                "text": item["description"],
                "note": item["_note"],
                "quantity": item["quantity"],
                "total": euros(item["amount_total"]),
            }
            for item in items
        ]
        return self._page(
            "pay.html",
            status,
            session,
            amount=_amount(session),
            kept=[_face(method) for method in kept_methods(tx, session)],
            offers_saving=offers_saving(session),
            lines=lines,
            form=form,
            reason=reason,
            suggested=_SUGGESTED,
            debits=DEBITS,
            held=session["_intent_data"].get("capture_method") == "manual",
        )

    def _closed(self, session: Body | None) -> Response:
        if session is None:
            text = "Zu dieser Adresse gibt es keine Zahlung. Bitte gehen Sie zurück zum Shop."
            return self._page("notice.html", 404, title="Unbekannte Zahlung", text=text)
        if session["status"] == "complete":
            text = "Für diese Bestellung ist die Zahlung schon erteilt. Sie müssen nichts weiter tun."
            return self._page("notice.html", 200, session, title="Schon bezahlt", text=text, link=_success(session))
        text = "Die Zeit zum Bezahlen ist vorbei. Es wurde nichts abgebucht. Bitte bestellen Sie im Shop noch einmal."
        return self._page(
            "notice.html", 410, session, title="Zahlung abgelaufen", text=text, link=session["cancel_url"]
        )

    def _page(self, template: str, status: int, session: Body | None = None, **values: Any) -> Response:
        text = render_template(template, merchant=self._settings.merchant, session=session, **values)
        response = make_response(text, status)
        # Browsers check form-action along the whole redirect, so the shop's origin belongs to it.
        origins = " ".join(sorted(_origins(session)))
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'self'; form-action 'self' {origins};"
            " base-uri 'none'; frame-ancestors 'none'"
        )
        return response


_NOTHING_TO_CONFIRM = "Diese Bestätigung ist schon beantwortet oder nicht mehr gültig."


def _find(tx: Transaction, session_id: str) -> tuple[Body | None, Body | None]:
    session = tx.find("checkout.session", session_id)
    if session is None:
        return None, None
    return session, tx.find("payment_intent", session["payment_intent"]) or tx.find(
        "setup_intent", session["setup_intent"]
    )


def _email(tx: Transaction, session: Body) -> str:
    customer = tx.find("customer", session["customer"]) or {}
    return str(session["customer_email"] or customer.get("email") or "")


def _reason(intent: Body | None) -> str | None:
    return intent.get("_german") if intent and failed(intent) else None


def _amount(body: Body) -> str | None:
    """Euros of an intent or session; None when something is only saved."""
    cents = body["amount"] if "amount" in body else body.get("amount_total")
    return None if cents is None else euros(cents)


def _face(method: Body) -> dict[str, str]:
    if method["type"] == "card":
        text = f"{method['card']['brand'].capitalize()} •••• {method['card']['last4']}"
    else:
        text = f"Konto •••• {method['sepa_debit']['last4']}"
    return {"id": method["id"], "text": text}


def _success(session: Body) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _origins(session: Body | None) -> set[str]:
    addresses = [session[name] for name in ("success_url", "cancel_url") if session[name]] if session else []
    return {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, addresses)}


def hosted_blueprint(store: Store, settings: StandInSettings) -> Blueprint:
    """All of /c/."""
    pages = Blueprint(
        "hosted",
        __name__,
        url_prefix="/c",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    hosted = HostedPages(store, settings)
    pages.add_url_rule("/pay/<session_id>", "show_payment", hosted.show_payment, methods=["GET"])
    pages.add_url_rule("/pay/<session_id>", "submit_payment", hosted.submit_payment, methods=["POST"])
    papers = OnboardingPages(store, settings)
    pages.add_url_rule("/onboarding/<link_id>", "show_papers", papers.show_papers, methods=["GET"])
    pages.add_url_rule("/onboarding/<link_id>", "send_papers", papers.send_papers, methods=["POST"])
    pages.add_url_rule("/mandate/<mandate_id>", "show_mandate", hosted.show_mandate, methods=["GET"])
    pages.add_url_rule("/3ds/<intent_id>", "show_challenge", hosted.show_challenge, methods=["GET"])
    pages.add_url_rule("/3ds/<intent_id>", "answer_challenge", hosted.answer_challenge, methods=["POST"])

    @pages.after_request
    def harden(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        if not request.path.startswith("/c/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    @pages.errorhandler(ApiError)
    def refused(problem: ApiError) -> tuple[str, int]:
        text = "Diese Zahlung kann so nicht ausgeführt werden. Bitte gehen Sie zurück zum Shop."
        return render_template(
            "notice.html", merchant=settings.merchant, session=None, title="Nicht möglich", text=text
        ), 400

    return pages
