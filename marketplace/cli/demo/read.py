"""The demo's own data: invented farms, real towns, usual prices. CSV in, rows of text out."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"

Row = dict[str, str]


def table(name: str) -> list[Row]:
    """The rows of data/NAME.csv, by column."""
    with (HERE / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by(name: str, column: str) -> dict[str, Row]:
    """The rows of data/NAME.csv, by the value of a column."""
    return {row[column]: row for row in table(name)}


def cents(euros: str) -> int:
    """Cents of "4.50"; an empty field is 0."""
    return int(Decimal(euros or "0") * 100)


def invented_iban(account_number: str) -> str:
    """A German IBAN with right check digits at a bank that does not exist."""
    number = "99999999" + account_number
    return f"DE{98 - int(number + '131400') % 97:02d}{number}"
