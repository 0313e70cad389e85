"""One market for all journeys, one Chromium, and visitors with a phone or a desk.

The market's clock only moves forward: the files run in the order below, so that nobody comes too late.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.looking import DESK, PHONE, Visitor
from tests.whole.running import RunningMarket

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
LAST = ("test_market_day.py", "test_packing_offline.py", "test_every_page.py")
expect.set_options(timeout=10_000)
FAILED = pytest.StashKey[bool]()
Come = Callable[..., Visitor]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What moves the clock comes after all else and in its written order; the rest may come in any."""

    def when(item: pytest.Item) -> tuple[int, int]:
        name = item.path.name
        if item.path.parent != Path(__file__).parent or name not in LAST:
            return (-1, 0)
        return (LAST.index(name), item.function.__code__.co_firstlineno if isinstance(item, pytest.Function) else 0)

    items.sort(key=when)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMarket]:
    market = RunningMarket(tmp_path_factory.mktemp("browser") / "var")
    yield market
    assert market.stop() == 0


@pytest.fixture(scope="session")
def payments(running: RunningMarket) -> str:
    """The origin of the hosted payment page."""
    services = json.loads((running.folder / "run" / "services.json").read_text())
    return str(services["STRIPE_API_BASE"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.fail("No Chromium found. On Debian: apt-get install --no-install-recommends chromium libatomic1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def come(
    browser: Browser, running: RunningMarket, payments: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Come]:
    """Somebody comes with a browser: `come()` on the phone, `come(DESK)`; further options are Playwright's."""
    here: list[Visitor] = []

    def enter(device: dict[str, Any] = PHONE, **options: Any) -> Visitor:
        visitor = Visitor(browser, running.url, payments, tmp_path, **{**device, **options})
        here.append(visitor)
        return visitor

    yield enter
    for visitor in here:
        visitor.leave(failed=FAILED in request.node.stash)
    if FAILED not in request.node.stash:
        wrongs = [wrong for visitor in here for wrong in visitor.wrongs]
        assert not wrongs, wrongs


@pytest.fixture
def phone(come: Come) -> Visitor:
    return come(PHONE)


@pytest.fixture
def desk(come: Come) -> Visitor:
    return come(DESK)
