"""Whatever is wrong from outside: an error of three parts, an exit code, no traceback, and nothing lost."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.sandbox.faults import Faults
from connector.sandbox.salesforce import permissions
from connector.sandbox.salesforce.org import Org
from tests.acceptance.bad import BAD, MAPPINGS, MIGRATIONS, POLICIES, PRESET, Bad
from tests.acceptance.commandline import CommandLine
from tests.acceptance.site import Site, site

pytestmark = pytest.mark.long

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
