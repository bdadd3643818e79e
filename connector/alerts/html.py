"""A digest as HTML for mail programs: one table, styles inline, no picture, no script, nothing loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from connector.alerts.digest import FULL, Digest, Entry, Storm
from connector.alerts.plain import UNSURE, did, facts, groups, who
from connector.alerts.wording import LEVEL_WORDS
from connector.words import plural

COLOURS: Final = {"escalate": "#8b1a1a", "breach": "#c62828", "warn": "#b26a00", "tell": "#1565c0"}
_FONT: Final = "font-family:-apple-system,Segoe UI,Helvetica,Arial,sans-serif"
GREY: Final = "color:#5f6b7a"


def digest(one: Digest) -> str:
    """The whole page."""
    return page(one.subject, "".join(_rows(one)))


def page(title: str, rows: str) -> str:
    """A page with that title and these rows."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light">'
        f"<title>{escape(title)}</title></head>"
        f'<body style="margin:0;padding:0;background:#eef1f5;{_FONT};color:#1d2733;font-size:15px;line-height:1.45">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#eef1f5"><tr>'
        '<td align="center" style="padding:24px 12px"><table role="presentation" width="640" cellpadding="0" '
        'cellspacing="0" style="width:100%;max-width:640px;background:#ffffff;border:1px solid #d9dfe7;'
        f'border-radius:6px">{rows}</table></td></tr></table></body></html>'
    )


def opening(subject: str, as_of: str, warning: str) -> Iterator[str]:
    """What a page begins with: what it is about, as of when, and what must be known before all else, if anything."""
    yield row(
        f'<div style="font-size:20px;font-weight:600">{escape(subject)}</div>'
        f'<div style="{GREY};font-size:13px">{escape(as_of)}</div>',
        "padding:22px 28px 14px",
    )
    if warning:
        yield row(
            '<div style="background:#fdecea;border:1px solid #c62828;border-radius:4px;padding:8px 12px;'
            f'color:#8b1a1a;font-weight:600">{escape(warning)}</div>'
        )


def _rows(one: Digest) -> Iterator[str]:
    yield from opening(one.subject, one.as_of, one.warning)
    if one.storm is not None:
        yield _storm(one.storm)
    room = FULL
    for level, entries in one.sections():
        yield heading(f"{LEVEL_WORDS[level].capitalize()} ({len(entries)})", COLOURS[level])
        yield from (_entry(entry, one) for entry in entries[:room])
        if len(entries) > room:
            yield row("".join(line(entry) for entry in entries[room:]))
        room = max(0, room - len(entries))
    if one.unsure:
        yield heading("Not known whether delivered", "#5f6b7a")
        lines = "".join(line(entry, f" ({channel})") for entry, channel in one.unsure)
        yield row(f"{escape(UNSURE)}{lines}")
    yield row(
        f"Every alert is sent once. All of them: <code>connector alerts</code> · what is running now: "
        f"<code>connector sla</code> · org {escape(one.org)}",
        f"padding:16px 28px 22px;border-top:1px solid #d9dfe7;{GREY};font-size:12px",
    )


def _entry(entry: Entry, one: Digest) -> str:
    about, colour = entry.dossier, COLOURS[entry.raised.alert.level]
    name, rest = about.name, "".join(f", {part}" for part in (about.title, about.company) if part)
    there = link(about.url, name, "font-weight:600")
    parts = [
        f'<div style="font-size:16px">{there}{escape(rest)}</div>',
        f'<div style="color:{colour};margin:2px 0 6px">{escape(entry.raised.alert.text)}</div>',
    ]
    if about.gone:
        parts.append(f'<div style="{GREY}">no longer in the CRM</div>')
    known = "".join(
        f'<tr><td valign="top" style="{GREY};font-size:13px;padding:1px 14px 1px 0;white-space:nowrap">{escape(label)}'
        f'</td><td style="font-size:13px;padding:1px 0">{escape(text)}</td></tr>'
        for label, text in facts(entry, one.at, one.zone)
    )
    if known:
        parts.append(f'<table role="presentation" cellpadding="0" cellspacing="0">{known}</table>')
    deeds = "".join(f"<li>{escape(deed)}</li>" for deed in did(entry, one.zone))
    if deeds:
        parts.append(
            f'<div style="{GREY};font-size:13px;margin-top:6px">What they did</div>'
            f'<ul style="margin:2px 0 0;padding-left:18px;font-size:13px">{deeds}</ul>'
        )
    if about.hint:
        parts.append(
            '<div style="background:#fff8e1;border-radius:4px;padding:6px 10px;margin-top:8px;font-size:13px">'
            f"{escape(about.hint)}</div>"
        )
    return row(f'<div style="border-left:4px solid {colour};padding:2px 0 2px 14px">{"".join(parts)}</div>')


def line(entry: Entry, more: str = "") -> str:
    """One alert in one line."""
    there = link(entry.dossier.url, who(entry))
    return f'<div style="font-size:13px;padding:2px 0">{there}: {escape(entry.raised.alert.text + more)}</div>'


def link(url: str, text: str, style: str = "") -> str:
    """A link, or where there is nothing to look at the text alone."""
    if not url:
        return f'<span style="{style}">{escape(text)}</span>'
    return f'<a href="{escape(url)}" style="color:#0b57d0;text-decoration:none;{style}">{escape(text)}</a>'


def _storm(storm: Storm) -> str:
    told = (
        f"{plural(storm.alerts, 'new alert')} came up in one pass, so they are told together, and no tasks were made. "
        "All of them: <code>connector alerts --limit 0</code>"
    )
    tables = "".join(
        f'<div style="font-weight:600;margin-top:12px">{escape(title)}</div>'
        '<table role="presentation" cellpadding="0" cellspacing="0">'
        + "".join(
            f'<tr><td align="right" style="padding:1px 14px 1px 0;font-variant-numeric:tabular-nums">{count:,}</td>'
            f"<td>{escape(name)}</td></tr>"
            for name, count in counts
        )
        + "</table>"
        for title, counts in groups(storm)
    )
    oldest = "".join(line(entry) for entry in storm.oldest)
    waiting = '<div style="font-weight:600;margin-top:12px">Those that wait longest</div>'
    return row(f"<div>{told}</div>{tables}{waiting}{oldest}")


def heading(text: str, colour: str) -> str:
    """The heading of what follows."""
    return row(
        f'<div style="color:{colour};font-weight:600;font-size:13px;letter-spacing:.04em;text-transform:uppercase">'
        f"{escape(text)}</div>",
        "padding:14px 28px 2px",
    )


def row(content: str, style: str = "padding:8px 28px") -> str:
    """One row of the page."""
    return f'<tr><td style="{style}">{content}</td></tr>'
