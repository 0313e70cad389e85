"""Logs hold no secret, whichever way it comes in."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import DBAPIError

from marketplace.kernel.database import rows
from marketplace.kernel.logs import _OurHandler, masked, set_up_logs


@pytest.mark.parametrize(
    "text",
    [
        "GET /bestellung/M-1?token=GEHEIM&zurueck=1",
        "success_url=https%3A%2F%2Fmarkt.de%2Fbestellung%2FM-1%3Ftoken%3DGEHEIM%26zurueck%3D1",
        "Authorization: Bearer GEHEIM",
        "{'Authorization': 'Bearer GEHEIM'}",
        "Order-Token: GEHEIM",
        '{"password": "GEHEIM"}',
        "password=GEHEIM&email=a",
        "Cookie: markt=GEHEIM; sprache=de",
        "Set-Cookie: markt=GEHEIM",
        "whsec_GEHEIM",
        "sk_live_GEHEIM",
        "postgresql://app:GEHEIM@db/markt",
    ],
)
def test_masked(text: str) -> None:
    assert "GEHEIM" not in masked(text) and "•••" in masked(text)


def test_ordinary_text_stays() -> None:
    for text in ("Bestellung M-10 bezahlt", "payment 7: 12,50 €", "https://example.org/markt?slot=3"):
        assert masked(text) == text


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    set_up_logs("json")
    handler = next(one for one in logging.getLogger().handlers if isinstance(one, _OurHandler))
    stream, handler.stream = io.StringIO(), io.StringIO()
    handler.stream = stream
    yield stream
    set_up_logs("text")


def test_lines_for_machines(written: io.StringIO) -> None:
    logging.getLogger("marketplace.test").warning("token=%s kam", "GEHEIM", extra={"password": "GEHEIM", "order": 7})
    structlog.get_logger("marketplace.test").info("Antwort", headers={"Authorization": "Bearer GEHEIM"}, ms=3)
    try:
        raise ValueError("Order-Token: GEHEIM")
    except ValueError:
        logging.getLogger("marketplace.test").exception("Fehler")
    lines: list[dict[str, Any]] = [json.loads(line) for line in written.getvalue().splitlines()]
    assert "GEHEIM" not in written.getvalue()
    assert [line["level"] for line in lines] == ["warning", "info", "error"]
    assert lines[0]["order"] == 7 and lines[0]["logger"] == "marketplace.test" and lines[1]["ms"] == 3
    assert "ValueError" in lines[2]["exception"]


def test_values_of_a_statement_stay_out_of_its_error(db: object) -> None:
    with pytest.raises(DBAPIError) as error:
        rows("SELECT 1 / CAST(:zero AS integer), CAST(:secret AS text)", zero=0, secret="geheim@example.org")
    assert "division by zero" in str(error.value) and "geheim" not in str(error.value)
