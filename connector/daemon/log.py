"""Log lines: for people on a terminal, one JSON object a line for machines. Job, org and run stand on every one.

Secrets cannot stand in a line: every value that `connector.secrets` has read is replaced, wherever it turns up, in
texts, in numbers' company and in tracebacks.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from connector.secrets import hidden_in


def configure(style: str) -> None:
    """`style`: console, json, or auto (console on a terminal). Once per process."""
    terminal = sys.stderr.isatty()
    machine = style == "json" or (style == "auto" and not terminal)
    for_people = structlog.dev.ConsoleRenderer(colors=terminal)
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if machine else for_people
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide_secrets,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *args: structlog.WriteLogger(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Forwarded()], force=True)


def hide_secrets(logger: Any, name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Replaces every secret that was read, in every text of the line."""
    return {key: hidden_in(value) for key, value in event.items()}


class _Forwarded(logging.Handler):
    """What libraries log comes out as lines of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log = structlog.get_logger()
        log.log(record.levelno, record.getMessage(), library=record.name, exc_info=record.exc_info)
