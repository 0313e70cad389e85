"""A stand-in that runs on a loopback port, and somebody who receives its webhooks."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import stripe
from werkzeug.serving import WSGIRequestHandler, make_server

from marketplace.providers.stand_ins.stripe.app import EXTENSION, create_app

KEY = "sk_test_standin"
SECRET = "whsec_standin"
DEADLINE_SECONDS = 15.0


class _Quiet(WSGIRequestHandler):
    def log_request(self, *arguments: Any) -> None:
        """Say nothing."""


class Caller:
    """Talks to a stand-in: the real client of the provider, and the levers for tests."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = stripe.RequestsClient(timeout=20)
        self.client = stripe.StripeClient(
            KEY, base_addresses={"api": url}, http_client=self._http, max_network_retries=0
        )
        self.v1 = self.client.v1

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *problem: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        self._http.close()

    def control(self, lever: str, /, **wish: Any) -> Any:
        """POST to /_stand_in/, or GET when there is nothing to say."""
        return self.fetch_json(f"/_stand_in/{lever}", wish if wish else None)

    def order(self, lever: str, /, **wish: Any) -> Any:
        """POST to /_stand_in/ also without a wish."""
        return self.fetch_json(f"/_stand_in/{lever}", wish)

    def fetch_json(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def checkout(self, cents: int = 2500, **wishes: Any) -> stripe.checkout.Session:
        """An open session as the marketplace makes it."""
        item = {"price_data": {"currency": "eur", "unit_amount": cents, "product_data": {"name": "Bestellung"}}}
        params: dict[str, Any] = {
            "mode": "payment",
            "success_url": "http://shop.test/danke?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://shop.test/korb",
            "line_items": [{**item, "quantity": 1}],
            "payment_intent_data": {"capture_method": "manual", "metadata": {"order": "M-1"}, "transfer_group": "M-1"},
        }
        return self.v1.checkout.sessions.create({**params, **wishes})  # type: ignore[typeddict-item]

    def held(self, cents: int = 2500) -> str:
        """Id of a PaymentIntent whose amount is held, paid through the hosted page."""
        return str(self.order("pay", session=self.checkout(cents).id)["payment_intent"]["id"])

    def paid(self, cents: int = 2500, token: str = "pm_card_visa") -> stripe.PaymentIntent:
        """A captured payment."""
        return self.v1.payment_intents.create(
            {"amount": cents, "currency": "eur", "confirm": True, "payment_method": token}
        )

    def farm(self) -> str:
        """Id of a connected account that takes transfers."""
        return self.v1.accounts.create({"type": "express", "capabilities": {"transfers": {"requested": True}}}).id


class Running(Caller):
    """A stand-in in this process, on a port of its own."""

    def __init__(self, state: Path, environ: dict[str, str]) -> None:
        self.app = create_app(
            {
                "STAND_IN_STATE": str(state),
                "STAND_IN_KEY": KEY,
                "STAND_IN_SECRET": SECRET,
                "STAND_IN_PUBLIC_URL": "http://stand-in.test",
                "STAND_IN_CHECK_RESPONSES": "1",
                **environ,
            }
        )
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        super().__init__(f"http://127.0.0.1:{self._server.server_port}")

    def stop(self) -> None:
        self.hang_up()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.app.extensions[EXTENSION].close()


class Receiver:
    """Takes webhooks, answers as told, remembers what came."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.answers: list[int] = []
        """Statuses of the next answers; 200 when there is none left."""
        self._change = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver._change:
                    receiver.got.append((body, self.headers["Stripe-Signature"]))
                    status = receiver.answers.pop(0) if receiver.answers else 200
                    receiver._change.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe"

    def wait(self, fits: Callable[[list[tuple[bytes, str]]], bool], what: str) -> None:
        """Until what came fits; fails at the deadline."""
        with self._change:
            if not self._change.wait_for(lambda: fits(self.got), DEADLINE_SECONDS):
                raise AssertionError(f"no {what} within {DEADLINE_SECONDS} s; got {self.types()}")

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.got]

    def ids(self) -> list[str]:
        return [json.loads(body)["id"] for body, _ in self.got]

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def until(fits: Callable[[], Any], what: str) -> Any:
    """Ask again until it is so; fails at the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        try:
            if found := fits():
                return found
        except (urllib.error.URLError, ConnectionError, stripe.APIConnectionError):
            pass
        time.sleep(0.02)
    raise AssertionError(f"not within {DEADLINE_SECONDS} s: {what}")
