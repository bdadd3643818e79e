"""Writing corrections: `$batch` requests of PATCHes, each with the version it was reread at.

`If-Match` with the row's own etag on every PATCH: without it a PATCH makes a row that is gone anew, as an empty shell,
and overwrites what a salesperson has just entered [wire traps 24, 32]. So a row that was changed or deleted in between
is refused, and it is never sent again without being reread. For the same reason a row may be sent again after a
passing fault: had the first one been carried out, the version would no longer fit.

    204, 200                      written
    412 version, 404 row gone     changed in between: reread, decide anew
    429, deadlock, timeout …      sent again in smaller batches, with waits
    other 4xx and 5xx of a row    that row failed, with the CRM's code and text
    no whole answer               nobody knows: reread, decide anew
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from connector.adapters.dynamics import reopening
from connector.adapters.dynamics.batches import Batches, Guard, Sender, told
from connector.adapters.dynamics.errors import GONE, LIMITED, PASSING_TEXTS, ROLLED_BACK, TIMED_OUT
from connector.adapters.dynamics.lanes import STOPPED
from connector.adapters.dynamics.multipart import Answer, Operation
from connector.adapters.dynamics.targets import Targets
from connector.adapters.web.errors import retry_after
from connector.adapters.web.retrying import Pace
from connector.errors import NotPermitted, Skip, Unanswered
from connector.ports import Outcome, Result, Update

BATCH: Final = 100
"""Rows per `$batch`. The CRM takes 1,000, but their execution time counts as one request's, and several small requests
side by side go through sooner [D send-parallel-requests]."""
AGAIN: Final = (20, 5, 1)
"""Rows that met a passing fault are sent again in batches of so many, the last ones alone."""
DUPLICATE: Final = ("0x80040237", "0x80040333", "0x80060892")
PASSING: Final = ROLLED_BACK | {TIMED_OUT}
"""SQL deadlock, SQL timeout, too many SQL workers [wire §4.3]: the row's own transaction was rolled back."""
THROTTLED: Final = LIMITED | {"HTTP_429"}
"""The three service protection limits [wire §4.4], where they hit a single operation and not the whole request."""
UNVERSIONED: Final = "0x8006088d"
"""The table takes no versions, so no row of it can be written safely [wire §3.1]."""


class Extras(msgspec.Struct, frozen=True):
    """What admins may want of every write, by connector.toml. Nothing of it is on unless they say so.

    `bypass`: custom business logic that is skipped, `CustomSync` and `CustomAsync`; it needs the privilege
    prvBypassCustomBusinessLogic. `bypass_flows`: no Power Automate flow is started by our writes.
    """

    bypass: tuple[str, ...] = ()
    bypass_flows: bool = False

    def headers(self) -> dict[str, str]:
        """Headers of each operation [D optional-parameters, bypass-custom-business-logic]."""
        found = {"MSCRM.SuppressDuplicateDetection": "true"}
        if self.bypass:
            found["MSCRM.BypassBusinessLogicExecution"] = ",".join(self.bypass)
        if self.bypass_flows:
            found["MSCRM.SuppressCallbackRegistrationExpanderJob"] = "true"
        return found


class Row(NamedTuple):
    """One update on its way."""

    update: Update
    operation: Operation


class Writer:
    """Writes rows of one org."""

    def __init__(self, session: Sender, batches: Batches, extras: Extras, batch: int = BATCH) -> None:
        self._session = session
        self._batches = batches
        self._extras = extras
        self._batch = batch

    def write(self, updates: Sequence[Update], targets: Mapping[str, Targets], guard: Guard) -> Iterator[Outcome]:
        """One outcome per update. `targets`: by our name of the object."""
        rows: list[Row] = []
        for update in updates:
            made = self._row(update, targets[update.ref.object], guard)
            if isinstance(made, Outcome):
                yield made
            else:
                rows.append(made)
        tries = Tries(self._session.pace, self._batch)
        while rows:
            left: list[Row] = []
            for row, answer in self._batches.run(_pieces(rows, tries.size), guard):
                found = _outcome(row.update, answer)
                if found.code == UNVERSIONED:
                    raise _unversioned(found, targets[row.update.ref.object])
                if tries.again(found, answer):
                    left.append(row)
                else:
                    yield found
            rows = left
            if rows:
                tries.wait()

    def _row(self, update: Update, targets: Targets, guard: Guard) -> Row | Outcome:
        """The update as a PATCH, or why it cannot be one; what became of it, where it takes more than one."""
        try:
            body = targets.body(update)
        except Skip as error:
            return Outcome(update.ref, Result.FAILED, "UNFIT", error.what)
        if not update.version:
            return Outcome(update.ref, Result.CONFLICT, "NO_VERSION", "it has to be read before it is written")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "OData-Version": "4.0",
            "OData-MaxVersion": "4.0",
            "If-Match": update.version,
            **self._extras.headers(),
        }
        if reopening.stays_closed(update, body):
            return _outcome(update, reopening.write(self._session, update, targets, body, headers, guard))
        path = f"{self._session.data}/{targets.set}({update.ref.id})?tag=connector"
        return Row(update, Operation("PATCH", path, headers, msgspec.json.encode(body)))


def _unversioned(outcome: Outcome, targets: Targets) -> NotPermitted:
    return NotPermitted(
        f"{outcome.text} Without versions connector might overwrite what somebody has just entered: nothing is written",
        where=targets.api,
        next=f"switch optimistic concurrency on for {targets.api}, or take its columns out of the mapping's [writable]",
    )


class Tries:
    """How rows that met a passing fault are tried again. A fault of the row is tried a few times, in smaller batches;
    a row that was turned away for sending too much, as long as any other gets through meanwhile.
    """

    def __init__(self, pace: Pace, batch: int) -> None:
        self._pace = pace
        self._batch = batch
        self._round = self._waits = 0
        self._after: float | None = None
        self._faulty = self._progress = False

    @property
    def size(self) -> int:
        """Rows per request now."""
        return min(self._batch, (self._batch, *AGAIN)[self._round])

    def again(self, outcome: Outcome, answer: Answer | Unanswered) -> bool:
        """Takes note of an outcome; whether its row is to be sent again."""
        if outcome.result is Result.FAILED and outcome.code in THROTTLED and not isinstance(answer, Unanswered):
            self._after = max(self._after or 0.0, retry_after(answer.headers) or 0.0)
            return self._waits < STOPPED
        if is_passing(outcome) and self._round < len(AGAIN):
            self._faulty = True
            return True
        self._progress = True
        return False

    def wait(self) -> None:
        """Before the next round."""
        self._waits = 0 if self._progress else self._waits + 1
        self._round += self._faulty
        named = self._after or self._pace.after(max(self._round, self._waits, 1))
        self._after, self._faulty, self._progress = None, False, False
        self._pace.sleep(named)


def _outcome(update: Update, answer: Answer | Unanswered) -> Outcome:
    """What the answer to one PATCH means."""
    if isinstance(answer, Unanswered):
        return Outcome(update.ref, Result.UNKNOWN, "", answer.what)
    if answer.is_success:
        return Outcome(update.ref, Result.WRITTEN, version=answer.headers.get("etag", ""))
    code, text = told(answer)
    if answer.status == 412 and code not in DUPLICATE:
        return Outcome(update.ref, Result.CONFLICT, code, text)
    if code in GONE:
        return Outcome(update.ref, Result.CONFLICT, code, text)
    if answer.status >= 500 and code == f"HTTP_{answer.status}":
        return Outcome(update.ref, Result.UNKNOWN, code, text)
    return Outcome(update.ref, Result.FAILED, code, text)


def is_passing(outcome: Outcome) -> bool:
    """The row was not written for a reason that may well be gone in a moment."""
    if outcome.result is not Result.FAILED:
        return False
    return outcome.code in PASSING or any(text in outcome.text for text in PASSING_TEXTS)


def _pieces(rows: Sequence[Row], size: int) -> Iterator[list[Row]]:
    """At most `size` rows each; no id twice in one: the first PATCH would make the version of the second wrong."""
    waiting = list(rows)
    while waiting:
        piece: list[Row] = []
        later: list[Row] = []
        ids: set[str] = set()
        for row in waiting:
            if len(piece) < size and row.update.ref.id not in ids:
                ids.add(row.update.ref.id)
                piece.append(row)
            else:
                later.append(row)
        yield piece
        waiting = later
