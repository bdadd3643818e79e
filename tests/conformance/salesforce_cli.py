"""The Salesforce CLI: log in, query, describe, records, bulk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector.sandbox.salesforce import apps, base
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.conformance.clients import CLI, NODE, run
from tests.sandbox.salesforce.conformance.test_simple_salesforce import key_and_certificate


class Cli:
    """The CLI with a home of its own, logged in to a sandbox under the alias `box`."""

    def __init__(self, sandbox: Sandbox[Org], home: Path) -> None:
        self.sandbox = sandbox
        self.home = home

    def __call__(self, *arguments: str, **environment: str) -> Any:
        """The `result` of a command's JSON. Raises AssertionError with its output when it fails."""
        done = run([str(NODE), str(CLI), *arguments, "--json"], self.home, **environment)
        assert done.returncode == 0, done.stdout[-800:] + done.stderr[-400:]
        return json.loads(done.stdout)["result"]

    def box(self, *arguments: str) -> Any:
        """A command in the logged-in org."""
        return self(*arguments, "--target-org", "box")

    def csv(self, name: str, *lines: str) -> str:
        """A CSV file in the home folder."""
        path = self.home / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(path)


def cases(sandbox: Sandbox[Org], home: Path) -> Iterator[tuple[str, Any]]:
    """The cases by name, in the order in which they build on each other."""
    cli = Cli(sandbox, home)
    yield "login access-token", lambda: _login(cli)
    yield "login jwt", lambda: _login_by_jwt(cli)
    yield "query, several pages", lambda: _query(cli)
    yield "describe, list, limits, display", lambda: _look_around(cli)
    yield "record create, get, update, delete", lambda: _record(cli)
    yield "export bulk", lambda: _export(cli)
    yield "import, update, upsert, delete bulk", lambda: _bulk(cli)
    yield "bulk results with failures", lambda: _bulk_results(cli)


def _login(cli: Cli) -> None:
    address = ["--instance-url", cli.sandbox.url, "--no-prompt", "--alias", "box"]
    result = cli("org", "login", "access-token", *address, SF_ACCESS_TOKEN=cli.sandbox.token)
    assert result["username"] == base.INTEGRATION_USERNAME


def _login_by_jwt(cli: Cli) -> None:
    """In a home of its own: the same user under another alias would take the first one's place."""
    private, certificate = key_and_certificate()
    app = apps.register(cli.sandbox.org, certificate)
    cli = Cli(cli.sandbox, cli.home / "jwt")
    cli.home.mkdir()
    key = cli.home / "server.key"
    key.write_text(private, encoding="utf-8")
    who = ["--client-id", app.client_id, "--username", base.INTEGRATION_USERNAME, "--jwt-key-file", str(key)]
    result = cli("org", "login", "jwt", *who, "--instance-url", cli.sandbox.url, "--alias", "jwt")
    assert result["orgId"] == base.ORG_ID
    assert cli("data", "query", "--query", "SELECT Id FROM User", "--target-org", "jwt")["totalSize"] >= 3


def _query(cli: Cli) -> None:
    result = cli.box("data", "query", "--query", "SELECT Id, Name, Owner.Name FROM Lead")
    assert result["totalSize"] == len(result["records"]) == 2500
    grouped = cli.box("data", "query", "--query", "SELECT Company, COUNT(Id) n FROM Lead GROUP BY Company")
    assert [(row["Company"], row["n"]) for row in grouped["records"]] == [("ACME", 2500)]
    done = run(
        [str(NODE), str(CLI), "data", "query", "--query", "SELECT Name, Owner.Name FROM Lead LIMIT 1", "-o", "box"],
        cli.home,
    )
    assert "OWNER.NAME" in done.stdout.upper(), done.stdout + done.stderr


def _look_around(cli: Cli) -> None:
    assert {field["name"] for field in cli.box("sobject", "describe", "--sobject", "Lead")["fields"]} >= {
        "Id",
        "Status",
    }
    assert {"Lead", "Contact", "Task"} <= set(cli.box("sobject", "list", "--sobject", "all"))
    assert any(limit["name"] == "DailyApiRequests" for limit in cli.box("org", "list", "limits"))
    assert cli.box("org", "display")["id"] == base.ORG_ID


def _record(cli: Cli) -> None:
    made = cli.box("data", "create", "record", "-s", "Lead", "-v", "LastName=Köhler Company=X Email=k@x.example")
    assert made["success"] is True
    where = ("-s", "Lead", "-w", "Email=k@x.example")
    cli.box("data", "update", "record", *where, "-v", "City=Bonn")
    found = cli.box("data", "get", "record", *where)
    assert (found["LastName"], found["City"]) == ("Köhler", "Bonn")
    cli.box("data", "delete", "record", "-s", "Lead", "-i", made["id"])
    assert cli.box("data", "query", "--query", "SELECT Id FROM Lead WHERE City = 'Bonn'")["totalSize"] == 0


def _export(cli: Cli) -> None:
    cli.sandbox.org.rules.bulk.page_rows = 700
    path = cli.home / "leads.csv"
    arguments = ["--query", "SELECT Id, LastName FROM Lead", "--output-file", str(path), "--result-format", "csv"]
    assert cli.box("data", "export", "bulk", *arguments, "--wait", "5")["totalSize"] == 2500
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2501


def _bulk(cli: Cli) -> None:
    wait = ("--wait", "5", "--line-ending", "LF")
    new = cli.csv("new.csv", "LastName,Company", *(f"Bulk{number},Y" for number in range(5)))
    done = cli.box("data", "import", "bulk", "--sobject", "Lead", "--file", new, *wait)
    assert (done["processedRecords"], done["failedRecords"]) == (5, 0)
    found = cli.box("data", "query", "--query", "SELECT Id FROM Lead WHERE Company = 'Y'")["records"]
    changed = cli.csv("changed.csv", "Id,City", *(f"{row['Id']},Köln" for row in found))
    cli.box("data", "update", "bulk", "--sobject", "Lead", "--file", changed, *wait)
    again = cli.csv("again.csv", "Id,City", *(f"{row['Id']},Bonn" for row in found))
    cli.box("data", "upsert", "bulk", "--sobject", "Lead", "--file", again, "--external-id", "Id", *wait)
    assert cli.box("data", "query", "--query", "SELECT Id FROM Lead WHERE City = 'Bonn'")["totalSize"] == 5
    gone = cli.csv("gone.csv", "Id", *(row["Id"] for row in found))
    cli.box("data", "delete", "bulk", "--sobject", "Lead", "--file", gone, *wait)
    assert cli.box("data", "query", "--query", "SELECT Id FROM Lead WHERE Company = 'Y'")["totalSize"] == 0


def _bulk_results(cli: Cli) -> None:
    path = cli.csv("bad.csv", "LastName,Company", "Good,Z", "Bad,")
    command = ["data", "import", "bulk", "--sobject", "Lead", "--file", path, "--wait", "5", "--line-ending", "LF"]
    done = run([str(NODE), str(CLI), *command, "--target-org", "box", "--json"], cli.home)
    job = cli.sandbox.org.jobs.of("ingest")[-1]
    assert done.returncode != 0, "one failed row must fail the command"
    result = cli.box("data", "bulk", "results", "--job-id", job.id)
    assert (result["processedRecords"], result["failedRecords"]) == (2, 1)
