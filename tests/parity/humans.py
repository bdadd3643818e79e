"""People as no CRM in particular has them: what each of them is, did, and went through, drawn by hypothesis.

Days are counted back from `NOW`. Everything that is drawn here can be said in either CRM; what only one of them can say
(member statuses, call dispositions, record types) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
CONVERTED = "Closed - Converted"
CLOSED = ("Disqualified",)
STATUSES = ("Raw", "Inquiry", "MAQL", "LAL", "MQL", "SAL", "SQL", "Re-Market", "Disqualified")
TYPED = ("Left Vmail", "No Answer", "Wrong Number", "No longer with company", "Callback", "Zombie", "Old - Nurture")
"""What callers and predecessors left in the status: dispositions, an unknown word, a retired value."""
CONTACT_STATUSES = (*STATUSES, "Customer")
SOURCES = ("Web", "Purchased List", "Referral", "Trade Show", None)
OWNERS = ("Rita Rep", "Lars Ldr", "Gone Gus")
INACTIVE = ("Gone Gus",)
CAMPAIGNS = (("Spring Mail", "Email", True), ("Old Fair", "Event", False), ("ABM Top 50", "Advertisement", True))
"""Name, type, whether it is running."""
SUBJECTS = (
    "Inbound call: spoke with them",
    "Inbound call: about prices",
    "Missed call from them",
    "Call: left voicemail",
    "Call: no answer",
    "Filled out form: contact us",
    "Form: requested demo",
    "Email: offer",
    "<< their question",
    "Opened email: spring",
    "Meeting with Ann",
    "Meeting cancelled",
    "Newsletter: April",
    "Prepare the offer",
)
COMPANIES = ("Acme", "Globex", "Initech")
TITLES = ("CEO", "Buyer", "Student", None)
COUNTRIES = ("Germany", "France", None)


@dataclass(frozen=True)
class Moved:
    """A change of the status, so many seconds before now; `by` one of OWNERS."""

    ago: int
    before: str | None
    after: str
    by: str


@dataclass(frozen=True)
class Deal:
    """An opportunity: open, won or lost; created and closed so many days ago."""

    state: str
    created: int
    closed: int


@dataclass(frozen=True)
class Human:
    """One record. `lead`: on a contact, the lead it was converted from (its status is CONVERTED)."""

    object: str
    created: int
    moves: tuple[Moved, ...]
    first: str | None
    owner: str
    source: str | None
    title: str | None
    country: str | None
    employees: int | None
    company: str
    twin: int | None
    did: tuple[tuple[int, str], ...] = ()
    responded: tuple[tuple[int, int], ...] = ()
    deals: tuple[Deal, ...] = ()
    reason: str | None = None
    wakes: int | None = None
    old_account: bool = True
    lead: Human | None = None
    key: str = field(default="", compare=False)

    @property
    def status(self) -> str | None:
        """What it is now."""
        return self.moves[-1].after if self.moves else self.first

    @property
    def email(self) -> str:
        """Its own, or one that it shares with others."""
        return f"same{self.twin}@example.com" if self.twin is not None else f"{self.key}@example.com"


def ago(seconds: int) -> datetime:
    """That long before now."""
    return NOW - timedelta(seconds=seconds)


DAY = 86_400


def _moves(words: tuple[str, ...], *, blank: bool) -> st.SearchStrategy[tuple[str | None, list[str]]]:
    first = st.one_of(st.none(), st.sampled_from(words)) if blank else st.sampled_from(words)
    return st.tuples(first, st.lists(st.sampled_from(words), max_size=4))


@st.composite
def humans(draw: st.DrawFn) -> Human:
    """A lead, a contact, or a contact that a lead became."""
    kind = draw(st.sampled_from(("lead", "lead", "lead", "contact", "converted")))
    if kind == "lead":
        return _person(draw, "lead", (*STATUSES, *TYPED), draw(st.integers(3 * DAY, 500 * DAY)))
    made = draw(st.integers(2 * DAY, 400 * DAY))
    contact = _person(draw, "contact", CONTACT_STATUSES, made, blank=True)
    if kind == "contact":
        return contact
    lead = _person(draw, "lead", (*STATUSES, *TYPED), made + draw(st.integers(DAY, 200 * DAY)), until=made)
    before = lead.status
    converting = Moved(made, before, CONVERTED, contact.owner)
    lead = Human(**{**vars(lead), "moves": (*lead.moves, converting), "deals": ()})
    return Human(**{**vars(contact), "lead": lead, "old_account": draw(st.booleans())})


def _person(
    draw: st.DrawFn, object: str, words: tuple[str, ...], created: int, *, until: int = 0, blank: bool = False
) -> Human:
    first, later = draw(_moves(words, blank=blank))
    times = sorted(
        draw(st.lists(st.integers(until + 60, created - 60), min_size=len(later), max_size=len(later), unique=True))
    )
    moves: list[Moved] = []
    before = first
    for at, after in zip(reversed(times), later, strict=True):
        if after != before:
            moves.append(Moved(at, before, after, draw(st.sampled_from(OWNERS))))
            before = after
    span, campaign = st.integers(until + 60, created - 60), st.integers(0, len(CAMPAIGNS) - 1)
    deals = ()
    if object == "contact":
        deals = tuple(draw(st.lists(_deal(created), max_size=2, unique_by=_began)))
    return Human(
        object=object,
        created=created,
        moves=tuple(moves),
        first=first,
        owner=draw(st.sampled_from(OWNERS)),
        source=draw(st.sampled_from(SOURCES)),
        title=draw(st.sampled_from(TITLES)),
        country=draw(st.sampled_from(COUNTRIES)),
        employees=draw(st.sampled_from((None, 12, 800))),
        company=draw(st.sampled_from(COMPANIES)),
        twin=draw(st.sampled_from((None, None, None, None, 0, 1, 2, 3))),
        did=tuple(draw(st.lists(st.tuples(span, st.sampled_from(SUBJECTS)), max_size=3, unique_by=_when))),
        responded=tuple(draw(st.lists(st.tuples(span, campaign), max_size=2, unique_by=_day))),
        deals=deals,
        reason=draw(st.sampled_from((None, None, "Not ready"))),
        wakes=draw(st.sampled_from((None, None, -10, 20))),
    )


def _when(one: tuple[int, str]) -> int:
    """Nothing happens twice at once: which came first would be the ids' to say."""
    return one[0]


def _day(one: tuple[int, int]) -> str:
    return f"{ago(one[0]):%Y-%m-%d}"


def _began(one: Deal) -> int:
    return one.created


@st.composite
def _deal(draw: st.DrawFn, created: int) -> Deal:
    began = draw(st.integers(1, max(1, created // DAY)))
    return Deal(draw(st.sampled_from(("open", "won", "lost"))), began, draw(st.integers(0, began)))


def drawn(count: int, seed_: int) -> list[Human]:
    """So many people, the same for the same seed, each under a key of its own."""
    found: list[Human] = []

    @seed(seed_)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(humans())
    def collect(one: Human) -> None:
        found.append(one)

    collect()
    numbered = []
    for number, one in enumerate(found[:count]):
        key = f"p{number:05d}"
        lead = Human(**{**vars(one.lead), "key": f"{key}-lead"}) if one.lead else None
        numbered.append(Human(**{**vars(one), "key": key, "lead": lead}))
    return numbered
