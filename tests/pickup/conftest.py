"""The scene of these tests, and a clock that is put back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.kernel import clock
from tests.pickup.scene import Scene, set_up


@pytest.fixture
def scene(db: SQLAlchemy) -> Iterator[Scene]:
    """A small market before its cut-off."""
    clock.forget()
    yield set_up()
    clock.forget()
