"""Levers on how calls of the API fail."""

from __future__ import annotations

from .. import faults
from ..settings import StandInSettings
from ..store import Store
from ..transaction import Body


class WeatherLevers:
    """POST /_stand_in/faults."""

    def __init__(self, store: Store, settings: StandInSettings) -> None:
        self._store = store
        self._settings = settings

    def order_fault(self, wish: Body) -> Body:
        """POST faults {kind, moment, status, seconds, count, method, path}: let API calls fail."""
        faults.order(self._store, wish)
        return {}

    def clear_faults(self, wish: Body) -> Body:
        """POST faults/clear: no more failures."""
        faults.clear(self._store)
        return {}
