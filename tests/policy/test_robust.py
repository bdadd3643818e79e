"""Whatever a file says, reading a policy ends in one of our own errors or in a policy."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import PolicyError
from connector.policy.checks import errors
from connector.policy.layers import Layer
from connector.policy.loader import preset_path, read
from connector.policy.model import PolicyFile

KEYS = st.sampled_from(
    [*PolicyFile.model_fields, "lead", "any", "LAL", "roles", "values", "phrases", "from", "to", "x"]
)
TEXTS = st.sampled_from(["LAL", "entry", "Inquiry ", "x", "", "demand-gen", "*", "Left Vmail", "status.LAL"])
LEAVES = st.one_of(TEXTS, st.integers(-2, 3), st.booleans(), st.floats(), st.dates())
TREES = st.recursive(
    LEAVES,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(KEYS, below, max_size=3)),
    max_leaves=10,
)
SOUND = {
    **tomllib.loads(preset_path("demand-gen").read_text(encoding="utf-8")),
    "extends": "none",
    "without": ["teams.sales"],
    "values": {"any": {"Open": "Inquiry"}, "lead/Partner": {"Open": "LAL"}},
    "remap": {"lead": {"Old": "LAL"}},
    "dispositions": {"keep": "ledger", "phrases": {"Hm": {"effect": "closes"}, "left-vmail": {}}},
    "sources": {"Mine": {"values": ["Web", "x"]}, "Referral": {"direction": "outbound"}},
    "scope": {"lead": {"owners": ["x"], "where": {"country": ["DE"]}}},
}


def test_the_starting_point_is_sound() -> None:
    """What is broken below is whole before."""
    assert errors(read(tables=Layer("policy.toml", SOUND))) == []


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_content_breaks_the_loader(data: st.DataObject) -> None:
    """One value anywhere replaced by anything: an error that says where and what next, or a policy to be checked."""
    content: dict[str, Any] = copy.deepcopy(SOUND)
    node: Any = content
    while True:
        key = data.draw(st.sampled_from(sorted(node)) if isinstance(node, dict) else st.integers(0, len(node) - 1))
        if isinstance(node[key], dict | list) and node[key] and data.draw(st.booleans()):
            node = node[key]
        else:
            node[key] = data.draw(TREES)
            break
    try:
        loaded = read(tables=Layer("policy.toml", content))
    except PolicyError as wrong:
        said = (wrong.what, wrong.where, wrong.next)
    else:
        said = ("", "", "")
        assert all(problem.where and problem.next for problem in errors(loaded))
        list(loaded.origins())
    assert said == ("", "", "") or all(said)
