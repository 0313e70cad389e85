"""`marketplace outbox status`: what waits for the workers."""

from __future__ import annotations

import json

import click

from marketplace.app import create_app
from marketplace.events import deliveries


@click.group()
def outbox() -> None:
    """Look at what waits for the workers."""


@outbox.command()
def status() -> None:
    """JSON: waiting, in_flight, parked, oldest_age_seconds."""
    with create_app().app_context():
        click.echo(json.dumps(deliveries.status()))
