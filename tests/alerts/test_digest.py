"""Many alerts as one message: order, subject, both parts, and a chat's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.alerts import html, plain
from connector.alerts.digest import FULL, Digest, Entry, storm_of
from connector.alerts.dossier import SOFT, Dossier
from connector.model import Activity, Alert, Ref
from connector.store.ledger import Raised

NOW = datetime(2026, 3, 4, 13, 5, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ODD = 'Zoë <script>alert("x")</script> & Söhne'


def entry(number: int, level: str = "breach", *, hours: int = 1, **known: Any) -> Entry:
    """An alert, late by so many hours."""
    due = NOW - timedelta(hours=hours)
    alert = Alert(
        person_id=number,
        promise="worked",
        of="7",
        level=level,
        at=due,
        text="MAQL: to be worked within 48h, was due 2026-03-04",
        due_at=due if level != "tell" else None,
    )
    ref = Ref("acme", "lead", f"00Q{number:012d}")
    raised = Raised(number=number, key=alert.key, ref=ref, alert=alert, raised_at=NOW)
    given = {
        "name": f"Ann {number}",
        "title": "VP Sales",
        "company": "Acme",
        "source": "Webinar",
        "status": "MAQL",
        "owner": "Rep",
        "score": "120 (+60 Executive, +60 Looked at prices)",
        "did": ((NOW - timedelta(days=1), Activity(NOW, "form", "in", "", "1", None, "case study")),),
        "since": due - timedelta(days=2),
        "on_clock": timedelta(days=2, hours=hours),
        "late": timedelta(hours=hours) if level != "warn" else None,
        "clock": "elapsed",
        "hint": SOFT,
        **known,
    }
    return Entry(raised, Dossier(ref=ref, url=f"https://acme.my.salesforce.com/{ref.id}", **given))  # type: ignore[arg-type]


def digest(*entries: Entry, **more: Any) -> Digest:
    """A digest of these."""
    return Digest(org="acme", at=NOW, zone=BERLIN, entries=entries, **more)


class Page(HTMLParser):
    """Checks that tags close in order, and gathers texts, links and whatever would load something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [str(given["href"])] if "href" in given else []
        self.loads += [tag] if tag in ("script", "img", "link", "iframe") or "src" in given else []
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_most_urgent_first() -> None:
    """Escalated, broken, about to break, to know; within each who waits longest."""
    one = digest(entry(1, "warn"), entry(2), entry(3, "tell"), entry(4, hours=9), entry(5, "escalate"))
    told = [(level, [each.raised.number for each in entries]) for level, entries in one.sections()]
    assert told == [("escalate", [5]), ("breach", [4, 2]), ("warn", [1]), ("tell", [3])]
    assert one.subject == "acme: 1 promise escalated, 2 broken, 1 about to break, 1 to know"


@pytest.mark.parametrize(
    ("levels", "subject"),
    [
        (["breach"], "acme: 1 promise broken"),
        (["warn", "warn"], "acme: 2 promises about to break"),
        (["tell"], "acme: 1 to know"),
    ],
)
def test_subjects(levels: list[str], subject: str) -> None:
    """What it is about, in a line."""
    assert digest(*(entry(number, level) for number, level in enumerate(levels))).subject == subject


def test_the_key_is_that_of_the_alerts() -> None:
    """The same alerts in another order are the same message; others are another."""
    assert digest(entry(1), entry(2)).key == digest(entry(2), entry(1)).key
    assert digest(entry(1)).key != digest(entry(2)).key
    assert digest(entry(1)).key != digest(entry(1), unsure=((entry(2), "mail"),)).key


def test_both_parts_say_the_same() -> None:
    """Name, title, company, source, score parts, what they did and when, time on the clock, link, and a hint."""
    one = digest(entry(7, hours=5), unsure=((entry(8), "chat:sales"),))
    page = Page(html.digest(one))
    text = plain.digest(one)
    shown = " ".join(page.texts)
    for said in (
        "Ann 7",
        "VP Sales, Acme",
        "Webinar",
        "120 (+60 Executive, +60 Looked at prices)",
        "Tue 3 Mar 2026, 14:05: case study (filled in a form)",
        "2 d 5 h, since Mon 2 Mar 2026, 09:05",
        SOFT,
        plain.UNSURE,
        "(chat:sales)",
    ):
        assert said in shown
        assert said in text
    assert page.links == [f"https://acme.my.salesforce.com/00Q00000000000{number}" for number in (7, 8)]
    assert page.links[0] in text
    assert page.loads == []


def test_nothing_of_a_crm_is_markup() -> None:
    """Whatever stands in a field is shown, not carried out."""
    page = Page(html.digest(digest(entry(1, name=ODD, company=ODD, source=ODD, owner=ODD))))
    assert page.loads == []
    assert page.texts.count(ODD) >= 1


def test_who_is_gone() -> None:
    """Somebody who is no longer in the CRM is told of as far as is known."""
    one = digest(Entry(entry(1).raised, Dossier(ref=entry(1).dossier.ref, url="https://x", name="00Q1", gone=True)))
    assert "no longer in the CRM" in plain.digest(one)
    assert "no longer in the CRM" in " ".join(Page(html.digest(one)).texts)


def test_beyond_fifty_a_line_each() -> None:
    """After an outage there may be more than anybody reads: the most urgent in full, the rest in a line."""
    one = digest(*(entry(number) for number in range(FULL)), *(entry(number, "warn") for number in range(100, 103)))
    text = plain.digest(one)
    assert text.count("Score:") == FULL
    assert text.count("Ann 10") == 1 + 3
    assert len(Page(html.digest(one)).links) == FULL + 3


def test_a_storm_in_numbers() -> None:
    """How many, of what, whose, from where, and who waits longest."""
    entries = [entry(number, hours=100 - number) for number in range(60)]
    seen = [("Rep", "Webinar")] * 50 + [("", "")] * 5
    storm = storm_of([one.raised for one in entries], entries[:10], seen)
    one = digest(storm=storm)
    for text in (plain.digest(one), " ".join(Page(html.digest(one)).texts)):
        for said in ("60 new alerts", "worked, broken", "By owner (of the 55 that wait longest)", "nobody", "Ann 9"):
            assert said in text
        assert "Ann 10," not in text
    assert one.subject == "acme: 60 new alerts at once"


@pytest.mark.parametrize("room", [300, 700, 2_000, 6_000])
def test_a_chat_takes_so_much(room: int) -> None:
    """As many as fit, in full, and where the others are to be found; never more than the chat takes."""
    one = digest(*(entry(number) for number in range(20)))
    text = plain.short(one, room)
    assert len(text) <= room
    assert text.endswith("… all of them: connector alerts")
    assert text.startswith("BROKEN · Ann 0")
    assert plain.short(digest(entry(1)), 6_000).endswith("/00Q000000000001")


def test_the_deadline_is_told_once() -> None:
    """By the alert's own text; the lines below say how late it is, or how much time is left."""
    late, soon = plain.digest(digest(entry(1, hours=5))), plain.digest(digest(entry(2, "warn", hours=-2)))
    assert "  Late: 5 h\n" in late
    assert "  Left: 2 h\n" in soon
    assert late.count("was due 2026-03-04") == 1
    assert "Due:" not in late + soon


def test_what_was_read_long_ago_is_said_first() -> None:
    """Both parts of a mail begin with it, in words, if the CRM was read more than two hours ago; else not at all."""
    old, new = (digest(entry(1), read_at=NOW - timedelta(hours=hours)) for hours in (24, 1))
    for part in (plain.digest(old), html.digest(old)):
        assert "The CRM was last read 24 hours ago" in part
        assert part.index("24 hours ago") < part.index("Ann 1")
    assert "hours ago" not in plain.digest(new) + html.digest(new)
