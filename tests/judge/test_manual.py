"""A rule's manual is read from its docstring."""

from __future__ import annotations

import pytest

from connector.errors import NotFound
from connector.judge.loading import modules
from connector.judge.manual import manual, manuals


def test_sections() -> None:
    """Summary, text, sections by heading, and every option with its default."""
    page = manual("contact-status")
    assert page.summary.startswith("A contact gets the status")
    assert "an opportunity is open" in page.text
    assert list(page.sections) == ["Why", "Example", "How to undo"]
    assert "contact open=2026-02-01 -> status=SQL" in page.sections["Example"].splitlines()
    assert [(option.name, option.default) for option in page.options] == [("on", True)]
    assert manual("contact_status") == page


def test_nothing_of_a_docstring_is_lost() -> None:
    """Every word of every rule's docstring is on its page."""
    for page in manuals():
        whole = " ".join([page.summary, page.text, *page.sections, *page.sections.values()])
        assert sorted(whole.split()) == sorted((modules()[page.name].__doc__ or "").split())


def test_every_option_is_described() -> None:
    """No option is without a meaning."""
    assert all(option.description for page in manuals() for option in page.options)


def test_unknown_rule() -> None:
    """Asking for a rule that does not exist lists those that do."""
    with pytest.raises(NotFound) as error:
        manual("nowhere")
    assert "contact-status" in error.value.next
