"""Does the broker answer? The shop sells without it; somebody should know all the same."""

from __future__ import annotations

from redis import Redis, RedisError


def answers(url: str, seconds: float = 0.5) -> bool:
    """True when a PING comes back within `seconds`."""
    try:
        with Redis.from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds) as broker:
            return bool(broker.ping())
    except (RedisError, OSError, ValueError):
        return False
