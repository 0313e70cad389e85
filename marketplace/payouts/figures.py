"""The figures of a statement: sums, commission by component, its VAT, and the hash that two people sign."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from marketplace.kernel.money import percent_of, split
from marketplace.markets.fees import Fee
from marketplace.payouts.due import FarmDue


@dataclass(frozen=True)
class FeeFigure:
    """A component of the commission in cents: half-up of `base_cents` · `rate_bp`; `vat_cents` its share of the VAT."""

    component: str
    rate_bp: int
    base_cents: int
    amount_cents: int
    vat_cents: int


@dataclass(frozen=True)
class Figures:
    """A statement in cents, as INTERFACE.md spells it; all but corrections, carried and payout are ≥ 0.

    `posted` are the components as the ledger gets them. They differ from `fees` only when more was refunded than
    sold: then they are negative (a refund gives its commission back), and what they give back is a correction.
    """

    farm_id: int
    gross_cents: int
    refunds_cents: int
    fees: tuple[FeeFigure, ...]
    fees_vat_cents: int
    deposits_cents: int
    corrections_cents: int
    carried_cents: int
    posted: tuple[FeeFigure, ...]

    @property
    def fees_cents(self) -> int:
        """The commission, without VAT."""
        return sum(fee.amount_cents for fee in self.fees)

    @property
    def payout_cents(self) -> int:
        """What is the farm's; zero and less is carried into its next statement."""
        return (
            self.gross_cents
            - self.refunds_cents
            - self.fees_cents
            - self.fees_vat_cents
            + self.deposits_cents
            + self.corrections_cents
            + self.carried_cents
        )


def figures_of(due: FarmDue, fees: Sequence[Fee], vat_bp: int, carried_cents: int = 0) -> Figures:
    """Commission is taken on gross less refunds and rounded half-up once a component; the VAT once, on their sum.

    The VAT is split over the components by largest remainder (I22).
    """
    refunds = -due.refund_cents
    posted = _commission(due.goods_cents - refunds, fees, vat_bp)
    corrections, deposits, shown = due.other_cents, due.deposit_cents, posted
    if due.goods_cents < refunds:
        corrections -= sum(fee.amount_cents + fee.vat_cents for fee in posted)
        shown = tuple(FeeFigure(fee.component, fee.rate_bp, 0, 0, 0) for fee in posted)
    if deposits < 0:
        corrections, deposits = corrections + deposits, 0
    return Figures(
        farm_id=due.farm_id,
        gross_cents=due.goods_cents,
        refunds_cents=refunds,
        fees=shown,
        fees_vat_cents=sum(fee.vat_cents for fee in shown),
        deposits_cents=deposits,
        corrections_cents=corrections,
        carried_cents=carried_cents,
        posted=posted,
    )


def _commission(base: int, fees: Sequence[Fee], vat_bp: int) -> tuple[FeeFigure, ...]:
    if not fees:
        return ()
    amounts = [percent_of(base, fee.rate_bp) for fee in fees]
    shares = split(percent_of(sum(amounts), vat_bp), [abs(amount) for amount in amounts])
    return tuple(
        FeeFigure(fee.component, fee.rate_bp, base, amount, vat)
        for fee, amount, vat in zip(fees, amounts, shares, strict=True)
    )


def hash_of(due: FarmDue, figures: Figures) -> bytes:
    """SHA-256 of a statement: its entries by id with their amounts, and every figure made of them."""
    lines = [[entry, cents] for entry, cents in zip(due.entry_ids, due.amounts, strict=True)]
    written = json.dumps({"lines": lines, **asdict(figures)}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).digest()


def hash_of_run(statements: Iterable[tuple[int, bytes]]) -> bytes:
    """SHA-256 of a run: of its statements' hashes, by farm id."""
    whole = hashlib.sha256()
    for farm_id, digest in sorted(statements):
        whole.update(f"{farm_id}:{digest.hex()};".encode())
    return whole.digest()
