"""Roles, ranks and the hash of a policy."""

from __future__ import annotations

import random
import tomllib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.policy import Policy
from connector.policy.layers import Layer
from connector.policy.loader import preset_path, presets, read
from connector.policy.model import ROLES
from tests.policy.laid import laid, layer, preset


@pytest.mark.parametrize("name", presets())
def test_roles_and_statuses_agree(name: str) -> None:
    """role() and has_role() say the same, and every role of a preset is a known one."""
    policy = preset(name)
    for role in ROLES:
        holder = policy.role(role)
        assert [s for s in policy.file.status if policy.has_role(s, role)] == ([holder] if holder else [])
    assert {role for status in policy.file.status.values() for role in status.roles} <= set(ROLES)
    assert not policy.has_role(None, "entry")


def test_rank_is_the_place_on_the_forward_path() -> None:
    """Ways out have no rank; neither has a status that does not exist."""
    policy = preset("demand-gen")
    assert [policy.rank(name) for name in ("Raw", "Inquiry", "SQL", "Re-Market", None, "Nonsense")] == [
        0, 1, 6, None, None, None,
    ]  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(presets()), st.integers())
def test_the_hash_does_not_depend_on_the_order_of_keys(name: str, seed: int) -> None:
    """The same content in another order, and in another layer, has the same hash."""
    content = tomllib.loads(preset_path(name).read_text(encoding="utf-8"))
    shuffled = _shuffled(content, random.Random(seed))
    once = read(tables=layer(f'extends = "{name}"')).policy
    again = read(tables=Layer("other.toml", {"extends": "none", **shuffled})).policy
    assert once.hash == again.hash


@pytest.mark.parametrize(
    "text",
    ['[values.any]\nx = "LAL"', "[limits]\nrule = 501", "[rules.junk]\non = true", '[status.LAL]\nmeaning = "Other."'],
)
def test_the_hash_depends_on_the_content(text: str) -> None:
    """Any other content has another hash."""
    assert laid(text).policy.hash != laid().policy.hash


def test_what_an_org_adds_does_not_change_the_hash() -> None:
    """The hash is of the policy, not of the org it is used for."""
    policy: Policy = laid().policy
    assert policy.for_org(["Qualified"], {("lead", None): {"INQUIRY"}}).hash == policy.hash


def _shuffled(content: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    keys = list(content)
    dice.shuffle(keys)
    return {key: _shuffled(content[key], dice) if isinstance(content[key], dict) else content[key] for key in keys}
