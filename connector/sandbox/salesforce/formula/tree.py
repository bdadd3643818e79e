"""The parts of a parsed formula."""

from __future__ import annotations

from typing import NamedTuple


class FormulaError(Exception):
    """What is wrong with a formula, in the platform's words."""


class Constant(NamedTuple):
    """A literal. `kind` is Number, Text, Boolean or Null; the value is in SQL."""

    sql: str
    kind: str


class Reference(NamedTuple):
    """A field of the record, or of a parent: ("Account", "Industry")."""

    path: tuple[str, ...]


class Unary(NamedTuple):
    """`-x`, `+x` or `!x`."""

    operator: str
    operand: Node


class Binary(NamedTuple):
    """`left operator right`; = stands for == and <> for !=."""

    operator: str
    left: Node
    right: Node


class Function(NamedTuple):
    """A call, the name in capitals."""

    name: str
    arguments: tuple[Node, ...]


Node = Constant | Reference | Unary | Binary | Function
