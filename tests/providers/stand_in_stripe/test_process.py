"""The stand-in as its own process, as it runs for a market."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.providers.stand_in_stripe.running import KEY, SECRET, Caller, Receiver, until


@contextmanager
def process(tmp_path: Path, webhook_url: str) -> Iterator[tuple[subprocess.Popen[bytes], Caller]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environ = {
        "PATH": os.environ["PATH"],
        "STAND_IN_STATE": str(tmp_path / "state.db"),
        "STAND_IN_KEY": KEY,
        "STAND_IN_SECRET": SECRET,
        "STAND_IN_PUBLIC_URL": url,
        "STAND_IN_WEBHOOK_URL": webhook_url,
    }
    program = "marketplace.providers.stand_ins.stripe.app:create_app()"
    serve = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--bind", f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("ab") as log:
        child = subprocess.Popen(
            [*serve, "--workers", "1", "--threads", "8", program],
            env=environ,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        with Caller(url) as caller:
            until(lambda: caller.fetch_json("/healthz"), "the stand-in answers")
            yield child, caller
    finally:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        child.wait()


def test_kill_9_loses_nothing(tmp_path: Path, receiver: Receiver) -> None:
    with process(tmp_path, "http://127.0.0.1:9/nobody") as (_, caller):
        session = caller.checkout()
        intent = caller.order("pay", session=session.id)["payment_intent"]["id"]
        caller.v1.payment_intents.capture(intent, {"amount_to_capture": 2000}, {"idempotency_key": "cap-1"})
    with process(tmp_path, receiver.url) as (child, caller):
        found = caller.v1.payment_intents.retrieve(intent)
        assert (found.status, found.amount_received) == ("succeeded", 2000)
        again = caller.v1.payment_intents.capture(intent, {"amount_to_capture": 2000}, {"idempotency_key": "cap-1"})
        assert again.last_response is not None and again.last_response.headers["Idempotent-Replayed"] == "true"
        caller.order("webhooks/retry")
        receiver.wait(lambda got: len(set(receiver.ids())) == 6, "the events of before")
        assert caller.v1.balance.retrieve().available[0].amount == 1945
        caller.order("faults", kind="drop")
        with pytest.raises(Exception, match=r"(?i)connect"):
            caller.v1.balance.retrieve()
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0


def test_a_live_key_stops_the_start(tmp_path: Path) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "STRIPE_API_KEY": "sk_live_abc",
        "STAND_IN_STATE": str(tmp_path / "state.db"),
        "STAND_IN_KEY": KEY,
        "STAND_IN_SECRET": SECRET,
        "STAND_IN_PUBLIC_URL": "http://127.0.0.1",
    }
    program = "from marketplace.providers.stand_ins.stripe.app import create_app; create_app()"
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "STRIPE_API_KEY is a live key" in done.stderr
    assert not (tmp_path / "state.db").exists()
