"""One step of a schema change, as whoever goes through the steps is to hear of what went wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connector.adapters.web.errors import Declined
from connector.errors import CrmFailed, Retry, Skip


@contextmanager
def one_step() -> Iterator[None]:
    """What the CRM declines is that step's own fault (Skip); what was retried for long ends the command (CrmFailed)."""
    try:
        yield
    except Declined as error:
        raise Skip(error.what, where=error.where, next=error.next) from error
    except Retry as error:
        raise CrmFailed(error.what, where=error.where, next="run the command again: it goes on") from error
