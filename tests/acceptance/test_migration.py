"""A one-off migration of 9,000 leads with 26 kinds of junk in their status: plan, apply, prove it, take it back.

The CRM itself is asked, over its own API and by a client that is not ours, what became of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.acceptance import leadfile
from tests.acceptance.commandline import CommandLine, sandbox
from tests.acceptance.crm import Crm

pytestmark = pytest.mark.long

CONVERT = """<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:urn="urn:partner.soap.sforce.com"><env:Header><urn:SessionHeader><urn:sessionId>{token}</urn:sessionId></urn:SessionHeader></env:Header><env:Body>
<urn:convertLead><urn:leadConverts><urn:convertedStatus>Closed - Converted</urn:convertedStatus>
<urn:doNotCreateOpportunity>true</urn:doNotCreateOpportunity><urn:leadId>{lead}</urn:leadId></urn:leadConverts>
</urn:convertLead></env:Body></env:Envelope>"""


@dataclass
class Story:
    """What happened, step by step. `edited` and the like: ids of leads that people touched between plan and apply."""

    synced: dict[str, Any] = field(default_factory=dict)
    planned: dict[str, Any] = field(default_factory=dict)
    applied: dict[str, Any] = field(default_factory=dict)
    told: str = ""
    undo: dict[str, Any] = field(default_factory=dict)
    undone: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    undo_rows: list[dict[str, str]] = field(default_factory=list)
    first: dict[str, str | None] = field(default_factory=dict)
    between: dict[str, str | None] = field(default_factory=dict)
    after: dict[str, str | None] = field(default_factory=dict)
    last: dict[str, str | None] = field(default_factory=dict)
    owners: list[dict[str, str | None]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)
    history: list[Counter[str]] = field(default_factory=list)
    converted: list[dict[str, str | None]] = field(default_factory=list)
    again: list[dict[str, Any]] = field(default_factory=list)
    edited: str = ""
    phoned: str = ""
    ahead: str = ""
    deleted: str = ""
    sold: str = ""
    later: str = ""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """All of it, once, with real processes for the CRM and for what writes."""
    folder = tmp_path_factory.mktemp("migration")
    mapping = leadfile.write(folder / "data")
    with sandbox(folder, "--data", str(folder / "data")) as told:
        connector, crm = CommandLine(folder / "connector.toml"), Crm(told["https_url"], told["token"], told["ca_file"])
        found = Story()
        _plan(found, connector, crm, mapping)
        _meddle(found, crm, told)
        _apply(found, connector, crm)
        _undo(found, connector, crm)
        found.again.append(connector.ask("apply", found.planned["plan"], exits=4))
        yield found


def _plan(found: Story, connector: CommandLine, crm: Crm, mapping: Path) -> None:
    found.first, found.owners = crm.values(), [crm.values("OwnerId")]
    found.converted = [_converted(crm)]
    found.history = [crm.history()]
    found.synced = connector.ask("sync")
    found.planned = connector.ask("migrate", str(mapping))
    assert crm.values() == found.first


def _meddle(found: Story, crm: Crm, told: dict[str, Any]) -> None:
    """What people do between plan and apply."""
    hot = [id for id, text in sorted(found.first.items()) if text == "Hot" and id not in found.converted[0]]
    found.edited, found.phoned, found.ahead, found.deleted, found.sold, found.later = hot[5:11]
    crm.change("Lead", found.edited, Status="Ask Dave")
    crm.change("Lead", found.phoned, Phone="+49 89 1234")
    crm.change("Lead", found.ahead, Status=leadfile.MAPPED["Hot"])
    crm.delete("Lead", found.deleted)
    headers = {"SOAPAction": '""', "Content-Type": "text/xml"}
    body = CONVERT.format(token=told["token"], lead=found.sold)
    answer = requests.post(f"{told['url']}/services/Soap/u/59.0", data=body, headers=headers, timeout=30)
    assert "<success>true</success>" in answer.text
    found.between = crm.values()


def _apply(found: Story, connector: CommandLine, crm: Crm) -> None:
    id = found.planned["plan"]
    ran = connector.process("apply", id)
    assert ran.code == 4, ran.everything
    found.told = ran.everything
    found.applied = connector.ask("apply", id, exits=4)
    found.rows = connector.rows(id)
    found.after, found.left = crm.values(), crm.statuses()
    found.owners.append(crm.values("OwnerId"))
    found.converted.append(_converted(crm))
    found.history.append(crm.history())


def _undo(found: Story, connector: CommandLine, crm: Crm) -> None:
    found.undo = connector.ask("undo", found.planned["plan"])
    crm.change("Lead", found.later, Status="LAL")
    found.undone = connector.ask("apply", found.undo["plan"], exits=4)
    found.undo_rows = connector.rows(found.undo["plan"])
    found.last = crm.values()
    found.owners.append(crm.values("OwnerId"))
    found.history.append(crm.history())


def _converted(crm: Crm) -> dict[str, str | None]:
    return {row["Id"]: row["Status"] for row in crm.rows("SELECT Id, Status FROM Lead WHERE IsConverted = true")}


def test_plan_counts_what_the_file_names(story: Story) -> None:
    """Every open lead with a value of the file is in the plan, nothing else; values it does not name are a finding."""
    open_leads = {id: text for id, text in story.first.items() if id not in story.converted[0]}
    mapped = {id for id, text in open_leads.items() if text in leadfile.MAPPED}
    unmapped = Counter(text for text in open_leads.values() if text in leadfile.UNMAPPED)
    assert story.synced["read"]["lead"] == leadfile.LEADS
    assert story.planned["changes"] == len(mapped) == story.planned["by_rule"]["migrate"]
    assert {row["id"] for row in story.rows} == mapped
    assert story.planned["findings"]["unmapped_value"] == sum(unmapped.values())
    for text, count in unmapped.items():
        assert any(repr(text) in told and f"{count:,} lead" in told for told in story.planned["warnings"])


def test_converted_leads_are_told_and_kept(story: Story) -> None:
    """Converted leads keep what they have; the plan says how many of them carry an old value."""
    carrying = sum(text in leadfile.MAPPED for text in story.converted[0].values())
    assert carrying > 100
    assert any(told.startswith(f"{carrying:,} converted leads keep") for told in story.planned["warnings"])
    kept = {id: text for id, text in story.converted[1].items() if id != story.sold}
    assert kept == story.converted[0]


def test_no_writable_record_has_a_mapped_value(story: Story) -> None:
    """The CRM counts zero open leads with an old value, and every one became what the file says."""
    assert not [text for text in story.left if text in leadfile.MAPPED]
    touched = {story.edited, story.ahead, story.deleted, story.sold}
    wrong = {
        id: (text, story.after[id])
        for id, text in story.first.items()
        if id not in touched and id not in story.converted[0] and text in leadfile.MAPPED
        if story.after[id] != leadfile.MAPPED[text]
    }
    assert not wrong


def test_the_rest_is_untouched(story: Story) -> None:
    """Values that the file does not name, statuses that are fine, and owners are as they were."""
    for id, text in story.between.items():
        if text not in leadfile.MAPPED:
            assert story.after[id] == text
    for owners in story.owners[1:]:
        assert {id: owner for id, owner in story.owners[0].items() if id in owners} == owners


def test_what_somebody_changed_meanwhile_is_left_alone_and_named(story: Story) -> None:
    """An edited lead is a conflict, a deleted or converted one is skipped, one already right is no write of ours."""
    total = story.planned["changes"]
    counts = {"applied": total - 4, "conflicts": 1, "failed": 0, "skipped": 2, "already": 1}
    assert counts.items() <= story.applied.items()
    outcome = {row["id"]: row["outcome"] for row in story.rows}
    assert outcome[story.edited].startswith("conflict: CHANGED: status is 'Ask Dave' now; the plan saw 'Hot'")
    assert outcome[story.deleted].startswith("skipped: GONE")
    assert outcome[story.sold].startswith("skipped: LOCKED")
    assert outcome[story.ahead].startswith("already")
    assert outcome[story.phoned] == "applied"
    assert "'Ask Dave'" in story.told
    assert all(id in story.told for id in (story.edited, story.deleted, story.sold))
    assert story.ahead not in story.told
    assert story.after[story.edited] == "Ask Dave"
    assert Counter(text.partition(":")[0] for text in outcome.values())["applied"] == total - 4


def test_every_lead_was_written_once(story: Story) -> None:
    """The CRM's own history has one row per change and no other."""
    before, after, last = story.history
    written = {row["id"] for row in story.rows if row["outcome"] == "applied"}
    human = Counter([story.edited, story.ahead, story.sold])
    assert after - before == Counter(written) + human
    back = {row["id"] for row in story.undo_rows if row["outcome"] == "applied"}
    assert last - after == Counter(back) + Counter([story.later])


def test_undo_restores_every_value(story: Story) -> None:
    """Applying the undo gives back exactly what was there, but for what somebody has changed since."""
    undone = {"changes": story.applied["applied"], "by_rule": {"undo": story.applied["applied"]}}
    assert undone.items() <= story.undo.items()
    assert (story.undone["applied"], story.undone["conflicts"]) == (story.applied["applied"] - 1, 1)
    expected = {**story.between, story.later: "LAL"}
    assert story.last == expected
    outcome = {row["id"]: row["outcome"] for row in story.undo_rows}
    assert outcome[story.later].startswith("conflict: CHANGED")


def test_the_csv_says_what_the_specification_says(story: Story) -> None:
    """The columns of `show --csv`, the common model's names in them, and a reason that names file and line."""
    row = story.rows[0]
    assert list(row) == ["object", "id", "field", "before", "after", "rule", "because", "outcome"]
    assert {(row["object"], row["field"], row["rule"]) for row in story.rows} == {("lead", "status", "migrate")}
    assert {row["rule"] for row in story.undo_rows} == {"undo"}
    assert all("map.csv line" in row["because"] for row in story.rows)
    assert all(leadfile.MAPPED[row["before"]] == row["after"] for row in story.rows)


def test_applying_twice_does_nothing(story: Story) -> None:
    """A plan that was applied is not applied again; it says so."""
    [again] = story.again
    assert again["again"]
    assert again["applied"] == story.applied["applied"]
