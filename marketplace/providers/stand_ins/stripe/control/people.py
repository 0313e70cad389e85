"""Levers that do what a person does on a hosted page, without a browser."""

from __future__ import annotations

from typing import Any

from ..cards import TestCard, card_by_number, debit_by_iban, instrument_by_token
from ..errors import ApiError
from ..operations.onboarding import leave, stop, submit_papers
from ..operations.sessions import pay, save_method
from ..operations.setups import answer_bank, find_waiting
from ..settings import StandInSettings
from ..store import Store
from ..timers import run_due
from ..transaction import Body, public


class PersonLevers:
    """POST /_stand_in/pay and its like."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def pay_session(self, wish: Body) -> Body:
        """POST pay {session, card | iban | payment_method | saved, email, name, save: bool, challenge: "ok" | "fail" |
        null}: the hosted page without a browser, of a session of mode payment or setup.

        ``saved`` pays with a method that the customer keeps, ``save`` ticks the box "save for later". With
        ``challenge`` null a 3-D Secure card is left waiting. Answers session, payment_intent and setup_intent.
        """
        saved = str(wish["saved"]) if wish.get("saved") else None
        instrument = None if saved else _instrument(wish)
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            session = tx.get("checkout.session", str(wish.get("session")))
            if session["status"] != "open":
                raise ApiError(f"This Checkout Session is {session['status']}.")
            email = str(wish.get("email") or session["customer_email"] or "kundin@example.org")
            name = str(wish.get("name", "Test"))
            if session["mode"] == "setup":
                if instrument is None:
                    raise ApiError("A page that saves a method wants a new one.", param="saved")
                intent = save_method(tx, self._settings, session, instrument, email=email, name=name)
            else:
                save = bool(wish.get("save"))
                intent = pay(tx, self._settings, session, instrument, email=email, name=name, save=save, saved=saved)
            if intent["status"] == "requires_action" and wish.get("challenge") in ("ok", "fail"):
                intent = answer_bank(tx, self._settings, intent, wish["challenge"] == "ok")
            session = tx.get("checkout.session", session["id"])
            answer: Body = {"session": public(session), "payment_intent": None, "setup_intent": None}
            return answer | {intent["object"]: public(intent)}

    def answer_bank(self, wish: Body) -> Body:
        """POST challenge {intent, answer: "ok" | "fail"}: the owner answers their bank (3-D Secure), for a
        PaymentIntent or a SetupIntent that waits. Answers the intent."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            intent = find_waiting(tx, str(wish.get("intent")))
            if intent is None:
                raise ApiError("No such intent waits for its owner's confirmation.", param="intent")
            return public(answer_bank(tx, self._settings, intent, wish.get("answer", "ok") == "ok"))

    def account(self, wish: Body) -> Body:
        """POST accounts {account, act}: "onboard" fills in the provider's page, "disable" (reason, due: [names]) and
        "enable" are the provider's, "deauthorize" the farm's. Answers the account."""
        with self._store.transaction() as tx:
            run_due(tx, self._settings)
            account = tx.get("account", str(wish.get("account")))
            act = wish.get("act", "onboard")
            if act in ("onboard", "enable"):
                return public(submit_papers(tx, account))
            if act == "disable":
                due = [str(name) for name in wish.get("due", ["individual.verification.document"])]
                return public(stop(tx, account, str(wish.get("reason", "requirements.past_due")), due))
            if act == "deauthorize":
                return public(leave(tx, account))
            raise ApiError("act is one of onboard, disable, enable, deauthorize", param="act")


def _instrument(wish: Body) -> Any:
    if "iban" in wish:
        found: Any = debit_by_iban(str(wish["iban"]))
    elif "payment_method" in wish:
        return instrument_by_token(str(wish["payment_method"]))
    else:
        found = card_by_number(str(wish.get("card", "4242424242424242")))
    if found is None:
        raise ApiError("No such test card or bank account", param="card")
    assert isinstance(found, TestCard) or "iban" in wish
    return found
