"""Whatever a query says, it is answered with rows or with a refusal."""

from __future__ import annotations

import contextlib
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.sandbox.dynamics.errors import DataverseError

WORDS = (
    "lastname", "statuscode", "createdon", "_ownerid_value", "owninguser", "parentaccountid/name", "Lead_Tasks",
    "leadid", "eq", "ne", "gt", "and", "or", "not", "in", "null", "true", "1", "-1.5", "1e400", "99999999999999999999",
    "''", "'a'", "'O''B'", '"x"', "2023-04-07", "2023-13-45", "2023-04-07T25:00:00Z", "(", ")", "[", "]", ",", "/", ":",
    ";", "@p1", "=", "00000000-0000-0000-0000-000000000001", "contains(lastname,'a')", "any(", "all(t:", "t/subject",
    "Microsoft.Dynamics.CRM.In(PropertyName='statuscode',PropertyValues=['1'])", "desc", "asc",
    "Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='x')", "groupby((statuscode))", "aggregate(",
    "$count as n", "revenue with sum as s", "$select=subject", "$expand=", "%", "\\", "ł", "\u0000", "duration'P1D'",
    "geography'x'", "12:00:00", "$it", "now()", "add 1",
)  # fmt: skip
AWKWARD = (
    "$filter=createdon eq 2023-02-31", "$filter=createdon eq 2023-02-31T10:00:00Z",
    "$filter=createdon eq 9999-12-31T23:00:00-05:00", "$filter=statuscode eq 99999999999999999999",
    "$filter=revenue gt 1e400", "$filter=Lead_Tasks/any(t:t eq null)", "$filter=Lead_Tasks/any(t:t)",
    "$filter=Microsoft.Dynamics.CRM.In(PropertyName='revenue',PropertyValues=['nan'])",
    "$filter=Microsoft.Dynamics.CRM.In(PropertyName='lastname')",
    "$filter=Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='9999-12-31')",
    "$filter=Microsoft.Dynamics.CRM.X(PropertyName='lastname',a=1,b=2)", f"$filter={'not (' * 300}true{')' * 300}",
    f"$filter={'not ' * 300}(statuscode eq 1)", "$skiptoken=<cookie pagenumber='99999999999999999999'/>",
    "$skiptoken=<cookie pagenumber='2' pagingcookie='x'/>", "$deltatoken=99999999999999999999!08/22/2023 08:10:44",
    "$apply=aggregate($count as n,$count as n)", "$apply=groupby((statuscode,statuscode))", "$orderby=", "$select=,",
    "fetchXml=<fetch aggregate='true'><entity name='lead'/></fetch>",
    "fetchXml=<fetch distinct='true'><entity name='lead'/></fetch>",
    "fetchXml=<fetch><entity name='lead'><nope/></entity></fetch>",
    "fetchXml=<fetch aggregate='true'><entity name='lead'><attribute name='leadid' aggregate='count' alias='n'/>"
    "<order alias='m'/></entity></fetch>",
)  # fmt: skip
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).flatmap(
    lambda words: st.sampled_from(["", " "]).map(lambda glue: glue.join(words))
)
OPTIONS = (
    "$filter",
    "$orderby",
    "$select",
    "$expand",
    "$apply",
    "$top",
    "$count",
    "$skiptoken",
    "$deltatoken",
    "fetchXml",
)


@pytest.mark.parametrize("option", OPTIONS)
@given(text=TEXT)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_answered_or_refused(reader: Any, option: str, text: str) -> None:
    """No text in an option makes the sandbox stumble."""
    with contextlib.suppress(DataverseError):
        assert isinstance(reader.body("leads", f"{option}={quote(text)}")["value"], list)


@pytest.mark.parametrize("query", AWKWARD, ids=lambda query: str(query)[:60])
def test_awkward_queries_are_refused(reader: Any, query: str) -> None:
    """Dates that there are not, numbers too large, depth beyond reason, names twice: 400 with a message."""
    option, _, text = query.partition("=")
    status, code, message = reader.refused("leads", f"{option}={quote(text)}")
    assert (status, bool(code), bool(message)) == (400, True, True)


def test_conditions_may_stand_within_conditions(reader: Any) -> None:
    """Eighteen levels deep, as nobody writes them."""
    condition = "statuscode eq 1"
    for level in range(9):
        condition = f"(not ({condition}) or leadid eq null)" if level % 2 else f"(not ({condition}) and leadid ne null)"
    assert len(reader.names(condition)) == 13


@given(
    left=st.sampled_from(["statuscode eq 1", "firstname eq 'A1'", "revenue gt 9000", "contains(lastname,'1')"]),
    right=st.sampled_from(["firstname eq null", "createdon lt 2023-04-12", "donotemail eq true", "lastname ne 'Łoś7'"]),
)
@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_and_or_not_are_those_of_sets(reader: Any, left: str, right: str) -> None:
    """What two filters find together is intersection and union of what each finds; `not` finds all the others."""
    everything = set(reader.names("leadid ne null"))
    one, other = set(reader.names(left)), set(reader.names(right))
    assert set(reader.names(f"{left} and {right}")) == one & other
    assert set(reader.names(f"{left} or {right}")) == one | other
    assert set(reader.names(f"not ({left})")) == everything - one
    assert set(reader.names(f"not ({left} or {right})")) == everything - one - other
