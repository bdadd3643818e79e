"""`/limits` and `/limits/recordCount`."""

from typing import Any

from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route

_MAXIMA = {
    "AnalyticsExternalDataSizeMB": 40960,
    "BOZosCalloutHourlyLimit": 20000,
    "ConcurrentAsyncGetReportInstances": 200,
    "ConcurrentEinsteinDataInsightsStoryCreation": 5,
    "ConcurrentEinsteinDiscoveryStoryCreation": 2,
    "ConcurrentSyncReportRuns": 20,
    "DailyAnalyticsDataflowJobExecutions": 60,
    "DailyAnalyticsUploadedFilesSizeMB": 51200,
    "DailyAsyncApexExecutions": 250000,
    "DailyBulkApiBatches": 15000,
    "DailyBulkV2QueryFileStorageMB": 976562,
    "DailyBulkV2QueryJobs": 10000,
    "DailyDurableGenericStreamingApiEvents": 10000,
    "DailyDurableStreamingApiEvents": 10000,
    "DailyEinsteinDataInsightsStoryCreation": 1000,
    "DailyEinsteinDiscoveryPredictAPICalls": 50000,
    "DailyEinsteinDiscoveryPredictionsByCDC": 500000,
    "DailyEinsteinDiscoveryStoryCreation": 100,
    "DailyManagedContentPublicRequests": 50000,
    "DailyGenericStreamingApiEvents": 10000,
    "DailyStandardVolumePlatformEvents": 10000,
    "DailyStreamingApiEvents": 10000,
    "DailyWorkflowEmails": 405,
    "DataStorageMB": 45,
    "DurableStreamingApiConcurrentClients": 20,
    "FileStorageMB": 20,
    "HourlyAsyncReportRuns": 1200,
    "HourlyDashboardRefreshes": 200,
    "HourlyDashboardResults": 5000,
    "HourlyDashboardStatuses": 999999999,
    "HourlyLongTermIdMapping": 100000,
    "HourlyODataCallout": 1000,
    "HourlyPublishedPlatformEvents": 50000,
    "HourlyPublishedStandardVolumePlatformEvents": 1000,
    "HourlyShortTermIdMapping": 100000,
    "HourlySyncReportRuns": 500,
    "HourlyTimeBasedWorkflow": 50,
    "MassEmail": 10,
    "MonthlyEinsteinDiscoveryStoryCreation": 500,
    "MonthlyPlatformEventsUsageEntitlement": 0,
    "Package2VersionCreates": 6,
    "Package2VersionCreatesWithoutValidation": 500,
    "PermissionSets": 1500,
    "PrivateConnectOutboundCalloutHourlyLimitMB": 0,
    "SingleEmail": 15,
    "StreamingApiConcurrentClients": 20,
}
_PER_APP = (
    "DailyApiRequests", "DailyBulkApiBatches", "DailyGenericStreamingApiEvents", "DailyStreamingApiEvents",
)  # fmt: skip
"""Limits that also list what single connected apps may use."""
_RECENT = 97
"""Per cent of the rows that recordCount knows of: it is approximate and late [R test_updates_task: 0 of 6 rows]."""


def limits(call: Call) -> Answer:
    """What the org may use and has left; names as recorded [R cli-dx limits.md]."""
    usage = call.org.usage
    body: dict[str, Any] = {name: {"Max": most, "Remaining": most} for name, most in _MAXIMA.items()}
    left = max(0, usage.maximum - usage.used(call.org.clock()))
    body["DailyApiRequests"] = {"Max": usage.maximum, "Remaining": left}
    jobs, now = call.org.jobs, call.org.clock()
    for name, most in (
        ("DailyBulkApiBatches", jobs.rules.daily_batches),
        ("DailyBulkV2QueryJobs", jobs.rules.daily_query_jobs),
    ):
        body[name] = {"Max": most, "Remaining": max(0, most - jobs.daily.used(name, now))}
    for name in _PER_APP:
        body[name].update((app, {"Max": 0, "Remaining": 0}) for app in ("Dataloader Bulk", "Workbench"))
    body["PermissionSets"]["CreateCustom"] = {"Max": 1000, "Remaining": 1000}
    return Answer(body=dict(sorted(body.items())))


def record_count(call: Call) -> Answer:
    """Roughly how many records objects have: never to be reconciled with."""
    wanted = [name for name in call.query.get("sObjects", "").split(",") if name]
    reader = call.org.storage.reader()
    counts = []
    for name in wanted or sorted(call.org.objects):
        found = call.access.visible(name)
        if found is None:
            raise ApiError(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
        rows = reader.execute(f'SELECT count(*) FROM "{found.name}"').fetchone()[0]
        counts.append({"count": rows * _RECENT // 100, "name": found.name})
    return Answer(body={"sObjects": counts})


ROUTES = [
    Route("/services/data/{v}/limits", GET=limits),
    Route("/services/data/{v}/limits/recordCount", GET=record_count),
]
