"""Tables of the stand-in's file of state (SQLite)."""

NAMES = ("objects", "payout_items", "timers", "idempotency", "deliveries", "faults")
"""All but the facts."""

ADDED = (("deliveries", "done", "TEXT NOT NULL DEFAULT '[]'"),)
"""Columns that a file of an earlier version lacks: table, name, type."""

TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS objects_by_source ON objects (kind, json_extract(body, '$.source'));

CREATE TABLE IF NOT EXISTS payout_items (
    payout TEXT NOT NULL,
    balance_transaction TEXT NOT NULL UNIQUE
);

CREATE TABLE IF NOT EXISTS timers (
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    account TEXT NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (kind, object_id)
);
CREATE INDEX IF NOT EXISTS timers_by_due ON timers (due);

CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (account, key)
);

CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    rank INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'delivered', 'given_up')),
    attempts INTEGER NOT NULL DEFAULT 0,
    first_at REAL NOT NULL,
    next_at REAL NOT NULL,
    last_status INTEGER,
    last_error TEXT,
    done TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX IF NOT EXISTS deliveries_waiting ON deliveries (rank) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);

CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('error', 'hang', 'drop')),
    moment TEXT NOT NULL CHECK (moment IN ('before', 'after')),
    status INTEGER NOT NULL,
    seconds REAL NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    remaining INTEGER NOT NULL
);
"""
