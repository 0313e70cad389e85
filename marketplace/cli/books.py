"""`marketplace books check`: are the books right?"""

from __future__ import annotations

import sys

import click

from marketplace.app import create_app
from marketplace.payouts.check_books import Proof, check_books


@click.group()
def books() -> None:
    """Prove the books."""


@books.command()
def check() -> None:
    """Debits = credits in every entry, and the books match orders, payments, payouts and the provider's rows.

    Exit 0 and a line of sums; exit 1 and the differences otherwise.
    """
    with create_app().app_context():
        proof = check_books()
    for difference in proof.differences:
        click.echo(
            f"{difference.thing}: {difference.what}:"
            f" {euros(difference.expected_cents)} expected, {euros(difference.found_cents)} found"
        )
    click.echo(line_of_sums(proof), err=bool(proof.differences))
    if proof.differences or proof.debit_cents != proof.credit_cents:
        sys.exit(1)


def line_of_sums(proof: Proof) -> str:
    """All sums in one line."""
    return (
        f"debits {euros(proof.debit_cents)} = credits {euros(proof.credit_cents)}"
        f" in {proof.entries} entries of {proof.transactions} transactions;"
        f" captured {euros(proof.captured_cents)}, refunded {euros(proof.refunded_cents)},"
        f" paid out {euros(proof.paid_out_cents)}"
    )


def euros(cents: int) -> str:
    """Cents as an amount with the currency, as programs write it."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d} EUR"
