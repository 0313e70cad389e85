"""Who somebody is and what they may do where: read in one statement, from a signed-in browser or an API token."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_login import UserMixin

from marketplace.kernel.database import rows
from marketplace.kernel.ids import token_hash
from marketplace.people.models import AT_A_FARM

# Roles that count only after a second factor, and whose sessions are short.
PRIVILEGED = frozenset({"operator", "approver", "admin"})
IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
IDLE_PRIVILEGED = timedelta(minutes=30)
LONGEST_PRIVILEGED = timedelta(hours=12)

_WHAT = """
    a.id AS account_id, a.email, a.name, a.language, a.totp_secret IS NOT NULL AS has_secret, clock_timestamp() AS at,
    (SELECT coalesce(jsonb_agg(jsonb_build_array(m.role, m.market_id, m.farm_id, m.pickup_point_id)
                               ORDER BY m.id), '[]') FROM membership m WHERE m.account_id = a.id) AS roles,
    CASE WHEN EXISTS (SELECT 1 FROM membership m WHERE m.account_id = a.id AND m.role = 'admin') THEN
        jsonb_build_object('markets', (SELECT jsonb_agg(id) FROM market), 'farms', (SELECT jsonb_agg(id) FROM farm))
    END AS everything
"""
_BY_SIGN_IN = f"""
SELECT {_WHAT}, s.id AS sign_in_id, s.created_at, s.seen_at, s.stepped_up_at
FROM sign_in s JOIN account a ON a.id = s.account_id
WHERE s.token_hash = :hash AND s.ended_at IS NULL AND a.disabled_at IS NULL
"""  # noqa: S608 - put together from constants
_BY_TOKEN = f"""
SELECT {_WHAT}, t.id AS token_id, t.used_at
FROM api_token t JOIN account a ON a.id = t.account_id
WHERE t.token_hash = :hash AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp() AND a.disabled_at IS NULL
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True)
class Role:
    """One membership: a role, and where it holds."""

    role: str
    market_id: int | None = None
    farm_id: int | None = None
    pickup_point_id: int | None = None


@dataclass(frozen=True)
class Person(UserMixin):
    """Whoever is behind a request, as flask-login wants them; without an account a guest.

    `stepped_up_at`: when the second factor was last given in this browser (machine's clock).
    """

    account_id: int | None = None
    email: str = ""
    full_name: str = ""
    language: str = ""
    roles: tuple[Role, ...] = ()
    all_markets: frozenset[int] = frozenset()
    all_farms: frozenset[int] = frozenset()
    sign_in_id: int | None = None
    token_id: int | None = None
    seen_at: datetime | None = None
    stepped_up_at: datetime | None = None
    read_at: datetime | None = field(default=None, compare=False)

    @property
    def is_signed_in(self) -> bool:
        return self.account_id is not None

    @property
    def is_authenticated(self) -> bool:
        return self.is_signed_in

    @property
    def is_anonymous(self) -> bool:
        return not self.is_signed_in

    def get_id(self) -> str:
        return "" if self.account_id is None else str(self.account_id)

    @property
    def is_admin(self) -> bool:
        return any(role.role == "admin" for role in self.roles)

    def markets(self, *roles: str) -> frozenset[int]:
        """Ids of the markets in which one of `roles` holds; an admin's are all.

        `host`: markets with all their places, an operator's included; single places are `pickup_point_ids`.
        """
        if self.is_admin and set(roles) & {"operator", "approver", "host"}:
            return self.all_markets
        wanted = {*roles, "operator"} if "host" in roles else set(roles)
        return frozenset(
            role.market_id
            for role in self.roles
            if role.role in wanted
            and role.market_id is not None
            and not (role.role == "host" and role.pickup_point_id is not None)
        )

    @property
    def operator_market_ids(self) -> frozenset[int]:
        """Ids of the markets that the person runs."""
        return self.markets("operator")

    @property
    def approver_market_ids(self) -> frozenset[int]:
        """Ids of the markets in which the person is an approver."""
        return self.markets("approver")

    @property
    def office_market_ids(self) -> frozenset[int]:
        """Ids of the markets whose office the person may read: operators and approvers."""
        return self.markets("operator", "approver")

    @property
    def host_market_ids(self) -> frozenset[int]:
        """Ids of the markets at whose places, all of them, the person hands over."""
        return self.markets("host")

    @property
    def farm_ids(self) -> frozenset[int]:
        """Ids of the farms that the person runs; an admin's are all."""
        if self.is_admin:
            return self.all_farms
        return frozenset(role.farm_id for role in self.roles if role.role == "farm" and role.farm_id is not None)

    @property
    def packing_farm_ids(self) -> frozenset[int]:
        """Ids of the farms at which the person may pack: those they run, and those they help at."""
        if self.is_admin:
            return self.all_farms
        return frozenset(role.farm_id for role in self.roles if role.role in AT_A_FARM and role.farm_id is not None)

    @property
    def pickup_point_ids(self) -> frozenset[int]:
        """Ids of the single places at which the person hands over."""
        return frozenset(
            role.pickup_point_id for role in self.roles if role.role == "host" and role.pickup_point_id is not None
        )


GUEST = Person()


def person_by_sign_in(token: str) -> Person | None:
    """Whoever signed in with this token; None when it is unknown, ended, too old, or the account is disabled.

    None too while a second factor is asked for (by the account or by a role) and was not given.
    """
    found = rows(_BY_SIGN_IN, hash=token_hash(token))
    if not found:
        return None
    row = found[0]
    privileged = any(role[0] in PRIVILEGED for role in row.roles)
    if row.stepped_up_at is None and (privileged or row.has_secret):
        return None
    idle, longest = (IDLE_PRIVILEGED, LONGEST_PRIVILEGED) if privileged else (IDLE, LONGEST)
    if row.at - row.seen_at > idle or row.at - row.created_at > longest:
        return None
    return _person(row, sign_in_id=row.sign_in_id, seen_at=row.seen_at, stepped_up_at=row.stepped_up_at)


def person_by_token(token: str) -> Person | None:
    """Whoever an API token belongs to; None when it is unknown, expired or revoked. It counts as a second factor."""
    found = rows(_BY_TOKEN, hash=token_hash(token))
    return _person(found[0], token_id=found[0].token_id, seen_at=found[0].used_at) if found else None


def _person(row: Any, **more: Any) -> Person:
    everything = row.everything or {}
    return Person(
        account_id=row.account_id,
        email=row.email,
        full_name=row.name,
        language=row.language,
        roles=tuple(Role(*role) for role in row.roles),
        all_markets=frozenset(everything.get("markets") or ()),
        all_farms=frozenset(everything.get("farms") or ()),
        read_at=row.at,
        **more,
    )
