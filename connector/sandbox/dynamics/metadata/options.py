"""$select, $filter and $expand over metadata: JSON objects that are looked at in memory, not rows [D 5.1]."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from odata_query import ast

from connector.sandbox.dynamics.metadata.label import Shape
from connector.sandbox.dynamics.query.fault import QueryError, no_property, syntax
from connector.sandbox.dynamics.query.text import parse

_ENUM = re.compile(r"Microsoft\.Dynamics\.CRM\.\w+('(?:[^']|'')*')")
_REFUSED = ("$top", "$skip", "$orderby", "$apply", "$search", "$skiptoken")
Expand = Callable[[Shape, "Options"], object]
"""Works out what a navigation property of a shape holds, under the options in its brackets."""


class Options:
    """The options of one request, or of one `$expand`. Raises QueryError for those that metadata does not take."""

    def __init__(self, given: Mapping[str, str]) -> None:
        for name in given:
            if name in _REFUSED:
                raise syntax(f"The query parameter {name} is not supported")
        self.select = tuple(filter(None, (one.strip() for one in given.get("$select", "").split(","))))
        self.filter = given.get("$filter", "")
        self.expand = dict(map(_bracketed, filter(None, split(given.get("$expand", ""), ","))))
        self.count = given.get("$count") == "true"
        self._aliases = {name: text for name, text in given.items() if name.startswith("@")}

    def chosen(self, shapes: Iterable[Shape], kind: str) -> list[Shape]:
        """The shapes that the filter lets pass. `kind` is their type, for refusals."""
        if not self.filter:
            return list(shapes)
        tree = parse(_ENUM.sub(r"\1", self.filter), self._aliases)
        return [shape for shape in shapes if _value(tree, shape, kind) is True]

    def shown(self, shape: Shape, kind: str, ways: Mapping[str, Expand], known: Iterable[str] = ()) -> Shape:
        """What is selected of a shape, and what is expanded. Its type and MetadataId are always shown.

        `ways`: navigation properties that may be expanded. `known`: if given, the only properties that may be selected.
        """
        for name in self.select:
            if name not in (known or shape) or name in ways:
                raise no_property(name, kind)
        kept = {
            name: value
            for name, value in shape.items()
            if name not in ways and (not self.select or name in self.select or name in ("@odata.type", "MetadataId"))
        }
        for name, inner in self.expand.items():
            if name not in ways:
                raise no_property(name, kind)
            kept[name] = ways[name](shape, inner)
        return kept


def split(text: str, by: str) -> list[str]:
    """The text cut at that character where it stands outside of brackets and quotes."""
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == "'"
        depth += 0 if quoted else (character == "(") - (character == ")")
        if character == by and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _bracketed(text: str) -> tuple[str, Options]:
    name, _, rest = text.partition("(")
    inner = rest.rsplit(")", 1)[0]
    pairs = (part.partition("=") for part in split(inner, ";") if part)
    return name.strip(), Options({key.strip(): value.strip() for key, _, value in pairs})


def _value(node: Any, shape: Shape, kind: str) -> Any:
    """What a node of the filter's tree comes to for that shape."""
    if isinstance(node, ast.Identifier):
        if node.name not in shape:
            raise no_property(node.name, kind)
        return shape[node.name]
    if isinstance(node, ast.Attribute):
        owner = _value(node.owner, shape, kind)
        return owner.get(node.attr) if isinstance(owner, dict) else None
    if isinstance(node, ast.Null):
        return None
    if isinstance(node, ast.BoolOp):
        left, right = (bool(_value(one, shape, kind)) for one in (node.left, node.right))
        return left and right if isinstance(node.op, ast.And) else left or right
    if isinstance(node, ast.UnaryOp):
        return not _value(node.operand, shape, kind)
    if isinstance(node, ast.Compare):
        return _compare(node, _plain(_value(node.left, shape, kind)), _plain(_value(node.right, shape, kind)))
    if isinstance(node, ast.Call):
        return _call(node.func.name, [_plain(_value(one, shape, kind)) for one in node.args])
    if hasattr(node, "py_val"):
        return node.py_val
    raise syntax(f"Metadata cannot be filtered by {type(node).__name__}.")


def _plain(value: Any) -> Any:
    """Texts are compared without case, identifiers as texts; a complex value by the Value it wraps."""
    if isinstance(value, dict) and "Value" in value:
        value = value["Value"]
    return (
        value.lower()
        if isinstance(value, str)
        else value
        if value is None or isinstance(value, (bool, int, float))
        else str(value).lower()
    )


def _compare(node: Any, left: Any, right: Any) -> bool:
    if isinstance(node.comparator, ast.Eq):
        return bool(left == right)
    if isinstance(node.comparator, ast.NotEq):
        return bool(left != right)
    if left is None or right is None:
        return False
    ways = {ast.Lt: left < right, ast.LtE: left <= right, ast.Gt: left > right, ast.GtE: left >= right}
    found = ways.get(type(node.comparator))
    if found is None:
        raise syntax("Metadata cannot be compared like that.")
    return bool(found)


def _call(name: str, arguments: list[Any]) -> bool:
    ways = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}
    if name not in ways or len(arguments) != 2:
        raise QueryError("0x80060888", f"The function {name} is not supported on metadata.")
    text, part = arguments
    return isinstance(text, str) and ways[name](text, str(part))
