"""What Salesforce's tasks, events and mails are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.mapping import Class, Classifier, load
from connector.mapping.model import ActivityRule
from connector.model import Activity

MAPPING = load("salesforce")
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def classified(table: str, row: dict[str, str]) -> Class | None:
    found = MAPPING.table(table)
    assert found is not None
    assert found.classifier is not None
    return found.classifier.classify([row.get(name) for name in found.classifier.fields])


def task(**row: str) -> Class | None:
    return classified("task", {"IsClosed": "true", **row})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"TaskSubtype": "Call", "CallType": "Outbound", "CallDisposition": "Connected"}, ("call", "out", "connected")),
        ({"TaskSubtype": "Call", "CallType": "Inbound", "CallDisposition": "Connected"}, ("call", "in", "connected")),
        ({"TaskSubtype": "Call", "CallDisposition": "Left Voicemail"}, ("call", "out", "voicemail")),
        ({"TaskSubtype": "Call", "CallDisposition": "No Answer"}, ("call", "out", "no_answer")),
        ({"TaskSubtype": "Call", "CallDisposition": "Not connected"}, ("call", "out", "no_answer")),
        ({"TaskSubtype": "Call", "CallDisposition": "Disconnected"}, ("call", "out", "wrong_number")),
        ({"TaskSubtype": "Call", "CallDisposition": "Wrong Number"}, ("call", "out", "wrong_number")),
        ({"TaskSubtype": "Call", "CallDisposition": "Gatekeeper - spoke to"}, ("call", "out", "no_answer")),
        ({"TaskSubtype": "Call", "Subject": "Call"}, ("call", "out", "done")),
        ({"TaskSubtype": "Call", "Subject": "Out of office, left voicemail"}, ("call", "out", "voicemail")),
        ({"TaskSubtype": "Task", "Subject": "Call - left VM"}, ("call", "out", "voicemail")),
        ({"Type": "Call", "Subject": "Spoke with Ann"}, ("call", "out", "connected")),
        ({"Subject": "Call from Ann"}, ("task", "", "done")),
        ({"TaskSubtype": "Call", "Subject": "Call from Ann"}, ("call", "in", "done")),
        ({"TaskSubtype": "Email", "Subject": "Email: Your question"}, ("mail", "out", "done")),
        ({"TaskSubtype": "Email", "Subject": "Email: Re: Your question"}, ("mail", "", "done")),
        ({"TaskSubtype": "Email", "Subject": "[Outreach] [Email] [In] Re: Hello"}, ("mail", "in", "done")),
        ({"TaskSubtype": "Email", "Subject": "Email: Automatic reply: away"}, ("auto_reply", "in", "")),
        ({"TaskSubtype": "Email", "Subject": "Abwesenheitsnotiz: Urlaub"}, ("auto_reply", "in", "")),
        ({"TaskSubtype": "Email", "Subject": "Undeliverable: Hello"}, ("bounce", "", "")),
        ({"TaskSubtype": "ListEmail", "Subject": "Hello"}, ("list_mail", "out", "done")),
        ({"TaskSubtype": "Email", "Subject": "List Email: Newsletter"}, ("list_mail", "out", "done")),
        ({"Subject": "Was Sent Email: Spring news"}, ("list_mail", "out", "done")),
        ({"Subject": "Autoresponder: we have your request"}, ("auto_reply", "out", "done")),
        ({"TaskSubtype": "Email", "Subject": "Email: Autoresponder: thank you"}, ("auto_reply", "out", "done")),
        ({"Subject": "Opened Email: Spring news"}, ("other", "", "")),
        ({"Subject": "Clicked link in email"}, ("other", "", "")),
        ({"Subject": "Unsubscribed from newsletter"}, ("opt_out", "in", "")),
        ({"Subject": "Filled Out Form: Contact us"}, ("form", "in", "done")),
        ({"TaskSubtype": "LinkedInMessage", "Subject": "Hello"}, ("mail", "out", "done")),
        ({"TaskSubtype": "Cadence", "Subject": "Step 3"}, ("other", "", "")),
        ({"Type": "Meeting", "Subject": "Discovery"}, ("meeting", "", "held")),
        ({"Type": "Meeting", "Subject": "Discovery - no show"}, ("meeting", "", "")),
        ({"Subject": "Send brochure"}, ("task", "", "done")),
        ({}, ("task", "", "done")),
        ({"IsClosed": "false", "TaskSubtype": "Call", "Subject": "Call Ann"}, ("task", "", "open")),
    ],
)
def test_tasks(row: dict[str, str], expected: tuple[str, str, str]) -> None:
    """Calls, mails, forms, list mail and what machines log are told apart; an open task has not happened."""
    found = task(**row)
    assert found is not None
    assert found[:3] == expected


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("Filled Out Form: Contact us", "contact form"),
        ("Form submitted: Request a demo", "demo"),
        ("Demo request", "demo"),
        ("Pricing request", "quote"),
        ("Form: demographics survey", ""),
        ("Filled out form: case study Acme", "case study"),
        ("Download request: practice sheet 12", "practice sheet"),
        ("Form: webinar registration", "webinar"),
        ("Form: e-book download", "e-book"),
        ("Visited web page: /pricing", "pricing"),
        ("Website visit: Case studies", "case study"),
        ("Page view: https://example.com/services/audit", "service page"),
        ("Visited web page: /about-us", "visit"),
        ("Interesting Moment: Web: visited /blog/ten-ways", "article"),
        ("Interesting Moment: Email: clicked link", ""),
        ("Clicked link in email: pricing", ""),
        ("Opened Email: our case study", ""),
        ("Email: request for quotation", "quote"),
        ("Meeting: webinar on drift", "webinar"),
        ("Demo with Ann", ""),
    ],
)
def test_what_a_task_was_about(subject: str, about: str) -> None:
    """Forms and visited pages have a topic; opens and clicks have none, nor has a demo that we gave."""
    found = task(Subject=subject)
    assert found is not None
    assert found.about == about


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"Subject": "Meeting: discovery"}, ("meeting", "", "held")),
        ({"Subject": "Canceled: discovery"}, ("meeting", "", "")),
        ({"Subject": "Discovery (no-show)"}, ("meeting", "", "")),
        ({"Subject": "Prep for discovery"}, ("other", "", "")),
        ({"Subject": "Holiday", "ShowAs": "OutOfOffice"}, None),
        ({"Subject": "Hello", "Type": "Email"}, ("mail", "", "done")),
    ],
)
def test_events(row: dict[str, str], expected: tuple[str, str, str] | None) -> None:
    """A meeting counts as held unless it was cancelled, missed, or is no meeting with anybody."""
    assert classified("event", row) == (Class(*expected) if expected else None)


@pytest.mark.parametrize(
    ("incoming", "relation", "subject", "expected"),
    [
        ("true", "FromAddress", "Re: offer", ("mail", "in", "done")),
        ("true", "CcAddress", "Re: offer", ("other", "", "")),
        ("false", "ToAddress", "Offer", ("mail", "out", "done")),
        ("true", "FromAddress", "Automatic reply: away", ("auto_reply", "in", "")),
        ("true", "FromAddress", "Undeliverable: offer", ("bounce", "", "")),
    ],
)
def test_mails(incoming: str, relation: str, subject: str, expected: tuple[str, str, str]) -> None:
    """A mail is theirs only if it came from them; out-of-office notes and bounces are nobody's interaction."""
    row = {"EmailMessage.Incoming": incoming, "RelationType": relation, "EmailMessage.Subject": subject}
    assert classified("mail", row) == Class(*expected)


def test_a_mail_may_ask_for_an_offer() -> None:
    """What a mail is about stands in its subject."""
    row = {"EmailMessage.Incoming": "true", "RelationType": "FromAddress", "EmailMessage.Subject": "RFQ 4711"}
    assert classified("mail", row) == Class("mail", "in", "done", "quote")


@pytest.mark.parametrize(
    ("row", "interaction", "conversation"),
    [
        ({"TaskSubtype": "Call", "CallDisposition": "Connected"}, True, True),
        ({"TaskSubtype": "Call", "CallDisposition": "Left Voicemail"}, False, False),
        ({"TaskSubtype": "Email", "Subject": "Email: Automatic reply: away"}, False, False),
        ({"Subject": "Opened Email: Spring news"}, False, False),
        ({"Subject": "Unsubscribed"}, False, False),
        ({"Subject": "Filled Out Form: Contact us"}, True, False),
        ({"TaskSubtype": "ListEmail"}, False, False),
        ({"IsClosed": "false", "TaskSubtype": "Call", "CallType": "Inbound"}, False, False),
    ],
)
def test_what_counts_as_an_interaction(row: dict[str, str], interaction: bool, conversation: bool) -> None:
    """Our attempts, auto-replies, opens and opt-outs are never interactions; conversations and forms are."""
    found = task(**row)
    assert found is not None
    activity = Activity(NOW, *found[:3], "1", about=found.about)
    assert (activity.is_interaction, activity.is_conversation) == (interaction, conversation)


def test_rules_of_ones_own_come_first() -> None:
    """The first rule that fits gives the kind; what it leaves out comes from the next of that kind."""
    classifier = Classifier(
        [
            ActivityRule(when={"Subject": "Kaffee*"}, kind="meeting", outcome="held"),
            ActivityRule(when={"Subject": "Spam*"}, skip=True),
            ActivityRule(kind="task", outcome="done"),
            ActivityRule(of="meeting", outcome="", direction="in"),
            ActivityRule(of="task", direction="out"),
        ]
    )
    assert classifier.classify(["Kaffee mit Ann"]) == Class("meeting", "in", "held")
    assert classifier.classify(["SPAM!"]) is None
    assert classifier.classify([None]) == Class("task", "out", "done")


def test_a_row_no_rule_fits_is_no_activity() -> None:
    """Without a kind there is no activity."""
    classifier = Classifier([ActivityRule(when={"Type": "x"}, kind="call"), ActivityRule(of="call", direction="in")])
    assert classifier.classify(["y"]) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_it_answers_as_the_rules_read(data: st.DataObject) -> None:
    """For any rules and any row the answer is that of reading the rules one by one."""
    values = st.sampled_from(["", "a", "ab", "*", "a*", "*b", "*a*", "?", "b"])
    rules = data.draw(
        st.lists(
            st.builds(
                ActivityRule,
                when=st.dictionaries(st.sampled_from("XYZ"), st.lists(values, min_size=1, max_size=2).map(tuple)),
                of=st.none() | st.sampled_from(["k", "l"]),
                direction=st.none() | st.sampled_from(["in", "out"]),
                outcome=st.none() | st.sampled_from(["done", "open"]),
                about=st.none() | st.sampled_from(["demo", "quote"]),
            ).flatmap(lambda rule: st.just(rule) if rule.of else _kind_or_skip(rule)),
            max_size=6,
        )
    )
    classifier = Classifier(rules)
    for _ in range(3):
        row = {name: data.draw(st.sampled_from([None, "", "A", "ab", "b", "cab"])) for name in classifier.fields}
        assert classifier.classify([row[name] for name in classifier.fields]) == _read_one_by_one(rules, row)


def _kind_or_skip(rule: ActivityRule) -> st.SearchStrategy[ActivityRule]:
    return st.sampled_from(["k", "l", None]).map(
        lambda kind: rule.model_copy(update={"kind": kind} if kind else {"skip": True})
    )


def _read_one_by_one(rules: list[ActivityRule], row: dict[str, str | None]) -> Class | None:
    fitting = [rule for rule in rules if all(_fits(row[name] or "", values) for name, values in rule.when.items())]
    first = next((at for at, rule in enumerate(fitting) if rule.of is None), None)
    if first is None or fitting[first].skip:
        return None
    kind = fitting[first].kind
    assert kind
    said = [fitting[first], *(rule for rule in fitting[first + 1 :] if rule.of == kind)]
    direction = next((rule.direction for rule in said if rule.direction is not None), "")
    outcome = next((rule.outcome for rule in said if rule.outcome is not None), "")
    about = next((rule.about for rule in said if rule.about is not None), "")
    return Class(kind, direction, outcome, about)


def _fits(text: str, values: str | tuple[str, ...]) -> bool:
    from fnmatch import fnmatchcase

    return any(fnmatchcase(text.casefold(), value) for value in values)


@pytest.mark.parametrize(
    ("pattern", "subject", "fits"),
    [
        ("{demo|quote} request*", "Quote request of Ann", True),
        ("{demo|quote} request*", "Pricing request", False),
        ("demo{| *} {send|call}{| *}", "Demo of Monday call Ann", True),
        ("demo{| *} {send|call}{| *}", "Demo caller", False),
        ("{demo}*", "{demo} 2", True),
        ("{demo}*", "demo 2", False),
        ("a.b{|c}", "a.bC", True),
        ("a.b{|c}", "axb", False),
    ],
)
def test_either_of_these(pattern: str, subject: str, fits: bool) -> None:
    """Braces with a bar stand for either text, an empty one too; without a bar, and all else, for themselves."""
    rules = [ActivityRule(when={"Subject": pattern}, kind="form"), ActivityRule(kind="task")]
    found = Classifier(rules).classify([subject])
    assert found is not None
    assert (found.kind == "form") is fits
