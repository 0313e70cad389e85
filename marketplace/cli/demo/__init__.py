"""`marketplace demo`: load the demo market; list its accounts."""

from __future__ import annotations

import json
import sys

import click


@click.group()
def demo() -> None:
    """Load the demo market; list its accounts."""


@demo.command()
@click.option("--scale", type=click.IntRange(1, 1000), default=1, help="N times the catalogue and the customers.")
@click.option("--force", is_flag=True, help="Load into production, with passwords that everybody knows.")
def load(scale: int, force: bool) -> None:
    """Load the demo market, its farms, products and accounts, and market days for the coming three weeks.

    Safe to repeat: what is there stays as it is, and market days that have gone by are followed by new ones.
    """
    from marketplace.cli.database import load_settings

    settings = load_settings()
    if settings.is_production and not force:
        click.echo(
            "The demo has passwords that everybody knows. In production it is loaded with --force alone.", err=True
        )
        sys.exit(1)
    from marketplace.app import create_app
    from marketplace.cli.demo.load import load_demo
    from marketplace.kernel.actor import acting
    from marketplace.providers.media_files import media_files

    with create_app(settings).app_context(), acting("cli"):
        loaded = load_demo(media_files(settings.media_url), scale)
    click.echo(
        f"{loaded.farms} farms, {loaded.products} products, {loaded.places} pickup points,"
        f" {loaded.days} market days, {loaded.offers} offers."
    )


@demo.command()
def accounts() -> None:
    """Print the demo accounts as a JSON list: role, email, password, totp_secret, farm, market, pickup_point."""
    from marketplace.app import create_app
    from marketplace.cli.database import load_settings
    from marketplace.cli.demo.accounts import listed

    with create_app(load_settings()).app_context():
        click.echo(json.dumps(listed(), ensure_ascii=False, indent=2))
