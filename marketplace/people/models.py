"""Accounts, what they may do where, how they signed in."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel.database import BigId, Model

ROLES = ("customer", "farm", "helper", "host", "operator", "approver", "admin")
AT_A_FARM = ("farm", "helper")


class Account(Model):
    """A person. `email_key` is the normalised address that is unique; `disabled_at` ends every session at once."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("email_key"),)

    id: Mapped[BigId]
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_used_step: Mapped[int | None]
    language: Mapped[str] = mapped_column(Text, server_default="de")
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    disabled_at: Mapped[datetime | None]
    memberships: Mapped[list[Membership]] = relationship(lazy="selectin", order_by="Membership.id")


class Membership(Model):
    """A role, and where it holds: at a farm, for a host at a pickup point, for an operator in a market.

    `farm` runs the farm; `helper` packs there and sees no money.
    """

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint(
            "account_id", "role", "market_id", "farm_id", "pickup_point_id", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("role IN ('customer', 'farm', 'helper', 'host', 'operator', 'approver', 'admin')", name="role"),
        CheckConstraint("(role IN ('farm', 'helper')) = (farm_id IS NOT NULL)", name="farm"),
        CheckConstraint("role NOT IN ('operator', 'approver') OR market_id IS NOT NULL", name="market"),
    )

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(Text)
    market_id: Mapped[int | None] = mapped_column(ForeignKey("market.id"))
    farm_id: Mapped[int | None] = mapped_column(ForeignKey("farm.id"))
    pickup_point_id: Mapped[int | None] = mapped_column(ForeignKey("pickup_point.id"))


class Invitation(Model):
    """Somebody is asked to run a farm or to help there. The link's token is made of `uuid`, good for 7 days, once."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("uuid"),
        CheckConstraint("role IN ('farm', 'helper')", name="role"),
        Index(
            "ux_invitation_open", "farm_id", "email_key", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

    id: Mapped[BigId]
    uuid: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    market_id: Mapped[int] = mapped_column(ForeignKey("market.id"))
    farm_id: Mapped[int] = mapped_column(ForeignKey("farm.id"))
    email: Mapped[str] = mapped_column(Text)
    email_key: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    invited_by: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None]


class SignIn(Model):
    """A signed-in browser. Only a hash of its token is stored; `ended_at` takes effect at the next request."""

    __tablename__ = "sign_in"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    stepped_up_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(Text, server_default="")
    device: Mapped[str] = mapped_column(Text, server_default="")
    ended_at: Mapped[datetime | None]


class ApiToken(Model):
    """A bearer token of the API: made on the command line, counts as a fresh second factor (INTERFACE)."""

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[BigId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
