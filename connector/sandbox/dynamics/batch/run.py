"""Runs a batch: one operation after another, a change set in one transaction, stopping at the first failure or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from connector.sandbox.dynamics.batch.multipart import ChangeSet, Operation, Reply
from connector.sandbox.dynamics.errors import DataverseError

References = Mapping[str, str]
"""The URLs of rows by the Content-IDs under which a change set made them: `{"$1": "https://…/leads(…)"}`."""
Send = Callable[[Operation, References], Reply]
Replies = list[Reply | list[Reply]]


class _Failed(Exception):
    """Undoes a change set."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def run(
    parts: Sequence[Operation | ChangeSet],
    send: Send,
    transaction: Callable[[], AbstractContextManager[object]],
    *,
    continue_on_error: bool,
) -> tuple[int, Replies]:
    """The status of the whole answer, and the replies: a list of them for a change set, with one alone if it failed.

    Without `continue_on_error` the first failure ends the batch with 400; what ran before stays done [W 3.3].
    """
    replies: Replies = []
    for part in parts:
        reply: Reply | list[Reply] = (
            send(part, {}) if isinstance(part, Operation) else _change_set(part, send, transaction)
        )
        replies.append(reply)
        failed = any(one.status >= 400 for one in ([reply] if isinstance(reply, Reply) else reply))
        if failed and not continue_on_error:
            return 400, replies
    return 200, replies


def _change_set(part: ChangeSet, send: Send, transaction: Callable[[], AbstractContextManager[object]]) -> list[Reply]:
    references: dict[str, str] = {}
    replies: list[Reply] = []
    try:
        with transaction():
            for operation in part.operations:
                reply = send(_resolved(operation, references), references)
                reply.content_id = operation.content_id
                if reply.status >= 400:
                    raise _Failed(reply)
                replies.append(reply)
                made = reply.headers.get("OData-EntityId")
                if made:
                    references[f"${operation.content_id}"] = made
    except _Failed as failure:
        return [failure.reply]
    return replies


def _resolved(operation: Operation, references: References) -> Operation:
    """The operation with the Content-ID at the start of its URL replaced; what is no reference of this set stays."""
    name, slash, rest = operation.url.partition("/")
    if not name.startswith("$") or not name[1:].isdecimal() or name not in references:
        return operation
    url = f"{references[name]}{slash}{rest}"
    return Operation(operation.method, url, operation.headers, operation.body, operation.content_id)


def unknown_reference(name: str) -> DataverseError:
    """A Content-ID that stands for no row: none was made under it, or its answer did not say where."""
    return DataverseError(400, "0x80060888", f"Content-ID Reference: '{name}' does not exist in the batch context.")
