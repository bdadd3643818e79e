"""The score of the suggestions, and that docs/dispositions.md says the truth about it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from connector.policy.dispositions import Suggestion
from connector.policy.evaluate import main, score
from connector.policy.loader import preset_path

ROOT = Path(__file__).parents[2]
HELD = ROOT / "tests" / "mappings" / "heldaside.toml"

SMALL = {
    "families": {"attempt": ["voicemail", "busy"], "phone_fault": ["wrong_number"], "mail_fault": ["bounced"]},
    "disposition": [
        {"phrase": "LVM", "class": "voicemail"},
        {"phrase": "Wrong", "class": "wrong_number"},
        {"phrase": "Busy?", "class": "wrong_number", "also": ["busy"]},
        {"phrase": "Hm", "class": "busy"},
        {"phrase": "Bnc", "class": "bounced"},
    ],
    "status": [{"phrase": "New"}, {"phrase": "Open"}],
    "either": [{"phrase": "Connected"}],
}
ANSWERS = {
    "LVM": Suggestion("attempt", "Left Voicemail", 1),
    "Wrong": Suggestion("attempt", "Busy", 0.8),
    "Busy?": Suggestion("attempt", "Busy", 0.6),
    "Bnc": Suggestion("fault", "Bad Email", 0.6),
    "Open": Suggestion("junk", "n/a", 0.6),
    "Connected": Suggestion("junk", "n/a", 1),
}


def test_the_score() -> None:
    """Right and wrong families, misses and statuses that matched are counted; `either` is not."""
    found = score(SMALL, ANSWERS.get)
    assert (len(found.right), len(found.wrong), len(found.missed), len(found.false_positives)) == (3, 1, 1, 1)
    assert (found.precision, found.recall) == (3 / 5, 3 / 5)


def test_only_sure_suggestions() -> None:
    """With a least confidence, weaker suggestions are none."""
    found = score(SMALL, ANSWERS.get, least=0.7)
    assert (len(found.right), len(found.wrong), len(found.missed), len(found.false_positives)) == (1, 1, 3, 0)


def test_the_page_says_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    """docs/dispositions.md quotes what the command prints."""
    assert main([str(HELD)]) == 0
    printed = capsys.readouterr().out.splitlines()
    page = (ROOT / "docs" / "dispositions.md").read_text(encoding="utf-8")
    for line in printed[:4]:
        assert line in page, line


def test_the_page_says_how_large_the_corpus_is() -> None:
    """docs/dispositions.md counts the phrases as they are."""
    corpus = tomllib.loads(preset_path("dispositions").read_text(encoding="utf-8"))["phrases"]
    variants = [listed for kind in corpus.values() for listed in kind.values()]
    page = (ROOT / "docs" / "dispositions.md").read_text(encoding="utf-8")
    assert f"{len(variants)} of them with {sum(map(len, variants)):,} further spellings" in page


def test_no_real_status_matches() -> None:
    """Precision first: of the held-aside real statuses none may be called a disposition."""
    found = score(tomllib.loads(HELD.read_text(encoding="utf-8")))
    assert found.false_positives == ()
    assert found.statuses >= 40
    assert found.dispositions + found.statuses >= 100


def test_a_missing_file_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file, or with a wrong one, it says so and answers 1."""
    assert main([]) == 1
    assert main(["/nowhere.toml"]) == 1
    assert "there is no such file" in capsys.readouterr().err
