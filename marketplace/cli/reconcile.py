"""`marketplace reconcile`: our books and orders held against the payment provider's, and mended."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from marketplace.app import create_app
from marketplace.kernel.actor import acting
from marketplace.payments.gateway import ProviderRefused, ProviderUnavailable


@click.command()
@click.option(
    "--since",
    type=click.DateTime(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
    help="From when the provider's books are read (UTC); by default from the last run, with two days of overlap."
    " A later time than that is for a dry run alone.",
)
@click.option("--dry-run", is_flag=True, help="Only compare: nothing is mended, nothing is stored.")
def reconcile(since: datetime | None, dry_run: bool) -> None:
    """Compare with the payment provider, repair, and print what was found as JSON.

    Lists with the provider's ids: missing_in_ledger, missing_at_provider, differs (what is left of each), repaired,
    orders. Exit 0 also when something is left; 1 when the provider does not answer.
    """
    from marketplace.reconciliation.run import reconcile as compare_and_repair

    try:
        with create_app().app_context(), acting("system", "reconcile"):
            found = compare_and_repair(since.replace(tzinfo=UTC) if since else None, dry_run=dry_run)
    except (ProviderUnavailable, ProviderRefused) as error:
        raise click.ClickException(f"The payment provider: {error}") from None
    click.echo(json.dumps(found, indent=2))
