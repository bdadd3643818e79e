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
