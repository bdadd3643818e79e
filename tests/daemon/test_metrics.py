"""What Prometheus scrapes from a daemon, before, during and after a night on a real CRM."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from connector.config import read
from connector.daemon.calendar import Job
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics
from connector.daemon.web import Web
from connector.sandbox.salesforce.base import ADMIN_ID
from tests.acceptance.site import CLEANUP, Site, site
from tests.acceptance.test_night import attend

NIGHT = f"""{CLEANUP}
[night]
window = ""
rules = ["normalise", "disposition", "sla", "age"]
[sla]
effective_from = 2026-01-01
"""
BEGIN = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
"""Half past two at night in Los Angeles; the night is due at two."""
Samples = dict[str, float]


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Twenty leads with a disposition in their status, and one whom nobody has followed up for a day and a half."""
    monkeypatch.setenv("CONNECTOR_CLOCK", str(tmp_path / "clock"))
    clock(tmp_path, BEGIN - timedelta(hours=36))
    with site(tmp_path, policy=NIGHT) as made:
        names = ("LastName", "Company", "Status", "OwnerId")
        made.org.load("Lead", names, [(f"L{n}", "C", "Left Vmail", ADMIN_ID) for n in range(20)])
        made.org.load("Lead", names, [("Waits", "C", "Inquiry", ADMIN_ID)])
        waits = max(made.column())
        clock(tmp_path, BEGIN - timedelta(hours=35))
        made.connector.ask("sync")
        made.human("Lead", {"Id": waits, "Status": "MAQL"})
        attend(made, "normalise", "disposition", "sla", "age")
        clock(tmp_path, BEGIN)
        yield made


def clock(folder: Path, now: datetime) -> None:
    """It is that time."""
    (folder / "clock").write_text(f"{now:%Y-%m-%dT%H:%M:%SZ}")


def scrape(web: Web) -> Samples:
    """`name{label="value",…}` → value, as Prometheus parses it; fails if it could not, or by a name that it advises
    against."""
    found = {}
    for family in text_string_to_metric_families(requests.get(f"{web.address}/metrics", timeout=5).text):
        assert family.name.startswith(("connector_", "process_")), family.name
        assert family.documentation
        for sample in family.samples:
            assert re.fullmatch(r"[a-z_]+", sample.name)
            if family.type == "counter":
                assert sample.name.endswith(("_total", "_created")), sample.name
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def test_a_night(at: Site) -> None:
    """Everything that somebody would watch is there, and says what happened."""
    metrics, seen = Metrics(), list[Samples]()
    config = read(at.connector.config)
    with Web("127.0.0.1", 0, metrics, lambda: True, dict) as web:
        worker = Worker(metrics, lambda: "", lambda seconds: seen.append(scrape(web)))
        worker.work(config, "acme", Job.SYNC)
        worker.work(config, "acme", Job.NIGHT)
        worker.work(config, "acme", Job.ALERTS)
        after = scrape(web)
    assert not worker.failing
    (during,) = seen
    assert during['connector_runs_total{job="sync",org="acme",result="done"}'] == 1
    assert not [name for name in during if name.startswith("connector_outcomes_total")]
    assert after['connector_runs_total{job="night",org="acme",result="done"}'] == 1
    assert after['connector_job_seconds_count{job="night",org="acme"}'] == 1
    assert after['connector_last_success_timestamp_seconds{job="night",org="acme"}'] == BEGIN.timestamp()
    assert after['connector_people{org="acme"}'] == 21
    assert after['connector_changes_total{org="acme",rule="disposition"}'] >= 20
    assert after['connector_outcomes_total{org="acme",outcome="applied",rule="disposition"}'] >= 20
    assert after['connector_outcomes_total{org="acme",outcome="failed",rule="disposition"}'] == 0
    assert after['connector_waiting_changes{org="acme"}'] == 0
    assert any(name.startswith("connector_findings{") for name in after)
    assert after['connector_promises{org="acme",promise="worked",state="running"}'] == 1
    assert after['connector_promises{org="acme",promise="worked",state="breached"}'] == 0
    assert after['connector_api_calls_total{org="acme"}'] > 0
    assert after['connector_api_calls_left{org="acme"}'] > 0
    assert after['connector_mirror_age_seconds{org="acme"}'] == 0


def test_promises_as_they_stand_now(at: Site) -> None:
    """About to break after most of the time, broken when it is over; both are told in the same minute as they are."""
    metrics = Metrics()
    config, worker = read(at.connector.config), Worker(metrics, lambda: "", lambda seconds: None)
    told = []
    with Web("127.0.0.1", 0, metrics, lambda: True, dict) as web:
        worker.work(config, "acme", Job.SYNC)
        worker.work(config, "acme", Job.NIGHT)
        for hours in (0, 6, 16):
            clock(at.folder, BEGIN + timedelta(hours=hours))
            worker.work(config, "acme", Job.ALERTS)
            found = scrape(web)
            stands = ("running", "warned", "breached", "met")
            told.append([found[f'connector_promises{{org="acme",promise="worked",state="{one}"}}'] for one in stands])
    assert told == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    assert found['connector_alerts_total{level="breach",org="acme",promise="worked"}'] == 1


def test_a_new_process_knows_the_last_night(at: Site) -> None:
    """The age of the last success, and what waits, are there after a restart, before the next night."""
    config = read(at.connector.config)
    Worker(Metrics(), lambda: "", lambda seconds: None).work(config, "acme", Job.NIGHT)
    clock(at.folder, BEGIN + timedelta(hours=2))
    metrics = Metrics()
    Worker(metrics, lambda: "", lambda seconds: None).work(config, "acme", Job.ALERTS)
    with Web("127.0.0.1", 0, metrics, lambda: True, dict) as web:
        found = scrape(web)
    assert found['connector_last_success_timestamp_seconds{job="night",org="acme"}'] == BEGIN.timestamp()
    assert found['connector_people{org="acme"}'] == 21
    assert found['connector_mirror_age_seconds{org="acme"}'] == 2 * 3600
    assert not [name for name in found if name.startswith("connector_changes_total")]
