"""Lead sources as twelve people typed them over six years."""

from __future__ import annotations

INBOUND = (
    "Web", "Web", "Website", "web site", "WEB", "Contact form", "Phone Inquiry",
    "Google", "Organic Search", "SEO", "LinkedIn", "Linked In", "Twitter/X", "Xing",
    "Google Ads", "AdWords", "google adwords", "PPC", "LinkedIn Ads", "Facebook Ads",
    "Webinar", "webinar", "Webinar - on demand", "Web-Seminar",
    "Trade Show", "Tradeshow", "trade-show", "Messe", "Event", "Conference",
    "Referral", "Partner Referral", "Customer referral", "Empfehlung", "Employee Referral", "Other",
)  # fmt: skip
"""Where people came from who came by themselves."""

BOUGHT = ("Purchased List", "Purchased List", "Purchased List", "purchased list", "Purchased  List")
"""A list that was paid for, in the spellings that differ only by case and spacing."""
