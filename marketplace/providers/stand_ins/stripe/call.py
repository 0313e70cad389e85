"""What an operation gets to work with, and the rules every operation shares."""

from __future__ import annotations

from dataclasses import dataclass, field

from .books import CURRENCY
from .errors import ApiError
from .settings import StandInSettings
from .transaction import Body, Transaction

MIN_CENTS = 50
MAX_CENTS = 99_999_999
_METADATA_KEYS = 50
_METADATA_KEY_LENGTH = 40
_METADATA_VALUE_LENGTH = 500


@dataclass(frozen=True)
class Call:
    """One request after its parameters were checked. ``ids`` are the ids of the path."""

    tx: Transaction
    settings: StandInSettings
    params: Body
    ids: dict[str, str] = field(default_factory=dict)


def wanted_currency(params: Body, param: str = "currency") -> None:
    """Refuse another currency than euro: the stand-in keeps its books in one."""
    if params.get(param, CURRENCY).lower() != CURRENCY:
        raise ApiError(
            f"Invalid currency: {params[param]}. The stand-in supports this currency only: {CURRENCY}", param=param
        )


def wanted_amount(amount: int, param: str = "amount", least: int = 1) -> int:
    """Refuse amounts (cents) below ``least`` or beyond what the provider takes."""
    if amount < 1:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param=param)
    if amount < least:
        raise ApiError(f"Amount must be at least €{least / 100:.2f} eur", code="amount_too_small", param=param)
    if amount > MAX_CENTS:
        raise ApiError("Amount must be no more than €999,999.99", code="amount_too_large", param=param)
    return amount


def checked_metadata(metadata: Body, param: str = "metadata") -> Body:
    """Metadata within the provider's limits; entries with an empty value are none."""
    for key, value in metadata.items():
        if len(key) > _METADATA_KEY_LENGTH or not key:
            raise ApiError(f"Metadata keys have 1 to {_METADATA_KEY_LENGTH} characters", param=f"{param}[{key[:60]}]")
        if len(value) > _METADATA_VALUE_LENGTH:
            raise ApiError(
                f"Metadata values can have up to {_METADATA_VALUE_LENGTH} characters", param=f"{param}[{key}]"
            )
    kept = {key: value for key, value in metadata.items() if value != ""}
    if len(kept) > _METADATA_KEYS:
        raise ApiError(f"Metadata can have up to {_METADATA_KEYS} keys", param=param)
    return kept


def merged_metadata(body: Body, params: Body) -> Body:
    """The object's metadata after an update: keys are merged, an empty value takes one away, ``""`` all."""
    change = params.get("metadata")
    if change is None:
        return body["metadata"]
    if change == "":
        return {}
    left = {key: value for key, value in body["metadata"].items() if change.get(key) != ""}
    return checked_metadata({**left, **change})


def update(call: Call, kind: str, event: str | None, fields: tuple[str, ...] = ()) -> Body:
    """Change metadata and simple fields of an object, and tell what they were."""
    body = call.tx.get(kind, call.ids["id"])
    change = {name: call.params[name] or None for name in fields if name in call.params}
    if "metadata" in call.params:
        change["metadata"] = merged_metadata(body, call.params)
    previous = {name: body.get(name) for name, value in change.items() if body.get(name) != value}
    if previous:
        body |= change
        call.tx.save(body)
        if event:
            call.tx.emit(event, body, previous)
    return body
