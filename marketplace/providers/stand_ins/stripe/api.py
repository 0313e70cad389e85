"""The way of a request through the API: key, parameters, failures on order, idempotency, operation, answer."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import socket
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Request, Response, request

from . import API_VERSION
from .call import Call
from .conformance import check_answer, check_params
from .decode import decode_form
from .endpoint import Endpoint
from .endpoints import ENDPOINTS
from .errors import ApiError, not_played
from .expand import render
from .faults import ConnectionDropped, Fault, strike, take
from .idempotency import MAX_KEY_LENGTH, Answer, fingerprint, recall, remember
from .ids import new_id
from .settings import StandInSettings
from .store import Store
from .timers import run_due
from .transaction import Body, Transaction

_log = logging.getLogger(__name__)


class AnswerDoesNotConform(AssertionError):
    """The stand-in itself is wrong: its answer is not what the provider's types say."""


def api_blueprint(store: Store, settings: StandInSettings) -> Blueprint:
    """All of /v1."""
    pages = Blueprint("api", __name__)
    for endpoint in ENDPOINTS:
        view = _view(store, settings, endpoint)
        name = endpoint.method + endpoint.path.replace("/", "_").replace(".", "_")
        pages.add_url_rule(endpoint.path, name, view, methods=[endpoint.method])
    pages.add_url_rule("/v1/<path:path>", "unknown", _unknown(settings), methods=["GET", "POST", "DELETE"])
    return pages


def _view(store: Store, settings: StandInSettings, endpoint: Endpoint) -> Callable[..., Response]:
    def view(**ids: str) -> Response:
        request_id = new_id("request")
        try:
            answer, replayed = _Request(store, settings, endpoint, ids, request_id).answer()
        except ApiError as problem:
            response = _response(Answer(problem.status, json.dumps(problem.envelope()), request_id), False)
            if problem.retry_after is not None:
                response.headers["Retry-After"] = str(problem.retry_after)
            return response
        except ConnectionDropped:
            return dropped(request)
        return _response(answer, replayed)

    return view


def _unknown(settings: StandInSettings) -> Callable[..., Response]:
    def view(path: str) -> Response:
        try:
            check_key(settings, request)
            raise ApiError(
                f"Unrecognized request URL ({request.method}: /v1/{path}). The stand-in does not play it, or the"
                " provider does not know it.",
                status=404,
            )
        except ApiError as problem:
            return _response(Answer(problem.status, json.dumps(problem.envelope()), new_id("request")), False)

    return view


class _Request:
    """One request on its way."""

    def __init__(
        self, store: Store, settings: StandInSettings, endpoint: Endpoint, ids: dict[str, str], request_id: str
    ) -> None:
        self.store = store
        self.settings = settings
        self.endpoint = endpoint
        self.ids = ids
        self.request_id = request_id

    def answer(self) -> tuple[Answer, bool]:
        """The answer, and whether it was given before."""
        check_key(self.settings, request)
        version = request.headers.get("Stripe-Version", API_VERSION)
        if version != API_VERSION:
            raise ApiError(f"Invalid Stripe API version: {version}. The stand-in plays {API_VERSION} only.")
        fault = take(self.store, request.method, request.path)
        strike(fault, "before")
        sent = _sent(request)
        params = self._checked(sent)
        key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
        if len(key) > MAX_KEY_LENGTH:
            raise ApiError(f"Idempotency keys have up to {MAX_KEY_LENGTH} characters.", kind="idempotency_error")
        answer, replayed = self._once(params, key, fingerprint(request.method, request.path, sent), fault)
        strike(fault, "after")
        return answer, replayed

    def _checked(self, sent: Body) -> Body:
        params, findings = check_params(self.endpoint.params, sent)
        if findings:
            first = findings[0]
            raise ApiError(first.message, code=first.code, param=first.path)
        for name in params:
            if name not in self.endpoint.played:
                raise not_played(name)
        return params

    def _once(self, params: Body, key: str, mark: str, fault: Fault | None) -> tuple[Answer, bool]:
        account = request.headers.get("Stripe-Account", "")
        with self.store.transaction() as tx:
            run_due(tx, self.settings)
            if account:
                _known_account(tx, account)
                tx.account = account
            earlier = recall(tx, key, mark) if key else None
            if earlier is not None:
                return earlier, True
            tx.request_id, tx.idempotency_key = self.request_id, key or None
            answer = self._operate(tx, params)
            if key:
                remember(tx, key, mark, answer)
        return answer, False

    def _operate(self, tx: Transaction, params: Body) -> Answer:
        call = Call(tx, self.settings, params, self.ids)
        try:
            with tx.undone_on_error():
                body = render(tx, self.endpoint.operation(call), params.get("expand", []))
                if self.settings.check_responses:
                    self._conforms(body)
        except ApiError as problem:
            return Answer(problem.status, json.dumps(problem.envelope()), self.request_id)
        return Answer(200, json.dumps(body, ensure_ascii=False), self.request_id)

    def _conforms(self, body: Body) -> None:
        findings = check_answer(self.endpoint.answer, body)
        if findings:
            listing = "; ".join(f"{finding.path}: {finding.message}" for finding in findings)
            raise AnswerDoesNotConform(f"{self.endpoint.method} {self.endpoint.path}: {listing}")


def _sent(incoming: Request) -> dict[str, Any]:
    if incoming.method == "GET":
        return decode_form(incoming.args.items(multi=True))
    if incoming.content_length and incoming.mimetype != "application/x-www-form-urlencoded":
        raise ApiError("Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
    return decode_form([*incoming.args.items(multi=True), *incoming.form.items(multi=True)])


def check_key(settings: StandInSettings, incoming: Request) -> None:
    """Refuse every key but the one of the settings, as bearer or as user name."""
    given = incoming.headers.get("Authorization", "")
    scheme, _, value = given.partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value).decode().partition(":")[0]
        except ValueError:
            value = ""
    if not value:
        raise ApiError("You did not provide an API key.", status=401)
    if value.startswith(("sk_live", "rk_live")):
        raise ApiError("This is the stand-in of the payment provider: it takes no live keys.", status=401)
    if not hmac.compare_digest(value.strip().encode(), settings.key.encode()):
        raise ApiError(f"Invalid API Key provided: {value[:8]}{'*' * 8}{value[-4:]}", status=401)


def _known_account(tx: Transaction, account: str) -> None:
    found = tx.find("account", account)
    if account != tx.platform and (found is None or found.get("_left")):
        raise ApiError(
            f"The provided key does not have access to account '{account}' (or that account does not exist).",
            status=403,
            code="account_invalid",
        )


def _response(answer: Answer, replayed: bool) -> Response:
    response = Response(answer.body, status=answer.status, mimetype="application/json")
    response.headers["Request-Id"] = answer.request_id
    response.headers["Stripe-Version"] = API_VERSION
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
        response.headers["Original-Request"] = answer.request_id
    return response


def dropped(incoming: Request) -> Response:
    """Close the connection under the caller; the empty response finds nobody."""
    for name in ("gunicorn.socket", "werkzeug.socket"):
        connection = incoming.environ.get(name)
        if isinstance(connection, socket.socket):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                _log.debug("the caller was gone before the connection was dropped")
    return Response(status=500)
