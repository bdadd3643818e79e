"""The operators of formulas, by the kinds of what stands on either side."""

from __future__ import annotations

from connector.sandbox.salesforce.formula.terms import Term, moment, seconds, term, wanted, wrong

_DAY = 86_400
_COMPARED = ("Number", "Text", "Boolean", "Date", "DateTime")
_TIMES = ("Date", "DateTime")


def unary(operator: str, operand: Term) -> Term:
    """`-x`, `+x` and `!x`. Raises FormulaError."""
    if operator == "!":
        return term(f"(NOT ifnull({wanted(operand, 'Boolean', where('!'))}, 0))", "Boolean")
    return term(f"({operator}{wanted(operand, 'Number', where(operator))})", "Number")


def binary(operator: str, left: Term, right: Term) -> Term:
    """`left operator right`. Raises FormulaError."""
    match operator:
        case "&&" | "||":
            sides = [f"ifnull({wanted(side, 'Boolean', where(operator))}, 0)" for side in (left, right)]
            return term(f"({(' AND ' if operator == '&&' else ' OR ').join(sides)})", "Boolean")
        case "=" | "<>" | "<" | ">" | "<=" | ">=":
            return _compare(operator, left, right)
        case "&":
            return _joined(operator, left, right)
        case "+":
            return _plus(left, right)
        case "-":
            return _minus(left, right)
        case "/":
            return _numbers(operator, left, right, "({} * 1.0 / {})")
        case "^":
            return _numbers(operator, left, right, "formula_power({}, {})")
    return _numbers(operator, left, right, f"({{}} {operator} {{}})")


def where(operator: str) -> str:
    """How an error message names the operator."""
    return f"operator '{operator}'"


def _numbers(operator: str, left: Term, right: Term, sql: str) -> Term:
    sides = [wanted(side, "Number", where(operator)) for side in (left, right)]
    return term(sql.format(*sides), "Number")


def _joined(operator: str, left: Term, right: Term) -> Term:
    sides = [f"ifnull({wanted(side, 'Text', where(operator))}, '')" for side in (left, right)]
    return term(f"({' || '.join(sides)})", "Text")


def _compare(operator: str, left: Term, right: Term) -> Term:
    if "Null" in (left.kind, right.kind) and operator in ("=", "<>"):
        known = left if right.kind == "Null" else right
        return term(f"({known.raw} IS {'NOT ' if operator == '<>' else ''}NULL)", "Boolean")
    for side in (left, right):
        if side.kind not in _COMPARED:
            raise wrong("Number, Text, Date, DateTime or Boolean", side.kind, where(operator))
    if left.kind != right.kind:
        raise wrong(left.kind, right.kind, where(operator))
    unknown = int(operator == "<>")
    return term(f"ifnull({left.sql} {operator} {right.sql}, {unknown})", "Boolean")


def _plus(left: Term, right: Term) -> Term:
    if "Text" in (left.kind, right.kind):
        return _joined("+", left, right)
    for time, days in ((left, right), (right, left)):
        if time.kind in _TIMES:
            return _shifted(time, f"+ {_span(time, wanted(days, 'Number', where('+')))}")
    return _numbers("+", left, right, "({} + {})")


def _minus(left: Term, right: Term) -> Term:
    if left.kind in _TIMES and right.kind in _TIMES:
        if left.kind != right.kind:
            raise wrong(left.kind, right.kind, where("-"))
        return term(f"(({seconds(left.sql)} - {seconds(right.sql)}) / {_DAY}.0)", "Number")
    if left.kind in _TIMES:
        return _shifted(left, f"- {_span(left, wanted(right, 'Number', where('-')))}")
    return _numbers("-", left, right, "({} - {})")


def _span(time: Term, days: str) -> str:
    """A number of days in seconds; a date moves by whole ones."""
    return f"CAST({days} AS INTEGER) * {_DAY}" if time.kind == "Date" else f"CAST({days} * {_DAY} AS INTEGER)"


def _shifted(time: Term, by: str) -> Term:
    return term(moment(f"({seconds(time.sql)} {by})", time.kind), time.kind)
