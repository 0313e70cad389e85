"""The demo's accounts. Their passwords and second factors stand here for everybody to read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert

from marketplace.kernel.database import db, rows
from marketplace.people.models import Account, Membership
from marketplace.people.passwords import hash_password

PASSWORD = "markttag-im-muensterland"  # noqa: S105 - meant to be known


@dataclass(frozen=True)
class DemoAccount:
    """`market` is a slug, `farm` the code of a farm of that market. `totp_secret`: base32, as an app takes it."""

    role: str
    email: str
    name: str
    market: str | None = None
    farm: str | None = None
    totp_secret: str | None = None


PEOPLE = (
    DemoAccount("customer", "kundin@example.org", "Lisa Terhorst"),
    DemoAccount("customer", "kunde@example.org", "Jan Wessels"),
    DemoAccount("host", "abholung@example.org", "Annette Kemper", "muensterland"),
    DemoAccount(
        "operator", "leitung@example.org", "Maria Holtkamp", "muensterland", None, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    ),
    DemoAccount(
        "operator", "leitung2@example.org", "Bernd Ahlers", "muensterland", None, "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
    ),
    DemoAccount(
        "approver", "kasse@example.org", "Ulrike Sandmann", "muensterland", None, "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK"
    ),
    DemoAccount(
        "operator", "leitung-hellweg@example.org", "Georg Thiele", "hellweg", None, "NBSWY3DPO5XXE3DENBSWY3DPO5XXE3DE"
    ),
    DemoAccount("admin", "admin@example.org", "Technik", None, None, "ONSWG4TFOQYTEMZUONSWG4TFOQYTEMZU"),
)


def everybody() -> list[DemoAccount]:
    """The people above, and one account for every demo farm."""
    farms = rows(
        """
        SELECT f.code, f.slug, f.legal_name, m.slug AS market FROM farm f JOIN market m ON m.id = f.market_id
        WHERE m.slug IN ('muensterland', 'hellweg') AND f.code ~ '^[FH][0-9]{2}$' ORDER BY m.slug DESC, f.code
        """
    )
    owners = [DemoAccount("farm", f"{row.slug}@example.org", row.legal_name, row.market, row.code) for row in farms]
    return [*PEOPLE[:2], *owners, *PEOPLE[2:]]


def ensure_accounts() -> None:
    """Makes the accounts that are missing; one whose password somebody changed keeps it."""
    known = {row.email_key for row in rows("SELECT email_key FROM account WHERE email_key LIKE '%@example.org'")}
    missing = [account for account in everybody() if account.email not in known]
    if not missing:
        return
    hashed = hash_password(PASSWORD)
    markets, farms = ids()
    for account in missing:
        made = db.session.scalar(
            insert(Account)
            .values(
                email=account.email,
                email_key=account.email,
                name=account.name,
                password_hash=hashed,
                totp_secret=account.totp_secret,
            )
            .returning(Account.id)
        )
        market_id = markets.get(account.market or "")
        db.session.execute(
            insert(Membership).values(
                account_id=made,
                role=account.role,
                market_id=market_id,
                farm_id=farms.get((market_id, account.farm)),
            )
        )


def ids() -> tuple[dict[str, int], dict[tuple[int | None, str | None], int]]:
    """Ids of the markets by slug, and of the farms by market and code."""
    markets = {row.slug: int(row.id) for row in rows("SELECT id, slug FROM market")}
    farms: dict[tuple[int | None, str | None], int] = {
        (row.market_id, row.code): int(row.id) for row in rows("SELECT id, market_id, code FROM farm")
    }
    return markets, farms


def listed() -> list[dict[str, str | None]]:
    """The demo accounts that are there, ids as the API shows them (INTERFACE: null where none)."""
    known = {row.email_key for row in rows("SELECT email_key FROM account WHERE email_key LIKE '%@example.org'")}
    markets, farms = ids()
    found = []
    for account in everybody():
        market_id = markets.get(account.market or "")
        farm_id = farms.get((market_id, account.farm))
        if account.email in known:
            found.append(
                {
                    "role": account.role,
                    "email": account.email,
                    "password": PASSWORD,
                    "totp_secret": account.totp_secret,
                    "farm": None if farm_id is None else str(farm_id),
                    "market": None if market_id is None else str(market_id),
                    "pickup_point": None,
                }
            )
    return found
