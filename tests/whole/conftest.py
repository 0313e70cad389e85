"""One whole market for these tests: started as `make run` starts it, on ports and in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.whole.running import RunningMarket


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMarket]:
    market = RunningMarket(tmp_path_factory.mktemp("whole") / "var")
    yield market
    assert market.stop() == 0
