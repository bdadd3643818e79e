"""The functions of formulas that the sandbox can calculate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from connector.sandbox.salesforce.formula.terms import NOW, TODAY, Term, term, wanted, wrong
from connector.sandbox.salesforce.formula.tree import FormulaError


class Plain(NamedTuple):
    """A function of a fixed number of arguments of fixed kinds."""

    takes: tuple[str, ...]
    gives: str
    sql: str


_PART = "CAST(strftime('{}', {{0}}) AS INTEGER)"
PLAIN = {
    "ABS": Plain(("Number",), "Number", "abs({0})"),
    "ADDMONTHS": Plain(("Date", "Number"), "Date", "formula_add_months({0}, {1})"),
    "BEGINS": Plain(("Text", "Text"), "Boolean", "(substr({0}, 1, length({1})) = {1})"),
    "CEILING": Plain(("Number",), "Number", "formula_ceiling({0})"),
    "CONTAINS": Plain(("Text", "Text"), "Boolean", "(instr({0}, {1}) > 0)"),
    "DATE": Plain(("Number", "Number", "Number"), "Date", "formula_date({0}, {1}, {2})"),
    "DAY": Plain(("Date",), "Number", _PART.format("%d")),
    "FIND": Plain(("Text", "Text"), "Number", "instr({1}, {0})"),
    "FLOOR": Plain(("Number",), "Number", "formula_floor({0})"),
    "LEFT": Plain(("Text", "Number"), "Text", "substr({0}, 1, max(CAST({1} AS INTEGER), 0))"),
    "LEN": Plain(("Text",), "Number", "length({0})"),
    "LOWER": Plain(("Text",), "Text", "formula_lower({0})"),
    "MID": Plain(("Text", "Number", "Number"), "Text", "substr({0}, CAST({1} AS INTEGER), CAST({2} AS INTEGER))"),
    "MOD": Plain(("Number", "Number"), "Number", "formula_mod({0}, {1})"),
    "MONTH": Plain(("Date",), "Number", _PART.format("%m")),
    "NOT": Plain(("Boolean",), "Boolean", "(NOT ifnull({0}, 0))"),
    "NOW": Plain((), "DateTime", NOW),
    "RIGHT": Plain(("Text", "Number"), "Text", "iif({1} > 0, substr({0}, -CAST({1} AS INTEGER)), '')"),
    "ROUND": Plain(("Number", "Number"), "Number", "formula_round({0}, {1})"),
    "SQRT": Plain(("Number",), "Number", "formula_root({0})"),
    "SUBSTITUTE": Plain(("Text", "Text", "Text"), "Text", "replace({0}, {1}, {2})"),
    "TODAY": Plain((), "Date", TODAY),
    "TRIM": Plain(("Text",), "Text", "trim({0})"),
    "UPPER": Plain(("Text",), "Text", "formula_upper({0})"),
    "VALUE": Plain(("Text",), "Number", "formula_number(nullif({0}, ''))"),
    "WEEKDAY": Plain(("Date",), "Number", f"({_PART.format('%w')} + 1)"),
    "YEAR": Plain(("Date",), "Number", _PART.format("%Y")),
}
NOT_HERE = frozenset(
    {
        "ACOS", "ASCII", "ASIN", "ATAN", "ATAN2", "BR", "CASESAFEID", "CHR", "COS", "CURRENCYRATE", "DATETIMEVALUE",
        "DISTANCE", "EXP", "FORMATDURATION", "FROMUNIXTIME", "GEOLOCATION", "GETRECORDIDS", "GETSESSIONID", "HOUR",
        "HYPERLINK", "IMAGE", "INITCAP", "ISCHANGED", "ISCLONE", "ISNEW", "ISNUMBER", "ISOWEEK", "ISOYEAR", "LINKTO",
        "LN", "LOG", "LPAD", "MCEILING", "MFLOOR", "MILLISECOND", "MINUTE", "PI", "PRIORVALUE", "REGEX", "REVERSE",
        "RPAD", "SECOND", "SIN", "TAN", "TIMENOW", "TIMEVALUE", "TRUNC", "UNIXTIMESTAMP", "URLFOR", "VLOOKUP",
        "DAYOFYEAR", "EXCLUDES", "JSENCODE", "HTMLENCODE", "URLENCODE", "JUNCTIONIDLIST", "PREDICT",
    }
)  # fmt: skip
"""Functions that Salesforce has and the sandbox cannot calculate."""


def call(name: str, arguments: Sequence[Term]) -> Term:
    """The function of these arguments. Raises FormulaError in the platform's words, or saying what is missing here."""
    plain = PLAIN.get(name)
    if plain is not None:
        _count(name, arguments, len(plain.takes), len(plain.takes))
        sql = [_of(name, found, kind) for found, kind in zip(arguments, plain.takes, strict=True)]
        return term(plain.sql.format(*sql) if sql else plain.sql, plain.gives)
    special = _SPECIAL.get(name)
    if special is not None:
        least, most, build = special
        _count(name, arguments, least, most)
        return build(name, arguments)
    if name in NOT_HERE:
        raise FormulaError(f"This sandbox cannot calculate the function {name}().")
    raise FormulaError(f"Unknown function {name}. Check spelling.")


def _count(name: str, arguments: Sequence[Term], least: int, most: int) -> None:
    given = len(arguments)
    if not least <= given <= most:
        expected = least if given < least else most
        text = f"Incorrect number of parameters for function '{name}()'. Expected {expected}, received {given}"
        raise FormulaError(text)


def _of(name: str, found: Term, kind: str) -> str:
    return wanted(found, kind, f"function '{name}()'")


def _same(name: str, terms: Sequence[Term]) -> str:
    """The kind that all of them have, blanks aside. Raises FormulaError."""
    kinds = [found.kind for found in terms if found.kind != "Null"]
    for kind in kinds[1:]:
        if kind != kinds[0]:
            raise wrong(kinds[0], kind, f"function '{name}()'")
    return kinds[0] if kinds else "Null"


def _if(name: str, arguments: Sequence[Term]) -> Term:
    test, yes, no = arguments
    kind = _same(name, (yes, no))
    return term(f"iif({_of(name, test, 'Boolean')}, {yes.sql}, {no.sql})", kind)


def _all(name: str, arguments: Sequence[Term]) -> Term:
    parts = [f"ifnull({_of(name, found, 'Boolean')}, 0)" for found in arguments]
    return term("(" + (" AND " if name == "AND" else " OR ").join(parts) + ")", "Boolean")


def _is_blank(name: str, arguments: Sequence[Term]) -> Term:
    found = arguments[0]
    if found.kind in ("Text", "Picklist", "MultiPicklist"):
        return term(f"(ifnull({found.raw}, '') = '')", "Boolean")
    return term(f"({found.raw} IS NULL)", "Boolean")


def _blank_value(name: str, arguments: Sequence[Term]) -> Term:
    found, instead = arguments
    kind = _same(name, arguments)
    raw = f"nullif({found.raw}, '')" if kind == "Text" else found.raw
    return term(f"ifnull({raw}, {instead.sql})", kind)


def _is_pick(name: str, arguments: Sequence[Term]) -> Term:
    field, value = arguments
    if field.kind != "Picklist":
        raise wrong("Picklist", field.kind, f"function '{name}()'")
    return term(f"(ifnull({field.raw}, '') = {_of(name, value, 'Text')})", "Boolean")


def _includes(name: str, arguments: Sequence[Term]) -> Term:
    field, value = arguments
    if field.kind != "MultiPicklist":
        raise wrong("Multipicklist", field.kind, f"function '{name}()'")
    return term(
        f"(instr(';' || ifnull({field.raw}, '') || ';', ';' || {_of(name, value, 'Text')} || ';') > 0)", "Boolean"
    )


def _text(name: str, arguments: Sequence[Term]) -> Term:
    found = arguments[0]
    match found.kind:
        case "Picklist":
            return term(f"ifnull({found.raw}, '')", "Text")
        case "Number":
            return term(f"ifnull(formula_text({found.sql}), '')", "Text")
        case "Date":
            return term(f"ifnull({found.sql}, '')", "Text")
        case "DateTime":
            return term(f"ifnull(strftime('%Y-%m-%d %H:%M:%SZ', {found.sql}), '')", "Text")
    raise wrong("Number, Date, DateTime, Picklist", found.kind, f"function '{name}()'")


def _date_value(name: str, arguments: Sequence[Term]) -> Term:
    found = arguments[0]
    if found.kind not in ("Text", "DateTime", "Date"):
        raise wrong("Text, DateTime", found.kind, f"function '{name}()'")
    return term(f"date({found.sql})", "Date")


def _extreme(name: str, arguments: Sequence[Term]) -> Term:
    """Both are null-safe as SQLite's are not: a blank does not win and does not lose."""
    values = [_of(name, found, "Number") for found in arguments]
    if len(values) == 1:
        return term(values[0], "Number")
    return term(f"{name.lower()}({', '.join(values)})", "Number")


def _case(name: str, arguments: Sequence[Term]) -> Term:
    """CASE(expression, value, result, …, otherwise)."""
    if len(arguments) % 2:
        given = len(arguments)
        text = f"Incorrect number of parameters for function 'CASE()'. Expected {given + 1}, received {given}"
        raise FormulaError(text)
    subject, *pairs, otherwise = arguments
    kind = _same(name, [*pairs[1::2], otherwise])
    compared = "Text" if subject.kind == "Picklist" else subject.kind
    sql = f"ifnull({subject.raw}, '')" if compared == "Text" else subject.sql
    whens = "".join(
        f" WHEN {_of(name, value, compared)} THEN {result.sql}"
        for value, result in zip(pairs[::2], pairs[1::2], strict=True)
    )
    return term(f"CASE {sql}{whens} ELSE {otherwise.sql} END", kind)


Build = Callable[[str, Sequence[Term]], Term]
_MANY = 1_000
_SPECIAL: dict[str, tuple[int, int, Build]] = {
    "AND": (1, _MANY, _all),
    "BLANKVALUE": (2, 2, _blank_value),
    "CASE": (4, _MANY, _case),
    "DATEVALUE": (1, 1, _date_value),
    "IF": (3, 3, _if),
    "INCLUDES": (2, 2, _includes),
    "ISBLANK": (1, 1, _is_blank),
    "ISNULL": (1, 1, _is_blank),
    "ISPICKVAL": (2, 2, _is_pick),
    "MAX": (1, _MANY, _extreme),
    "MIN": (1, _MANY, _extreme),
    "NULLVALUE": (2, 2, _blank_value),
    "OR": (1, _MANY, _all),
    "TEXT": (1, 1, _text),
}
