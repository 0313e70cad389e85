"""The Celery application: `celery -A workers.app worker` and `… beat`.

Redis may lose everything: a task carries a delivery's id, and its lease brings it back (docs/flow.md).
"""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from celery import Celery
from kombu import Queue

from marketplace.kernel.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

# Longer than the longest task (task_time_limit), shorter than two leases (RELIABILITY 2.3).
VISIBILITY_SECONDS = 300
QUEUES = ("money", "mail", "slow")


def make_celery(settings: Settings) -> Celery:
    """Celery for `settings`: late acknowledgement, no results, JSON only, sockets that notice a dead broker."""
    celery = Celery("marketplace", broker=settings.redis_url, include=["workers.tasks"])
    celery.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_time_limit=120,
        task_soft_time_limit=100,
        task_default_queue="slow",
        task_queues=[Queue(name) for name in QUEUES],
        task_publish_retry=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_timeout": 5,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 5,
        },
        redis_socket_timeout=5,
        redis_socket_connect_timeout=5,
        visibility_timeout=VISIBILITY_SECONDS,
        timezone="UTC",
        enable_utc=True,
    )
    return celery


@lru_cache(maxsize=1)
def _flask_app(process_id: int) -> Flask:
    from marketplace import wiring
    from marketplace.app import create_app

    settings = Settings.load(os.environ)
    app = create_app(settings)
    wiring.connect(settings, worker=True)
    return app


def flask_app() -> Flask:
    """The application of this process: made after the fork, so that no connection is shared."""
    return _flask_app(os.getpid())


celery = make_celery(Settings.load(os.environ))

from workers.schedule import SCHEDULE  # noqa: E402 - needs nothing of the app, but is part of its configuration

celery.conf.beat_schedule = SCHEDULE
