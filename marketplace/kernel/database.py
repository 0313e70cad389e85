"""The one door to PostgreSQL: the session, the only `commit()`, and what the database is told on connect.

`flask_sqlalchemy` is imported here and nowhere else. A command runs in `transaction()` (or is a `@command`);
nested ones join the outer transaction, so that a command can be part of a larger one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any, ParamSpec, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, Connection, DateTime, Engine, Identity, MetaData, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

from marketplace.kernel import actor, clock

P = ParamSpec("P")
R = TypeVar("R")

SESSION_SETTINGS = {
    "lock_timeout": "3s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
}
# Deadlock and serialisation failure: the whole command may be tried again (RELIABILITY 2.1).
_TRY_AGAIN = {"40P01", "40001"}
_TRIES = 3

BigId = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]


_METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    # A registry, not a type_annotation_map: Flask-SQLAlchemy copies the class body, and SQLAlchemy 2.1 refuses both.
    registry = registry(metadata=_METADATA, type_annotation_map={int: BigInteger, datetime: DateTime(timezone=True)})
    metadata = _METADATA


db = SQLAlchemy(model_class=Base)
Model: Any = db.Model


def engine_options(*, role: str | None = "marketplace_app", pool_size: int = 10) -> dict[str, Any]:
    """Options of the engine: time limits on every statement, UTC, and the role that owns nothing."""
    flags = " ".join(f"-c {name}={value}" for name, value in SESSION_SETTINGS.items())
    if role:
        flags += f" -c role={role}"
    return {
        "pool_size": pool_size,
        "max_overflow": 5,
        "pool_pre_ping": True,
        "pool_timeout": 5,
        "hide_parameters": True,  # errors are logged, and values are names, addresses and tokens
        "connect_args": {"options": flags, "connect_timeout": 5, "prepare_threshold": 2},
    }


@contextmanager
def transaction() -> Iterator[None]:
    """One transaction: committed at the end of the outermost block, rolled back when it raises."""
    session = db.session()
    depth = session.info.get("depth", 0)
    session.info["depth"] = depth + 1
    try:
        if depth == 0:
            _tell_who_acts(session)
        yield
        if depth == 0:
            session.commit()
    except BaseException:
        if depth == 0:
            session.rollback()
        raise
    finally:
        session.info["depth"] = depth


def _tell_who_acts(session: Any) -> None:
    acting = actor.current()
    session.execute(
        text("SELECT set_config('app.actor', :who, true), set_config('app.request_id', :request, true)"),
        {"who": acting.name, "request": acting.request_id},
    )


@contextmanager
def beside() -> Iterator[Connection]:
    """A short transaction on a connection of its own, for how far a long one is: others see it before that one ends.

    It must not touch a row that the open transaction has changed: it would wait for itself.
    """
    with db.engine.begin() as connection:
        yield connection


def in_transaction() -> bool:
    """Is a `transaction()` open in this context? A provider must not be called then."""
    return bool(db.session().info.get("depth", 0))


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Runs `function` in one transaction; tried again as a whole, at most three times, after a deadlock."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if in_transaction():
            with transaction():
                return function(*args, **kwargs)
        for attempt in range(1, _TRIES + 1):
            try:
                with transaction():
                    return function(*args, **kwargs)
            except DBAPIError as error:
                if sqlstate(error) not in _TRY_AGAIN or attempt == _TRIES:
                    raise
        raise AssertionError("not reached")

    return run


def release_reads() -> None:
    """Ends a transaction that only read, before something slow is done (a provider is called)."""
    if in_transaction():
        raise RuntimeError("a transaction is open")
    db.session.rollback()


def sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's five letters for what went wrong."""
    return getattr(error.orig, "sqlstate", None)


def constraint_of(error: DBAPIError) -> str | None:
    """The name of the constraint that refused, None when it was something else."""
    diagnostics = getattr(error.orig, "diag", None)
    return getattr(diagnostics, "constraint_name", None)


def scalar(statement: str, **values: Any) -> Any:
    """One value of one SQL statement."""
    return db.session.execute(text(statement), values).scalar()


def rows(statement: str, **values: Any) -> list[Any]:
    """The rows of one SQL statement."""
    return list(db.session.execute(text(statement), values))


def execute(statement: str, **values: Any) -> int:
    """Runs one SQL statement; the number of rows it touched."""
    return db.session.execute(text(statement), values).rowcount  # type: ignore[attr-defined,no-any-return]


def follow_moved_clock(url: str) -> None:
    """`test` only: business time in Python follows the row that `marketplace clock` moves."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", **(engine_options(pool_size=1) | {"max_overflow": 2}))
    _clock_engines.append(engine)

    def read() -> timedelta:
        with engine.connect() as connection:
            found: timedelta | None = connection.execute(text("SELECT moved_by FROM clock_shift")).scalar()
        return found or timedelta(0)

    clock.follow(read)


_clock_engines: list[Engine] = []


def close_engines() -> None:
    """Closes every connection of this process, when it ends or hands over to children."""
    db.session.remove()
    for engine in (*db.engines.values(), *_clock_engines):
        engine.dispose()
