"""Logs: one line an event, text for people or JSON for machines, with secrets masked wherever they stand."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

MASK = "•••"
SECRET_NAMES = re.compile(r"(authorization|cookie|order.?token|password|passwort|secret|totp|api_key|^token$)", re.I)
# `token=…`, `Order-Token: …`, `Authorization: Bearer …`, `"password": "…"`, keys of the payment provider.
_PATTERNS = (
    re.compile(r"(?i)(\bauthorization\b[\"']?\s*[:=]\s*[\"']?)(?:bearer\s+|basic\s+)?[^\s\"',;&]+"),
    re.compile(r"(?i)(\bbearer\s+)[^\s\"',;&]+"),
    re.compile(r"(?i)(\b(?:set-)?cookie\b[\"']?\s*[:=]\s*[\"']?)[^\r\n\"']+"),
    re.compile(
        r"(?i)((?:order[-_]?token|token|password|passwort|secret|totp_secret|csrf_token|api_key)[\"']?"
        r"(?:\s*[:=]\s*|%3D)[\"']?)"  # %3D: an address within an address, as the payment provider is told it
        r"[^\s\"',;&]+"
    ),
    re.compile(r"\b((?:sk|rk)_(?:live|test)_|whsec_)[A-Za-z0-9_]+"),
    re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)"),
)


def masked(text: str) -> str:
    """`text` with everything that opens a door replaced."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


def mask_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The processor: values under secret names go whole, texts are searched."""
    for name, value in event.items():
        if SECRET_NAMES.search(name):
            event[name] = MASK
        elif isinstance(value, str):
            event[name] = masked(value)
        elif not isinstance(value, (int, float, bool, type(None))) and name not in ("_record", "exc_info"):
            event[name] = masked(str(value))
    return event


class _OurHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Marks the handler that is ours, so that a second application replaces it and touches no other."""


def set_up_logs(log_format: str) -> None:
    """`log_format`: text or json. Every log of the process, of `logging` and of structlog, goes through here."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    finish: list[Any] = [structlog.processors.format_exc_info, mask_secrets]
    finish.append(
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = _OurHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish]
        )
    )
    root = logging.getLogger()
    root.handlers = [other for other in root.handlers if not isinstance(other, _OurHandler)]
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # nine lines about itself
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
