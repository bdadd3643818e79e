"""Log lines: whatever they are made of, no secret stands in them."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import structlog

from connector.daemon import log
from connector.secrets import HIDDEN, Secret

Said = pytest.CaptureFixture[str]
VALUE = "5up3r-s3cr3t/token+value"


@pytest.fixture
def said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> pytest.CaptureFixture[str]:
    """A process that has read a secret and logs for machines."""
    monkeypatch.setenv("CRM_TOKEN", VALUE)
    assert Secret("env:CRM_TOKEN", key="token", base=tmp_path).read() == VALUE
    structlog.reset_defaults()
    log.configure("json")
    return capsys


def test_no_secret_in_any_part(said: Said) -> None:
    """Not in the text, a value, a list, a table, an object's text form, nor bound to all lines."""

    class Odd:
        def __str__(self) -> str:
            return f"Odd({VALUE})"

    with structlog.contextvars.bound_contextvars(url=f"https://x/?t={VALUE}"):
        structlog.get_logger().info(f"sent {VALUE}", a=VALUE, b=[VALUE, 1], c={"d": (VALUE,)}, e=Odd(), f=3, g=None)
    line = said.readouterr().err
    assert VALUE not in line
    assert json.loads(line)["f"] == 3
    assert line.count(HIDDEN) == 6


def test_no_secret_in_a_traceback(said: Said) -> None:
    """Though it is in the error's own text and in a line of source."""
    try:
        raise ValueError(f"refused: {VALUE}")
    except ValueError:
        structlog.get_logger().error("failed", exc_info=True)
    line = said.readouterr().err
    assert "Traceback" in line
    assert VALUE not in line


def test_libraries_log_through_it(said: Said) -> None:
    """What they warn of is a line like any other."""
    logging.getLogger("urllib3").warning("retrying with %s", VALUE)
    told = json.loads(said.readouterr().err)
    assert (told["library"], told["level"]) == ("urllib3", "warning")
    assert VALUE not in told["event"]
