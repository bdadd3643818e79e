"""Groups and aggregates."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics.base import ADMIN_ID


def test_groups_are_counted_and_summed(reader: Any) -> None:
    """One row a group in the order of its keys, without etag; the context lists keys and aliases."""
    query = "$apply=groupby((statuscode),aggregate($count as count,revenue with sum as total))"
    body = reader.body("leads", query)
    even = 1000.5 * sum(range(2, 26, 2))
    odd = 1000.5 * sum(range(1, 26, 2))
    assert body["value"] == [
        {"statuscode": 1, "count": 12, "total": even},
        {"statuscode": 2, "count": 13, "total": odd},
    ]
    assert body["@odata.context"].endswith("$metadata#leads(statuscode,count,total)")


def test_filters_lookups_and_labels(reader: Any) -> None:
    """A filter before the groups, a lookup as a key, and labels of options where annotations are asked for."""
    query = "$apply=filter(statuscode eq 2)/groupby((_ownerid_value,statuscode))"
    [row] = reader.body("leads", query, 'odata.include-annotations="*"')["value"]
    label = "statuscode@OData.Community.Display.V1.FormattedValue"
    assert row == {"_ownerid_value": ADMIN_ID, label: "Contacted", "statuscode": 2}


def test_aggregates_without_groups(reader: Any) -> None:
    """One row, whatever there is; a latest date stays a date."""
    aggregates = "createdon with max as latest,firstname with countdistinct as names,revenue with average as mean"
    [row] = reader.body("leads", f"$apply=aggregate({aggregates})")["value"]
    assert row == {"latest": "2023-04-25T21:59:01Z", "names": 3, "mean": 1000.5 * 13}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("$apply=groupby((month(createdon)))", "columns only"),
        ("$apply=groupby((statuscode),aggregate($count as n))&$orderby=n", "cannot be combined"),
        ("$apply=aggregate(lastname with sum as s)", "not allowed on attribute 'lastname'"),
        ("$apply=aggregate(revenue with median as m)", "median"),
        ("$apply=identity", "identity"),
        ("$apply=groupby((Status))", "'Status'"),
    ],
)
def test_what_apply_cannot_do_is_refused(reader: Any, query: str, why: str) -> None:
    """Date parts, an order, text sums: 400 rather than a wrong number."""
    status, _, message = reader.refused("leads", query)
    assert status == 400
    assert why in message


def test_more_than_50000_rows_are_too_many(fresh: Any) -> None:
    """0x8004e023 above the ceiling; a filter that leaves fewer rows helps."""
    fresh.org.load("lead", ["lastname", "statuscode"], ([f"n{n}", 1] for n in range(49_976)))
    query = "$apply=groupby((statuscode),aggregate($count as n))"
    assert fresh.refused("leads", query)[1] == "0x8004e023"
    few = "$apply=filter(statuscode eq 2)/aggregate($count as n)"
    assert fresh.body("leads", few)["value"] == [{"n": 13}]
