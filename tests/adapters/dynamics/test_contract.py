"""The Dynamics adapter keeps the contract of adapters, over the wire, against the sandbox."""

from __future__ import annotations

from tests.adapters.contract import AdapterContract


class TestContract(AdapterContract):
    """`world` is the sandbox's, from conftest.py."""
