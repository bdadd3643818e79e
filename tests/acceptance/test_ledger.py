"""`connector ledger`: handing out what the ledger knows, and moving it to PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.site import Site, site
from tests.database import database


def test_a_ledger_moves_to_postgres(clean: Site) -> None:
    """Exported, `database` set, imported: plans are there, can be applied, and the mirror is made anew by a sync."""
    plan = clean.connector.ask("plan")
    told = clean.connector.ask("ledger", "export", str(clean.folder / "acme.jsonl"))
    assert told["rows"]["change"] == plan["changes"] > 50
    (clean.folder / "database").write_text(database())
    clean.configure(database="file:database")
    assert clean.connector.ask("ledger", "import", str(clean.folder / "acme.jsonl"))["digests"] == told["digests"]
    assert clean.connector.ask("show", plan["plan"])["changes"] == plan["changes"]
    assert "nothing has been synced yet" in clean.connector.fails("audit")["what"]
    clean.connector.ask("sync")
    assert clean.connector.ask("plan")["by_rule"] == plan["by_rule"]
    assert (
        "knows of org 'acme' already"
        in clean.connector.fails("ledger", "import", str(clean.folder / "acme.jsonl"))["what"]
    )
    again = ("ledger", "export", str(clean.folder / "acme.jsonl"))
    assert "--force" in clean.connector.fails(*again)["next"]
    assert clean.connector.ask(*again, "--force")["rows"]["change"] == told["rows"]["change"] * 2  # two plans by now
    text = clean.connector.tell("ledger", "export", "--csv", str(clean.folder / "csv"))
    assert "change" in text
    first = json.loads((clean.folder / "acme.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (first["org"], first["at_work"]) == ("acme", [])


def test_status_of_a_new_installation_makes_nothing(tmp_path: Path) -> None:
    """Whatever only reads says that nothing is there, and leaves the folder as it was."""
    with site(tmp_path) as at:
        for words in (("status",), ("show",), ("alerts",), ("policy", "check"), ("ledger", "prune")):
            told = at.connector.ask(*words)
            if words == ("status",):
                assert (told["ledger"], told["nights"], told["synced_at"]) == (False, [], None)
        assert "there is no ledger yet" in at.connector.tell("status")
        assert "nothing has been synced yet" in at.connector.fails("audit")["what"]
        assert not (at.folder / "state").exists()
        at.connector.ask("sync")
        told = at.connector.ask("status")
        assert told["ledger"]
        assert told["synced_at"] is not None


def test_a_lost_ledger_is_noticed(clean: Site) -> None:
    """Whatever judges, plans, writes or tells refuses, and makes none anew. An import heals it."""
    export = clean.folder / "acme.jsonl"
    plan = clean.connector.ask("plan")["plan"]
    clean.connector.ask("ledger", "export", str(export))
    ledger = clean.folder / "state" / "ledger.db"
    for part in ledger.parent.glob("ledger.db*"):
        part.unlink()
    for words in (
        ("status",), ("sync",), ("audit",), ("plan",), ("sla",), ("run",), ("alerts", "--send"), ("alerts",), ("show",),
        ("apply", plan), ("resume",), ("undo", plan), ("migrate", "values.csv"),
        ("explain", next(iter(clean.column()))),
        ("ledger", "export", str(clean.folder / "lost.jsonl")), ("ledger", "prune", "--yes"),
    ):  # fmt: skip
        error = clean.connector.fails(*words)
        assert "the ledger is lost" in error["what"], words
        assert str(ledger) in error["where"]
        assert "ledger import" in error["next"]
        assert not ledger.exists(), words
    clean.connector.ask("ledger", "import", str(export))
    assert clean.connector.ask("show", plan)["plan"] == plan
    assert clean.connector.ask("plan")["plan"]
