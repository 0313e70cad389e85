"""The figures of a statement, counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.markets.fees import Fee
from marketplace.payouts.due import FarmDue
from marketplace.payouts.figures import figures_of, hash_of, hash_of_run

NINE = (Fee("host", 400), Fee("payment", 100), Fee("platform", 400))


def due(goods: int = 0, refund: int = 0, deposit: int = 0, other: int = 0) -> FarmDue:
    return FarmDue(1, goods, -refund, deposit, other, (1, 2), (goods, -refund))


@pytest.mark.parametrize(
    ("goods", "refund", "deposit", "fees", "vat", "payout"),
    [
        # 1,284.60 less 3.40: 4 % = 51.248 → 51.25, 1 % = 12.812 → 12.81, 4 % = 51.25; 115.31 · 19 % = 21.9089
        (128460, 340, 0, 11531, 2191, 114398),
        # 1,107.35 less 17.90: 43.578 → 43.58, 10.8945 → 10.89, 43.58; 98.05 · 19 % = 18.6295
        (110735, 1790, 4200, 9805, 1863, 101477),
        # half cents go up: 4 % of 0.125 would be 0.5; of 1.00 it is 4, 1, 4; 9 · 19 % = 1.71
        (100, 0, 15, 9, 2, 104),
        # 12 cents: 0.48 → 0, 0.12 → 0, 0.48 → 0: nothing to take
        (12, 0, 0, 0, 0, 12),
        # 13 cents: 0.52 → 1, 0.13 → 0, 0.52 → 1; 2 · 19 % = 0.38 → 0
        (13, 0, 0, 2, 0, 11),
    ],
)
def test_commission_by_hand(goods: int, refund: int, deposit: int, fees: int, vat: int, payout: int) -> None:
    found = figures_of(due(goods, refund, deposit), NINE, 1900)
    assert (found.fees_cents, found.fees_vat_cents, found.payout_cents) == (fees, vat, payout)
    assert all(fee.base_cents == goods - refund for fee in found.fees)


def test_the_vat_is_rounded_once_and_split_without_a_cent_lost() -> None:
    found = figures_of(due(1330), NINE, 1900)
    # 53.2 → 53, 13.3 → 13, 53.2 → 53: 119 · 19 % = 22.61 → 23; a component alone would give 10 + 2 + 10 = 22
    assert [fee.amount_cents for fee in found.fees] == [53, 13, 53]
    assert [fee.vat_cents for fee in found.fees] == [10, 3, 10]
    assert found.fees_vat_cents == 23


def test_a_refund_gives_its_commission_back() -> None:
    found = figures_of(due(0, 1000), NINE, 1900)
    assert (found.gross_cents, found.refunds_cents, found.fees_cents, found.fees_vat_cents) == (0, 1000, 0, 0)
    assert [fee.amount_cents for fee in found.posted] == [-40, -10, -40]
    assert found.corrections_cents == 90 + 17
    assert found.payout_cents == -1000 + 107


def test_a_market_without_fees_takes_none() -> None:
    assert figures_of(due(999, 0, 25), (), 1900).payout_cents == 1024


def test_the_hash_knows_every_figure_and_every_line() -> None:
    one = due(1000)
    figures = figures_of(one, NINE, 1900)
    other = FarmDue(1, 1000, 0, 0, 0, (1, 3), (1000, 0))
    hashes = {
        hash_of(one, figures),
        hash_of(other, figures),
        hash_of(one, figures_of(one, NINE, 1900, -1)),
        hash_of(one, figures_of(one, NINE[:2], 1900)),
    }
    assert len(hashes) == 4
    assert hash_of_run([(1, b"a"), (2, b"b")]) == hash_of_run([(2, b"b"), (1, b"a")])
    assert hash_of_run([(1, b"a"), (2, b"b")]) != hash_of_run([(1, b"b"), (2, b"a")])


cents = st.integers(0, 10_000_000)


@given(goods=cents, refund=cents, deposit=cents, other=st.integers(-10_000, 10_000), carried=st.integers(-10_000, 0))
def test_no_cent_is_lost(goods: int, refund: int, deposit: int, other: int, carried: int) -> None:
    found = figures_of(due(goods, refund, deposit, other), NINE, 1900, carried)
    taken = sum(fee.amount_cents + fee.vat_cents for fee in found.posted)
    assert found.payout_cents == goods - refund + deposit + other + carried - taken
    shown = (
        found.gross_cents,
        found.refunds_cents,
        found.fees_cents,
        found.fees_vat_cents,
        found.deposits_cents,
        *(fee.base_cents for fee in found.fees),
    )
    assert min(shown) >= 0
    if goods >= refund:
        assert found.posted == found.fees
        assert found.corrections_cents == other
