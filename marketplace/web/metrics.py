"""Figures for Prometheus: what waits and hangs, asked of the database at each scrape; request times by route.

Under gunicorn the request times of all processes of this machine are added up in files under DATA_DIR/metrics (or
PROMETHEUS_MULTIPROC_DIR): whichever process answers the scrape speaks for all. Alone, a process counts for itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from marketplace.kernel.database import rows
from marketplace.kernel.settings import Settings

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_instruments: dict[str, Any] = {}

GAUGES = """
SELECT 'marketplace_outbox_' || state AS name, '' AS label, '' AS value, count(*)::float AS figure
FROM delivery WHERE state <> 'done' GROUP BY state
UNION ALL SELECT 'marketplace_outbox_facts_waiting', '', '', count(*) FROM fact WHERE fanned_out_at IS NULL
UNION ALL SELECT 'marketplace_outbox_oldest_age_seconds', '', '',
    coalesce(extract(epoch FROM clock_timestamp() - least(
        (SELECT min(created_at) FROM delivery WHERE state IN ('waiting', 'in_flight')),
        (SELECT min(created_at) FROM fact WHERE fanned_out_at IS NULL))), 0)
UNION ALL SELECT 'marketplace_webhooks_' || state, '', '', count(*)
FROM inbox_event WHERE state IN ('received', 'waiting', 'failed') GROUP BY state
UNION ALL SELECT 'marketplace_webhooks_oldest_age_seconds', '', '',
    coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0)
FROM inbox_event WHERE state IN ('received', 'waiting')
UNION ALL SELECT 'marketplace_orders_by_state', 'state', state, count(*) FROM orders GROUP BY state
UNION ALL SELECT 'marketplace_orders_overdue', '', '', count(*)
FROM orders WHERE state = 'awaiting_payment' AND expires_at < app_now() - interval '5 minutes'
UNION ALL SELECT 'marketplace_unmatched_cents', '', '', coalesce(sum(abs(b.amount_cents)), 0)
FROM balance_transaction b
WHERE NOT EXISTS (SELECT 1 FROM ledger_txn t WHERE t.source_id IN (b.source, b.id))
UNION ALL SELECT 'marketplace_reconciliation_age_seconds', '', '',
    extract(epoch FROM clock_timestamp() - max(finished_at))
FROM reconciliation WHERE finished_at IS NOT NULL AND NOT dry_run HAVING count(*) > 0
UNION ALL SELECT 'marketplace_reconciliation_unexplained_cents', '', '', coalesce(sum(u.cents::bigint), 0)
FROM (SELECT unexplained FROM reconciliation WHERE finished_at IS NOT NULL AND NOT dry_run
      ORDER BY id DESC LIMIT 1) r, jsonb_each_text(r.unexplained) u(market, cents)
UNION ALL SELECT 'marketplace_provider_circuit_changes', 'state', label, count FROM tally WHERE name = 'circuit'
UNION ALL SELECT 'marketplace_process_quiet_seconds', 'process', process,
    extract(epoch FROM clock_timestamp() - at) FROM heartbeat
"""
HELP = {
    "marketplace_outbox_waiting": "Deliveries that wait for a worker",
    "marketplace_outbox_in_flight": "Deliveries that a worker has claimed",
    "marketplace_outbox_parked": "Deliveries that somebody has to look at",
    "marketplace_outbox_facts_waiting": "Facts that the relay has not handed out yet",
    "marketplace_outbox_oldest_age_seconds": "Age of the oldest delivery or fact that waits",
    "marketplace_webhooks_received": "Stored webhooks that nobody has worked on yet",
    "marketplace_webhooks_waiting": "Webhooks about something that is not known yet",
    "marketplace_webhooks_failed": "Webhooks that could not be worked on",
    "marketplace_webhooks_oldest_age_seconds": "Age of the oldest webhook that waits",
    "marketplace_orders_by_state": "Orders by state",
    "marketplace_orders_overdue": "Unpaid orders that should have expired five minutes ago",
    "marketplace_unmatched_cents": "Money in the provider's books that ours do not know, in cents",
    "marketplace_reconciliation_age_seconds": "Seconds since the provider's books were last compared with ours",
    "marketplace_reconciliation_unexplained_cents": "Cents that the last comparison with the provider left unexplained",
    "marketplace_provider_circuit_changes": "How often the circuit to the payment provider opened and closed",
    "marketplace_process_quiet_seconds": "Seconds since a process last gave a sign",
}

# Nothing to say yet is not zero.
MAY_BE_ABSENT = ("_by_state", "_quiet_seconds", "_circuit_changes", "_reconciliation_age_seconds")


def start(settings: Settings) -> None:
    """Sets up the instruments of this process, once."""
    if _instruments:
        return
    if os.environ.get("SERVER_SOFTWARE", "").startswith("gunicorn"):
        share(Path(os.environ.get(DIRECTORY) or settings.data_dir / "metrics"))
    # Where the files are is read when the library is imported.
    from prometheus_client import CollectorRegistry, Counter, Histogram

    own = CollectorRegistry()
    _instruments["own"] = own
    _instruments["seconds"] = Histogram(
        "marketplace_request_seconds",
        "Time of a request by route",
        ("route", "method", "status"),
        buckets=BUCKETS,
        registry=own,
    )
    _instruments["refused"] = Counter(
        "marketplace_webhooks_refused", "Webhooks that were not what they claimed to be", ("reason",), registry=own
    )


def share(directory: Path) -> None:
    """Counts together with the other processes, in files of this directory; alone when it cannot be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        sweep(directory)
        os.environ[DIRECTORY] = str(directory)
    except OSError:
        os.environ.pop(DIRECTORY, None)


def sweep(directory: Path) -> None:
    """Removes the files of processes that are gone."""
    for path in directory.glob("*.db"):
        process = path.stem.rpartition("_")[2]
        if process.isdigit() and not Path(f"/proc/{process}").exists():
            path.unlink(missing_ok=True)


def request_took(route: str, method: str, status: int, seconds: float) -> None:
    """Counts a request. The status by its class (`2xx`), so that few series stay few."""
    _instruments["seconds"].labels(route, method, f"{status // 100}xx").observe(seconds)


def webhook_refused(reason: str) -> None:
    """Counts a webhook that was turned away."""
    _instruments["refused"].labels(reason).inc()


def text() -> bytes:
    """All figures in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    asked = CollectorRegistry()
    asked.register(_FromDatabase())  # type: ignore[arg-type]
    if os.environ.get(DIRECTORY):
        timed = CollectorRegistry()
        MultiProcessCollector(timed)  # type: ignore[no-untyped-call]
    else:
        timed = _instruments["own"]
    return generate_latest(asked) + generate_latest(timed)


class _FromDatabase:
    """A collector that asks the database."""

    def collect(self) -> Iterable[Any]:
        from prometheus_client.core import GaugeMetricFamily

        found = {name: list(lines) for name, lines in _by_name()}
        for name, meaning in HELP.items():
            lines = found.get(name, [])
            label = next((line.label for line in lines if line.label), "")
            if not lines and name.endswith(MAY_BE_ABSENT):
                continue
            family = GaugeMetricFamily(name, meaning, labels=[label] if label else None)
            for line in lines:
                family.add_metric([line.value] if label else [], line.figure)
            if not lines:
                family.add_metric([], 0)
            yield family


def _by_name() -> Iterator[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for line in rows(GAUGES):
        found.setdefault(line.name, []).append(line)
    yield from found.items()
