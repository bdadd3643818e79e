"""The digest of a morning as plain text: for the text part of the mail, the command line, and in short for a chat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connector.alerts.plain import line
from connector.morning.contents import LISTED, UNTOLD, WORDS, Morning, counted, more, named, standing_of
from connector.report.worklist import Someones

TOP: Final = 5
"""People whom a chat is told of."""


def text(one: Morning) -> str:
    """The whole message."""
    lines = [one.subject, one.as_of, ""]
    if one.warning:
        lines += [f"! {one.warning}", ""]
    if one.notes:
        lines += [*(f"! {note}" for note in one.notes), ""]
    lines += ["LAST NIGHT", *(one.night or ("no unattended pass has run yet",)), ""]
    lines += ["WHO WAITS", *one.summary, ""]
    for manager, owners in one.groups():
        lines += [f"LED BY {manager}", ""]
        for owner in owners:
            lines += [*_owner(owner, one), ""]
    if one.others:
        lines += [f"… {one.others}", ""]
    if one.untold:
        lines += [f"ALERTS THAT DID NOT ARRIVE, OR MAY NOT HAVE ({len(one.untold):,})", *one.reasons]
        lines += [f"  {line(untold.entry)}{untold.why}" for untold in one.untold[:UNTOLD]]
        lines += [f"  … {one.more_untold}", ""] if one.more_untold else [""]
    lines += [f"Sent once a day by connector for the org {one.org}. All who wait: connector sla --by owner"]
    return "\n".join(lines) + "\n"


def _owner(owner: Someones, one: Morning) -> Iterator[str]:
    yield f"{owner.name}: {counted(owner)}"
    for kind in LISTED:
        for waiter in owner.people[kind]:
            yield f"  {WORDS[kind]}: {named(waiter)}: {standing_of(waiter, one.at, one.zone)}"
            yield f"    {one.address(waiter.one.ref)}"
        if rest := more(owner, kind):
            yield f"  … {rest}"


def short(one: Morning, room: int) -> str:
    """The message for a chat, in at most `room` characters: numbers, and the oldest hot person of the first owners."""
    lines = [*one.night[:1], *(f"! {note}" for note in one.notes), *one.summary]
    for owner in one.owners[:TOP]:
        first = owner.first
        if first is not None:
            lines.append(f"{owner.name} ({counted(owner)}): {named(first)}: {standing_of(first, one.at, one.zone)}")
    if one.untold:
        lines.append(f"{len(one.untold):,} alerts did not arrive, or may not have: connector alerts --state unknown")
    found = "\n".join(lines)
    end = "\n… all of it: connector alerts --digest"
    return found if len(found) <= room else found[: room - len(end)] + end
