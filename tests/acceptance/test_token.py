"""A token that cannot be sent is told before anything is asked."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.site import site


def test_a_token_with_a_strange_letter(tmp_path: Path) -> None:
    """No traceback: file, key, which character, and what to do; the token is not repeated."""
    with site(tmp_path) as at:
        (tmp_path / "crm.token").write_text("00D5g\u0142secret", encoding="utf-8")
        done = at.connector.run("sync")
    assert done.code == 1
    assert "file:crm.token is no token: its character 6 of 12 cannot be sent (U+0142)" in done.err
    assert "connector.toml" in done.err
    assert "next: copy the token again" in done.err
    assert "Traceback" not in done.err
    assert "secret" not in done.err
