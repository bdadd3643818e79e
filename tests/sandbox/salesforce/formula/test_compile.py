"""Formulas on a record: fields, parents, blanks, kinds."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.salesforce.formula.compile import Compiled
from connector.sandbox.salesforce.formula.tree import FormulaError
from connector.sandbox.salesforce.org import Org
from tests.sandbox.salesforce.formula.conftest import Evaluate


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("LastName", "Byron"),
        ("lastname & '!'", "Byron!"),
        ("Account.Name", "Engines"),
        ("Account.AnnualRevenue * 2", 25.0),
        ("Account.Owner.LastName", "Integration"),
        ("Title", ""),
        ("Title = ''", 1),
        ("ISBLANK(Title)", 1),
        ("ISBLANK(LastName)", 0),
        ("ISBLANK(LeadSource)", 0),
        ("Birthdate = null", 0),
        ("null <> Birthdate", 1),
        ("BLANKVALUE(Title, 'none')", "none"),
        ("BLANKVALUE(LastName, 'none')", "Byron"),
    ],
)
def test_fields(evaluate: Evaluate, formula: str, value: Any) -> None:
    """Fields of the record in any case, of its parents; a blank text is an empty one."""
    assert evaluate(formula) == value


@pytest.mark.parametrize(("zero", "value"), [(True, 1.0), (False, None)])
def test_blank_numbers(evaluate: Evaluate, zero: bool, value: Any) -> None:
    """A blank number is zero, or makes everything blank, as the field says."""
    assert evaluate("MailingLatitude + 1", zero=zero) == value


@pytest.mark.parametrize("zero", [True, False])
def test_a_blank_time_stays_blank(evaluate: Evaluate, zero: bool) -> None:
    """There is no zero among dates: a difference to a blank one is blank either way."""
    assert evaluate("NOW() - EmailBouncedDate", zero=zero) is None
    assert evaluate("FLOOR(NOW() - EmailBouncedDate)", zero=zero) is None
    assert evaluate("IF(ISBLANK(EmailBouncedDate), 'never', 'once')", zero=zero) == "never"


def test_what_it_reads(peopled: Org) -> None:
    """The fields that it names, and the record's own columns behind them."""
    formula = "Account.Name & TEXT(LeadSource)"
    compiled = Compiled("f", formula, peopled.objects["Contact"], peopled.objects, blank_as_zero=True)
    assert compiled.fields == {"Account.Name", "Contact.AccountId", "Contact.LeadSource"}
    assert compiled.columns == {"AccountId", "LeadSource"}


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("Nope__c", "Field Nope__c does not exist. Check spelling."),
        ("Nope.Name", "Field Nope.Name does not exist. Check spelling."),
        ("IDONTEXIST(' ')", "Unknown function IDONTEXIST. Check spelling."),
        ("LEN(1)", "Incorrect parameter type for function 'LEN()'. Expected Text, received Number"),
        ("ABS(1, 2)", "Incorrect number of parameters for function 'ABS()'. Expected 1, received 2"),
        ("IF(true, 1, 'a')", "Incorrect parameter type for function 'IF()'. Expected Number, received Text"),
        ("LastName - 1", "Incorrect parameter type for operator '-'. Expected Number, received Text"),
        ("NOW() - TODAY()", "Incorrect parameter type for operator '-'. Expected DateTime, received Date"),
        ("1 = 'a'", "Incorrect parameter type for operator '='. Expected Number, received Text"),
        ("CASE(1, 2, 3, 4, 5)", "Incorrect number of parameters for function 'CASE()'. Expected 6, received 5"),
        (
            "LeadSource = 'Web'",
            "Field LeadSource is a picklist field. Picklist fields are only supported in certain functions.",
        ),
        ("Description", "Field Description may not be used in this type of formula"),
        ("VLOOKUP(1, 2, 3)", "This sandbox cannot calculate the function VLOOKUP()."),
        ("$User.Id", "This sandbox cannot calculate with the global variable $User.Id."),
        ("'" + "x" * 3_900 + "'", "Formula is too long (3902 characters). Maximum length is 3,900 characters"),
    ],
)
def test_refusals(evaluate: Evaluate, formula: str, text: str) -> None:
    """In Salesforce's own words; what Salesforce can and the sandbox cannot says so."""
    with pytest.raises(FormulaError) as caught:
        evaluate(formula)
    assert str(caught.value) == text
