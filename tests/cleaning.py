"""Put a test database back to what the migrations made of it, in a few milliseconds.

The superuser does it with triggers off, since the ledger and the audit refuse to forget. What the migrations filled
(transitions of states, rates, the business clock) is kept and restored when a test changed it.
"""

from __future__ import annotations

import psycopg
from psycopg import Connection, sql

PRISTINE = "pristine"


class Cleaner:
    """Holds one connection to the database of this process. `url` is the superuser's."""

    def __init__(self, url: str) -> None:
        self.connection: Connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET session_replication_role = replica")
        self.connection.execute("SET lock_timeout = '10s'")
        tables = [
            name
            for (name,) in self.connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            )
        ]
        filled = self.those_with_rows(tables)
        self.emptied = [name for name in tables if name not in filled]
        self.kept = [name for name in filled if name != "alembic_version"]
        self.connection.execute(f"CREATE SCHEMA {PRISTINE}")
        for name in self.kept:
            self.connection.execute(
                sql.SQL("CREATE TABLE {}.{} AS TABLE public.{}").format(
                    sql.Identifier(PRISTINE), sql.Identifier(name), sql.Identifier(name)
                )
            )
        self.fingerprints = self.fingerprints_of(self.kept)

    def clean(self) -> list[str]:
        """Empty and restore; answers with what other connections left unfinished (they are cut off)."""
        unfinished = self.unfinished(cut_off=True)
        for name in self.those_with_rows(self.emptied):
            self.connection.execute(sql.SQL("DELETE FROM public.{}").format(sql.Identifier(name)))
        now = self.fingerprints_of(self.kept)
        for name in self.kept:
            if now[name] != self.fingerprints[name]:
                table = sql.Identifier(name)
                self.connection.execute(sql.SQL("DELETE FROM public.{}").format(table))
                self.connection.execute(
                    sql.SQL("INSERT INTO public.{} OVERRIDING SYSTEM VALUE TABLE {}.{}").format(
                        table, sql.Identifier(PRISTINE), table
                    )
                )
        return unfinished

    def unfinished(self, *, cut_off: bool = False) -> list[str]:
        """The last statements of connections that wrote, did not commit, and do nothing now."""
        found = self.connection.execute(
            "SELECT pid, query FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%' AND backend_xid IS NOT NULL"
        ).fetchall()
        if cut_off:
            for pid, _ in found:
                self.connection.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
        return [str(query) for _, query in found]

    def those_with_rows(self, tables: list[str]) -> list[str]:
        if not tables:
            return []
        asked = sql.SQL(" UNION ALL ").join(
            sql.SQL("(SELECT {} WHERE EXISTS (SELECT 1 FROM public.{}))").format(
                sql.Literal(name), sql.Identifier(name)
            )
            for name in tables
        )
        return [name for (name,) in self.connection.execute(asked)]

    def fingerprints_of(self, tables: list[str]) -> dict[str, tuple[int, int]]:
        if not tables:
            return {}
        asked = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}, count(*), coalesce(sum(hashtext(t::text)), 0)::bigint FROM public.{} t").format(
                sql.Literal(name), sql.Identifier(name)
            )
            for name in tables
        )
        return {name: (count, check) for name, count, check in self.connection.execute(asked)}

    def close(self) -> None:
        self.connection.close()
