"""The Celery tasks: two. One works on a delivery, one looks for what is due."""

from __future__ import annotations

from workers.app import celery, flask_app
from workers.deliver import deliver as deliver_one
from workers.sweeps import sweep as sweep_all


@celery.task(name="workers.deliver")  # type: ignore[untyped-decorator]
def deliver(delivery_id: int, token: str) -> None:
    """Works on one delivery; what becomes of it is a row, not a result."""
    with flask_app().app_context():
        deliver_one(delivery_id, token)


@celery.task(name="workers.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Does what has become due."""
    with flask_app().app_context():
        sweep_all()
