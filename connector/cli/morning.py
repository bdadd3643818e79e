"""`connector alerts --digest`: the digest of the morning, shown or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.cli.app import Ends
from connector.cli.output import Output
from connector.errors import NotFound

if TYPE_CHECKING:
    from connector.openorg import OpenOrg


def morning(out: Output, org: OpenOrg, *, send: bool) -> None:
    """Shows it as text, and nothing is sent; or sends today's, wherever it was not sent yet."""
    if send:
        _send(out, org)
        return
    from connector.morning import gather
    from connector.morning.plain import text

    found = gather(org)
    written = text(found)
    for line in written.splitlines():
        out.say(line)
    out.answer({"day": found.day, "subject": found.subject, "text": written})


def _send(out: Output, org: OpenOrg) -> None:
    from connector.alerts.raising import DIGEST
    from connector.morning import send

    done = send(org)
    if not done.states:
        raise NotFound(
            "nobody is to have the digest of the morning",
            where="[org.alerts]",
            next="docs/alerts.md says how to set up mail, and chats with digest = true",
        )
    states = {channel.removeprefix(DIGEST): state.name.lower() for channel, state in done.states.items()}
    sent = [channel.removeprefix(DIGEST) for channel in done.sent]
    for channel, state in states.items():
        before = " before, and not again" if state == "sent" and channel not in sent else ""
        out.say(f"{org.name}: the digest of {done.day}: {channel} {state.replace('_', ' ')}{before}")
    for problem in done.problems:
        out.say(f"warning: {problem}", style="yellow")
    out.answer({"day": done.day, "channels": states, "sent": sent, "problems": done.problems})
    if done.is_to_be_tried_again:
        raise Ends(4)
