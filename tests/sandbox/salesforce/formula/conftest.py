"""Formulas worked out on one record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connector.sandbox.salesforce.formula.compile import Compiled, expand, moment
from connector.sandbox.salesforce.org import Org

NOW, TODAY = "2026-03-31T12:00:00.000Z", "2026-03-31"
Evaluate = Callable[..., Any]


@pytest.fixture(scope="module")
def peopled() -> Iterator[Org]:
    """An org with one contact of one account."""
    org = Org()
    account = org.insert("Account", [{"Name": "Engines", "Industry": "Banking", "AnnualRevenue": 12.5}])[0].id
    org.insert("Contact", [{"LastName": "Byron", "AccountId": account, "Birthdate": "2024-02-29", "LeadSource": "Web"}])
    yield org
    org.close()


@pytest.fixture
def evaluate(peopled: Org) -> Evaluate:
    """The value of a formula on that contact; `zero` treats blanks as zero."""

    def worked_out(formula: str, *, zero: bool = True) -> Any:
        found = peopled.objects["Contact"]
        compiled = Compiled("f", formula, found, peopled.objects, blank_as_zero=zero)
        sql = moment(expand(compiled.term.sql, "c"), NOW, TODAY)
        return peopled.storage.reader().execute(f'SELECT {sql} FROM "Contact" AS c').fetchone()[0]

    return worked_out
