"""`connector ledger`: handing out what the ledger knows, and moving it to PostgreSQL."""

from __future__ import annotations

import json

from tests.acceptance.site import Site
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
    text = clean.connector.tell("ledger", "export", "--csv", str(clean.folder / "csv"))
    assert "change" in text
    first = json.loads((clean.folder / "acme.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (first["org"], first["at_work"]) == ("acme", [])
