"""The text of a `$filter` → the syntax tree of the odata-query library."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from connector.sandbox.dynamics.query.fault import MOST_CONDITIONS, QueryError, syntax, too_many_conditions

Node = Any
"""A node of the library's tree; the library leaves them untyped."""
_Rule = TypeVar("_Rule", bound=Callable[..., Any])
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_ALIAS = re.compile(r"@\w+")
_DEEPEST = 20
"""Levels of conditions within conditions; SQLite's own parser can bear no more than a few dozen."""
_NOT = re.compile(r"\bnot\(", re.IGNORECASE)


class _Lexer(ODataLexer):
    """Tells a column whose name begins like a reserved word (`allocation`) from the word itself."""

    tokens = ODataLexer.tokens
    _: Callable[..., Callable[[_Rule], _Rule]]

    @_(r"(?:true|false)\b")  # noqa: F821
    def BOOLEAN(self, t: Any) -> Any:  # noqa: N802
        t.value = ast.Boolean(t.value)
        return t

    @_(r"null\b")  # noqa: F821
    def NULL(self, t: Any) -> Any:  # noqa: N802
        t.value = ast.Null()
        return t

    @_(r"any\b")  # noqa: F821
    def ANY(self, t: Any) -> Any:  # noqa: N802
        t.value = ast.Any()
        return t

    @_(r"all\b")  # noqa: F821
    def ALL(self, t: Any) -> Any:  # noqa: N802
        t.value = ast.All()
        return t


def parse(text: str, aliases: dict[str, str]) -> Node:
    """The tree of a filter, with parameter aliases (`@p1` → its text) put in. Raises QueryError for a syntax error."""
    prepared = prepare(text, aliases).strip()
    if not prepared:
        raise syntax("The filter expression is empty.")
    try:
        tree = ODataParser().parse(_Lexer().tokenize(prepared))
    except ODataException as error:
        raise _refusal(error, text) from error
    except AttributeError as error:  # the library trips over functions of three named parameters or more
        raise syntax(f"Syntax error in '{text}'.") from error
    if _conditions(tree) > MOST_CONDITIONS:
        raise too_many_conditions()
    if _depth(tree) > _DEEPEST:
        raise syntax("Recursion depth exceeded allowed limit.")
    return tree


def operands(node: Node) -> list[Node]:
    """The parts of a chain of the same operator, in order; chains may be longer than what recursion can bear."""
    kind, parts = type(node.op), []
    while isinstance(node, ast.BoolOp) and isinstance(node.op, kind):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def prepare(text: str, aliases: dict[str, str]) -> str:
    """The text in the form that the library reads: aliases replaced, `[...]` as a list, `not(` with a space."""
    whole = "".join(quoted or _replaced(plain, aliases) for quoted, plain in _pieces(text))
    return _lists(_pieces(whole))


def _pieces(text: str) -> list[tuple[str, str]]:
    """The text cut into quoted strings (first of the pair) and what stands between them (second)."""
    pieces, place = [], 0
    for found in _QUOTED.finditer(text):
        pieces += [("", text[place : found.start()]), (found.group(), "")]
        place = found.end()
    return [*pieces, ("", text[place:])]


def _replaced(plain: str, aliases: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found.group() not in aliases:
            raise syntax(f"The parameter alias '{found.group()}' has no value.")
        return aliases[found.group()]

    return _ALIAS.sub(value, plain)


def _lists(pieces: list[tuple[str, str]]) -> str:
    """`["1","2"]` → `('1','2')`; a list of one gets the trailing comma that the library wants."""
    out, opened, commas = [], False, 0
    for quoted, plain in pieces:
        if quoted:
            out.append(_element(quoted) if opened else _single(quoted))
            continue
        for char in _NOT.sub("not (", plain):
            if char == "[":
                opened, commas = True, 0
                out.append("(")
            elif char == "]" and opened:
                opened = False
                out.append(")" if commas else ",)")
            else:
                commas += char == "," and opened
                out.append(char)
    return "".join(out)


def _element(quoted: str) -> str:
    """A text in an array, which is JSON: an apostrophe cannot be doubled there, it needs double quotes."""
    if quoted.startswith("'") and "'" in quoted[1:-1]:
        raise syntax(
            "Invalid JSON. A comma character ',' was expected in scope 'Array'. Every two elements in an array and "
            "properties of an object must be separated by commas."
        )
    return _single(quoted)


def _single(quoted: str) -> str:
    if quoted.startswith("'"):
        return quoted
    return "'" + quoted[1:-1].replace("'", "''") + "'"


def _conditions(tree: Node) -> int:
    """How many conditions a filter has."""
    found, waiting = 0, [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BoolOp):
            waiting += [node.left, node.right]
        elif isinstance(node, ast.UnaryOp):
            waiting.append(node.operand)
        elif isinstance(node, ast.CollectionLambda) and node.lambda_ is not None:
            waiting.append(node.lambda_.expression)
        else:
            found += 1
    return found


def _depth(tree: Node) -> int:
    """How deep conditions stand within others; a chain of one operator is one level."""
    deepest, waiting = 0, [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(node, ast.BoolOp):
            waiting += [(part, depth + 1) for part in operands(node)]
        elif isinstance(node, ast.UnaryOp):
            waiting.append((node.operand, depth + 1))
        elif isinstance(node, ast.CollectionLambda) and node.lambda_ is not None:
            waiting.append((node.lambda_.expression, depth + 1))
    return deepest


def _refusal(error: ODataException, text: str) -> QueryError:
    token = getattr(error, "token", None)
    at = getattr(token, "index", None)
    if at is None:
        return syntax(f"{error} in '{text}'.")
    return syntax(f"Syntax error at position {at} in '{text}'.")
