"""The clock: one entry. What is due stands in rows, so a missed or doubled tick does no harm."""

from __future__ import annotations

import os

# Every minute (DECISIONS 7); oftener where the clock may be moved and people wait for what that makes due.
EVERY_SECONDS = 60.0 if os.environ.get("MARKETPLACE_ENV") == "production" else 10.0

SCHEDULE = {
    "sweep": {
        "task": "workers.sweep",
        "schedule": EVERY_SECONDS,
        "options": {"queue": "slow", "expires": EVERY_SECONDS * 2},
    }
}
