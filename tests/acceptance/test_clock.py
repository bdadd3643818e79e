"""`CONNECTOR_CLOCK` and `--now`: other times, only where nobody's real data is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.commandline import CommandLine, sandbox
from tests.acceptance.conftest import Sample
from tests.acceptance.crm import Crm
from tests.acceptance.site import Site

ELSEWHERE = """
[[org]]
name = "acme"
url = "https://acme.my.salesforce.com"
login = "token"
token = "env:TOKEN"
"""


@pytest.mark.long
def test_one_clock_for_product_and_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both tell the time in the file, in processes of their own: the CRM's stamps and the plan's are of that day."""
    clock = tmp_path / "clock"
    clock.write_text("2027-03-02T09:00:00Z")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(clock))
    with sandbox(tmp_path, "--people", "500") as told:
        crm = Crm(told["https_url"], told["token"], told["ca_file"])
        connector = CommandLine(tmp_path / "connector.toml")
        newest = crm.rows("SELECT MAX(CreatedDate) made FROM Lead")[0]["made"]
        assert "2027-02" < newest[:10] < "2027-03-03"
        assert "a test clock is set: it is 2027-03-02 09:00:00 UTC" in connector.process("check").out
        assert connector.process("sync").code == 0
        clock.write_text("2027-03-04T09:00:00Z")
        warned = connector.ask("plan")["warnings"]
        assert any("the mirror is 2 days old" in text for text in warned)
        lead = crm.rows("SELECT Id FROM Lead WHERE IsConverted = false LIMIT 1")[0]["Id"]
        crm.change("Lead", lead, Title="Boss")
        assert crm.rows(f"SELECT SystemModstamp FROM Lead WHERE Id = '{lead}'")[0]["SystemModstamp"].startswith(
            "2027-03-04T09:00:00"
        )


@pytest.mark.parametrize("words", [["check"], ["sync"], ["plan"], ["show", "latest"], ["audit"]])
def test_a_test_clock_is_refused_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """An org elsewhere is never judged at an invented time: refused before anything is asked of it."""
    (tmp_path / "clock").write_text("2027-03-02T09:00:00Z")
    monkeypatch.setenv("CONNECTOR_CLOCK", str(tmp_path / "clock"))
    monkeypatch.setenv("TOKEN", "secret")
    (tmp_path / "connector.toml").write_text(ELSEWHERE)
    error = CommandLine(tmp_path / "connector.toml").fails(*words)
    assert "not on this machine" in error["what"]
    assert "CONNECTOR_CLOCK" in error["where"]


@pytest.mark.parametrize("text", ["", "yesterday", "2027-03-02T09:00:00", "2027-13-02T09:00:00Z"])
def test_a_clock_that_tells_no_time(clean: Site, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """The file holds no instant, or one without a zone: said, with the variable's name."""
    (clean.folder / "clock").write_text(text)
    monkeypatch.setenv("CONNECTOR_CLOCK", str(clean.folder / "clock"))
    assert "CONNECTOR_CLOCK" in clean.connector.fails("plan")["where"]


def test_a_plan_as_of_another_time(clean: Site, sample: Sample) -> None:
    """`--now` judges in memory: nothing is stored, and the plan can be shown but never applied."""
    connector = clean.connector
    as_of = connector.ask("plan", "--now", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    assert as_of["changes"] > 0
    assert connector.ask("show", as_of["plan"])["changes"] == as_of["changes"]
    before = clean.column()
    error = connector.fails("apply", as_of["plan"])
    assert "--now" in error["what"]
    assert "cannot be approved" in error["what"] or "cannot be applied" in error["what"]
    connector.fails("approve", as_of["plan"], "--by", "Ada", "--because", "no")
    assert clean.column() == before
    now = connector.ask("plan")
    assert (now["by_rule"], now["findings"], now["people"]) == (as_of["by_rule"], as_of["findings"], as_of["people"])


@pytest.mark.parametrize("text", ["2026-03-02T09:00:00", "2026-03-02", "soon", "2026-02-30T09:00:00Z"])
@pytest.mark.parametrize("command", ["plan", "audit", "explain 00Q5g0000000001EAA"])
def test_now_wants_a_zone(clean: Site, command: str, text: str) -> None:
    """A time without a zone, or none at all, is refused with an example."""
    error = clean.connector.fails(*command.split(), "--now", text)
    assert error["where"] == "--now"
    assert "2026-03-02T09:00:00Z" in error["next"]
