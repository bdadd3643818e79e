"""Formula text → tree."""

import pytest

from connector.sandbox.salesforce.formula.parse import parse
from connector.sandbox.salesforce.formula.tree import Binary, Constant, FormulaError, Function, Reference, Unary

ONE, TWO = Constant("1", "Number"), Constant("2", "Number")


def test_precedence() -> None:
    """* binds tighter than +, + than a comparison, that than && and ||; equal ones from the left."""
    assert parse("1 + 2 * 1") == Binary("+", ONE, Binary("*", TWO, ONE))
    assert parse("1 - 2 - 1") == Binary("-", Binary("-", ONE, TWO), ONE)
    assert parse("1 < 2 && 2 > 1 || false") == Binary(
        "||", Binary("&&", Binary("<", ONE, TWO), Binary(">", TWO, ONE)), Constant("0", "Boolean")
    )
    assert parse("-1 ^ 2") == Binary("^", Unary("-", ONE), TWO)
    assert parse("(1 + 2) * 1") == Binary("*", Binary("+", ONE, TWO), ONE)


def test_spellings() -> None:
    """== is =, != is <>; functions and literals in any case; comments are passed over; parents by dots."""
    assert parse("1 == 2") == parse("1 = 2")
    assert parse("1 != 2") == parse("1 <> 2")
    assert parse("/* age */ now()") == Function("NOW", ())
    assert parse("Null") == Constant("NULL", "Null")
    assert parse("if(TRUE, Account . Name, 'x')") == Function(
        "IF", (Constant("1", "Boolean"), Reference(("Account", "Name")), Constant("'x'", "Text"))
    )


def test_texts() -> None:
    """Both quotes, backslashes, and quotes that SQL would trip over."""
    assert parse('"it\'s"') == Constant("'it''s'", "Text")
    assert parse(r"'a\'b\\c\n'") == Constant("'a''b\\c\n'", "Text")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("", "Formula cannot be empty"),
        ("1 +", "Syntax error. Missing expression"),
        ("(1", "Syntax error. Missing ')'"),
        ("1 2", "Syntax error. Extra '2'"),
        ("IF(1, 2", "Syntax error. Missing ')'"),
        ("1 § 2", "Syntax error. Found '§'"),
        ("+ * 2", "Syntax error. Found '*'"),
        ("'\\\x01'", "Syntax error. Found a control character in a text"),
    ],
)
def test_bad_syntax(formula: str, text: str) -> None:
    """What cannot be read is named."""
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    assert str(caught.value) == text
