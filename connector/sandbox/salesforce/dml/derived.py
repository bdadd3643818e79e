"""Fields that follow from others: a task is closed by its status, an opportunity won by its stage, and so on."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.stamps import instant, stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def derive(org: "Org", found: ObjectType, rows: Iterable[Pending]) -> None:
    """Complete the new values of these rows."""
    derive_one = _DERIVE.get(found.name)
    if derive_one is not None:
        for row in rows:
            derive_one(org, row)


def _task(org: "Org", row: Pending) -> None:
    db = org.storage.db
    if not row.old and row.new.get("TaskSubtype") is None:
        row.new["TaskSubtype"] = "Task"
    if "Status" in row.new:
        query = "SELECT IsClosed FROM TaskStatus WHERE ApiName = ?"
        closed = db.execute(query, (row.new["Status"],)).fetchone()
        row.new["IsClosed"] = closed[0] if closed else 0
        row.new["CompletedDateTime"] = stamp(org.clock()) if row.new["IsClosed"] else None
    if "Priority" in row.new:
        high = db.execute(
            "SELECT IsHighPriority FROM TaskPriority WHERE ApiName = ?", (row.new["Priority"],)
        ).fetchone()
        row.new["IsHighPriority"] = high[0] if high else 0
    _account(org, row)


def _event(org: "Org", row: Pending) -> None:
    start = row.new.get("StartDateTime") or row.new.get("ActivityDateTime")
    if isinstance(start, str):
        row.new["StartDateTime"] = row.new["ActivityDateTime"] = start
        row.new["ActivityDate"] = start[:10]
        minutes = row.get("DurationInMinutes")
        if minutes is not None and "EndDateTime" not in row.new:
            row.new["EndDateTime"] = stamp(instant(start) + timedelta(minutes=int(minutes)))
        elif row.new.get("EndDateTime"):
            span = instant(str(row.new["EndDateTime"])) - instant(start)
            row.new["DurationInMinutes"] = int(span.total_seconds() // 60)
    _account(org, row)


def _account(org: "Org", row: Pending) -> None:
    """An activity belongs to the account of its contact, else of what it is about."""
    if "WhoId" not in row.new and "WhatId" not in row.new:
        return
    who, what = row.get("WhoId") or "", row.get("WhatId") or ""
    for id18, table in ((who, "Contact"), (what, "Opportunity")):
        if id18.startswith(org.objects[table].prefix):
            found = org.storage.db.execute(f'SELECT AccountId FROM "{table}" WHERE "Id" = ?', (id18,)).fetchone()
            if found and found[0]:
                row.new["AccountId"] = found[0]
                return
    row.new["AccountId"] = what if what.startswith(org.objects["Account"].prefix) else None


def _opportunity(org: "Org", row: Pending) -> None:
    if row.changes("StageName"):
        stage = org.storage.db.execute(
            "SELECT IsClosed, IsWon, DefaultProbability, ForecastCategory, ForecastCategoryName FROM OpportunityStage"
            " WHERE ApiName = ?",
            (row.new["StageName"],),
        ).fetchone() or (0, 0, 0.0, "Pipeline", "Pipeline")
        row.new["IsClosed"], row.new["IsWon"] = stage[0], stage[1]
        row.new.setdefault("Probability", stage[2])
        row.new["ForecastCategory"] = stage[3]
        row.new.setdefault("ForecastCategoryName", stage[4])
        row.new["LastStageChangeDate"] = stamp(org.clock())
    amount, probability = row.get("Amount"), row.get("Probability")
    if "Amount" in row.new or "Probability" in row.new:
        row.new["ExpectedRevenue"] = None if amount is None else amount * (probability or 0) / 100
    if isinstance(row.new.get("CloseDate"), str):
        row.new.update(_fiscal(str(row.new["CloseDate"])))


def _fiscal(close: str) -> dict[str, Any]:
    day = date.fromisoformat(close)
    quarter = (day.month + 2) // 3
    return {"FiscalYear": day.year, "FiscalQuarter": quarter, "Fiscal": f"{day.year} {quarter}"}


def _member(org: "Org", row: Pending) -> None:
    db = org.storage.db
    if not row.old:
        _copy_person(org, row)
    if "Status" in row.new:
        query = "SELECT HasResponded FROM CampaignMemberStatus WHERE CampaignId = ? AND Label = ?"
        found = db.execute(query, (row.get("CampaignId"), row.new["Status"])).fetchone()
        responded = bool(found[0]) if found else row.new["Status"] == "Responded"
        row.new["HasResponded"] = int(responded)
        if responded and not row.old.get("HasResponded"):
            row.new["FirstRespondedDate"] = stamp(org.clock())[:10]


_COPIED = ("Salutation", "FirstName", "LastName", "Name", "Title", "Email", "Phone", "Fax", "MobilePhone", "LeadSource",
           "Description", "DoNotCall", "HasOptedOutOfEmail", "HasOptedOutOfFax")  # fmt: skip


def _copy_person(org: "Org", row: Pending) -> None:
    lead, contact = row.get("LeadId"), row.get("ContactId")
    table, id18 = ("Contact", contact) if contact else ("Lead", lead)
    columns = ", ".join(f'"{name}"' for name in (*_COPIED, "OwnerId", "AccountId" if contact else "Company"))
    found = org.storage.db.execute(f'SELECT {columns} FROM "{table}" WHERE "Id" = ?', (id18,)).fetchone()
    if found is None:
        return
    *copied, owner, company = found
    row.new.update(zip(_COPIED, copied, strict=True))
    if contact and company:
        company = org.storage.db.execute('SELECT Name FROM Account WHERE "Id" = ?', (company,)).fetchone()[0]
    more = {"Type": table, "LeadOrContactId": id18, "LeadOrContactOwnerId": owner, "CompanyOrAccount": company}
    row.new.update(more)


def _contact(org: "Org", row: Pending) -> None:
    if "EmailBouncedDate" in row.new:
        row.new["IsEmailBounced"] = int(row.new["EmailBouncedDate"] is not None)


_DERIVE: dict[str, Callable[["Org", Pending], None]] = {
    "Task": _task,
    "Event": _event,
    "Opportunity": _opportunity,
    "CampaignMember": _member,
    "Contact": _contact,
}
_WATCHED = ("StageName", "Amount", "CloseDate", "Probability", "ForecastCategory")


def keep_opportunity_history(
    org: "Org", found: ObjectType, rows: list[Pending], options: Options, *, inserted: bool
) -> None:
    """One OpportunityHistory row for a new opportunity and for every change of stage, amount, date or probability."""
    if found.name != "Opportunity":
        return
    now = stamp(org.clock())
    changed = [row for row in rows if inserted or any(row.changes(name) for name in _WATCHED)]
    values = [
        (
            org.ids.next("008"), row.id, options.user_id, now, now, *(row.get(name) for name in _WATCHED),
            row.get("ExpectedRevenue"), row.old.get("Amount"), row.old.get("CloseDate"),
        )
        for row in changed
    ]  # fmt: skip
    columns = (
        f"CreatedById, CreatedDate, SystemModstamp, {', '.join(_WATCHED)}, ExpectedRevenue, PrevAmount, PrevCloseDate"
    )
    org.storage.db.executemany(
        f'INSERT INTO OpportunityHistory ("Id", OpportunityId, {columns}) VALUES ({", ".join("?" * 13)})', values
    )


def derive_loaded(org: "Org", found: ObjectType, given: Iterable[str]) -> None:
    """Work out, for all rows at once, the derived fields that a load did not give."""
    with org.storage.transaction() as db:
        for name, value in _LOADED.get(found.name, {}).items():
            if name not in given:
                db.execute(f'UPDATE "{found.name}" SET "{name}" = {value}')


_STAGE = "(SELECT {} FROM OpportunityStage s WHERE s.ApiName = StageName)"
_LOADED: dict[str, dict[str, str]] = {
    "Task": {
        "IsClosed": "coalesce((SELECT s.IsClosed FROM TaskStatus s WHERE s.ApiName = Status), 0)",
        "IsHighPriority": "coalesce((SELECT p.IsHighPriority FROM TaskPriority p WHERE p.ApiName = Priority), 0)",
    },
    "Opportunity": {
        "IsClosed": f"coalesce({_STAGE.format('s.IsClosed')}, 0)",
        "IsWon": f"coalesce({_STAGE.format('s.IsWon')}, 0)",
        "Probability": _STAGE.format("s.DefaultProbability"),
        "ForecastCategory": f"coalesce({_STAGE.format('s.ForecastCategory')}, 'Pipeline')",
        "ForecastCategoryName": f"coalesce({_STAGE.format('s.ForecastCategoryName')}, 'Pipeline')",
        "ExpectedRevenue": "Amount * Probability / 100",
        "FiscalYear": "CAST(substr(CloseDate, 1, 4) AS INTEGER)",
        "FiscalQuarter": "(CAST(substr(CloseDate, 6, 2) AS INTEGER) + 2) / 3",
        "Fiscal": "FiscalYear || ' ' || FiscalQuarter",
    },
    "CampaignMember": {
        "LeadOrContactId": "coalesce(ContactId, LeadId)",
        "Type": "iif(ContactId IS NULL, 'Lead', 'Contact')",
        "HasResponded": "coalesce((SELECT s.HasResponded FROM CampaignMemberStatus s WHERE s.CampaignId ="
        " CampaignMember.CampaignId AND s.Label = Status), Status = 'Responded', 0)",
    },
    "Contact": {"IsEmailBounced": "EmailBouncedDate IS NOT NULL"},
}
