"""Posting: a fact of money, in entries that add up to nothing, once (I16, I17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from marketplace.kernel.database import db, in_transaction
from marketplace.ledger.chart import kind_of
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTxn


@dataclass(frozen=True)
class Entry:
    """`amount_cents`: debit positive, credit negative. `part`: what of a sale it is (goods, deposit, refund …).

    `market_id`: of an entry in a transaction that is split by markets; else the transaction's.
    """

    account: str
    amount_cents: int
    farm_id: int | None = None
    order_id: int | None = None
    part: str = ""
    market_id: int | None = None


def post(
    kind: str,
    source_type: str,
    source_id: str,
    market_id: int,
    entries: Sequence[Entry],
    *,
    order_id: int | None = None,
    memo: str = "",
    reverses_id: int | None = None,
) -> int | None:
    """Posts one transaction of the ledger; its id, or None when this fact is posted already.

    Entries of zero cents are left out. Raises ValueError when the rest does not balance or is fewer than two; the
    database refuses the same at commit. Called within a command.
    """
    if not in_transaction():
        raise RuntimeError("money is posted in the transaction that moves it")
    kept = [entry for entry in entries if entry.amount_cents]
    if len(kept) < 2 or sum(entry.amount_cents for entry in kept) != 0:
        raise ValueError(f"{kind} {source_id} does not balance")
    txn_id: int | None = db.session.scalar(
        insert(LedgerTxn)
        .values(
            kind=kind,
            source_type=source_type,
            source_id=source_id,
            market_id=market_id,
            reverses_id=reverses_id,
            memo=memo[:500],
        )
        .on_conflict_do_nothing(index_elements=["kind", "source_type", "source_id"])
        .returning(LedgerTxn.id)
    )
    if txn_id is None:
        return None
    codes = sorted({entry.account for entry in kept})
    db.session.execute(
        insert(LedgerAccount).values([{"code": code, "kind": kind_of(code)} for code in codes]).on_conflict_do_nothing()
    )
    db.session.execute(
        plain_insert(LedgerEntry),
        [
            {
                "txn_id": txn_id,
                "account": entry.account,
                "market_id": entry.market_id or market_id,
                "farm_id": entry.farm_id,
                "order_id": entry.order_id or order_id,
                "part": entry.part,
                "amount_cents": entry.amount_cents,
            }
            for entry in kept
        ],
    )
    return txn_id
