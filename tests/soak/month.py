"""Nights and days in their order; after every night it is looked at what must be so."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from connector.sandbox.faults import Faults
from connector.sandbox.salesforce.stamps import instant
from connector.sandbox.server import Sandbox
from tests.acceptance.crm import Crm
from tests.alerts.receivers import Mailbox
from tests.oracle import contact_status
from tests.soak import books
from tests.soak.command import Commands, Done
from tests.soak.crm import Clock, WatchedOrg, Write
from tests.soak.days import ACCEPTED, Office, at
from tests.soak.lead import Ought
from tests.soak.weather import CLEAR, Weather, calm, forecast

IDLE = "stopped before anything was written"
FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
RULES = ("normalise", "disposition", "contact-status", "recycled", "raw", "qualify", "age", "sla")
POLICY = f"""
extends = "demand-gen"
[evidence]
complete = true
signed_by = "RevOps"
date = 2026-01-15
[limits]
rule_share = 1.0
run_share = 1.0
[night]
rules = {list(RULES)}
""".replace("'", '"')
STEP, STEPS, IDLE, LONG_IDLE = 45, 360, 0.3, 2.0
"""Seconds by which the clock is moved while a night waits, how often at most, and after how many real ones without a
call: it may wait after what it has written, or after what the night before wrote. On a busy machine a slow process
looks like one that waits, so there are more steps than a night needs; the office opens only later."""
STILL = 120
"""Real seconds without a call, once all steps are taken, after which it stands still for good."""


class Night(NamedTuple):
    """One night as the table shows it."""

    number: int
    weather: str
    ended: str
    people: int
    written: int
    alerts: int
    done: Done
    ledger: int
    mirror: int


class Month:
    """One org, one installation, so many nights. Raises AssertionError at the first thing that is not as it must be."""

    def __init__(self, box: Sandbox[WatchedOrg], folder: Path, clock: Clock, mailbox: Mailbox, random: Random) -> None:
        self._box, self._org, self._folder, self._clock, self._mailbox = box, box.org, folder, clock, mailbox
        self._forecast = forecast(random, box.org, box.faults)
        self.office = Office(box.org, clock, random, at(FIRST_DAY, 15))
        self.commands = Commands(folder / "connector.toml")
        self.nights: list[Night] = []
        self.memory: dict[str, list[float]] = {"run": [], "sync": [], "alerts": []}
        self._edited: set[str] = set()

    @property
    def ledger(self) -> Path:
        return self._folder / "state" / "ledger.db"

    def begin(self, people: int) -> None:
        """The first day: the org, the fields of ours, and a first apply of every rule that somebody watches."""
        self._clock.set(at(FIRST_DAY, 12))
        self._org.with_platform()
        self.office.moves_in(people)
        self._clock.set(at(FIRST_DAY, 15))
        self.commands.run("schema", "apply")
        self._watched()
        self._clock.set(at(FIRST_DAY, 16))
        for _ in range(4):
            self.office.asks()
        self._clock.set(at(FIRST_DAY, 17))
        self._watched()
        missing = set(RULES) - {row["rule"] for row in books.read(self.ledger, "SELECT rule FROM attended")}
        assert not missing, f"nobody has watched {missing}"

    def live(self, nights: int, acts: int, told: Any) -> None:
        """Day, night, day, night; the last one is clear."""
        for number in range(1, nights + 1):
            day = FIRST_DAY + timedelta(days=number)
            weather = CLEAR if number == nights else next(self._forecast)
            self._clock.set(at(day, 9))
            self.nights.append(self._night(number, weather))
            told(self.nights[-1])
            if number < nights:
                self._day(day, acts)

    def _day(self, day: datetime, acts: int) -> None:
        self._clock.set(at(day, 14))
        self.office.works(acts)
        self._small("sync")
        self._clock.set(at(day, 23))
        self._small("alerts", "--send")

    def _small(self, *words: str) -> None:
        self.memory[words[0]].append(self.commands.run(*words).megabytes)

    def _watched(self) -> None:
        """A person plans, approves and applies."""
        before = len(self._org.writes)
        oughts, contacts = self._oughts(), self._contacts()
        self._small("sync")
        plan = self.commands.run("plan").answer["plan"]
        self.commands.run("approve", plan, "--by", "Ada", "--because", "looked at it")
        self.commands.run("apply", plan)
        self._follow(self._org.writes[before:], oughts, contacts)
        self._as_they_ought(oughts, contacts, set())

    def _night(self, number: int, weather: Weather) -> Night:
        before = len(self._org.writes)
        oughts, contacts = self._oughts(), self._contacts()
        self._edited = set()
        weather.begin()
        waiting = _Waiting(self, before, oughts)
        done = self.commands.run("run", meanwhile=waiting, fails=True)
        calm(self._org, self._box.faults)
        writes = self._org.writes[before:]
        self._follow(writes, oughts, contacts)
        ended = done.answer.get("outcome") or "failed"
        if weather.passes:
            assert ended == "done", f"night {number}, {weather.name}: {done.answer}"
        else:
            assert ended in ("done", "failed", "stopped", IDLE), f"night {number}, {weather.name}: {done.answer}"
        if ended == "done" and not done.answer.get("resumed"):
            refused = {write.id for write in writes if write.code and write.id not in _ours(writes)}
            self._as_they_ought(oughts, contacts, self._edited | refused)
        written = books.accounted(self.ledger, self._org.writes)
        if ended in ("done", "stopped", IDLE):
            books.settled(self.ledger)
        assert books.read(self.ledger, "SELECT * FROM parked") == []
        alerts = books.told_once(self.ledger, self._mails())
        self.memory["run"].append(done.megabytes)
        people = len(self._org.rows("SELECT Id FROM Lead")) + len(self._org.rows("SELECT Id FROM Contact"))
        mirror = self._folder / "state" / "mirror-acme.db"
        sizes = (self.ledger.stat().st_size, mirror.stat().st_size)
        return Night(number, weather.name, ended, people, written, alerts, done, *sizes)

    def _mails(self) -> list[EmailMessage]:
        return self._mailbox.mails

    def _oughts(self) -> dict[str, Ought | None]:
        return {lead.id: lead.ought(self._clock.now) for lead in self.office.leads.values()}

    def _contacts(self) -> dict[str, str | None]:
        """What every contact ought to be, by rows that another client reads."""
        if contact_status.STATUS not in self._org.objects["Contact"]:
            return {}
        crm = Crm(self._box.https_url, self._org.open_token(), self._box.ca_file)
        queries = {
            **contact_status.QUERIES,
            "Contact": f"SELECT Id, AccountId, {contact_status.STATUS} FROM Contact",
        }
        return contact_status.ought({name: crm.rows(query) for name, query in queries.items()}, self._clock.now)

    def _follow(self, writes: list[Write], oughts: dict[str, Ought | None], contacts: dict[str, str | None]) -> None:
        """Every status that we wrote is the one that the oracle says; the leads are corrected with it."""
        for write in writes:
            if not write.is_ours:
                continue
            if write.object == "Contact" and contact_status.STATUS in write.values:
                wrote = write.values[contact_status.STATUS]
                assert wrote == contacts[write.id], f"contact {write.id}: {wrote} written, {contacts[write.id]} ought"
            if write.object == "Lead" and "Status" in write.values:
                lead, ought = self.office.leads[write.id], oughts[write.id]
                wrote = write.values["Status"]
                assert ought is not None, f"{lead} ought to be left alone; {wrote} was written"
                assert wrote == ought.status, f"{lead}: {wrote} was written, {ought} ought to be"
                if write.id not in self._edited:
                    lead.corrected(ought, write.at)

    def _as_they_ought(self, oughts: dict[str, Ought | None], contacts: dict[str, str | None], but: set[str]) -> None:
        """The CRM holds what the oracle says, one by one; `but` those, whom somebody else touched."""
        columns = "Id, Status, Last_Call_Disposition__c AS word, Status_Entered_At__c AS since"
        for row in self._org.rows(f"SELECT {columns} FROM Lead WHERE IsDeleted = 0 AND IsConverted = 0"):
            lead, ought = self.office.leads[row["Id"]], oughts.get(row["Id"])
            if lead.id in but:
                continue
            expected = ought.status if ought is not None else lead.status
            assert row["Status"] == expected, f"{lead} is {row['Status']}; it ought to be {ought}"
            assert (row["word"] or "").lower() == (lead.word or "").lower(), (
                f"{lead}: the last disposition is {row['word']}"
            )
            if ought is not None and ought.since is not None:
                assert row["since"] is not None, f"{lead} has no Status Entered At; it ought to be {ought}"
                assert instant(row["since"]) == ought.since, f"{lead}: entered {row['since']}, it ought to be {ought}"
        if contacts:
            for row in self._org.rows(f"SELECT Id, {contact_status.STATUS} AS now FROM Contact WHERE IsDeleted = 0"):
                if row["Id"] not in but and contacts.get(row["Id"]) is not None:
                    assert row["now"] == contacts[row["Id"]], f"contact {row}: ought to be {contacts[row['Id']]}"


class _Waiting:
    """Called while a night is at work: once it waits after its canary, somebody edits records, and time goes on."""

    def __init__(self, month: Month, before: int, oughts: dict[str, Ought | None]) -> None:
        self._month, self._before, self._oughts = month, before, oughts
        self._calls, self._since, self._steps, self._done = -1, time.monotonic(), 0, False

    def __call__(self) -> None:
        org, now = self._month._org, time.monotonic()
        if org.usage.calls != self._calls:
            self._calls, self._since = org.usage.calls, now
        has_written = len(org.writes) > self._before
        if now - self._since < (IDLE if has_written or self._steps else LONG_IDLE):
            return
        if self._steps == STEPS:
            assert now - self._since < STILL, "the night stands still"
            return
        if has_written and not self._done:
            self._done = True
            self._edit(org)
        if self._renewed():
            self._steps += 1
            self._since = now - IDLE * 2 / 3
            self._month._clock.step(STEP)

    def _edit(self, org: WatchedOrg) -> None:
        """Of those who wait to be corrected, and were not among the first few, somebody takes two."""
        met = {write.id for write in org.writes[self._before :]}
        office = self._month.office
        left = {id: ought for id, ought in self._oughts.items() if id not in met and id not in office.fought}
        waiting = [
            id
            for id, ought in left.items()
            if ought is not None and ought.status not in (office.leads[id].status, ACCEPTED)
        ]
        self._month._edited = set(office.edits(sorted(waiting)))

    def _renewed(self) -> bool:
        """Whoever holds a lease has seen what time it is."""
        now = int(self._month._clock.now.timestamp())
        with suppress(Exception):
            held = books.read(self._month.ledger, "SELECT expires FROM lease WHERE holder <> ''")
            return all(row["expires"] - now >= STEP for row in held)
        return False


def _ours(writes: list[Write]) -> set[str]:
    return {write.id for write in writes if write.is_ours}


def served(folder: Path, seed: int) -> tuple[Sandbox[WatchedOrg], Clock, Random]:
    """The sandbox, not yet serving, its clock, and the one source of chance."""
    clock = Clock(folder / "clock", FIRST_DAY)
    return Sandbox(WatchedOrg(), faults=Faults(), folder=folder), clock, Random(seed)


def configure(box: Sandbox[WatchedOrg], folder: Path, mailbox: Mailbox) -> set[str]:
    """Writes connector.toml, policy and secrets; what must be seen nowhere else."""
    from connector.sandbox.keys import key_pair
    from connector.sandbox.salesforce.apps import register

    app = register(box.org, key_pair()[1])
    smtp = mailbox.url
    (folder / "secret").write_text(app.client_secret)
    (folder / "smtp").write_text(smtp)
    (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
    (folder / "connector.toml").write_text(
        f'[[org]]\nname = "acme"\nurl = "{box.url}"\nlogin = "client_credentials"\nclient_id = "{app.client_id}"\n'
        'client_secret = "file:secret"\npolicy = "policy.toml"\nbulk_above = 12\n'
        '[org.alerts]\nstorm = 10000\n[org.alerts.mail]\nto = ["revops@acme.com"]\nfrom = "connector@acme.com"\n'
        'smtp = "file:smtp"\n',
        encoding="utf-8",
    )
    return {app.client_secret}
