"""`marketplace token create`: bearer tokens for the API."""

from __future__ import annotations

import click


@click.group()
def token() -> None:
    """Create bearer tokens for the API."""


@token.command()
@click.argument("email")
@click.option("--days", type=click.IntRange(1, 365), default=30, show_default=True, help="How long it is good for.")
def create(email: str, days: int) -> None:
    """Print a new token of the account, alone on stdout. It is shown this once and counts as a fresh second factor."""
    from marketplace.app import create_app
    from marketplace.cli.database import load_settings
    from marketplace.kernel.actor import acting
    from marketplace.kernel.errors import NotFound
    from marketplace.people.accounts import account_by_email
    from marketplace.people.tokens import create_token

    with create_app(load_settings()).app_context(), acting("cli"):
        try:
            account = account_by_email(email)
        except NotFound:
            raise click.ClickException(f"There is no account {email}.") from None
        if account.disabled_at is not None:
            raise click.ClickException(f"The account {email} is disabled.")
        click.echo(create_token(account.id, days))
