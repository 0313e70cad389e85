"""A whole market as `make run` starts it, seen from outside: its commands, its API, its processes."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

import psycopg
import requests

T = TypeVar("T")
MARKETPLACE = [sys.executable, "-m", "marketplace.cli"]
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(look: Callable[[], T | None], what: str, seconds: float = 60.0) -> T:
    """Looks until there is something to see; fails with `what` when the time is over."""
    end = time.monotonic() + seconds
    seen: T | None = None
    while time.monotonic() < end:
        with contextlib.suppress(requests.RequestException, psycopg.Error):
            seen = look()
            if seen:
                return seen
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}; last seen: {seen!r}")


class RunningMarket:
    """Started in `folder`, environment `test`; `stop()` ends it as Ctrl-C does."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environ = {
            **keep,
            "MARKETPLACE_ENV": "test",
            "PORT": str(self.port),
            "DATA_DIR": str(folder),
            "PYTHONPATH": str(ROOT),
            **environ,
        }
        self.log = (folder.parent / f"{folder.name}.log").open("wb")
        self.process = subprocess.Popen(
            [*MARKETPLACE, "up"], cwd=ROOT, env=self.environ, stdout=self.log, stderr=self.log, start_new_session=True
        )
        until(self._ready, "the market to open", 180)
        self._tokens: dict[str, str] = {}
        self.accounts: list[dict[str, Any]] = json.loads(self.command("demo", "accounts"))

    def _ready(self) -> bool:
        assert self.process.poll() is None, (self.folder.parent / f"{self.folder.name}.log").read_text()[-3000:]
        return requests.get(f"{self.url}/readyz", timeout=2).status_code == 200 and "worker" in self.pids()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(60)
        self.log.close()
        return code

    # --- commands -----------------------------------------------------------------------------------------------

    def command(self, *words: str) -> str:
        """What `marketplace …` prints; fails when it fails."""
        done = subprocess.run(
            [*MARKETPLACE, *words], cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"marketplace {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def account(self, role: str, market: str | None = None, farm: str | None = None, nth: int = 0) -> dict[str, Any]:
        """A demo account of a role."""
        found = [
            a
            for a in self.accounts
            if a["role"] == role and (market is None or a["market"] == market) and (farm is None or a["farm"] == farm)
        ]
        return found[nth]

    def token(self, email: str) -> str:
        """A bearer token for an account, made once."""
        if email not in self._tokens:
            self._tokens[email] = self.command("token", "create", email)
        return self._tokens[email]

    def set_clock(self, moment: str) -> None:
        self.command("clock", "set", moment)

    # --- the API ------------------------------------------------------------------------------------------------

    def call(self, method: str, path: str, who: str | None = None, body: Any = None, **more: Any) -> Any:
        """A call of the API that must succeed; its JSON."""
        answer = self.ask(method, path, who, body, **more)
        if answer.status_code == 503:
            raise requests.HTTPError("not now", response=answer)  # `until` looks again
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:800]}"
        return answer.json() if answer.content else None

    def ask(
        self, method: str, path: str, who: str | None = None, body: Any = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """A call of the API, whatever comes of it."""
        own = {"Authorization": f"Bearer {self.token(who)}"} if who else {}
        return requests.request(
            method, f"{self.url}/api/v1{path}", json=body, headers={**own, **(headers or {})}, timeout=30
        )

    def every(self, path: str, who: str | None = None) -> list[Any]:
        """All items of a list."""
        items: list[Any] = []
        cursor: str | None = ""
        joint = "&" if "?" in path else "?"
        while cursor is not None:
            page = self.call("GET", f"{path}{joint}limit=200" + (f"&cursor={cursor}" if cursor else ""), who)
            items += page["items"]
            cursor = page["next"]
        return items

    # --- an order -----------------------------------------------------------------------------------------------

    def place(self, slot: str, lines: list[dict[str, Any]], **changes: Any) -> Any:
        body = {
            "pickup_slot": slot,
            "lines": lines,
            "customer": {"name": "Lisa Terhorst", "email": "lisa@example.org"},
            "payment_method": "card",
            **changes,
        }
        return self.call("POST", "/orders", None, body, headers={"Idempotency-Key": secrets.token_hex(12)})

    def order(self, placed: Any) -> Any:
        return self.call("GET", f"/orders/{placed['number']}", headers={"Order-Token": placed["token"]})

    def payment_url(self, placed: Any) -> str:
        return until(lambda: self.order(placed)["payment_url"], "the payment page")

    def is_in(self, placed: Any, *states: str, seconds: float = 90) -> Any:
        """Waits until the order is in one of `states`."""

        def look() -> Any:
            found = self.order(placed)
            return found if found["state"] in states else None

        return until(look, f"order {placed['number']} to be {states}", seconds)

    # --- processes and books ------------------------------------------------------------------------------------

    def pids(self) -> dict[str, int]:
        """The leaders of the services by name."""
        names = {
            "marketplace.app:create_app": "web",
            "workers.relay": "relay",
            "workers.app worker": "worker",
            "workers.app beat": "clock",
            "valkey-server": "broker",
            "postgres": "database",
            "stand_ins.stripe": "stand-in",
        }
        found: dict[str, int] = {}
        for child in children(self.process.pid):
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                name = next((name for mark, name in names.items() if mark in line), None)
                if name and name not in found:
                    found[name] = child
        return found

    def kill(self, name: str) -> None:
        """kill -9 of the service and all that it started."""
        leader = self.pids()[name]
        for pid in (*family(leader), leader):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a report of the operators would read: the views of `contract`."""
        with psycopg.connect(self.command("db", "url"), autocommit=True) as connection:
            return connection.execute(statement, values).fetchall()

    def provider(self) -> dict[str, Any]:
        """The stand-in's own books."""
        services = json.loads((self.folder / "run" / "services.json").read_text())
        answer = requests.get(
            f"{services['STRIPE_API_BASE']}/_stand_in/state",
            headers={"Authorization": f"Bearer {services['STRIPE_API_KEY']}"},
            timeout=10,
        )
        state: dict[str, Any] = answer.json()
        return state | {"balance": state["books"][state["platform"]]["balance"]}


def children(pid: int) -> list[int]:
    """Direct children, and theirs behind wrappers such as unshare."""
    return sorted(set(family(pid)))


def family(pid: int) -> list[int]:
    """All descendants of a process, the nearest first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                parents.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = parents.get(waiting.pop(0), [])
        found += below
        waiting += below
    return found


class Form(HTMLParser):
    """The first form of a page: where it goes and what it holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action, self._inside = values.get("action", ""), True
        elif self._inside and tag == "input" and values.get("name"):
            kind = values.get("type", "text")
            if kind not in ("radio", "checkbox", "submit") or "checked" in values:
                self.fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def pay_on_page(url: str, card: str = "4242424242424242") -> requests.Response:
    """Fills in the hosted payment page as a person would, and follows where it leads."""
    browser = requests.Session()
    page = browser.get(url, timeout=10)
    form = Form(page.text)
    fields = {**form.fields, "card_number": card, "expiry": "12/34", "cvc": "123", "email": "lisa@example.org"}
    return browser.post(urljoin(page.url, form.action or ""), data=fields, timeout=20, allow_redirects=False)
