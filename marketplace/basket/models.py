"""What a customer means to buy. Lines name variants, so that a basket survives a change of day and place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.kernel.database import BigId, Model


class Basket(Model):
    """Found by the hash of a token in the visitor's cookie, or by the account."""

    __tablename__ = "basket"
    __table_args__ = (UniqueConstraint("token_hash"), UniqueConstraint("account_id"))

    id: Mapped[BigId]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("pickup_slot.id"))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class BasketLine(Model):
    """`quantity` sale units of a variant."""

    __tablename__ = "basket_line"
    __table_args__ = (CheckConstraint("quantity BETWEEN 1 AND 999", name="quantity"),)

    basket_id: Mapped[int] = mapped_column(ForeignKey("basket.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"), primary_key=True)
    quantity: Mapped[int]
    added_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
