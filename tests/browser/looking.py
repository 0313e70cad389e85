"""A person's browser: what must hold on every page is checked by `look`, what people do is done by their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response
from playwright.sync_api import Error as BrowserError

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "device_scale_factor": 1}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": 1}
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
# A click that does not come to pass shows within seconds; the workers' steps have time limits of their own.
PATIENCE_MS = 10_000
# Violations of the content security policy are told to the page alone.
LISTEN = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""
# Toasts and menus must not be caught half faded: colours in between are nobody's choice.
STILL = "document.getAnimations().forEach((animation) => animation.finish())"
AXE = """async (rules) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations"]});
  const where = (node) => `${node.target.join(" ")} ${node.failureSummary.replace(/\\s+/g, " ")}`;
  return found.violations.map((it) => `${it.id} (${it.impact}): ${it.nodes.slice(0, 4).map(where).join(" | ")}`);
}"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return "";
  const scrolls = (it) => it && (getComputedStyle(it).overflowX !== "visible" || scrolls(it.parentElement));
  const wide = [...document.querySelectorAll("body *")].find((it) =>
    it.getBoundingClientRect().right > width + 1 && !(it instanceof SVGElement) && !scrolls(it.parentElement));
  return `${document.documentElement.scrollWidth} > ${width}: ${wide ? wide.outerHTML.slice(0, 200) : "?"}`;
}"""


class Visitor:
    """One person with one browser. `payments` is the origin of the hosted payment page.

    Collects what no page may do: errors on the console, requests to other hosts, answers that nobody expected.
    """

    def __init__(self, browser: Browser, address: str, payments: str, shots: Path, **options: Any) -> None:
        self.address = address
        self.payments = payments
        self.shots = shots
        self.wrongs: list[str] = []
        self._expected: set[int] = set()
        self._script = options.get("java_script_enabled", True)
        self.context = browser.new_context(**{"locale": "de-DE", "timezone_id": "Europe/Berlin", **options})
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(LISTEN)
        self.context.on("request", self._asked)
        self.context.on("response", self._answered)
        self.context.on("console", self._said)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.wrongs.append(f"script error: {error}"))

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" not in (
            self.address,
            self.payments,
        ):
            self.wrongs.append(f"asked another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.wrongs.append(f"{response.status} from {response.request.method} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # Refusals reach `_answered` with their status.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.wrongs.append(f"console: {message.text}")

    @contextmanager
    def refused(self, *statuses: int) -> Iterator[None]:
        """Inside, answers with these statuses are what the person has coming."""
        self._expected |= set(statuses)
        yield
        self._expected -= set(statuses)

    # --- going and seeing ---------------------------------------------------------------------------------------

    def go(self, path: str) -> Page:
        """Opens a page of the market, or a whole address."""
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.page

    def see(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def heading(self) -> str:
        return re.sub(r"\s+", " ", self.page.locator("h1").inner_text()).strip()

    def look(self, *, dark: bool = True, widths: tuple[int, ...] = ()) -> None:
        """The page as it stands must be in order: axe (light, dark), width, title, console, hosts, policy."""
        problems = self.wrongs[:]
        self.wrongs.clear()
        headings = [re.sub(r"[\s\u00ad]+", " ", text).strip() for text in self.page.locator("h1").all_text_contents()]
        title = re.sub(r"[\s\u00ad]+", " ", self.page.title())
        if len(headings) != 1 or not title.startswith(headings[0]):
            problems.append(f"title {title!r} and headings {headings} differ")
        if self._script:
            problems += self.page.evaluate("window.__violations || []")
            problems += self._axe("light")
            if dark:
                self.page.emulate_media(color_scheme="dark")
                problems += self._axe("dark")
                self.page.emulate_media(color_scheme="light")
            problems += self._too_wide(widths)
        if problems:
            self.fail(problems)

    def _axe(self, scheme: str) -> list[str]:
        self.page.evaluate(STILL)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        return [f"axe, {scheme}: {found}" for found in self.page.evaluate(AXE, RULES)]

    def _too_wide(self, widths: tuple[int, ...]) -> list[str]:
        found = [self.page.evaluate(TOO_WIDE)]
        size = self.page.viewport_size
        for width in widths if size else ():
            self.page.set_viewport_size({"width": width, "height": 844})
            found.append(self.page.evaluate(TOO_WIDE))
        if widths and size:
            self.page.set_viewport_size(size)
        return [f"wider than the window: {it}" for it in found if it]

    def fail(self, problems: list[str]) -> None:
        raise AssertionError(f"{self.page.url}\n  " + "\n  ".join(problems))

    def shot(self, name: str) -> Path:
        """A picture of the whole page."""
        path = self.shots / f"{name}.png"
        self.page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    def leave(self, failed: bool) -> None:
        """Closes the browser; of a failed test the last page is kept as picture and text."""
        if failed:
            with suppress(BrowserError):
                path = self.shot(
                    f"failed-{self.context.browser.contexts.index(self.context) if self.context.browser else 0}"
                )
                path.with_suffix(".html").write_text(self.page.content())
        self.context.close()
