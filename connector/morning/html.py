"""The digest of a morning as HTML, with the look of the alerts' digest."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from connector.alerts.html import COLOURS, GREY, heading, line, link, opening, page, row
from connector.morning.contents import LISTED, UNTOLD, WORDS, Morning, counted, more, named, standing_of
from connector.report.board import Standing
from connector.report.worklist import Someones

_COLOUR: Final = {
    Standing.BREACHED: COLOURS["breach"],
    Standing.NO_CLOCK: COLOURS["escalate"],
    Standing.AT_RISK: COLOURS["warn"],
    Standing.BACKLOG: "#5f6b7a",
}
_PLAIN: Final = "#1d2733"


def digest(one: Morning) -> str:
    """The whole page."""
    return page(one.subject, "".join(_rows(one)))


def _rows(one: Morning) -> Iterator[str]:
    yield from opening(one.subject, one.as_of, one.warning)
    if one.notes:
        notes = "".join(f"<div>{escape(note)}</div>" for note in one.notes)
        yield row(
            '<div style="background:#fff8e1;border:1px solid #b26a00;border-radius:4px;padding:8px 12px;'
            f'font-size:13px">{notes}</div>'
        )
    yield heading("Last night", _PLAIN)
    night = one.night or ("no unattended pass has run yet",)
    rest = "".join(f'<div style="padding-left:14px">{escape(text.strip())}</div>' for text in night[1:])
    yield row(f'<div style="font-size:13px"><div>{escape(night[0])}</div>{rest}</div>')
    yield heading("Who waits", _PLAIN)
    yield row("".join(f'<div style="font-size:13px">{escape(text)}</div>' for text in one.summary))
    for manager, owners in one.groups():
        yield heading(f"Led by {manager}", "#1565c0")
        for owner in owners:
            yield _owner(owner, one)
    if one.others:
        yield row(_grey(one.others))
    if one.untold:
        yield heading(f"Alerts that did not arrive, or may not have ({len(one.untold):,})", COLOURS["escalate"])
        yield row("".join(f'<div style="font-size:13px">{escape(text)}</div>' for text in one.reasons))
        lines = "".join(line(untold.entry, untold.why) for untold in one.untold[:UNTOLD])
        yield row(lines + (_grey(one.more_untold) if one.more_untold else ""))
    yield row(
        "Sent once a day. All who wait: <code>connector sla --by owner</code> · who was told: "
        f"<code>connector alerts</code> · org {escape(one.org)}",
        f"padding:16px 28px 22px;border-top:1px solid #d9dfe7;{GREY};font-size:12px",
    )


def _owner(owner: Someones, one: Morning) -> str:
    parts = [
        f'<div style="font-size:16px;font-weight:600">{escape(owner.name)} '
        f'<span style="{GREY};font-size:13px;font-weight:400">{escape(counted(owner))}</span></div>'
    ]
    for kind in LISTED:
        for waiter in owner.people[kind]:
            there = link(one.address(waiter.one.ref), named(waiter), "font-weight:600")
            parts.append(
                f'<div style="border-left:4px solid {_COLOUR[kind]};padding:1px 0 1px 12px;margin:6px 0;'
                f'font-size:13px"><div>{there} <span style="color:{_COLOUR[kind]}">{escape(WORDS[kind])}</span></div>'
                f'<div style="{GREY}">{escape(standing_of(waiter, one.at, one.zone))}</div></div>'
            )
        if rest := more(owner, kind):
            parts.append(_grey(rest))
    return row("".join(parts))


def _grey(text: str) -> str:
    return f'<div style="{GREY};font-size:13px">… {escape(text)}</div>'
