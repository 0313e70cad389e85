"""How often something may be tried: one counter table, one SQL function (DECISIONS 12), the machine's clock."""

from __future__ import annotations

import ipaddress

from sqlalchemy import text

from marketplace.kernel import installation
from marketplace.kernel.database import db
from marketplace.kernel.errors import TooMany

_FORGIVE = text(
    "UPDATE rate_counter SET hits = hits - 1 WHERE key = :key AND hits > 0"
    " AND window_start = to_timestamp(floor(extract(epoch FROM clock_timestamp()) / :window_seconds) * :window_seconds)"
)
_HIT = text("SELECT rate_hit(:key, :window_seconds, :allowed)")
LONGEST_KEY = 200


def hit(key: str, window_seconds: int, allowed: int) -> None:
    """Counts one try of `key`; raises TooMany with the seconds to wait when more than `allowed` came in the window.

    Counted in a short transaction of its own: a try that is refused or rolled back afterwards counts all the same.
    Does nothing with RATE_LIMITS=off.
    """
    if not installation.settings().rate_limits:
        return
    values = {"key": key.replace("\0", "")[:LONGEST_KEY], "window_seconds": window_seconds, "allowed": allowed}
    with db.engine.begin() as connection:
        wait = int(connection.execute(_HIT, values).scalar_one())
    if wait:
        raise TooMany(wait)


def forgive(key: str, window_seconds: int) -> None:
    """Takes back one try of `key`: it was right, and only wrong ones are to be few."""
    if not installation.settings().rate_limits:
        return
    with db.engine.begin() as connection:
        connection.execute(_FORGIVE, {"key": key.replace("\0", "")[:LONGEST_KEY], "window_seconds": window_seconds})


def address_bucket(address: str | None) -> str:
    """What counts as one address: an IPv4 address, or the /64 network that a household gets of IPv6."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
