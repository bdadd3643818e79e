"""Changes of closed rows that stay closed: opened, changed and closed again, in one change set.

Dynamics changes nothing of a disqualified lead but its state (0x80040230). A change set is carried out whole or not at
all, so that a lead is never left open by a crash. The first PATCH demands the version that was reread; until the set is
through nobody else can change the row, so the second one need not. Each row goes alone: few are corrected so, and only
where the policy says `reopen_closed = true`. It leaves two audit rows, and wakes whatever wakes on a reopened lead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec

from connector.adapters.dynamics import multipart
from connector.adapters.dynamics.batches import Guard, Sender, told
from connector.adapters.dynamics.errors import LIMITED
from connector.adapters.dynamics.multipart import Answer, Operation
from connector.adapters.dynamics.targets import OPEN, STATE, Targets
from connector.adapters.web.errors import Refused, retry_after
from connector.adapters.web.retrying import is_harmless
from connector.errors import Unanswered
from connector.ports import Update

Body = Mapping[str, Any]


def stays_closed(update: Update, body: Body) -> bool:
    """Whether the row is closed, and would be so after a change of more than its state."""
    if not update.reopens or body.get(STATE, None) == OPEN:
        return False
    return any(name not in _pair(update, body) for name in body)


def write(
    session: Sender, update: Update, targets: Targets, body: Body, headers: Mapping[str, str], guard: Guard
) -> Answer | Unanswered:
    """The answer that says what became of it. `headers`: of each operation; `guard` is called before each try."""
    path = f"{session.data}/{targets.set}({update.ref.id})?tag=connector"
    opened = {**body, STATE: OPEN, targets.status: targets.opens}
    steps = [
        Operation("PATCH", path, {**headers, "If-Match": update.version}, msgspec.json.encode(opened)),
        Operation(
            "PATCH", path, {**headers, "If-Match": "*"}, msgspec.json.encode(_pair(update, body, targets.status))
        ),
    ]
    try:
        return session.pace.retry(lambda: _send(session, steps, guard), is_harmless)
    except Unanswered as error:
        return error


def _pair(update: Update, body: Body, status: str = "statuscode") -> dict[str, Any]:
    """State and status reason that the row shall have in the end: those of the change, or those it has."""
    return {
        STATE: body.get(STATE, int(update.reopens[STATE])),
        status: body.get(status, int(update.reopens.get(status, 0))),
    }


def _send(session: Sender, steps: list[Operation], guard: Guard) -> Answer:
    guard()
    boundary = f"batch_{uuid4()}"
    response = session.once(
        "POST",
        f"{session.data}/$batch",
        data=multipart.encode_change_set(steps, boundary),
        headers={"Content-Type": f'multipart/mixed; boundary="{boundary}"', "Prefer": "odata.continue-on-error"},
    )
    answers = multipart.decode(response.headers.get("Content-Type", ""), response.content)
    if not answers:
        raise Unanswered("the change set was not answered", where=f"{session.data}/$batch")
    last = next((one for one in answers if not one.is_success), answers[-1])
    code, text = told(last) if not last.is_success else ("", "")
    if last.status == 429 or code in LIMITED:
        raise Refused(text, after=retry_after(last.headers), where=f"{session.data}/$batch")
    return last
