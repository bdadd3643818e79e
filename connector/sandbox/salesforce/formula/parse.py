"""Formula text → tree, by operator precedence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connector.sandbox.salesforce.formula.tree import (
    Binary,
    Constant,
    FormulaError,
    Function,
    Node,
    Reference,
    Unary,
)

_TOKEN = re.compile(
    r"""\s+ | /\*.*?\*/
    | (?P<number>\d+(?:\.\d+)?|\.\d+)
    | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<name>\$?[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)
    | (?P<operator>&&|\|\||<>|!=|==|<=|>=|[-+*/^&=<>!(),])""",
    re.VERBOSE | re.DOTALL,
)
_LEVELS = (("||",), ("&&",), ("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))
_SAME = {"==": "=", "!=": "<>"}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_CONTROL = re.compile(r"[\x00-\x08]")
END = ("end", "")


def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaError with the platform's words for bad syntax."""
    if not text.strip():
        raise FormulaError("Formula cannot be empty")
    parser = _Parser(list(_tokens(text)))
    node = parser.level(0)
    if parser.peek() != END:
        raise FormulaError("Syntax error. Extra " + repr(parser.peek()[1]).replace('"', "'"))
    return node


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        matched = _TOKEN.match(text, place)
        if matched is None:
            raise FormulaError(f"Syntax error. Found '{text[place]}'")
        place = matched.end()
        if matched.lastgroup:
            yield matched.lastgroup, matched.group()
    yield END


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._place = 0

    def peek(self) -> tuple[str, str]:
        return self._tokens[self._place]

    def _take(self) -> tuple[str, str]:
        token = self._tokens[self._place]
        self._place += token != END
        return token

    def level(self, depth: int) -> Node:
        """Everything that binds at least as tightly as the operators of that depth."""
        if depth == len(_LEVELS):
            return self._unary()
        node = self.level(depth + 1)
        while self.peek()[0] == "operator" and _SAME.get(self.peek()[1], self.peek()[1]) in _LEVELS[depth]:
            operator = self._take()[1]
            node = Binary(_SAME.get(operator, operator), node, self.level(depth + 1))
        return node

    def _unary(self) -> Node:
        kind, word = self.peek()
        if kind == "operator" and word in ("-", "+", "!"):
            self._take()
            return Unary(word, self._unary())
        return self._primary()

    def _primary(self) -> Node:
        kind, word = self._take()
        if kind == "number":
            return Constant(word, "Number")
        if kind == "text":
            return _text(word)
        if kind == "name":
            return self._named(re.sub(r"\s", "", word))
        if word == "(":
            node = self.level(0)
            self._expect(")")
            return node
        raise FormulaError(f"Syntax error. Found '{word}'" if word else "Syntax error. Missing expression")

    def _named(self, name: str) -> Node:
        if self.peek() == ("operator", "("):
            self._take()
            return Function(name.upper(), tuple(self._arguments()))
        match name.upper():
            case "TRUE":
                return Constant("1", "Boolean")
            case "FALSE":
                return Constant("0", "Boolean")
            case "NULL":
                return Constant("NULL", "Null")
        return Reference(tuple(name.split(".")))

    def _arguments(self) -> Iterator[Node]:
        if self.peek() == ("operator", ")"):
            self._take()
            return
        yield self.level(0)
        while self.peek() == ("operator", ","):
            self._take()
            yield self.level(0)
        self._expect(")")

    def _expect(self, word: str) -> None:
        if self._take() != ("operator", word):
            raise FormulaError(f"Syntax error. Missing '{word}'")


def _text(word: str) -> Constant:
    plain = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found.group(1), found.group(1)), word[1:-1], flags=re.DOTALL)
    if _CONTROL.search(plain):
        raise FormulaError("Syntax error. Found a control character in a text")
    return Constant("'" + plain.replace("'", "''") + "'", "Text")
