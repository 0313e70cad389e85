"""Bad weather by a seed: a share of all calls fails, a share of all events arrives badly; the same seed, the same luck.

Calls and deliveries are counted from the moment the weather is made. What happens to number n depends on seed and n
alone, so a run that makes its calls in the same order meets the same failures.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import ApiError

if TYPE_CHECKING:
    from .transaction import Body, Transaction

CALLS = "weather_calls"
EVENTS = "weather_events"
KINDS = {
    "hang": ("hang", "before", 0),
    "late": ("hang", "after", 0),
    "drop_before": ("drop", "before", 0),
    "drop_after": ("drop", "after", 0),
    "error_before": ("error", "before", 500),
    "error_after": ("error", "after", 500),
    "rate_limited": ("error", "before", 429),
    "conflict": ("error", "before", 409),
}
"""Name -> (kind of the fault, moment, status)."""
BADLY_SIGNED = ("stale", "forged", "future")
_SHARES = ("dropped", *BADLY_SIGNED, "delayed", "duplicates", "shuffled")


class Strike(NamedTuple):
    """What happens to one call: the name in KINDS, and seconds to wait (or of Retry-After)."""

    name: str
    seconds: float


def _share(wish: Body, name: str) -> float:
    value = float(wish.get(name, 0))
    if not 0 <= value <= 1:
        raise ApiError(f"{name} is a share from 0 to 1", param=name)
    return value


def make_calls(tx: Transaction, wish: Body) -> Body:
    """Let ``probability`` of the calls suffer one of ``kinds``; ``method`` and ``path`` (a prefix) narrow them down."""
    kinds = list(wish.get("kinds") or KINDS)
    for name in kinds:
        if name not in KINDS:
            raise ApiError(f"kinds are: {', '.join(KINDS)}", param="kinds")
    weather = {
        "seed": int(wish.get("seed", 0)),
        "probability": _share(wish, "probability"),
        "kinds": kinds,
        "seconds": float(wish.get("seconds", 1)),
        "method": str(wish.get("method", "")).upper(),
        "path": str(wish.get("path", "")),
        "count": 0,
        "struck": {},
    }
    tx.set_fact(CALLS, json.dumps(weather))
    return weather


def make_events(tx: Transaction, wish: Body) -> Body:
    """Shares of the deliveries to come: dropped, stale, forged, future, delayed, duplicates, shuffled.

    A badly signed delivery is tried again rightly signed, unless ``lasting``. ``delay_seconds`` and ``spread_seconds``
    say how long delayed ones wait and how far shuffled ones and duplicates are strewn.
    """
    weather: Body = {name: _share(wish, name) for name in _SHARES}
    if weather["dropped"] + sum(weather[name] for name in BADLY_SIGNED) > 1:
        raise ApiError("dropped, stale, forged and future are at most 1 together")
    weather |= {
        "seed": int(wish.get("seed", 0)),
        "lasting": bool(wish.get("lasting")),
        "delay_seconds": float(wish.get("delay_seconds", 5)),
        "spread_seconds": float(wish.get("spread_seconds", 1)),
        "count": 0,
    }
    tx.set_fact(EVENTS, json.dumps(weather))
    return weather


def calm(tx: Transaction) -> None:
    """Fair weather; events that were dropped stay dropped."""
    tx.drop_fact(CALLS)
    tx.drop_fact(EVENTS)
    tx.connection.execute("DELETE FROM faults")


def report(tx: Transaction) -> Body:
    """The weather as it is, with what it did; None for fair."""
    return {name: json.loads(tx.fact(fact) or "null") for name, fact in (("calls", CALLS), ("events", EVENTS))}


def strike(tx: Transaction, method: str, path: str) -> Strike | None:
    """What happens to this call; it is counted."""
    text = tx.fact(CALLS)
    weather: dict[str, Any] = json.loads(text) if text else {}
    if not weather or weather["method"] not in ("", method) or not path.startswith(weather["path"]):
        return None
    weather["count"] += 1
    luck = random.Random(f"calls:{weather['seed']}:{weather['count']}")  # noqa: S311 - no secret: it must come again
    name = luck.choice(weather["kinds"]) if luck.random() < weather["probability"] else None
    if name is not None:
        weather["struck"][name] = weather["struck"].get(name, 0) + 1
    tx.set_fact(CALLS, json.dumps(weather))
    return None if name is None else Strike(name, weather["seconds"])


class Course(NamedTuple):
    """How one delivery is to go: what is done to it, how many seconds it waits, how many others it overtakes."""

    done: list[str]
    wait: float
    places: int


_STRAIGHT = [Course([], 0.0, 0)]


def courses(tx: Transaction) -> list[Course]:
    """The deliveries that one event gets in this weather: mostly one, sometimes two."""
    text = tx.fact(EVENTS)
    if not text:
        return _STRAIGHT
    weather: dict[str, Any] = json.loads(text)
    weather["count"] += 1
    tx.set_fact(EVENTS, json.dumps(weather))
    luck = random.Random(f"events:{weather['seed']}:{weather['count']}")  # noqa: S311 - no secret: it must come again
    first = _course(weather, luck)
    if "dropped" in first.done or luck.random() >= weather["duplicates"]:
        return [first]
    return [first, Course(["duplicate"], first.wait + luck.uniform(0, weather["spread_seconds"]), 0)]


def _course(weather: dict[str, Any], luck: random.Random) -> Course:
    done: list[str] = []
    roll = luck.random()
    for name in ("dropped", *BADLY_SIGNED):
        if roll < weather[name]:
            done.append(name)
            break
        roll -= weather[name]
    if done and done != ["dropped"] and weather["lasting"]:
        done.append("lasting")
    wait, places = 0.0, 0
    if luck.random() < weather["delayed"]:
        done.append("delayed")
        wait += weather["delay_seconds"]
    if luck.random() < weather["shuffled"]:
        done.append("shuffled")
        wait += luck.uniform(0, weather["spread_seconds"])
        places = luck.randrange(20)
    return Course(done, wait, places)
