"""What machines ask: does the process live, can it serve, how is it doing."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from marketplace.kernel import installation
from marketplace.kernel.database import db
from marketplace.kernel.ids import same
from marketplace.providers import broker
from marketplace.reconciliation.last import last_result
from marketplace.web import metrics
from marketplace.web.access import allow, anyone

blueprint = Blueprint("service", __name__)

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


@blueprint.get("/healthz")
@allow(anyone)
def healthz() -> Response:
    """The process lives; nothing else is asked."""
    return _json({"status": "ok"}, 200)


@blueprint.get("/readyz")
@allow(anyone)
def readyz() -> Response:
    """Can it serve? 503 names what is missing. A missing broker is told, but the shop sells without it."""
    database, migrations = _database()
    checks = {
        "database": database,
        "migrations": migrations,
        "broker": broker.answers(installation.settings().redis_url),
    }
    missing = [name for name in ("database", "migrations") if not checks[name]]
    words = {name: "ok" if well else "missing" for name, well in checks.items()}
    ready = not missing
    told = {"status": "ready" if ready else "not ready", **words, "missing": missing}
    if ready and (warnings := _warnings()):
        told["warnings"] = warnings
    return _json(told, 200 if ready else 503)


def _warnings() -> list[str]:
    """What a person should look at while the service serves: cents that the provider's books and ours do not share."""
    try:
        compared = last_result()
    except SQLAlchemyError:
        return []
    return ["reconciliation"] if compared is not None and compared.total_cents else []


@blueprint.get("/metrics")
@allow(anyone)
def figures() -> Response:
    """Prometheus' text format, for this machine, or for who has METRICS_TOKEN; others find nothing."""
    if not (_is_loopback() or _has_token()):
        abort(404)
    return Response(metrics.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> tuple[bool, bool]:
    """Does it answer, and is it as this code needs it? A newer one is fine: a release is going on."""
    try:
        with db.engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except PoolTimeout:
        return False, False
    except DBAPIError as error:
        has_answered = getattr(error.orig, "sqlstate", None) == "42P01"
        return has_answered, False
    return True, found == newest_migration() or found not in known_migrations()


@lru_cache(maxsize=1)
def _scripts() -> Any:
    from alembic.script import ScriptDirectory  # takes a while, and only this question needs it

    return ScriptDirectory(str(MIGRATIONS))


@lru_cache(maxsize=1)
def newest_migration() -> str | None:
    """The one that this code was written for."""
    head: str | None = _scripts().get_current_head()
    return head


@lru_cache(maxsize=1)
def known_migrations() -> frozenset[str]:
    """All that this code knows, plus none for an empty database."""
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _is_loopback() -> bool:
    if request.environ.get("marketplace.forwarded", True):
        return False  # somebody in between speaks for somebody else
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token() -> bool:
    token = installation.settings().metrics_token
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and same(sent.strip(), token)


def _json(body: dict[str, Any], status: int) -> Response:
    response = Response(current_app.json.dumps(body) + "\n", status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
