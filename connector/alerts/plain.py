"""An alert and a digest as plain text: for the text part of a mail, a chat, and a task in the CRM."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from connector.alerts.digest import FULL, Digest, Entry, Storm
from connector.alerts.wording import LEVEL_WORDS, clocked, deed, length, moment
from connector.words import plural


def facts(entry: Entry, now: datetime, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """What is known, line by line: a label and a text. When it is or was due the alert's own text says."""
    about, alert = entry.dossier, entry.raised.alert
    if alert.due_at is not None:
        if about.late is not None:
            yield "Late", length(about.late)
        elif alert.due_at > now and about.is_open is not False:
            yield "Left", length(alert.due_at - now)
    if about.on_clock is not None and about.since is not None:
        clock = "" if about.clock == "elapsed" else f" of “{about.clock}”"
        yield "On the clock", f"{clocked(about.on_clock, about.clock)}{clock}, since {moment(about.since, zone)}"
    if about.is_open is False:
        yield "Meanwhile", "somebody has followed up, or the promise no longer stands"
    if about.asked is not None:
        yield "Asked for", deed(about.asked.at, about.asked, zone)
    if about.looked:
        yield "Looked at", ", ".join(f"{one.about} ({moment(one.at, zone)})" for one in about.looked)
    for label, text in (("E-mail", about.email), ("Phone", about.phone), ("Domain", about.domain)):
        if text:
            yield label, text
    if about.account_owner and about.account_owner != about.owner:
        yield "Account owner", about.account_owner
    if about.owner:
        yield "Owner", about.owner
    if about.status:
        yield "Status", about.status
    if about.source:
        yield "Source", about.source
    if about.score:
        yield "Score", about.score


def did(entry: Entry, zone: ZoneInfo) -> list[str]:
    """What the person did, newest first."""
    return [deed(at, activity, zone) for at, activity in entry.dossier.did]


def who(entry: Entry) -> str:
    """`Ann Lee, VP Sales, Acme`."""
    about = entry.dossier
    return ", ".join(part for part in (about.name, about.title, about.company) if part)


def line(entry: Entry) -> str:
    """One alert in one line."""
    return f"{who(entry)}: {entry.raised.alert.text}"


REACHED: Final = ("E-mail", "Phone")
"""Facts that do not go to chats: more people read those, and for longer."""


def told(entry: Entry, now: datetime, zone: ZoneInfo, without: Container[str] = ()) -> list[str]:
    """One alert in full, but for the facts of some labels."""
    about = entry.dossier
    lines = [who(entry), f"  {entry.raised.alert.text}"]
    if about.gone:
        return [*lines, f"  no longer in the CRM: {about.url}"]
    lines += [f"  {label}: {text}" for label, text in facts(entry, now, zone) if label not in without]
    deeds = did(entry, zone)
    if deeds:
        lines += ["  What they did:", *(f"    {deed}" for deed in deeds)]
    if about.hint:
        lines.append(f"  {about.hint}")
    return [*lines, f"  {about.url}"] if about.url else lines


def digest(one: Digest) -> str:
    """The whole message."""
    lines = [one.subject, one.as_of, ""]
    if one.warning:
        lines += [f"! {one.warning}", ""]
    if one.storm is not None:
        lines += [*_storm(one.storm), ""]
    room = FULL
    for level, entries in one.sections():
        lines += [f"{LEVEL_WORDS[level].upper()} ({len(entries)})", ""]
        for entry in entries[:room]:
            lines += [*told(entry, one.at, one.zone), ""]
        if len(entries) > room:
            lines += [*(line(entry) for entry in entries[room:]), ""]
        room = max(0, room - len(entries))
    if one.unsure:
        lines += [UNSURE, *(f"  {line(entry)} ({channel})" for entry, channel in one.unsure), ""]
    lines += [f"Sent once by connector for the org {one.org}. All alerts: connector alerts · now: connector sla"]
    return "\n".join(lines) + "\n"


UNSURE = "Nobody knows whether these were delivered, and they are not sent again:"


def groups(storm: Storm) -> list[tuple[str, tuple[tuple[str, int], ...]]]:
    """The counts of a storm, each with its title."""
    of = "" if storm.seen == storm.alerts else f" (of the {storm.seen:,} that wait longest)"
    by = ((f"By owner{of}", storm.by_owner), (f"By source{of}", storm.by_source))
    return [("By promise", storm.by_promise), *by]


def _storm(storm: Storm) -> Iterator[str]:
    yield f"{plural(storm.alerts, 'new alert')} came up in one pass, so they are told together, and no tasks were made."
    yield "All of them: connector alerts --limit 0"
    for title, counts in groups(storm):
        yield f"{title}:"
        yield from (f"  {count:>6,}  {name}" for name, count in counts)
    yield "Those that wait longest:"
    for entry in storm.oldest:
        yield f"  {line(entry)}"
        if entry.dossier.url:
            yield f"    {entry.dossier.url}"


def short(one: Digest, room: int) -> str:
    """The message for a chat, in at most `room` characters: as many alerts as fit, the most urgent in full.

    What is not known to have arrived has its own part of the room: whoever reads it there reads it nowhere else.
    """
    if one.unsure:
        doubt = _doubt(one, room // 3)
        return f"{_alerts(one, room - len(doubt) - 2)}\n\n{doubt}"
    return _alerts(one, room)


def _doubt(one: Digest, room: int) -> str:
    """What is not known to have arrived, in at most `room` characters, if they are enough for its number."""
    lines = [f"{UNSURE} {len(one.unsure):,} (connector alerts --state unknown)"]
    for entry, channel in one.unsure:
        more = f"{line(entry)} ({channel})"
        if sum(map(len, lines)) + len(lines) + len(more) > room:
            break
        lines.append(more)
    return "\n".join(lines)


def _alerts(one: Digest, room: int) -> str:
    end = "… all of them: connector alerts"
    parts = ["\n".join(_storm(one.storm))] if one.storm is not None else []
    for level, entries in one.sections():
        parts += [
            f"{LEVEL_WORDS[level].upper()} · " + "\n".join(told(entry, one.at, one.zone, REACHED)) for entry in entries
        ]
    text = ""
    for number, part in enumerate(parts):
        more = f"\n\n{part}" if text else part
        left = len(parts) - number - 1
        if len(text) + len(more) + (len(end) + 2 if left else 0) > room:
            return f"{text}\n\n{end}" if text else f"{part[: room - len(end) - 2]}\n{end}"
        text += more
    return text
