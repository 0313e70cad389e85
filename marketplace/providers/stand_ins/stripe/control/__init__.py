"""Levers for tests under /_stand_in/: the real provider has none of these.

All want the API key as bearer and speak JSON.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from ..api import check_key
from ..errors import ApiError
from ..settings import StandInSettings
from ..store import Store
from ..transaction import Body
from .money import MoneyLevers
from .people import PersonLevers
from .state import StateLevers
from .weather import WeatherLevers
from .webhooks import WebhookLevers


def control_blueprint(store: Store, settings: StandInSettings) -> Blueprint:
    """All of /_stand_in/."""
    weather, state = WeatherLevers(store, settings), StateLevers(store, settings)
    webhooks, people, money = (
        WebhookLevers(store, settings),
        PersonLevers(store, settings),
        MoneyLevers(store, settings),
    )
    pages = Blueprint("control", __name__, url_prefix="/_stand_in")
    for method, path, act in (
        ("POST", "faults", weather.order_fault),
        ("POST", "faults/clear", weather.clear_faults),
        ("GET", "weather", weather.report),
        ("POST", "weather", weather.make),
        ("POST", "weather/calm", weather.calm),
        ("POST", "clock", state.move_clock),
        ("POST", "switches", state.switch),
        ("GET", "webhooks", webhooks.webhooks),
        ("POST", "webhooks/url", webhooks.set_webhook_url),
        ("POST", "webhooks/hold", webhooks.hold_webhooks),
        ("POST", "webhooks/release", webhooks.release_webhooks),
        ("POST", "webhooks/deliver", webhooks.deliver_again),
        ("POST", "webhooks/weather", webhooks.set_weather),
        ("POST", "webhooks/secrets", webhooks.set_secrets),
        ("POST", "webhooks/retry", webhooks.retry_webhooks),
        ("POST", "pay", people.pay_session),
        ("POST", "challenge", people.answer_bank),
        ("POST", "payouts", money.pay_out),
        ("POST", "payouts/fail", money.fail_payout),
        ("POST", "refunds", money.refund),
        ("POST", "debits", money.debit),
        ("POST", "accounts", people.account),
        ("POST", "disputes", money.dispute),
        ("GET", "state", state.state),
        ("POST", "reset", state.reset),
        ("GET", "idle", webhooks.idle),
    ):
        pages.add_url_rule(f"/{path}", f"{method}_{path.replace('/', '_')}", _view(settings, act), methods=[method])
    return pages


def _view(settings: StandInSettings, act: Callable[[Body], Body]) -> Callable[[], tuple[Response, int]]:
    def view() -> tuple[Response, int]:
        try:
            check_key(settings, request)
            wish = request.get_json(silent=True) if request.data else {}
            if not isinstance(wish, dict):
                raise ApiError("Send a JSON object.")
            return jsonify(act(wish)), 200
        except ApiError as problem:
            return jsonify(problem.envelope()), problem.status

    return view
