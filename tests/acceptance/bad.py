"""What may be wrong from outside, one by one, and what must be said of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from connector.sandbox.keys import key_pair
from connector.sandbox.salesforce import permissions
from tests.acceptance.site import Site

PRESET = 'extends = "demand-gen"\n'


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
    policy(
        "wrong type",
        '[limits]\nrule = "many"\n',
        "'many' is not a whole number",
        "policy.toml:3 [limits.rule]",
        "docs/policy.md",
    ),
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
        "demand-gen, one-point, services-firm",
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
    Bad("login: no key file", login(JWT), "sync", "key: No such file", "acme.key]", "path"),
    Bad(
        "login: unreadable key file",
        lambda at: (login(JWT)(at), (at.folder / "key").mkdir()),
        "check",
        "key: Is a directory",
        "acme.key]",
        "may read",
    ),
    Bad("login: not a key", login(JWT, key="hello"), "sync", "private key cannot be used", "acme.key]", "PEM"),
    Bad("login: another key", login(JWT, key=key_pair()[0]), "sync", "client identifier", "127.0.0.1", "client_id"),
    Bad("login: empty secret", login(SECRET, secret="\n"), "sync", "is empty", "acme.client_secret]", "into that file"),
    Bad("login: wrong secret", login(SECRET, secret="no"), "sync", "client identifier", "127.0.0.1", "client_id"),
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
        "acme.token]",
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
    Bad(
        "config: unknown key", lambda at: at.configure(urll="x"), "plan", "there is no key 'urll' here", "urll", "docs/"
    ),
    Bad("config: http elsewhere", lambda at: at.configure(url="http://acme.com"), "sync", "http://", "url", "docs/"),
    Bad("config: unknown org", lambda at: None, "--org nope plan", "no org 'nope'", "connector.toml", "--org"),
)

PERMISSIONS = (
    Bad(
        "right: API",
        lambda at: permissions.revoke(at.org, "ApiEnabled"),
        "sync",
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
