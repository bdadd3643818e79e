"""Calls, mails and meetings, as rows: each a table of its own, all of them activities."""

from __future__ import annotations

from typing import NamedTuple

from connector.sandbox.dynamics.sample.rows import OWNED, Mint, Put, stamp
from connector.sandbox.dynamics.sample.staff import Firm
from connector.sandbox.sample.life import Deed
from connector.sandbox.sample.staff import MAIL
from connector.sandbox.sample.times import DAY, HOUR, MINUTE

_COMMON = ("activityid", "subject", "regardingobjectid", "regardingobjectid__type", "prioritycode", "statecode",
           "statuscode", "actualstart", "actualend", "actualdurationminutes", *OWNED)  # fmt: skip
CALL_COLUMNS = (*_COMMON, "phonenumber", "directioncode", "leftvoicemail")
MAIL_COLUMNS = (*_COMMON, "directioncode", "description", "sender", "torecipients", "senton")
MEETING_COLUMNS = (*_COMMON, "location", "scheduledstart", "scheduledend", "scheduleddurationminutes")
PARTY_COLUMNS = (
    "activitypartyid", "activityid", "activityid__type", "partyid", "partyid__type", "participationtypemask",
    "addressused",
)  # fmt: skip

SENDER, TO, REQUIRED, CUSTOMER = 1, 2, 5, 11
"""How somebody takes part in an activity."""
_COMPLETED = 1
_MADE, _RECEIVED, _SENT, _HELD = 2, 4, 3, 3


class Call(NamedTuple):
    """How a call is stored. What came of it stands in the subject, except for a message left on a machine."""

    subject: str
    outgoing: bool
    voicemail: bool
    minutes: int


class Mail(NamedTuple):
    """How a mail is stored."""

    subject: str
    outgoing: bool


CALLS = {
    "call, connected": Call("Call: connected", True, False, 6),
    "call, voicemail": Call("Call: left voicemail", True, True, 1),
    "call, no answer": Call("Call: no answer", True, False, 0),
    "call, inbound": Call("Call: connected", False, False, 5),
}
MAILS = {
    "mail, sent": Mail("Your question about calibration", True),
    "mail, received": Mail("Re: Your question about calibration", False),
    "auto-reply": Mail("Automatic reply: Out of office / Abwesenheitsnotiz", False),
    "list mail": Mail("List Email: Newsletter", True),
}


class Diary:
    """Writes activities: all of them done, none of them planned."""

    def __init__(self, firm: Firm, mint: Mint, put: Put) -> None:
        self._firm = firm
        self._mint = mint
        self._put = put

    def write(self, deeds: list[Deed], who: str, account: str | None, email: str | None) -> int:
        """The activities of one person: of a contact of that account, or without one of a lead. Answers the latest
        moment, or 0."""
        table = "lead" if account is None else "contact"
        for deed in deeds:
            if deed.kind in CALLS:
                self._call(deed, who, table)
            elif deed.kind in MAILS:
                self._mail(deed, who, table, email or "")
            else:
                self._meeting(deed, who, table)
        return max((deed.at for deed in deeds), default=0)

    def _call(self, deed: Deed, who: str, table: str) -> None:
        call = CALLS[deed.kind]
        status = _MADE if call.outgoing else _RECEIVED
        common = self._common("phonecall", deed, who, table, call.subject, status, call.minutes)
        self._put("phonecall", CALL_COLUMNS, (*common, None, int(call.outgoing), int(call.voicemail)))
        self._between("phonecall", common, deed.by, (who, table), call.outgoing)

    def _mail(self, deed: Deed, who: str, table: str, email: str) -> None:
        mail = MAILS[deed.kind]
        common = self._common("email", deed, who, table, mail.subject, _SENT if mail.outgoing else _RECEIVED, None)
        ours = f"team@{MAIL}"
        text = 'Hello,\nsee below.\n\n-- \n"Best", regards'
        sender, to = (ours, email) if mail.outgoing else (email, ours)
        row = (*common, int(mail.outgoing), text, sender, to, stamp(deed.at) if mail.outgoing else None)
        self._put("email", MAIL_COLUMNS, row)
        self._between("email", common, deed.by, (who, table), mail.outgoing, email)

    def _meeting(self, deed: Deed, who: str, table: str) -> None:
        common = self._common("appointment", deed, who, table, "Meeting: discovery", _HELD, HOUR // MINUTE)
        times = (stamp(deed.at), stamp(deed.at + HOUR), HOUR // MINUTE)
        self._put("appointment", MEETING_COLUMNS, (*common, "Online", *times))
        self._party("appointment", common, REQUIRED, (who, table), None)

    def _common(
        self, kind: str, deed: Deed, who: str, table: str, subject: str, status: int, minutes: int | None
    ) -> tuple[object, ...]:
        at = stamp(deed.at)
        made = stamp(deed.at - 2 * DAY) if kind == "appointment" else at
        end = stamp(deed.at + HOUR) if kind == "appointment" else at
        return (
            self._mint(kind), subject, who, table, 1, _COMPLETED, status, at, end, minutes, made, deed.by, at, deed.by,
            *self._firm.owner(deed.by),
        )  # fmt: skip

    def _between(
        self, kind: str, row: tuple[object, ...], user: str, who: tuple[str, str], outgoing: bool,
        email: str | None = None,
    ) -> None:  # fmt: skip
        ours, theirs = (SENDER, TO) if outgoing else (TO, SENDER)
        self._party(kind, row, ours, (user, "systemuser"), None)
        self._party(kind, row, theirs, who, email)

    def _party(self, kind: str, row: tuple[object, ...], part: int, who: tuple[str, str], address: str | None) -> None:
        party = (self._mint("activityparty"), row[0], kind, *who, part, address)
        self._put("activityparty", PARTY_COLUMNS, party)
