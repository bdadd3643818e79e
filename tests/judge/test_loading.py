"""Rules are found by scanning their folder, and their options checked against it."""

from __future__ import annotations

import pytest

from connector.errors import PolicyError
from connector.judge import load
from connector.judge.loading import modules
from connector.policy.layers import Layer
from connector.policy.loader import read
from connector.tomlfile import TomlFile
from tests.people import policy


def test_in_their_order() -> None:
    """The rules that write run in the order of the specification; those that only report come after."""
    names = list(modules())
    wanted = [
        "normalise",
        "junk",
        "disposition",
        "contact-status",
        "recycled",
        "raw",
        "qualify",
        "source",
        "age",
        "sla",
    ]
    assert names[:10] == wanted


def test_off_by_default() -> None:
    """Junk is off until somebody turns it on; a rule can be turned off."""
    assert load(policy()).off == ("junk",)
    rules = load(policy(rules={"junk": {"on": True}, "raw": {"on": False}}))
    assert rules.off == ("raw",)
    assert "junk" in rules.names()


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("[rules.jumk]\non = true\n", "there is no rule 'jumk'", 1),
        ("[rules.junk]\nonn = true\n", "the rule junk has no option 'onn'", 2),
        ("[rules.junk]\non = 'perhaps'\n", "is not true or false", 2),
        ("[night]\nrules = ['raw', 'jumk']\n", "there is no rule 'jumk'", 2),
    ],
)
def test_wrong_options(text: str, message: str, line: int) -> None:
    """An unknown rule, an unknown option and a wrong value name file, line and key."""
    file = TomlFile("acme.toml", text)
    loaded = read(tables=Layer("acme.toml", file.data, file))
    with pytest.raises(PolicyError) as wrong:
        load(loaded.policy, loaded.where)
    assert message in wrong.value.what
    assert wrong.value.where.startswith(f"acme.toml:{line}")
    assert "junk" in wrong.value.next
