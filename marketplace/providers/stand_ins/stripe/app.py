"""The stand-in as a web application, run by one gunicorn worker with threads:

``gunicorn --workers 1 --threads 8 "marketplace.providers.stand_ins.stripe.app:create_app()"``

One worker, because its file of state belongs to one process, and no preloading,
because the courier's thread would not survive the fork.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, Response, jsonify

from .api import api_blueprint
from .control import control_blueprint
from .hosted.views import hosted_blueprint
from .ids import new_id
from .settings import StandInSettings
from .store import Store
from .webhooks import Courier

_log = logging.getLogger(__name__)
EXTENSION = "stand_in"
MAX_REQUEST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class StandIn:
    """The parts of a running stand-in, for whoever has to end it."""

    settings: StandInSettings
    store: Store
    courier: Courier | None

    def close(self) -> None:
        """End the courier and let go of the file of state."""
        if self.courier is not None:
            self.courier.stop()
        self.store.close()


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """Read the settings, open the file of state, start the courier. Refuses live keys (RefusedToStart)."""
    settings = StandInSettings.load(os.environ if environ is None else environ)
    store = Store(settings.state, settings.webhook_url)
    courier = Courier(store, settings) if settings.background else None
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.extensions[EXTENSION] = StandIn(settings, store, courier)
    app.register_blueprint(api_blueprint(store, settings))
    app.register_blueprint(control_blueprint(store, settings))
    app.register_blueprint(hosted_blueprint(store, settings))
    app.add_url_rule("/healthz", "healthz", _healthy)
    app.register_error_handler(500, _broken)
    if courier is not None:
        courier.start()
        atexit.register(courier.stop)
    return app


def _healthy() -> Response:
    return jsonify(status="ok", stand_in=True)


def _broken(problem: Exception) -> Response:
    cause = getattr(problem, "original_exception", None) or problem
    envelope = {"error": {"type": "api_error", "message": f"The stand-in is at fault: {cause}"}}
    response = Response(json.dumps(envelope), status=500, mimetype="application/json")
    response.headers["Request-Id"] = new_id("request")
    return response
