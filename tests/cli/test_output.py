"""What people and machines see holds no secret, whatever an error repeats."""

from __future__ import annotations

import json

import pytest

from connector.cli.output import Output
from connector.errors import CrmFailed
from connector.secrets import HIDDEN, reveal

VALUE = 'pa"ss-w0rd-of-somebody'


@pytest.mark.parametrize("as_json", [True, False])
def test_errors_hide_secrets(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """In each of their three parts, on both streams."""
    reveal(VALUE)
    Output(json=as_json).error(CrmFailed(f"refused {VALUE}", where=f"https://x/{VALUE}", next=f"not {VALUE}"))
    out, err = capsys.readouterr()
    assert err == f"error: https://x/{HIDDEN}: refused {HIDDEN}\n  next: not {HIDDEN}\n"
    if as_json:
        assert json.loads(out)["error"]["what"] == f"refused {HIDDEN}"
    assert VALUE not in out + json.dumps(out)


def test_lines_and_tables_hide_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    """What was said of a job, and what a channel answered."""
    reveal(VALUE)
    out = Output(json=False)
    out.say(f"the last one: {VALUE}")
    out.table(("note",), [(VALUE,)])
    said = capsys.readouterr().out
    assert VALUE not in said
    assert said.count(HIDDEN) == 2


@pytest.mark.parametrize("width", [80, 140])
def test_ids_are_never_broken(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An id can be copied from every table, whatever else has to be folded: a GUID as well as 18 characters."""
    monkeypatch.setattr("connector.cli.output.PIPED", width)
    long = "a rather long text with many words, " * 3
    ids = ["7f3b2c1d-0a9e-4b8c-9d7e-6f5a4b3c2d1e", "00Q5g00000AbCdEEAV"]
    rows = [(long, id, long, "MAQL", long, "2026-11-23 10:00 CET", "73 d 20 h late") for id in ids]
    Output(json=False).table(("person", "record", "owner", "status", "promise", "due", ""), rows)
    told = capsys.readouterr().out
    assert all(id in told for id in ids)
