"""A run for the tax adviser's bookkeeping: a CSV in the columns of DATEV's "Buchungsstapel", a row a booking."""

from __future__ import annotations

import csv
import io
from typing import Any

from marketplace.kernel.database import rows
from marketplace.markets.settings import setting
from marketplace.payouts.models import PayoutRun

COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)",
    "Soll/Haben-Kennzeichen",
    "WKZ Umsatz",
    "Konto",
    "Gegenkonto (ohne BU-Schlüssel)",
    "Belegdatum",
    "Belegfeld 1",
    "Buchungstext",
)
# SKR 03; a market with another chart sets `datev_accounts`. Farms are debtors: 10000 and their id.
ACCOUNTS = {"commission": 8400, "provider": 1360, "bank": 1200, "first_debtor": 10000}

_STATEMENTS = """
SELECT s.id, s.farm_id, f.name AS farm, s.state, s.payout_cents, s.paid_by,
       (coalesce(s.paid_at, r.approved_at, r.created_at) AT TIME ZONE m.timezone)::date AS day,
       fee.component, fee.amount_cents + fee.vat_cents AS fee_cents
FROM statement s
JOIN payout_run r ON r.id = s.run_id
JOIN farm f ON f.id = s.farm_id
JOIN market m ON m.id = s.market_id
LEFT JOIN statement_fee fee ON fee.statement_id = s.id
WHERE s.run_id = :run_id AND s.state <> 'held'
ORDER BY f.name, s.id, fee.id
"""


def datev_csv(run: PayoutRun) -> str:
    """Commission with its VAT (gross: the account knows the rate) and the payment of each statement not held."""
    accounts = {**ACCOUNTS, **(setting(run.market_id, "datev_accounts", {}) or {})}
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    table.writerow(COLUMNS)
    found = rows(_STATEMENTS, run_id=run.id)
    for row in found:
        if row.fee_cents:
            debtor = accounts["first_debtor"] + row.farm_id
            table.writerow(_row(row, row.fee_cents, debtor, accounts["commission"], f"Provision {row.component}"))
    for row in {row.id: row for row in found if row.payout_cents > 0}.values():
        debtor = accounts["first_debtor"] + row.farm_id
        money = accounts["bank"] if row.paid_by == "sepa" else accounts["provider"]
        table.writerow(_row(row, row.payout_cents, debtor, money, "Auszahlung"))
    return written.getvalue()


def _row(row: Any, cents: int, account: int, against: int, text: str) -> tuple[Any, ...]:
    amount = f"{abs(cents) // 100},{abs(cents) % 100:02d}"
    side = "S" if cents > 0 else "H"
    booked = plain_text(f"{text} {row.farm}")[:60]
    return (amount, side, "EUR", account, against, f"{row.day:%d%m}", f"A{row.id}", booked)


def plain_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula (RELIABILITY 2.10)."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
