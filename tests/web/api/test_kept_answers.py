"""Kept answers: claim, effect and answer are one commit, and a second waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.kernel import installation
from marketplace.kernel.database import db, execute, rows, transaction
from marketplace.kernel.errors import Conflict
from marketplace.kernel.words import N_
from marketplace.web.access import allow, anyone
from marketplace.web.api.frame import Api, parsed_body

EFFECT = "INSERT INTO rate_counter (key, window_start, hits) VALUES (gen_random_uuid()::text, now(), 1)"
runs: list[str] = []
entered = threading.Event()


@pytest.fixture(scope="module")
def probe(settings: Any) -> Iterator[Flask]:
    """The application with calls that have an effect."""
    calls = Api("probe", __name__, url_prefix="/api/v8")

    @calls.post("/effect")
    @allow(anyone)
    def effect() -> Any:
        runs.append("run")
        with transaction():
            execute(EFFECT)
        entered.set()
        time.sleep((parsed_body() or {}).get("seconds", 0))
        if (parsed_body() or {}).get("refuse"):
            raise Conflict(N_("Von „%(current)s“ führt kein Weg zu „%(to)s“."), current="a", to="b")
        if (parsed_body() or {}).get("break"):
            raise RuntimeError("kaputt")
        return {"run": len(runs)}, 201

    app = create_app(replace(settings, environment="development"))
    app.register_blueprint(calls)
    yield app
    with app.app_context():
        db.engine.dispose()
    installation.use(settings)


@pytest.fixture(autouse=True)
def fresh(database_url: str) -> None:
    runs.clear()
    entered.clear()


def post(app: Flask, body: Any, key: str | None = "s", path: str = "effect") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return app.test_client().post(f"/api/v8/{path}", json=body, headers=headers)


def effects(app: Flask) -> int:
    with app.app_context():
        return len(rows("SELECT 1 FROM rate_counter"))


def kept(app: Flask) -> list[Any]:
    with app.app_context():
        return rows("SELECT * FROM kept_answer")


def test_without_a_key_each_runs(probe: Flask) -> None:
    assert [post(probe, {}, None).json["run"] for _ in range(2)] == [1, 2]
    assert effects(probe) == 2 and not kept(probe)


def test_with_a_key_one_runs(probe: Flask) -> None:
    first, again = post(probe, {"a": 1, "b": 2}), post(probe, {"b": 2, "a": 1})
    assert first.status_code == again.status_code == 201 and first.data == again.data
    assert effects(probe) == 1 and runs == ["run"]


def test_another_body_or_address_is_another_request(probe: Flask) -> None:
    post(probe, {"a": 1})
    for answer in (post(probe, {"a": 2}), post(probe, {"a": 1}, path="effect?x=1")):
        assert answer.status_code == 409 and answer.json["type"].endswith("/idempotency")
    assert effects(probe) == 1


def test_a_second_waits_for_the_first(probe: Flask) -> None:
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(post, probe, {"seconds": 0.8})
        assert entered.wait(5)
        started = time.monotonic()
        second = pool.submit(post, probe, {"seconds": 0.8}).result()
        assert time.monotonic() - started > 0.2
        assert first.result().data == second.data
    assert effects(probe) == 1 and runs == ["run"]


def test_without_the_claim_both_would_run(probe: Flask) -> None:
    """The control: the same race with two keys."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda key: post(probe, {"seconds": 0.3}, key), ("eins", "zwei")))
    assert effects(probe) == 2 and len(runs) == 2


@pytest.mark.parametrize(("how", "status"), [("refuse", 409), ("break", 500)])
def test_what_failed_left_nothing_and_may_come_again(probe: Flask, how: str, status: int) -> None:
    for _ in range(2):
        assert post(probe, {how: True}).status_code == status
    assert effects(probe) == 0 and not kept(probe) and len(runs) == 2


def test_after_two_days_the_key_is_free(probe: Flask) -> None:
    post(probe, {"a": 1})
    with probe.app_context(), transaction():
        execute("UPDATE kept_answer SET created_at = created_at - interval '49 hours'")
    assert post(probe, {"a": 2}).status_code == 201
    assert effects(probe) == 2
