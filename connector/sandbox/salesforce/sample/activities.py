"""Calls, mails and meetings as the CRM stores them."""

from __future__ import annotations

from typing import NamedTuple

from connector.sandbox.salesforce.sample.owners import Mint, Put
from connector.sandbox.salesforce.sample.times import stamp
from connector.sandbox.sample.life import Deed
from connector.sandbox.sample.staff import MAIL
from connector.sandbox.sample.times import DAY, HOUR, MINUTE, date


class Kind(NamedTuple):
    """How one kind of activity is stored as a Task. `incoming`: for mails, whether the person wrote it."""

    subject: str
    subtype: str
    call_type: str | None = None
    result: str | None = None
    seconds: int | None = None
    incoming: bool | None = None


KINDS = {
    "call, connected": Kind("Call", "Call", "Outbound", "Connected", 340),
    "call, voicemail": Kind("Call", "Call", "Outbound", "Left Voicemail", 35),
    "call, no answer": Kind("Call", "Call", "Outbound", "No Answer", 0),
    "call, inbound": Kind("Call: inbound", "Call", "Inbound", "Connected", 280),
    "mail, sent": Kind("Email: Your question about calibration", "Email", incoming=False),
    "mail, received": Kind("Email: Re: Your question about calibration", "Email", incoming=True),
    "auto-reply": Kind("Email: Automatic reply: Out of office / Abwesenheitsnotiz", "Email", incoming=True),
    "list mail": Kind("List Email: Newsletter", "ListEmail"),
}
"""Everything but meetings, which are events."""

MEETING = "meeting"

TASK_COLUMNS = (
    "Id", "WhoId", "AccountId", "Subject", "ActivityDate", "Status", "Priority", "IsHighPriority", "OwnerId",
    "IsDeleted", "IsClosed", "IsArchived", "CallDurationInSeconds", "CallType", "CallDisposition", "TaskSubtype",
    "CompletedDateTime", "IsReminderSet", "IsRecurrence", "CreatedDate", "CreatedById", "LastModifiedDate",
    "LastModifiedById", "SystemModstamp",
)  # fmt: skip
EVENT_COLUMNS = (
    "Id", "WhoId", "AccountId", "Subject", "Location", "StartDateTime", "EndDateTime", "ActivityDateTime",
    "ActivityDate", "EndDate", "DurationInMinutes", "OwnerId", "IsAllDayEvent", "IsPrivate", "ShowAs", "IsDeleted",
    "IsChild", "IsGroupEvent", "GroupEventType", "IsArchived", "IsRecurrence", "IsReminderSet", "EventSubtype",
    "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
MESSAGE_COLUMNS = (
    "Id", "ActivityId", "RelatedToId", "Subject", "TextBody", "FromAddress", "ToAddress", "Incoming", "Status",
    "MessageDate", "HasAttachment", "IsDeleted", "IsBounced", "IsTracked", "IsOpened", "IsClientManaged", "CreatedDate",
    "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
RELATION_COLUMNS = (
    "Id", "EmailMessageId", "RelationId", "RelationType", "RelationAddress", "RelationObjectType", "CreatedDate",
    "CreatedById", "SystemModstamp", "IsDeleted",
)  # fmt: skip

_ARCHIVED_AFTER = 365 * DAY


class Diary:
    """Writes activities. Closed ones older than a year are archived, as the CRM does by itself."""

    def __init__(self, now: int, mint: Mint, put: Put) -> None:
        self._now = now
        self._mint = mint
        self._put = put

    def write(self, deeds: list[Deed], who: str, account: str | None, email: str | None) -> int:
        """The activities of one lead or contact. Answers the latest moment that counts as last activity, or 0."""
        latest = 0
        for deed in deeds:
            if deed.kind == MEETING:
                self._event(deed, who, account)
            else:
                self._task(deed, who, account, email or "")
            latest = max(latest, deed.at)
        return latest

    def _task(self, deed: Deed, who: str, account: str | None, email: str) -> None:
        at, _, by = deed
        kind = KINDS[deed.kind]
        made = stamp(at)
        task = self._mint("Task")
        self._put(
            "Task",
            TASK_COLUMNS,
            (
                task, who, account, kind.subject, date(at), "Completed", "Normal", 0, by, 0, 1,
                int(at < self._now - _ARCHIVED_AFTER), kind.seconds, kind.call_type, kind.result, kind.subtype, made, 0,
                0, made, by, made, by, made,
            ),
        )  # fmt: skip
        if kind.incoming is not None:
            self._message(deed, kind, task, who, account, email)

    def _message(self, deed: Deed, kind: Kind, task: str, who: str, account: str | None, email: str) -> None:
        """The mail itself. People hang on it by a relation row; only what is no person may be what it is about."""
        made, by = stamp(deed.at), deed.by
        ours = f"team@{MAIL}"
        message = self._mint("EmailMessage")
        self._put(
            "EmailMessage",
            MESSAGE_COLUMNS,
            (
                message, task, account, kind.subject.removeprefix("Email: "),
                "Hello,\nsee below.\n\n-- \n\"Best\", regards", email if kind.incoming else ours,
                ours if kind.incoming else email, int(kind.incoming or 0), "1" if kind.incoming else "3", made, 0, 0, 0,
                0, 0, 0, made, by, made, by, made,
            ),
        )  # fmt: skip
        self._put(
            "EmailMessageRelation",
            RELATION_COLUMNS,
            (
                self._mint("EmailMessageRelation"), message, who, "FromAddress" if kind.incoming else "ToAddress",
                email, "Lead" if who.startswith("00Q") else "Contact", made, by, made, 0,
            ),
        )  # fmt: skip

    def _event(self, deed: Deed, who: str, account: str | None) -> None:
        at, _, by = deed
        made, starts, ends = stamp(at - 2 * DAY), stamp(at), stamp(at + HOUR)
        self._put(
            "Event",
            EVENT_COLUMNS,
            (
                self._mint("Event"), who, account, "Meeting: discovery", "Online", starts, ends, starts, date(at),
                date(at), HOUR // MINUTE, by, 0, 0, "Busy", 0, 0, 0, "0", int(at < self._now - _ARCHIVED_AFTER), 0, 0,
                "Event", made, by, made, by, made,
            ),
        )  # fmt: skip
