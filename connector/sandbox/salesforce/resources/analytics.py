"""`/analytics/reports`: what reports there are and what they filter by; they cannot be run [D Reports REST API].

That a standard field goes by its name in capitals (`LEAD_SOURCE`) and a custom one by `Object.Field` is general
knowledge, not seen in a source.
"""

import re
from typing import Any

from connector.sandbox.salesforce.customizations import Filter, Report
from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route, not_found
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.shown import developer_name, report_id


def listed(call: Call) -> Answer:
    """The reports, up to 200."""
    return Answer(body=[_brief(call, report) for report in call.org.rules.report[:200]])


def described(call: Call) -> Answer:
    """A report's metadata."""
    report = _report(call)
    metadata = {
        "id": report_id(report.name),
        "name": report.name,
        "developerName": developer_name(report.name),
        "description": None,
        "detailColumns": [],
        "folderId": None,
        "reportBooleanFilter": None,
        "reportFilters": [_filter(report, item) for item in report.filters],
        "reportFormat": "TABULAR",
        "reportType": {"type": f"{report.object}List", "label": call.org.objects[report.object].plural},
        "scope": "organization",
        "standardDateFilter": {"column": "CREATED_DATE", "durationValue": "CUSTOM", "endDate": None, "startDate": None},
        "standardFilters": [],
    }
    return Answer(body={"reportExtendedMetadata": {}, "reportMetadata": metadata, "reportTypeMetadata": {}})


def run(call: Call) -> Answer:
    """Running a report is refused: there is no report engine here."""
    _report(call)
    raise ApiError(501, "FUNCTIONALITY_NOT_ENABLED", "This sandbox shows what reports filter by, and cannot run them.")


def _report(call: Call) -> Report:
    wanted = to18(call.args["id"])
    for report in call.org.rules.report:
        if report_id(report.name) == wanted:
            return report
    raise not_found()


def _brief(call: Call, report: Report) -> dict[str, Any]:
    url = f"{call.root}/analytics/reports/{report_id(report.name)}"
    links = {"url": url, "describeUrl": f"{url}/describe", "instancesUrl": f"{url}/instances"}
    return {"name": report.name, "id": report_id(report.name), **links}


def _filter(report: Report, item: Filter) -> dict[str, Any]:
    custom = item.field.endswith("__c")
    column = f"{report.object}.{item.field}" if custom else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", item.field).upper()
    return {"column": column, "isRunPageEditable": True, "operator": item.operation, "value": item.value}


ROUTES = [
    Route("/services/data/{v}/analytics/reports", GET=listed),
    Route("/services/data/{v}/analytics/reports/{id}", GET=run, POST=run),
    Route("/services/data/{v}/analytics/reports/{id}/describe", GET=described),
]
