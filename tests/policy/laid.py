"""Policies for tests: said as TOML text, laid over a preset."""

from __future__ import annotations

from connector.errors import PolicyError
from connector.policy import Policy
from connector.policy.layers import Layer
from connector.policy.loader import Loaded, load, read
from connector.tomlfile import TomlFile


def layer(text: str, name: str = "policy.toml") -> Layer:
    """A layer from TOML text."""
    file = TomlFile(name, text, PolicyError)
    return Layer(name, file.data, file)


def laid(text: str = "") -> Loaded:
    """A checked policy: the text laid over the preset it extends."""
    return load(tables=layer(text))


def unchecked(text: str) -> Loaded:
    """The same, unchecked."""
    return read(tables=layer(text))


def preset(name: str) -> Policy:
    """A preset as it is shipped."""
    return laid(f'extends = "{name}"').policy
