"""A record that is plainly noise is closed, with a Status Reason. Off until you turn it on.

Noise is a test or disposable address, or a pattern of your own. Nobody who has an opportunity, has spoken with
somebody or is a customer is ever called noise.

Why
    Test records and throw-away addresses make every count of inquiries too high, and every conversion rate too low.

Example
    lead status=Inquiry email=test@test.com on=true -> status=Disqualified status_reason=Junk
    lead status=Inquiry email=jo@mailinator.com on=true -> status=Disqualified status_reason=Junk
    lead status=Inquiry email=jo@acme.com on=true -> unchanged
    lead status=Inquiry email=test@test.com call=2026-02-01 on=true -> unchanged
    lead status=Disqualified email=test@test.com on=true -> unchanged
    lead status=Inquiry email=test@test.com -> unchanged

How to undo
    `connector undo PLAN`. Status and Status Reason are put back.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import Field

from connector.case import Case, Verdict
from connector.model import Person
from connector.policy import Meaning
from connector.policy.wording import Patterns
from connector.rules._options import RuleOptions
from connector.rules._status import give

ORDER = 20


class Options(RuleOptions):
    """`[rules.junk]`"""

    on: bool = Field(False, description="whether the rule is used")
    addresses: tuple[str, ...] = Field(
        ("test@*", "*@test.com", "*@example.com", "*@example.org", "*@example.net", "asdf*@*", "noemail@*", "none@*"),
        description="e-mail addresses that are noise; * is a wildcard, without case",
    )
    domains: tuple[str, ...] = Field(
        (
            "mailinator.com",
            "guerrillamail.com",
            "10minutemail.com",
            "yopmail.com",
            "trashmail.com",
            "sharklasers.com",
            "getnada.com",
            "maildrop.cc",
            "dispostable.com",
            "throwawaymail.com",
        ),
        description="disposable e-mail domains",
    )
    names: tuple[str, ...] = Field((), description="full names that are noise, such as `Mickey Mouse`; * is a wildcard")
    companies: tuple[str, ...] = Field((), description="companies that are noise; * is a wildcard")
    reason: str = Field("Junk", description="Status Reason that is written")

    @cached_property
    def patterns(self) -> tuple[Patterns, Patterns, Patterns]:
        """Of addresses, names and companies."""
        return Patterns(self.addresses), Patterns(self.names), Patterns(self.companies)


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    what = _noise(person, options)
    if what is None or case.opportunities or any(one.is_conversation for one in case.activities):
        return None
    closed, place = case.policy.role("closed"), case.place
    if closed is None or place.name in (closed, case.policy.role("customer"), case.policy.role("converts")):
        return None
    if place.meaning in (Meaning.UNMAPPED, Meaning.CONVERTED):
        return None
    fields = {"status_reason": options.reason} if case.org.has(person.ref.object, "status_reason") else {}
    return give(person, case, closed, f"noise: {what}", fields=fields)


def _noise(person: Person, options: Options) -> str | None:
    addresses, names, companies = options.patterns
    if person.email:
        domain = person.email.rpartition("@")[2].strip().casefold()
        if domain in options.domains:
            return f"{domain} is a disposable domain"
        if addresses.match(person.email):
            return f"the address {person.email}"
    if options.names and names.match(person.name):
        return f'the name "{person.name}"'
    if options.companies and companies.match(person.company):
        return f'the company "{person.company}"'
    return None
