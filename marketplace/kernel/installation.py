"""The settings of this process, for commands that need one (how long an order is held, the secret of its link)."""

from __future__ import annotations

from marketplace.kernel.settings import Settings

_current: Settings | None = None


def use(settings: Settings) -> None:
    """Called once, by create_app."""
    global _current
    _current = settings


def settings() -> Settings:
    """The settings in force."""
    if _current is None:
        raise RuntimeError("no settings: create_app was not called")
    return _current
