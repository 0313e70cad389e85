"""`marketplace user create`: accounts, with the role that they have and where."""

from __future__ import annotations

import json

import click

ROLES = ("customer", "farm", "helper", "host", "operator", "approver", "admin")
WITH_SECOND_FACTOR = ("operator", "approver", "admin")


@click.group()
def user() -> None:
    """Create accounts."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--farm", help="Id of the farm, for the roles farm and helper.")
@click.option("--market", help="Id or slug of the market, for host, operator and approver.")
@click.option("--pickup-point", help="Id of the pickup point, for a host of one place.")
@click.option("--name", default="", help="The person's name.")
@click.option("--password", help="Without it one is drawn and printed.")
def create(
    email: str,
    role: str,
    farm: str | None,
    market: str | None,
    pickup_point: str | None,
    name: str,
    password: str | None,
) -> None:
    """Make an account, or give one that exists a further role. Prints JSON with what was drawn.

    Operators, approvers and admins get a second factor: totp_secret, and totp_uri for the app as a QR code.
    """
    from marketplace.app import create_app
    from marketplace.cli.database import load_settings
    from marketplace.kernel.actor import acting
    from marketplace.kernel.errors import Invalid, Refusal

    with create_app(load_settings()).app_context(), acting("cli"):
        try:
            made = make(email, role, farm, market, pickup_point, name, password)
        except Invalid as refusal:
            raise click.ClickException("; ".join(str(words) for words in refusal.errors.values())) from None
        except Refusal as refusal:
            raise click.ClickException(str(refusal.detail)) from None
    click.echo(json.dumps(made, ensure_ascii=False, indent=2))


def make(
    email: str,
    role: str,
    farm: str | None,
    market: str | None,
    pickup_point: str | None,
    name: str,
    password: str | None,
) -> dict[str, str | None]:
    """The account and its role, in one transaction."""
    from sqlalchemy import select

    from marketplace.kernel.database import db, transaction
    from marketplace.kernel.emails import address_key
    from marketplace.kernel.ids import new_token
    from marketplace.people import second_factor
    from marketplace.people.accounts import create_account, give_role
    from marketplace.people.models import Account

    with transaction():
        known = db.session.scalar(select(Account).where(Account.email_key == address_key(email)))
        drawn = None
        if known is None:
            drawn = password or new_token()[:20]
            known = db.session.get(Account, create_account(email, drawn, name=name))
        assert known is not None
        secret = None
        if role in WITH_SECOND_FACTOR and known.totp_secret is None:
            secret = known.totp_secret = second_factor.new_secret()
        farm_id, point_id = existing("farm", farm), existing("pickup_point", pickup_point)
        give_role(known.id, role, market_id=market_of(market, farm_id), farm_id=farm_id, pickup_point_id=point_id)
        return {
            "id": str(known.id),
            "email": known.email,
            "role": role,
            "password": drawn,
            "totp_secret": secret,
            "totp_uri": second_factor.app_uri(secret, known.email) if secret else None,
        }


def market_of(market: str | None, farm_id: int | None) -> int | None:
    """The id of the market that is named, or of the farm's."""
    from marketplace.kernel.database import scalar
    from marketplace.markets.find import find_market

    if market is not None:
        return int(find_market(market).id)
    if farm_id is not None:
        return int(scalar("SELECT market_id FROM farm WHERE id = :id", id=farm_id))
    return None


def existing(thing: str, text: str | None) -> int | None:
    """The id of a farm or pickup point that is there."""
    from marketplace.kernel.database import scalar
    from marketplace.kernel.ids import id_from_text

    if text is None:
        return None
    statements = {
        "farm": "SELECT id FROM farm WHERE id = :id",
        "pickup_point": "SELECT id FROM pickup_point WHERE id = :id",
    }
    found = scalar(statements[thing], id=id_from_text(text) or 0)
    if found is None:
        raise click.ClickException(f"There is no {thing.replace('_', ' ')} {text}.")
    return int(found)
