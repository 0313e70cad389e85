"""The relay: facts become deliveries, due deliveries are handed to Celery. `python -m workers.relay`, any number.

It wakes at the NOTIFY that rings when a fact is committed, and every few seconds for what became due or whose lease ran
out. It keeps nothing: killed anywhere, the rows say what is still to do.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from types import FrameType

import psycopg
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy.exc import DBAPIError

from marketplace.events import deliveries
from marketplace.events.heartbeat import beat
from marketplace.events.outbox import DOORBELL
from marketplace.kernel.database import db
from marketplace.kernel.settings import Settings
from workers.routes import BY_KIND, CONSUMERS

log = logging.getLogger(__name__)

SWEEP_SECONDS = 3.0
BEAT_SECONDS = 10.0
stopping = threading.Event()


def hand_over(claimed: list[deliveries.Claimed]) -> bool:
    """Gives the claimed ones to Celery; those that the broker does not take are handed back. False when it did not."""
    from workers.tasks import deliver

    for done, item in enumerate(claimed):
        try:
            deliver.apply_async(args=(item.id, item.token), queue=CONSUMERS[item.consumer].queue, retry=False)
        except (BrokerError, OSError) as error:
            log.warning(
                "the broker does not answer (%s); %s deliveries wait", type(error).__name__, len(claimed) - done
            )
            deliveries.hand_back(claimed[done:])
            return False
    return True


def pass_on() -> bool:
    """One round: fan out and hand over until nothing is due. False when the broker does not answer."""
    while not stopping.is_set():
        fanned = deliveries.fan_out(BY_KIND)
        claimed = deliveries.claim()
        if claimed and not hand_over(claimed):
            return False
        if not fanned and not claimed:
            return True
    return True


def listen(dsn: str) -> psycopg.Connection:
    """A connection of its own that hears the doorbell."""
    connection = psycopg.connect(dsn, autocommit=True, connect_timeout=5)
    connection.execute(f"LISTEN {DOORBELL}")
    return connection


def run(settings: Settings) -> None:
    """Until SIGTERM: wait for the doorbell or the sweep, pass on. Outlives the database and the broker."""
    ears: psycopg.Connection | None = None
    last_beat = 0.0
    while not stopping.is_set():
        try:
            if ears is None or ears.closed:
                ears = listen(settings.database_url)
            pass_on()
            if time.monotonic() - last_beat > BEAT_SECONDS:
                beat("relay")
                last_beat = time.monotonic()
            db.session.remove()
            for _ in ears.notifies(timeout=SWEEP_SECONDS, stop_after=1):
                pass
        except (DBAPIError, psycopg.Error) as error:
            log.warning("the database does not answer (%s)", type(error).__name__)
            db.session.remove()
            if ears is not None:
                ears.close()
            ears = None
            stopping.wait(1.0)


def _stop(signum: int, frame: FrameType | None) -> None:
    stopping.set()


def main() -> None:
    """The process `relay` of the Procfile."""
    from workers.app import flask_app

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    with flask_app().app_context():
        log.info("the relay listens")
        run(Settings.load(os.environ))


if __name__ == "__main__":
    main()
