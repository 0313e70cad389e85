"""The demo accounts as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

COLUMNS = {"role": "Rolle", "email": "E-Mail", "password": "Passwort", "totp_secret": "Zweiter Faktor (TOTP)"}
MOST_OF_A_ROLE = 3  # of twenty farms, a few are enough to sign in with


def table(accounts: Sequence[Mapping[str, str | None]]) -> list[str]:
    """Lines of equal columns; of a role with many accounts the first ones and how many more there are."""
    shown: list[list[str]] = []
    counts: dict[str, int] = {}
    for account in accounts:
        role = account.get("role") or ""
        counts[role] = counts.get(role, 0) + 1
        if counts[role] <= MOST_OF_A_ROLE:
            shown.append([account.get(column) or "" for column in COLUMNS])
    rows = [list(COLUMNS.values()), *shown]
    widths = [max(len(row[index]) for row in rows) for index in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if any(count > MOST_OF_A_ROLE for count in counts.values()):
        lines.append("All of them: .venv/bin/marketplace demo accounts")
    return lines
