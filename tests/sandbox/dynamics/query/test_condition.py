"""Filters: what each finds, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics.base import ADMIN_ID

FOUND = {
    "statuscode eq 1": 12,
    "statuscode ne 1": 13,
    "1 eq statuscode": 12,
    "statuscode gt 1 and statuscode le 2": 13,
    "lastname eq 'łOŚ3'": 1,
    "contains(lastname,'OŚ1')": 11,
    "startswith(lastname,'ło')": 25,
    "endswith(lastname,'5')": 3,
    "contains(firstname,'a1')": 7,
    "contains(firstname,'A_')": 20,
    "firstname eq null": 5,
    "firstname ne null": 20,
    "firstname ne 'a1'": 18,
    "not contains(firstname,'a1')": 18,
    "not(contains(firstname,'a1'))": 18,
    "not (firstname eq 'A1' or statuscode eq 1)": 9,
    "firstname eq lastname": 0,
    "owninguser/lastname eq 'ADMIN'": 25,
    "parentaccountid/name eq 'åCME'": 13,
    "parentaccountid/name ne 'åCME'": 12,
    f"_ownerid_value eq {ADMIN_ID}": 25,
    f"ownerid/ownerid eq {ADMIN_ID}": 25,
    "_parentaccountid_value eq null": 12,
    "createdon ge 2023-04-10": 16,
    "createdon gt 2023-04-10T21:59:01Z": 15,
    "createdon ge 2023-04-10T23:59:01%2B02:00": 16,
    "createdon gt 2023-04-10T21:59:01.5Z": 15,
    "createdon ge 2023-04-10T21:59:01.5Z": 15,
    "createdon lt 2023-04-10T21:59:01.5Z": 10,
    "createdon eq 2023-04-10T21:59:01.5Z": 0,
    "estimatedclosedate eq 2023-05-09": 1,
    "donotemail eq true": 13,
    "revenue gt 1.5e3": 24,
    "revenue le 2001": 2,
    "Lead_Tasks/any()": 2,
    "Lead_Tasks/any(t:t/statecode eq 1)": 1,
    "Lead_Tasks/any(t:t/subject eq 'T0' and t/statecode eq 0)": 1,
    "not Lead_Tasks/any()": 23,
    "Lead_Tasks/all(t:t/statecode eq 1)": 24,
    "Microsoft.Dynamics.CRM.In(PropertyName='statuscode',PropertyValues=['2'])": 13,
    'Microsoft.Dynamics.CRM.In(PropertyName=\'statuscode\',PropertyValues=["1","2"])': 25,
    "Microsoft.Dynamics.CRM.NotIn(PropertyName='firstname',PropertyValues=['a1','A2'])": 12,
    "Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=['ŁOŚ1','łoś2'])": 2,
    'Microsoft.Dynamics.CRM.In(PropertyName=\'lastname\',PropertyValues=["O\'Brian","łoś1"])': 1,
    "Microsoft.Dynamics.CRM.Between(PropertyName='revenue',PropertyValues=['1000','3001.5'])": 3,
    "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=3)": 3,
    "Microsoft.Dynamics.CRM.OlderThanXHours(PropertyName='createdon',PropertyValue=24)": 18,
    "Microsoft.Dynamics.CRM.Today(PropertyName='createdon')": 1,
    "Microsoft.Dynamics.CRM.Yesterday(PropertyName='createdon')": 1,
    "Microsoft.Dynamics.CRM.ThisWeek(PropertyName='createdon')": 7,
    "Microsoft.Dynamics.CRM.ThisMonth(PropertyName='estimatedclosedate')": 0,
    "Microsoft.Dynamics.CRM.NextMonth(PropertyName='estimatedclosedate')": 25,
    "Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='2023-04-03')": 1,
    "Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='createdon',PropertyValue='2023-04-03')": 3,
    "Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')": 0,
    "Microsoft.Dynamics.CRM.NotEqualUserId(PropertyName='ownerid')": 25,
}


@pytest.mark.parametrize("condition", FOUND)
def test_a_filter_finds_so_many_leads(reader: Any, condition: str) -> None:
    """Each operator and function, with Dataverse's ideas of case, null, fractions of a second and relative days."""
    assert len(reader.names(condition)) == FOUND[condition]


SYNTAX = "0x80060888"
REFUSED = {
    "statuscode eq '1'": (SYNTAX, "'Edm.Int32' and 'Edm.String' for operator kind 'Equal'"),
    f"_ownerid_value eq '{ADMIN_ID}'": (SYNTAX, "'Edm.Guid' and 'Edm.String'"),
    "donotemail eq 1": (SYNTAX, "'Edm.Boolean' and 'Edm.Int32'"),
    "estimatedclosedate gt 2023-05-01T00:00:00Z": (SYNTAX, "'Edm.Date' and 'Edm.DateTimeOffset'"),
    "firstname eq statuscode": (SYNTAX, "'Edm.String' and 'Edm.Int32'"),
    "Name eq 'x'": ("0x0", "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.lead'."),
    "ownerid eq null": ("0x0", "Could not find a property named 'ownerid'"),
    "owneridname eq 'x'": ("0x0", "Could not find a property named 'owneridname'"),
    "ownerid/fullname eq 'x'": ("0x0", "named 'fullname' on type 'Microsoft.Dynamics.CRM.principal'"),
    "lead_tasks/any()": ("0x0", "Could not find a property named 'lead_tasks'"),
    "allocation eq 1": ("0x0", "Could not find a property named 'allocation'"),
    "statuscode in (1,2)": (SYNTAX, "Microsoft.Dynamics.CRM.In"),
    "year(createdon) eq 2023": (SYNTAX, ""),
    "tolower(lastname) eq 'x'": (SYNTAX, ""),
    "contains(statuscode,'1')": (SYNTAX, "No function signature for the function with name 'contains'"),
    "statuscode eq": (SYNTAX, "Syntax error"),
    "statuscode eq 1 and": (SYNTAX, "Syntax error"),
    "lastname eq 'O'Brien'": (SYNTAX, "Syntax error"),
    "lastname": (SYNTAX, "single boolean value"),
    "parentaccountid/contact_customer_accounts/any()": (SYNTAX, "behind a lookup"),
    "Microsoft.Dynamics.CRM.In(PropertyName='lastname',PropertyValues=['O''Brian'])": (SYNTAX, "Invalid JSON"),
    "statuscode eq @p1": (SYNTAX, "'@p1' has no value"),
    "Microsoft.Dynamics.CRM.InFiscalYear(PropertyName='createdon',PropertyValue=2023)": (SYNTAX, "InFiscalYear"),
    "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=0)": ("0x80040203", "0"),
    "Microsoft.Dynamics.CRM.LastXDays(PropertyName='lastname',PropertyValue=1)": ("0x80040203", "'lastname'"),
    "Microsoft.Dynamics.CRM.In(PropertyName='statuscode',PropertyValues=['New'])": ("0x80040203", "'New'"),
}


@pytest.mark.parametrize("condition", REFUSED)
def test_a_wrong_filter_is_refused_with_400_and_says_why(reader: Any, condition: str) -> None:
    """Types must fit, names exist in their case, and what Dataverse does not support is an error, not ignored."""
    status, code, message = reader.refused("leads", f"$filter={condition}")
    assert (status, code) == (400, REFUSED[condition][0])
    assert REFUSED[condition][1] in message


def test_aliases_stand_for_values(reader: Any) -> None:
    """`@p1` in the filter is the parameter of that name, also in text that merely looks like one."""
    query = "$select=leadid&$filter=lastname eq @p1 and statuscode eq @p2&@p1='Łoś3'&@p2=2"
    assert len(reader.rows("leads", query)) == 1
    assert reader.names("lastname eq '@p1'") == []


def test_plus_is_a_space_and_dollars_may_be_encoded(reader: Any) -> None:
    """The query string of the official SDK: `%24filter=statecode+eq+0`."""
    assert len(reader.rows("leads", "%24select=fullname&%24filter=statuscode+eq+1")) == 12


def test_500_conditions_are_the_most(reader: Any) -> None:
    """0x8004430C for one more; long lists belong into In, which counts once."""
    ids = ["leadid eq 00000000-0000-0000-0000-000000000001"] * 500
    assert len(reader.rows("leads", "$select=leadid&$filter=" + " or ".join(ids))) == 1
    refused = reader.refused("leads", "$filter=" + " or ".join([*ids, "statecode eq 0"]))
    assert refused == (400, "0x8004430C", "Number of conditions in query exceeded maximum limit.")
    many = ",".join(f"'00000000-0000-0000-0000-{number:012x}'" for number in range(600))
    condition = f"Microsoft.Dynamics.CRM.In(PropertyName='leadid',PropertyValues=[{many}])"
    assert len(reader.rows("leads", f"$select=leadid&$filter={condition}")) == 25


def test_arrays_may_be_aliases(reader: Any) -> None:
    """`@p1` for the property, `@p2` for a list of values."""
    function = "Microsoft.Dynamics.CRM.In(PropertyName=@p1,PropertyValues=@p2)"
    query = f'$select=leadid&$filter={function}&@p1=\'firstname\'&@p2=["A1","not(A2"]'
    assert len(reader.rows("leads", query)) == 7
