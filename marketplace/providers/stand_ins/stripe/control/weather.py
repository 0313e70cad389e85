"""Levers on how calls of the API fail."""

from __future__ import annotations

from .. import faults
from .. import weather as sky
from ..settings import StandInSettings
from ..store import Store
from ..transaction import Body


class WeatherLevers:
    """POST /_stand_in/faults, /weather."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def order_fault(self, wish: Body) -> Body:
        """POST faults {kind, moment, status, seconds, count, method, path}: let API calls fail. For status
        429 ``seconds`` is its Retry-After; 409 is an idempotency key in use."""
        faults.order(self._store, wish)
        return {}

    def clear_faults(self, wish: Body) -> Body:
        """POST faults/clear: no more failures."""
        faults.clear(self._store)
        return {}

    def make(self, wish: Body) -> Body:
        """POST weather {seed, probability, kinds: [hang, late, drop_before, drop_after, error_before, error_after,
        rate_limited, conflict], seconds, method, path}: that share of all calls fails, the same for the same seed."""
        with self._store.transaction() as tx:
            return sky.make_calls(tx, wish)

    def calm(self, wish: Body) -> Body:
        """POST weather/calm: no failures of calls or deliveries any more, neither ordered nor by chance."""
        with self._store.transaction() as tx:
            before = sky.report(tx)
            sky.calm(tx)
            return before

    def report(self, wish: Body) -> Body:
        """GET weather: ``calls`` and ``events`` as they were asked for, with how many came by and what struck them."""
        with self._store.transaction() as tx:
            return sky.report(tx)
