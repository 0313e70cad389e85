"""The provider's books held against ours, source by source: the charge, refund, dispute, transfer or payout behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marketplace.kernel.database import command, rows
from marketplace.payments.gateway import UNKNOWN, BalanceView, ProviderRefused, gateway

MISSING_IN_LEDGER = "missing_in_ledger"
MISSING_AT_PROVIDER = "missing_at_provider"
DIFFERS = "differs"
KINDS = (MISSING_IN_LEDGER, MISSING_AT_PROVIDER, DIFFERS)


@dataclass(frozen=True)
class Finding:
    """A source about which the books do not agree. Cents, net of fees; `refs`: the provider's rows (txn_…).

    `market_id` is null for money of which nobody here knows whose it is; `made_at`: when the provider booked it.
    """

    kind: str
    source: str
    refs: tuple[str, ...]
    theirs_cents: int
    ours_cents: int
    market_id: int | None
    made_at: datetime | None

    @property
    def cents(self) -> int:
        """How far the books are apart, without sign."""
        return abs(self.theirs_cents - self.ours_cents)

    def as_json(self) -> dict[str, Any]:
        """As `marketplace reconcile` prints it."""
        return {
            "id": self.source,
            "balance_transactions": list(self.refs),
            "provider_cents": self.theirs_cents,
            "ledger_cents": self.ours_cents,
            "market": None if self.market_id is None else str(self.market_id),
        }


@dataclass
class _Ours:
    """What we have of a source: posted on stripe:*, and the rows that we keep of it."""

    posted: int = 0
    has_posting: bool = False
    market_id: int | None = None


def compare(theirs: Sequence[BalanceView], since: datetime) -> list[Finding]:
    """Every difference: of the rows the provider has since then, and of what we posted and it does not have."""
    groups: dict[str, list[BalanceView]] = defaultdict(list)
    for row in theirs:
        groups[row.source or row.ref].append(row)
    found = _of_their_rows(groups)
    seen = {finding.source for finding in found}
    found += [one for one in _only_ours(since, {row.ref for row in theirs}) if one.source not in seen]
    return found


@command
def _of_their_rows(groups: dict[str, list[BalanceView]]) -> list[Finding]:
    refs = [row.ref for group in groups.values() for row in group]
    kept = _kept(list(groups), refs)
    # Rows of the same source from before that time count too, and so do their fees, which stand under the row's id.
    posted = _posted({*groups, *refs, *(row.base for mine in kept.values() for row in mine)})
    found = []
    for source, group in groups.items():
        own = {row.ref for row in group}
        mine = kept.get(source, [])
        ours = _sum(posted.get(key) for key in {source, *own, *(row.base for row in mine)})
        rows_here = [row for row in mine if row.base in own]
        earlier = sum(row.net_cents for row in mine if row.base not in own)
        net = sum(row.net_cents for row in group) + earlier
        if ours.posted == net and _same(group, rows_here):
            continue
        is_missing = not ours.has_posting and not rows_here
        market_id = ours.market_id or next((row.market_id for row in rows_here), None)
        found.append(
            Finding(
                MISSING_IN_LEDGER if is_missing else DIFFERS,
                source,
                tuple(sorted(own)),
                net,
                ours.posted if ours.posted != net else net - _gap(group, rows_here),
                market_id,
                min(row.created_at for row in group),
            )
        )
    return found


def _same(group: Sequence[BalanceView], kept: Sequence[Any]) -> bool:
    """Do we keep the rows as the provider has them: amount, fee, net? Ours may be split by markets."""
    return all(_of_row(row, kept) == (row.amount_cents, row.fee_cents, row.net_cents) for row in group)


def _gap(group: Sequence[BalanceView], kept: Sequence[Any]) -> int:
    """How far the rows that we keep are from the provider's, in the figure that differs most."""
    return max(
        abs(ours - theirs)
        for row in group
        for ours, theirs in zip(_of_row(row, kept), (row.amount_cents, row.fee_cents, row.net_cents), strict=True)
    )


def _of_row(row: BalanceView, kept: Sequence[Any]) -> tuple[int, int, int]:
    mine = [one for one in kept if one.base == row.ref]
    return sum(one.amount_cents for one in mine), sum(one.fee_cents for one in mine), sum(one.net_cents for one in mine)


def _posted(keys: Iterable[str]) -> dict[str, _Ours]:
    """What stands on the provider's accounts, by source; settlements move it within them and count nothing.

    A second fact of a source, and a market's share of a row, have its id with a suffix (`du_…:2`, `txn_…:<market>`).
    """
    found = rows(
        """
        SELECT split_part(t.source_id, ':', 1) AS source_id, sum(e.amount_cents)::bigint AS cents,
               min(e.market_id) AS market_id
        FROM ledger_txn t JOIN ledger_entry e ON e.txn_id = t.id
        WHERE split_part(t.source_id, ':', 1) = ANY(:keys) AND e.account IN ('stripe:pending', 'stripe:available')
        GROUP BY 1
        """,
        keys=list(keys),
    )
    return {row.source_id: _Ours(int(row.cents), True, row.market_id) for row in found}


def _sum(parts: Iterable[_Ours | None]) -> _Ours:
    total = _Ours()
    for part in parts:
        if part is not None:
            total.posted += part.posted
            total.has_posting = True
            total.market_id = total.market_id or part.market_id
    return total


def _kept(sources: Sequence[str], refs: Sequence[str]) -> dict[str, list[Any]]:
    """The rows that we keep, by source; `base` is the provider's id of a row that is split by markets."""
    found = rows(
        """
        SELECT split_part(id, ':', 1) AS base, coalesce(nullif(source, ''), split_part(id, ':', 1)) AS source,
               market_id, amount_cents, fee_cents, net_cents
        FROM balance_transaction WHERE source = ANY(:sources) OR split_part(id, ':', 1) = ANY(:refs)
        """,
        sources=list(sources),
        refs=list(refs),
    )
    by_source: dict[str, list[Any]] = defaultdict(list)
    for row in found:
        by_source[row.source].append(row)
    return by_source


def _only_ours(since: datetime, theirs: set[str]) -> list[Finding]:
    """What we posted and the provider has no row of; what we keep as its row and it does not know."""
    unknown = [row for row in _kept_since(since) if row.base not in theirs and not _exists(row.base)]
    found = [
        Finding(MISSING_AT_PROVIDER, row.source or row.base, (row.base,), 0, row.net_cents, row.market_id, row.made_at)
        for row in unknown
    ]
    told = {finding.source for finding in found}
    return found + [
        Finding(MISSING_AT_PROVIDER, row.source_id, (), 0, int(row.cents), row.market_id, None)
        for row in _posted_alone()
        if row.source_id not in told
    ]


@command
def _kept_since(since: datetime) -> list[Any]:
    return rows(
        "SELECT split_part(id, ':', 1) AS base, source, market_id, net_cents, created_at AS made_at"
        " FROM balance_transaction WHERE created_at >= :since ORDER BY id",
        since=since,
    )


@command
def _posted_alone() -> list[Any]:
    return rows(
        """
        SELECT t.source_id, sum(e.amount_cents)::bigint AS cents, min(e.market_id) AS market_id
        FROM ledger_txn t JOIN ledger_entry e ON e.txn_id = t.id
        WHERE e.account IN ('stripe:pending', 'stripe:available') AND t.kind <> 'settlement'
          AND NOT EXISTS (SELECT 1 FROM balance_transaction b WHERE b.source = split_part(t.source_id, ':', 1))
          AND NOT EXISTS (SELECT 1 FROM balance_transaction b
                          WHERE split_part(b.id, ':', 1) = split_part(t.source_id, ':', 1))
        GROUP BY t.source_id HAVING sum(e.amount_cents) <> 0
        ORDER BY t.source_id
        """
    )


def _exists(ref: str) -> bool:
    """Rows that were made while the provider's were listed are asked for by themselves."""
    try:
        gateway().balance(ref)
    except ProviderRefused as error:
        if error.code == UNKNOWN:
            return False
        raise
    return True
