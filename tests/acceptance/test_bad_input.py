"""Whatever is wrong from outside: an error of three parts, an exit code, no traceback, and nothing lost."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.sandbox.faults import Faults
from connector.sandbox.salesforce import permissions
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.welcome import key_pair
from tests.acceptance.commandline import CommandLine
from tests.acceptance.site import Site, site

PRESET = 'extends = "demand-gen"\n'
LEADS = [(f"L{n}", "C", ("Left Vmail", "inquiry", "Hot")[n % 3]) for n in range(12)]


class Small(NamedTuple):
    """An org of twelve leads and a contact, and the state of an installation that has read it and made two plans."""

    snapshot: Path
    state: Path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Made once."""
    folder, org = tmp_path_factory.mktemp("small"), Org()
    org.load("Lead", ("LastName", "Company", "Status"), LEADS)
    org.load("Contact", ("LastName",), [("P",)])
    snapshot = org.snapshot(folder / "org.db")
    org.close()
    with site(folder, snapshot) as at:
        for command in ("sync", "plan", "plan"):
            at.connector.ask(command)
    return Small(snapshot, folder / "state")


@pytest.fixture
def at(small: Small, tmp_path: Path) -> Iterator[Site]:
    """A copy of it. Whatever the test does, the CRM is as it was in the end."""
    with site(tmp_path, small.snapshot, state=small.state) as made:
        before = made.column()
        yield made
        assert made.column() == before


class Bad(NamedTuple):
    """What is wrong, the command that finds out, and what its error must hold (in `what`, `where`, `next`)."""

    name: str
    spoil: Callable[[Site], object]
    words: str
    what: str
    where: str
    next: str
    exits: int = 1


def policy(name: str, text: str, what: str, where: str, next: str) -> Bad:
    return Bad(f"policy: {name}", lambda at: at.configure(policy=PRESET + text), "plan", what, where, next)


POLICIES = (
    policy("not TOML", "[limits\n", "not TOML", "policy.toml:2", "brackets"),
    policy("unknown table", "[limitz]\n", "no key 'limitz'", "policy.toml:2 [limitz]", "docs/policy.md"),
    policy("unknown key", "[limits]\nrul = 1\n", "no key 'rul'", "policy.toml:3 [limits.rul]", "spelling"),
    policy("wrong type", '[limits]\nrule = "many"\n', "it is 'many'", "policy.toml:3 [limits.rule]", "docs/policy.md"),
    policy(
        "two entries",
        '[status.LAL]\nroles = ["entry"]\n',
        "'Inquiry' and 'LAL' both have the role 'entry'",
        "policy.toml:3 [status.LAL.roles]",
        "take it from one",
    ),
    policy(
        "converting", '[remap.lead]\n"Old" = "SQL"\n', "'SQL' converts", "policy.toml:3 [remap.lead.Old]", "successor"
    ),
    policy("no such status", '[remap.lead]\n"Old" = "Lall"\n', "no status 'Lall'", "policy.toml:3", "Inquiry, MAQL"),
    policy(
        "a value twice",
        '[values.lead]\n"Old" = "Inquiry"\n[remap.lead]\n"old" = "LAL"\n',
        "policy.toml:3 [values.lead.Old]",
        "policy.toml:5",
        "one place",
    ),
    policy("no such rule", "[rules.junc]\non = true\n", "no rule 'junc'", "[rules.junc]", "normalise, junk"),
    policy("no such option", "[rules.junk]\nonn = true\n", "no option 'onn'", "[rules.junk.onn]", "connector rules"),
    Bad(
        "policy: no such preset",
        lambda at: at.configure(policy='extends = "demandgen"\n'),
        "plan",
        "no preset 'demandgen'",
        "policy.toml:1 [extends]",
        "demand-gen, services-firm",
    ),
    Bad(
        "policy: no file",
        lambda at: (at.folder / "policy.toml").unlink(),
        "plan",
        "no such file",
        "policy.toml",
        "path",
    ),
    Bad(
        "policy: not UTF-8",
        lambda at: (at.folder / "policy.toml").write_bytes(b"# Gr\xfc\xdfe\n"),
        "plan",
        "not UTF-8",
        "policy.toml",
        "UTF-8",
    ),
)


def mapped(text: str) -> Callable[[Site], None]:
    """An own mapping file with that text."""

    def spoil(at: Site) -> None:
        (at.folder / "own.toml").write_text(text)
        at.configure(mapping="own.toml")

    return spoil


MAPPINGS = (
    Bad(
        "mapping: missing field",
        mapped('[tables.lead.fields]\nsource = "Origin__c"\n'),
        "sync",
        "no field Lead.Origin__c",
        "own.toml:2 [tables.lead.fields.source]",
        "connector check",
    ),
    Bad(
        "mapping: missing status",
        mapped('[tables.lead.fields]\nstatus = "Stage__c"\n'),
        "sync",
        "no field Lead.Stage__c",
        "own.toml:2",
        "connector check",
    ),
    Bad(
        "mapping: missing object",
        mapped('[tables.opportunity]\napi = "Deal__c"\n'),
        "sync",
        "no object Deal__c",
        "own.toml",
        "connector check",
    ),
    Bad("mapping: not TOML", mapped("[tables.lead\n"), "sync", "not TOML", "own.toml:1", "brackets"),
    Bad(
        "mapping: no such name",
        mapped('[tables.lead.fields]\nsauce = "LeadSource"\n'),
        "sync",
        "no field 'sauce'",
        "own.toml:2",
        "source",
    ),
    Bad("mapping: no file", lambda at: at.configure(mapping="own.toml"), "sync", "no such file", "own.toml", "path"),
)


def login(text: str, **files: str) -> Callable[[Site], None]:
    """Another login, with these files beside the configuration."""

    def spoil(at: Site) -> None:
        for name, content in files.items():
            (at.folder / name).write_text(content)
        at.configure(login=text)

    return spoil


JWT = 'login = "jwt"\nclient_id = "3MVG9"\nusername = "u@acme.com"\nkey = "file:key"'
SECRET = 'login = "client_credentials"\nclient_id = "3MVG9"\nclient_secret = "file:secret"'
LOGINS = (
    Bad("login: no key file", login(JWT), "sync", "key: No such file", "].key", "path"),
    Bad(
        "login: unreadable key file",
        lambda at: (login(JWT)(at), (at.folder / "key").mkdir()),
        "check",
        "key: Is a directory",
        "].key",
        "may read",
    ),
    Bad("login: not a key", login(JWT, key="hello"), "sync", "private key cannot be used", "].key", "PEM"),
    Bad("login: another key", login(JWT, key=key_pair()[0]), "sync", "client identifier", "127.0.0.1", "client_id"),
    Bad("login: empty secret", login(SECRET, secret="\n"), "sync", "is empty", "].client_secret", "into that file"),
    Bad("login: wrong secret", login(SECRET, secret="no"), "check", "client identifier", "127.0.0.1", "client_id"),
    Bad(
        "login: secret written out",
        login('login = "token"\ntoken = "00Dabc"'),
        "sync",
        "by reference",
        "connector.toml",
        "env:NAME",
    ),
    Bad(
        "login: variable not set",
        login('login = "token"\ntoken = "env:ACCEPTANCE_NOT_SET"'),
        "sync",
        "ACCEPTANCE_NOT_SET is not set",
        "].token",
        "set ACCEPTANCE_NOT_SET",
    ),
    Bad(
        "login: wrong token",
        lambda at: (at.folder / "crm.token").write_text("00Dwrong"),
        "sync",
        "expired or was revoked",
        "127.0.0.1",
        "store a fresh token",
    ),
    Bad(
        "login: expired token",
        lambda at: at.org.sessions.end_all(),
        "apply latest",
        "expired or was revoked",
        "127.0.0.1",
        "store a fresh token",
    ),
    Bad("config: no login", login(""), "plan", "is missing", "connector.toml", "docs/"),
    Bad(
        "config: not TOML",
        lambda at: at.connector.config.write_text("[[org]\n"),
        "plan",
        "not TOML",
        "connector.toml:1",
        "brackets",
    ),
    Bad("config: no file", lambda at: at.connector.config.unlink(), "plan", "no such file", "connector.toml", "init"),
    Bad("config: unknown key", lambda at: at.configure(urll="x"), "plan", "not a key", "urll", "docs/"),
    Bad("config: http elsewhere", lambda at: at.configure(url="http://acme.com"), "sync", "http://", "url", "docs/"),
    Bad("config: unknown org", lambda at: None, "--org nope plan", "no org 'nope'", "connector.toml", "--org"),
)

PERMISSIONS = (
    Bad(
        "right: API",
        lambda at: permissions.revoke(at.org, "ApiEnabled"),
        "check",
        "API_CURRENTLY_DISABLED",
        "/services/data",
        "API Enabled",
    ),
    Bad(
        "right: read leads",
        lambda at: permissions.deny(at.org, "Lead", "Read"),
        "sync",
        "no object Lead, or hides it",
        "salesforce.toml",
        "read access",
    ),
    Bad(
        "right: read opportunities",
        lambda at: permissions.deny(at.org, "Opportunity", "Read"),
        "sync",
        "no object Opportunity, or hides it",
        "salesforce.toml",
        "read access",
    ),
    Bad(
        "right: read leads, at apply",
        lambda at: permissions.deny(at.org, "Lead", "Read"),
        "apply latest",
        "Lead",
        "/services/data",
        "connector check",
    ),
    Bad(
        "right: edit leads, at apply",
        lambda at: permissions.deny(at.org, "Lead", "Edit"),
        "apply latest",
        "cannot be written",
        "Lead",
        "connector check",
    ),
)


def migration(name: str, text: str | bytes, what: str, where: str, next: str) -> Bad:
    """A migration file."""

    def spoil(at: Site) -> None:
        (at.folder / "map.csv").write_bytes(text if isinstance(text, bytes) else text.encode())

    return Bad(f"migration: {name}", spoil, "migrate {folder}/map.csv", what, where, next)


MIGRATIONS = (
    migration("a value twice", "from,to\nHot,MQL\nHot,LAL\n", "a second time", "map.csv line 3", "keep one"),
    migration("twice but for case", "from,to\nHot,MQL\nHOT,LAL\n", "a second time", "map.csv line 3", "keep one"),
    migration("a loop", "from,to\nA,B\nB,A\n", "run in a loop", "map.csv line 2", "take one"),
    migration("a chain", "from,to\nA,B\nB,Inquiry\n", "is itself replaced", "map.csv line 2", "A,Inquiry"),
    migration("converting", "from,to\nHot,SQL\n", "converts a lead", "map.csv line 2", "choose another"),
    migration("converting, unused", "from,to\nNobody,SQL\n", "converts a lead", "map.csv line 2", "choose another"),
    migration(
        "converting in the org", "from,to\nHot,Closed - Converted\n", "converts a lead", "map.csv line 2", "another"
    ),
    migration("empty", "", "holds no pair", "map.csv", "Old value,New value"),
    migration("only a header", "from,to\n", "holds no pair", "map.csv", "Old value,New value"),
    migration("not UTF-8", b"from,to\nGr\xfc\xdfe,MQL\n", "not UTF-8", "map.csv line 2", "CSV UTF-8"),
    migration("three columns", "from,to\nHot,MQL,now\n", "3 columns", "map.csv line 2", "quotes"),
    migration("no target", "from,to\nHot,\n", "`to` is empty", "map.csv line 2", "fill it"),
    migration("unknown target", "from,to\nHot,Hotter\n", "status 'Hotter'", "map.csv line 2", "there are: "),
    migration("misspelt target", "from,to\nHot,inquiry\n", "how the status is spelt", "map.csv line 2", "'Inquiry'"),
    Bad("migration: no file", lambda at: None, "migrate {folder}/no.csv", "No such file", "no.csv", "path"),
)


def state(name: str, spoil: Callable[[Path], object], words: str, what: str, where: str, next: str) -> Bad:
    return Bad(f"state: {name}", lambda at: spoil(at.folder / "state"), words, what, where, next)


def half(path: Path) -> None:
    """Cuts a file in two."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def newer(path: Path) -> None:
    """A ledger that a later version has brought up to its own form."""
    with sqlite3.connect(path) as ledger:
        ledger.execute("UPDATE alembic_version SET version_num = '9999'")


NO_MIRROR = tuple(
    state(f"no mirror, {words.split()[0]}", lambda at: (at / "mirror-acme.db").unlink(), words, "nothing", "", "sync")
    for words in ("plan", "audit", "explain 00Q5g0000000001EAA")
)
GARBAGE = os.urandom(50_000)
STATES = (
    state("no state at all", shutil.rmtree, "plan", "nothing has been read from the CRM yet", "org acme", "sync"),
    state("no plan", shutil.rmtree, "show latest", "there is no plan yet", "org acme", "connector plan"),
    state("no interrupted plan", shutil.rmtree, "resume", "nothing to resume", "org acme", "connector show"),
    state(
        "mirror is garbage",
        lambda at: (at / "mirror-acme.db").write_bytes(GARBAGE),
        "plan",
        "damaged or not a database",
        "mirror-acme.db",
        "delete the file and run `connector sync`",
    ),
    state("mirror cut in two", lambda at: half(at / "mirror-acme.db"), "plan", "damaged", "mirror-acme.db", "delete"),
    state(
        "ledger is garbage",
        lambda at: (at / "ledger.db").write_bytes(GARBAGE),
        "sync",
        "damaged or not a database",
        "ledger.db",
        "last backup",
    ),
    state("ledger of a newer version", lambda at: newer(at / "ledger.db"), "plan", "newer", "ledger.db", "upgrade"),
    state("state is a file", lambda at: (shutil.rmtree(at), at.write_text("")), "sync", "", "ledger", "state"),
)
NAMES = (
    Bad("unknown plan", lambda at: None, "show 12345678", "no plan '12345678'", "org acme", "connector show"),
    Bad("unknown plan to apply", lambda at: None, "apply zzz", "no plan 'zzz'", "org acme", "connector show"),
    Bad("unknown plan to undo", lambda at: None, "undo zzz", "no plan 'zzz'", "org acme", "connector show"),
    Bad("never applied", lambda at: None, "undo latest", "not changed anything", "org acme", "connector show"),
    Bad("never begun", lambda at: None, "resume latest", "never begun", "org acme", "connector apply"),
    Bad("unknown rule", lambda at: None, "rules junc", "no rule 'junc'", "connector rules", "normalise"),
    Bad("unknown record", lambda at: None, "explain 00Q000000000000AAA", "no lead or contact", "org acme", "sync"),
    Bad("unknown option", lambda at: None, "plan --nosuch", "--nosuch", "connector plan", "--help"),
    Bad("unknown command", lambda at: None, "plam", "plam", "connector", "--help"),
    Bad("missing argument", lambda at: None, "apply", "PLAN", "connector apply", "--help"),
    Bad("two ways at once", lambda at: None, "sync --full --reconcile", "exclude", "connector sync", "choose one"),
    Bad("a folder for a file", lambda at: None, "show latest --csv {folder}", "written", "{folder}", "another file"),
    Bad("no folder", lambda at: None, "show latest --csv {folder}/no/x.csv", "written", "x.csv", "another file"),
)
BAD = (*POLICIES, *MAPPINGS, *LOGINS, *PERMISSIONS, *MIGRATIONS, *NO_MIRROR, *STATES, *NAMES)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_input(at: Site, bad: Bad) -> None:
    """The error says what, where and what next; the CRM is untouched, and the plans that were made are still there."""
    bad.spoil(at)
    folder = str(at.folder)
    error = at.connector.fails(*bad.words.format(folder=folder).split(), exits=bad.exits)
    assert bad.what in error["what"]
    assert bad.where.format(folder=folder) in error["where"]
    assert bad.next in error["next"]


@pytest.mark.parametrize("bad", POLICIES[:5] + MAPPINGS[:2] + MIGRATIONS[:5], ids=lambda bad: bad.name)
def test_made_good(at: Site, bad: Bad) -> None:
    """What was there before is there again as soon as the input is right."""
    plans = at.connector.ask("show")["plans"]
    bad.spoil(at)
    at.connector.fails(*bad.words.format(folder=str(at.folder)).split())
    at.configure()
    assert at.connector.ask("show")["plans"] == plans
    at.connector.ask("sync")
    plan = at.connector.ask("plan")
    assert plan["by_rule"] == {"disposition": 4, "normalise": 4}


def test_for_people(at: Site) -> None:
    """Without --json the three parts stand on standard error, and standard output is empty."""
    at.configure(policy=PRESET + "[limitz]\n")
    ran = at.connector.run("plan")
    assert (ran.code, ran.out) == (1, "")
    first, second = ran.err.splitlines()
    assert first.startswith("error: ")
    assert "policy.toml:2 [limitz]: there is no key 'limitz' here" in first
    assert second.startswith("  next: docs/policy.md")


@pytest.mark.parametrize("right", ["Read", "Edit"])
def test_check_refuses_an_org_that_could_not_be_corrected(at: Site, right: str) -> None:
    """`check` says for every right that is missing what to give, and ends with 3."""
    permissions.deny(at.org, "Lead", right)
    found = at.connector.ask("check", exits=3)
    assert not found["safe"]
    [line] = [line for line in found["lines"] if line["state"] == "stop" and line["name"] == "object Lead"]
    assert right in line["next"]


def test_a_hidden_field_is_not_taken_for_blank_in_silence(at: Site) -> None:
    """Without access to the lead source, sync and plan say that it counts as blank."""
    permissions.hide_field(at.org, "Lead", "LeadSource")
    for command in ("sync", "plan"):
        assert any(
            "lead cannot be read and count as blank: source" in text for text in at.connector.ask(command)["warnings"]
        )


def test_an_ambiguous_plan(at: Site) -> None:
    """A beginning that several plans share names them."""
    ids: Sequence[str] = [plan["plan"] for plan in at.connector.ask("show")["plans"]]
    while len({id[0] for id in ids}) == len(ids):
        ids = [*ids, at.connector.ask("plan")["plan"]]
    first = next(id[0] for id in ids if sum(other[0] == id[0] for other in ids) > 1)
    error = at.connector.fails("show", first)
    assert all(id in error["what"] + error["next"] for id in ids if id[0] == first)
    assert at.connector.ask("show", ids[0])["plan"] == ids[0]


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """The sandbox says which, and how to have another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = CommandLine(tmp_path / "no.toml").fails("sandbox", "salesforce", "--people", "5", "--port", str(port))
    assert f"127.0.0.1:{port}" in error["where"]
    assert "--port" in error["next"]


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("Id,LastName\nnope,A\n", "'nope' is not a record id", "Lead.csv, line 2, column Id"),
        ("LastName,Nosuch\nA,b\n", "Nosuch", "Lead.csv"),
        ("LastName,CreatedDate\nA,yesterday\n", "is not a date and time", "Lead.csv, line 2, column CreatedDate"),
        ("LastName,Company\nA\n", "1 values for 2 columns", "Lead.csv, line 2"),
        ("", "empty", "Lead.csv"),
    ],
    ids=["id", "column", "value", "short row", "empty"],
)
def test_bad_records_for_the_sandbox(tmp_path: Path, text: str, what: str, where: str) -> None:
    """A CSV file that cannot be loaded is named with line and column."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "Lead.csv").write_text(text)
    error = CommandLine(tmp_path / "no.toml").fails("sandbox", "--port", "0", "--data", str(tmp_path / "data"))
    assert what in error["what"]
    assert where in error["where"]


def test_nobody_at_home(at: Site) -> None:
    """The CRM does not answer at all: said with its address, for reading as for writing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        at.configure(url=f"http://127.0.0.1:{free.getsockname()[1]}")
    for words in ("check", "sync", "apply latest"):
        error = at.connector.fails(*words.split())
        assert "cannot reach the CRM" in error["what"]
        assert error["where"]
    at.configure()
    assert at.connector.ask("show", "latest")["outcomes"] == {"planned": 8}


@pytest.mark.parametrize(("used", "what"), [(14_950, "connector stops at 80%"), (15_000, "used up")])
def test_no_calls_left(small: Small, tmp_path: Path, used: int, what: str) -> None:
    """The day's API calls are gone: it stops before a write, says so, and the plan waits."""
    faults = Faults(own={"limits": {"daily_api_requests": 15_000, "used": used}})
    with site(tmp_path, small.snapshot, state=small.state, faults=faults) as at:
        before = at.column()
        for words in ("sync", "apply latest"):
            error = at.connector.fails(*words.split())
            assert what in error["what"]
            assert "later" in error["next"]
        assert at.column() == before
        at.org.usage.used = 0
        at.org.rules.limits.used = 0
