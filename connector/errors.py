"""Every error connector raises on purpose, named by what the caller does about it.

    ConnectorError
    ├── Abort                 this command cannot go on; nothing is lost                      exit 1
    │   ├── BadInput          a file, option or value from outside is wrong (says where)
    │   │   ├── ConfigError
    │   │   ├── PolicyError
    │   │   ├── MappingError
    │   │   └── MigrationError
    │   ├── LoginFailed       the CRM does not let us in
    │   ├── NotPermitted      the CRM lets us in, but not do this
    │   ├── NotFound          no such plan, record, rule, org …
    │   ├── LeaseHeld         somebody else is working on this org
    │   ├── LeaseLost         we were stopped past our lease; another may be working now
    │   ├── Paused            stopped on purpose between two batches; goes on later
    │   ├── BudgetSpent       no API calls left for us today
    │   ├── CrmFailed         the CRM kept failing after every sensible retry
    │   ├── MarkExpired       the CRM cannot tell what changed since the last read: read the table in full
    │   └── StoreFailed       the ledger or mirror cannot be read or written (disk full, locked …)
    ├── Retry                 the same request may well succeed in a moment (handled inside an adapter)
    │   ├── SessionExpired    log in again, then send again
    │   ├── Throttled         wait `after` seconds first
    │   └── Unanswered        sent, but no answer came: it may or may not have been carried out
    ├── Skip                  this row cannot be done; the others can                         exit 4
    └── Unsafe                refused because it might do harm; says which command allows it  exit 3
        ├── OverLimit
        ├── NotAttended
        └── CanaryStopped

An error text has three parts: what happened, where, and what to do next.
"""

from __future__ import annotations


class ConnectorError(Exception):
    """The root. `what` happened, `where` (file and key, object and field, host …), and what to do `next`."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", next: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next = next

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}\n  → {self.next}" if self.next else text


class Abort(ConnectorError):
    """This command cannot go on. What was committed stays committed; nothing is lost."""


class BadInput(Abort):
    """A file, an option or a value from outside is wrong. `where` names file and key, or file and line."""


class ConfigError(BadInput):
    """connector.toml, or an environment variable or secret it refers to, is wrong."""


class PolicyError(BadInput):
    """A policy file or preset is wrong."""


class MappingError(BadInput):
    """A mapping file is wrong, or does not fit the org."""


class MigrationError(BadInput):
    """A migration file (`from,to`) is wrong."""


class LoginFailed(Abort):
    """The CRM refused the login."""


class NotPermitted(Abort):
    """The login works, but the user may not do this."""


class NotFound(Abort):
    """No such plan, record, rule or org."""


class LeaseHeld(Abort):
    """Another process works on this org; the text names who, on which host, and since when."""


class LeaseLost(Abort):
    """Our lease ran out while we stood still and may have been taken: nothing more is written."""


class Paused(Abort):
    """Stopped on purpose when nothing was under way: the window is over, or somebody asked us to end."""


class BudgetSpent(Abort):
    """The API calls set aside for us, or the org's daily allowance, are used up."""


class CrmFailed(Abort):
    """The CRM kept failing after every sensible retry."""


class MarkExpired(Abort):
    """The CRM can no longer tell what changed since a mark. Sync reads the table in full then."""


class StoreFailed(Abort):
    """The ledger or the mirror cannot be read or written."""


class Retry(ConnectorError):
    """The same request may succeed in a moment. Never leaves an adapter: after the last try it becomes CrmFailed."""


class SessionExpired(Retry):
    """The session ended; log in again and send again."""


class Throttled(Retry):
    """The CRM asks us to slow down; `after` is how many seconds it named, or None."""

    def __init__(self, what: str, *, after: float | None = None, where: str = "", next: str = "") -> None:
        super().__init__(what, where=where, next=next)
        self.after = after


class Unanswered(Retry):
    """The request went out and no whole answer came back. A write must be reread before it is sent again."""


class Skip(ConnectorError):
    """One row cannot be done; the rest goes on."""

    exit_code = 4


class Unsafe(ConnectorError):
    """Refused because it might do harm. `next` is the exact command that allows it."""

    exit_code = 3


class OverLimit(Unsafe):
    """The plan would change more than its limits allow and nobody approved it."""


class NotAttended(Unsafe):
    """A person must watch: the first apply of a rule in an org, or a canary that cannot look at everything."""


class CanaryStopped(Unsafe):
    """After the first few records something changed that is not ours: a flow, an owner, a mail. No more was sent."""
