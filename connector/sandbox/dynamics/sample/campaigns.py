"""Campaigns and who was in them, as rows. The firm logs everybody it wrote to as a campaign response: an answer is one
that was received."""

from __future__ import annotations

from connector.sandbox.dynamics.sample.diary import CUSTOMER, PARTY_COLUMNS
from connector.sandbox.dynamics.sample.rows import OWNED, Mint, Put, stamp
from connector.sandbox.dynamics.sample.staff import Firm
from connector.sandbox.dynamics.sample.values import NO_ANSWER, Choices
from connector.sandbox.sample.campaigns import CAMPAIGNS
from connector.sandbox.sample.companies import Company
from connector.sandbox.sample.life import Life
from connector.sandbox.sample.people import Human
from connector.sandbox.sample.staff import Staff
from connector.sandbox.sample.times import DAY, date

CAMPAIGN_COLUMNS = (
    "campaignid", "name", "codename", "typecode", "statecode", "statuscode", "istemplate", "proposedstart",
    "actualstart", "actualend", *OWNED,
)  # fmt: skip
RESPONSE_COLUMNS = (
    "activityid", "subject", "regardingobjectid", "regardingobjectid__type", "firstname", "lastname", "companyname",
    "emailaddress", "receivedon", "responsecode", "channeltypecode", "prioritycode", "statecode", "statuscode", *OWNED,
)  # fmt: skip
_RUNNING, _OVER = (0, 2), (1, 6)
_ANSWERED, _SILENT = (1, 2), (0, 1)
_INTERESTED, _BY_EMAIL = 1, 1


def announce(now: int, staff: Staff, firm: Firm, choices: Choices, mint: Mint, put: Put) -> dict[str, str]:
    """Writes the campaigns; answers key → campaign id."""
    ids = {}
    for number, (key, kind) in enumerate(CAMPAIGNS.items()):
        campaign = ids[key] = mint("campaign")
        owner = staff.marketers[number % len(staff.marketers)]
        started = now - kind.started * DAY
        made = stamp(started - 20 * DAY)
        ended = None if kind.ended is None else _day(now - kind.ended * DAY)
        put(
            "campaign",
            CAMPAIGN_COLUMNS,
            (
                campaign, kind.name, f"CMP-{number + 1:04}", choices.number("campaign", "typecode", kind.type),
                *(_OVER if ended else _RUNNING), 0, _day(started), _day(started), ended, made, owner, made, owner,
                *firm.owner(owner),
            ),
        )  # fmt: skip
    return ids


class Members:
    """Writes campaign responses."""

    def __init__(
        self, campaigns: dict[str, str], staff: Staff, firm: Firm, choices: Choices, mint: Mint, put: Put
    ) -> None:
        self._campaigns = campaigns
        self._silent = choices.number("campaignresponse", "responsecode", NO_ANSWER)
        self._by = staff.automation
        self._firm = firm
        self._mint = mint
        self._put = put

    def write(self, life: Life, who: Human, company: Company, *, lead: str | None, contact: str | None) -> None:
        """The memberships of one person; a converted lead's name both records."""
        for campaign, at, responded in life.joined:
            response = self._mint("campaignresponse")
            self._put(
                "campaignresponse",
                RESPONSE_COLUMNS,
                (
                    response, CAMPAIGNS[campaign].name, self._campaigns[campaign], "campaign", who.first, who.last,
                    company.name, life.email or who.email, None if responded is None else _day(responded),
                    self._silent if responded is None else _INTERESTED, _BY_EMAIL, 1,
                    *(_SILENT if responded is None else _ANSWERED), stamp(at), self._by,
                    stamp(max(at, responded or 0)), self._by, *self._firm.owner(self._by),
                ),
            )  # fmt: skip
            for person, table in ((lead, "lead"), (contact, "contact")):
                if person is not None:
                    party = (self._mint("activityparty"), response, "campaignresponse", person, table, CUSTOMER, None)
                    self._put("activityparty", PARTY_COLUMNS, party)


def _day(at: int) -> str:
    """A day in a column that holds moments."""
    return f"{date(at)}T00:00:00Z"
