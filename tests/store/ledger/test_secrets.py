"""Texts of others that the ledger keeps: what they say may repeat a secret, what is kept does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import CrmFailed
from connector.secrets import HIDDEN, reveal
from connector.store.ledger import Ledger, NightEnd, Settled, State, Step, Told
from tests.store.ledger.open import NOON, Clock, change, opened, planned

VALUE = "s3ss10n-of-somebody"


def raw(folder: Path) -> bytes:
    """All that is on the disk."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


@pytest.mark.file_only
def test_no_secret_is_kept(tmp_path: Path) -> None:
    """How a command and a night ended, why a row was refused and an alert not sent, and how the command was called."""
    reveal(VALUE)
    with Ledger.open(tmp_path / "ledger.db", "acme", Clock()) as ledger:
        with pytest.raises(CrmFailed), ledger.lease(f"connector sync {VALUE}"):
            raise CrmFailed(f"refused {VALUE}")
        number = ledger.nights.begin(NOON)
        ledger.nights.end(number, NightEnd.FAILED, f"refused {VALUE}", {"x": [VALUE]}, f"left {VALUE}")
        assert f"refused {HIDDEN}" in ledger.runs.latest()[0].result
        night = ledger.nights.latest()[0]
        assert (night.why, night.told, night.about) == (f"refused {HIDDEN}", {"x": [HIDDEN]}, f"left {HIDDEN}")
    with opened(tmp_path, Clock()) as (ledger, lease):
        plan = planned(ledger, lease, [change("00Q1")])
        ledger.journal.settle(plan, [Settled(1, State.FAILED, text=f"refused {VALUE}")], lease)
        (entry,) = ledger.changes.each(plan.number)
        assert entry.text == f"refused {HIDDEN}"
        ledger.deliveries.commit("mail", [Step(alert=1, state=Told.FAILED, note=VALUE)], lease)
    assert VALUE.encode() not in raw(tmp_path)
