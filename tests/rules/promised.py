"""Cases of promises, said in a line of sla_cases.txt; read for the product and for the second implementation.

history   values of the status field with the time each was entered, `>` between them; times are UTC, of 2026 unless
          the year is said. The first is the creation. `=STATUS TIME RULE` is a write of ours. `_` is a space
done      activities: kind, outcome (or topic of a form, or direction), time, user; `late`: not in the CRM when it
          was `read`
setting   from TIME (promises are in force; 2026-01-01 if unsaid), never, applied TIME, untracked, attempts, only
          conversations (count for `worked`), business (16 h of Berlin office hours for `worked`), no hours, owner USER,
          was USER TIME TIME (the owner before, and the syncs between which that changed), nobody's team (of all users),
          read TIME (a sync), written TIME (to the record)
promises  name, state, `due`, `stop` and the level that is told
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from connector.broken import BROKEN
from connector.case import OWNER, OrgFacts, build
from connector.clock import Calendar
from connector.judge import judge
from connector.model import LEAD, Activity, Evidence, Judgement, Observation, OwnWrite, PromiseState, StatusChange, User
from connector.policy import Policy
from connector.timeline import KNOWN
from tests.clock.hours import HOLIDAYS, HOURS
from tests.people import LONG_AGO, org, person, policy, ref
from tests.rules.alone import rule

USERS = {
    "ldr": User("ldr", "Max Ro", title="LDR"),
    "lena": User("lena", "Lena Ray", title="Lead Development Rep"),
    "rep": User("rep", "Sam Ng", department="Sales"),
    "bot": User("bot", "Automation"),
}
OFFICE = Calendar([HOURS["office"]], [HOLIDAYS["may day"]])


class Line(NamedTuple):
    history: str
    done: str
    setting: str
    now: str
    promises: str
    why: str


def lines() -> list[Line]:
    rows = Path(__file__).with_name("sla_cases.txt").read_text().splitlines()[1:]
    return [Line(*(" ".join(cell.split()) for cell in row.split("|"))) for row in rows]


def time(text: str) -> datetime:
    """`03-30`, `03-30 09:00:01`, `2028-02-28 09:00`."""
    day, _, clock = text.partition(" ")
    return datetime.fromisoformat(f"{day if len(day) > 5 else '2026-' + day}T{clock or '00:00'}").replace(tzinfo=UTC)


class Step(NamedTuple):
    value: str
    at: datetime
    rule: str


def steps(history: str) -> list[Step]:
    found = []
    for text in history.split(" > "):
        value, day, *rest = text.split(" ")
        clock = rest.pop(0) if rest and ":" in rest[0] else ""
        found.append(Step(value.replace("_", " "), time(f"{day} {clock}".strip()), rest[0] if rest else ""))
    return found


def is_late(done: str) -> list[bool]:
    """Of each activity, whether it is entered later."""
    return [text.endswith(" late") for text in done.split(", ") if text]


def activities(done: str) -> list[Activity]:
    found = []
    for number, text in enumerate(one for one in done.split(", ") if one):
        kind, *words = text.split(" ")
        at = next(i for i, word in enumerate(words) if word[:1].isdigit())
        said, rest = words[:at], words[at:]
        clock = rest[1] if len(rest) > 1 and ":" in rest[1] else ""
        by = next((word for word in rest if word in USERS), None)
        direction = "in" if kind == "form" or "in" in said else "out"
        about = said[0] if kind == "form" else ""
        outcome = next((word for word in said if word not in ("in", "out") and not about), "done")
        found.append(Activity(time(f"{rest[0]} {clock}".strip()), kind, direction, outcome, f"a{number}", by, about))
    return sorted(found, key=lambda one: one.at)


class Setting(NamedTuple):
    """What `setting` says. `force`: since when promises are in force; `applied`: only by the first apply."""

    force: datetime | None = datetime(2026, 1, 1, tzinfo=UTC)
    applied: bool = False
    tracked: bool = True
    attempts: bool = False
    only: bool = False
    business: bool = False
    hours: bool = True
    owner: str = "ldr"
    owners: tuple[tuple[str, datetime, datetime], ...] = ()
    teams: bool = True
    read: datetime | None = None
    written: datetime | None = None


def setting(text: str) -> Setting:
    found = Setting()
    for word in (one for one in text.split(", ") if one):
        name, _, rest = word.partition(" ")
        match name:
            case "from" | "applied":
                found = found._replace(force=time(rest), applied=name == "applied")
            case "never":
                found = found._replace(force=None)
            case "untracked":
                found = found._replace(tracked=False)
            case "no":
                found = found._replace(hours=False)
            case "nobody's":
                found = found._replace(teams=False)
            case "was":
                user, *syncs = rest.split(" ")
                half = len(syncs) // 2
                since, seen = time(" ".join(syncs[:half])), time(" ".join(syncs[half:]))
                found = found._replace(owners=(*found.owners, (user, since, seen)))
            case "read" | "written":
                found = found._replace(**{name: time(rest)})
            case "owner":
                found = found._replace(owner=rest)
            case _:
                found = found._replace(**{name: True})
    return found


def known(said: Setting) -> Policy:
    tables: dict[str, Any] = {"promise": {}}
    if said.force is not None and not said.applied:
        tables["effective_from"] = said.force
    if said.attempts:
        tables["promise"]["worked"] = {"counts": ["conversation", "call", "mail", "attempt"]}
    if said.only:
        tables["promise"]["worked"] = {"counts": ["conversation"]}
    if said.business:
        tables["promise"]["worked"] = {"clock": "business", "limit": "16h"}
    if not said.teams:
        nobody = {"departments": [], "titles": ["nobody"], "roles": [], "users": []}
        return policy(sla=tables, teams={"ldr": nobody, "sales": nobody, "marketing": nobody})
    return policy(sla=tables)


def facts(said: Setting) -> OrgFacts:
    return org(
        tracked=said.tracked,
        users=USERS,
        calendar=OFFICE if said.hours else Calendar(),
        first_apply=said.force if said.applied else None,
    )


def evidence(line: Line) -> tuple[Evidence, tuple[OwnWrite, ...]]:
    said, walked = setting(line.setting), [one for one in steps(line.history) if one.at <= time(line.now)]
    rows, own, value = [], [], walked[0].value
    for one in walked[1:]:
        after = one.value.removeprefix("=")
        by = "connector" if one.value.startswith("=") else "somebody"
        rows.append(StatusChange(one.at, by, value, after))
        if by == "connector":
            own.append(OwnWrite(ref(), "status", value, after, one.rule, one.at))
        value = after
    created = walked[0].at if said.tracked else LONG_AGO
    who = person(LEAD, created_at=created, modified_at=said.written or walked[-1].at, status=value, owner_id=said.owner)
    found = Evidence(
        key=1,
        person=who,
        changes=tuple(rows),
        activities=tuple(activities(line.done)),
        owner=USERS[said.owner],
    )
    return found, tuple(own)


_UNWRITTEN = re.compile(r"^[a-z_ ]+ (\d\d-\d\d .*) late$")
"""What is entered late only; in its place stands what never counts, so that the others keep their ids."""


def judged(line: Line) -> Judgement:
    """What the rule says of a line, with what the syncs before it have seen."""
    said, now = setting(line.setting), time(line.now)
    seen = handed(said) + written(line, said)
    if said.read is not None and said.read <= now:
        seen += broken(line, said, said.read)
    return _judged(line, seen)


def _judged(line: Line, seen: list[Observation]) -> Judgement:
    said = setting(line.setting)
    terms = known(said)
    found, own = evidence(line)
    case = build(found, terms, facts(said), time(line.now), own, (), seen)
    return judge(found.person, case, rule("sla", terms))


def handed(said: Setting) -> list[Observation]:
    """The changes of owner that syncs have seen."""
    owners = [user for user, _, _ in said.owners] + [said.owner]
    return [
        Observation(ref(), OWNER, since, seen, user, owners[number + 1])
        for number, (user, since, seen) in enumerate(said.owners)
    ]


def written(line: Line, said: Setting) -> list[Observation]:
    """What a sync keeps of a record that somebody writes to: what it held, and when already."""
    first = steps(line.history)[0]
    return [Observation(ref(), KNOWN, None, first.at, None, first.value)] if said.written is not None else []


def broken(line: Line, said: Setting, read: datetime) -> list[Observation]:
    """What a sync at `read` keeps: the promises that are broken then, without what is entered later."""
    done = [_UNWRITTEN.sub(r"list_mail done \1", text) for text in line.done.split(", ") if text]
    before = [user for user, _, seen in said.owners if seen > read]
    words = [word for word in line.setting.split(", ") if word.partition(" ")[0] not in ("was", "owner", "read")]
    words += [f"owner {before[0] if before else said.owner}"]
    then = line._replace(done=", ".join(done), setting=", ".join(filter(None, words)), now=short(read))
    if said.force is None or time(line.history.split(" > ")[0].split(" ", 1)[1]) > read:
        return []
    return [
        Observation(ref(), f"{BROKEN} {one.name} {one.of}", one.since, one.due_at, None, "broken")
        for one in _judged(then, [*written(line, said), *(one for one in handed(said) if one.seen_at <= read)]).promises
        if (one.is_open or one.state is PromiseState.BREACHED) and one.due_at is not None and one.due_at <= read
    ]


def told(judgement: Judgement) -> str:
    """The promises, as a line says them."""
    levels = {(one.promise, one.of): one.level for one in judgement.alerts}
    parts = []
    for one in judgement.promises:
        words = [one.name, one.state.value]
        words += ["due", short(one.due_at)] if one.due_at is not None else []
        words += ["stop", short(one.stopped_at)] if one.stopped_at is not None else []
        parts.append(" ".join([*words, levels.get((one.name, one.of), "")]).strip())
    return ", ".join(parts)


def short(at: datetime) -> str:
    """As `time` reads it."""
    text = f"{at:%Y-%m-%d %H:%M:%S}".removesuffix(":00")
    return text.removeprefix("2026-")
