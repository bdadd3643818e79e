"""Names that exist nowhere in the org are told, with file, key, and what there is instead."""

from __future__ import annotations

import pytest

from connector.model import User
from connector.policy.names import Known, absent, closest
from tests.policy.laid import laid

KNOWN = Known(
    hours=("Büro", "Weekend"),
    record_types={"lead": ("Direct", "Partner"), "contact": ()},
    users=(
        User("1", "Ann Lee", "ann@acme.example", department="Marketing LDR", title="LDR", role="EMEA"),
        User("2", "Inbound", kind="queue"),
    ),
)


@pytest.mark.parametrize(
    ("text", "key", "word", "instead"),
    [
        (
            '[sla.promise.maql]\nroles = ["ready"]\nclock = "business"\nhours = "Bueroo"',
            "hours",
            "Bueroo",
            "Büro, Weekend",
        ),
        ('[scope.lead]\nrecord_types = ["Direkt"]', "record_types", "Direkt", "there is: Direct, Partner"),
        ('[scope.lead]\nowners = ["Nobody*"]', "owners", "Nobody*", "Ann Lee"),
        ('[teams.ldr]\nusers = ["Ann Le"]', "users", "Ann Le", "there is: Ann Lee"),
        ('[teams.ldr]\nqueues = ["Outbound"]', "queues", "Outbound", "there is: Inbound"),
        ('[teams.ldr]\ndepartments = ["Finance"]', "departments", "Finance", "Marketing LDR"),
    ],
)
def test_a_name_that_nothing_is_called_by(text: str, key: str, word: str, instead: str) -> None:
    """Told once, with its file and key, the closest first."""
    (found,) = absent(laid(text), KNOWN)
    assert repr(word) in found.what
    assert found.where.startswith("policy.toml:")
    assert key in found.where
    assert instead in found.next


@pytest.mark.parametrize(
    "text",
    [
        "",
        '[scope.lead]\nrecord_types = ["dir*"]\nowners = ["ANN@acme.example", "2"]',
        '[scope.contact]\nrecord_types = ["whatever"]',
        '[teams.ldr]\nusers = ["1"]\nqueues = ["in*"]\nroles = ["emea"]',
    ],
)
def test_what_is_there_or_not_known_is_not_told(text: str) -> None:
    """Presets may name what an org lacks; wildcards, ids and case are as in judging; an unknown list is not judged."""
    assert absent(laid(text), KNOWN) == []


def test_the_closest_come_first() -> None:
    """By similarity, then the first of the rest."""
    assert closest("prcing", ["webinar", "pricing", "demo"])[0] == "pricing"
    assert len(closest("x", [str(number) for number in range(20)])) == 5
