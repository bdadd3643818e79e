"""`[org.alerts]`: what is read, and what an admin is told when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import read
from connector.errors import ConfigError

GOOD = """\
[[org]]
name = "acme"
url = "https://acme.my.salesforce.com/"
login = "token"
token = "env:ACME_TOKEN"

[org.alerts]
storm = 20

[org.alerts.mail]
to = ["revops@acme.example", "Head.Of.Sales@acme.example"]
from = "connector@acme.example"
smtp = "env:ACME_SMTP"

[[org.alerts.chat]]
name = "sales"
url = "file:slack"
levels = ["breach", "escalate"]

[[org.alerts.chat]]
name = "revops"
url = "env:TEAMS"

[org.alerts.task]
on = true
fallback = "sales.manager@acme.example"

[org.alerts.quiet]
from = "20:00"
to = "07:00"
zone = "Europe/Berlin"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "connector.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_it_nobody_is_told(tmp_path: Path) -> None:
    """Every channel is off until its table is there."""
    alerts = read(written(tmp_path, GOOD.partition("[org.alerts]")[0])).choose(None).alerts
    assert (alerts.mail, alerts.chat, alerts.task.on, alerts.quiet) == (None, (), False, None)
    assert alerts.storm == 50


def test_all_of_it(tmp_path: Path) -> None:
    """Recipients, chats, tasks and quiet hours are read; secrets stay references."""
    alerts = read(written(tmp_path, GOOD)).choose(None).alerts
    assert alerts.mail is not None
    assert alerts.mail.sender == "connector@acme.example"
    assert [one.name for one in alerts.chat] == ["sales", "revops"]
    assert alerts.quiet is not None
    assert [f"{at:%H:%M}" for at in alerts.quiet.hours] == ["20:00", "07:00"]
    assert dict(alerts.secrets()) == {
        "mail.smtp": "env:ACME_SMTP",
        "chat.0.url": "file:slack",
        "chat.1.url": "env:TEAMS",
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"env:ACME_SMTP"', '"smtp://u:p@mail"', "[org.acme.alerts.mail.smtp]: a secret must be given by reference"),
        ('"file:slack"', '"slack://T1/B1/x"', "a secret must be given by reference"),
        ('"revops@acme.example"', '"revops"', "[org.acme.alerts.mail.to]: not a mail address: 'revops'"),
        ('"revops@acme.example"', '"a@b.c>, x@y.z"', "not a mail address"),
        ('name = "revops"', 'name = "sales"', "two chats are called 'sales'"),
        ('"escalate"]', '"panic"]', "connector.toml:18"),
        (
            "storm = 20",
            "strom = 20",
            "connector.toml:8 [org.acme.alerts.strom]: there is no key 'strom' here; did you mean 'storm'?",
        ),
        ("on = true", "enabled = true", "[org.acme.alerts.task.enabled]: there is no key 'enabled' here"),
        ('to = "07:00"', 'to = "7"', "not a time of day: '7'"),
        ("Europe/Berlin", "Europe/Bonn", "there is no time zone 'Europe/Bonn'"),
        ("storm = 20", "storm = 0", "0 is not 1 or more"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each error names file and key, and never repeats a secret."""
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        read(written(tmp_path, GOOD.replace(old, new)))
    assert said in str(caught.value)
    assert "slack://" not in str(caught.value)
    assert "u:p" not in str(caught.value)
