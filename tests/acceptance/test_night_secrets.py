"""A whole run, nights and the daemon: no secret is in anything printed, logged, stored or listed."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest

from connector.sandbox.keys import key_pair
from connector.sandbox.salesforce.apps import register
from connector.sandbox.salesforce.rules import RowFault
from tests.acceptance.site import Site, site
from tests.acceptance.test_night import NIGHT, ROOMY, attend
from tests.alerts.receivers import hook

PASSWORDS = {"smtp": "Tr0ub4dor-mail-&-3", "chat": "corr3ct-horse-chat-staple"}
LEADS = 40


def configure(at: Site, chat: str) -> set[str]:
    """An app's login, a mail server and a chat with passwords; what must be seen nowhere."""
    app = register(at.org, key_pair()[1])
    secrets = {
        "secret": app.client_secret,
        "smtp": f"smtp://robot:{PASSWORDS['smtp']}@127.0.0.1:9",
        "chat": chat.replace("//", f"//robot:{PASSWORDS['chat']}@"),
    }
    for name, value in secrets.items():
        (at.folder / name).write_text(value)
    login = f'login = "client_credentials"\nclient_id = "{app.client_id}"\nclient_secret = "file:secret"'
    at.configure(policy=NIGHT + ROOMY, login=login)
    more = (
        '[org.alerts.mail]\nto = ["r@acme.com"]\nfrom = "c@acme.com"\nsmtp = "file:smtp"\n'
        '[[org.alerts.chat]]\nname = "team"\nurl = "file:chat"\n'
        '[org.schedule]\nsync = "1m"\nalerts = "1m"\nnight = ""\ndigest = ""\nreconcile = ""\njitter = 0\n'
        '[serve]\nport = 0\nlog = "json"\n'
    )
    at.connector.config.write_text(at.connector.config.read_text() + more)
    return {app.client_secret, *PASSWORDS.values()}


def shown(process: subprocess.Popen[str]) -> bytes:
    """What the process list tells of it."""
    return b"".join(Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))


def watched(at: Site, *words: str) -> tuple[str, bytes]:
    """One command in a process of its own: what it printed, and what the process list told of it meanwhile."""
    process = at.connector.start(*words)
    listed = b""
    while process.poll() is None:
        try:
            listed += shown(process)
        except (FileNotFoundError, ProcessLookupError):
            break
        time.sleep(0.05)
    out, err = process.communicate()
    assert "Traceback" not in out + err
    return out + err, listed


def served(at: Site) -> tuple[str, bytes]:
    """`connector serve` through a sync that is well and a request that fails, asked to end."""
    log = at.folder / "serve.log"
    with log.open("w") as file:
        line = at.connector.line("serve", "--json")
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=file, text=True)
    try:
        for _ in range(1200):
            if '"failed"' in log.read_text() or '"done"' in log.read_text():
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        listed = shown(process)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    return out + log.read_text(), listed


@pytest.mark.long
def test_none_is_found(tmp_path: Path) -> None:
    """Nights that end well, in part and not at all, alerts that cannot be sent, the daemon: neither secrets nor the
    sessions that were given for them."""
    with site(tmp_path) as at, hook() as chat:
        at.org.load("Lead", ("LastName", "Company", "Status"), [(f"L{n}", "C", "inquiry") for n in range(LEADS)])
        secrets = configure(at, chat.url)
        said = [watched(at, "sync")]
        attend(at, "normalise")
        said.append(watched(at, "check"))
        at.box.faults.add(path="/services/data", status=400, code="INVALID_FIELD", message="no", times=0)
        said += [watched(at, "run"), watched(at, "run", "--json"), served(at)]
        at.box.faults.wire.clear()
        at.org.rules.row_fault.append(RowFault("CANNOT_X", "No.", every=7))
        (at.folder / "policy.toml").write_text((NIGHT + ROOMY).replace('"normalise", ', ""))
        said += [watched(at, "run", "--json"), watched(at, "alerts", "--send"), watched(at, "alerts", "--test")]
        said.append(watched(at, "alerts", "--digest", "--send"))
        said += [served(at), watched(at, "status"), watched(at, "plan", "--json")]
        assert chat.messages, "the chat was never reached, so its secret was never used"
        known = secrets | {session.token for session in at.org.sessions._live.values()}
    assert len(known) > len(secrets)
    for text, listed in said:
        assert not [one for one in known if one in text]
        assert not [one for one in known if one.encode() in listed]
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in ("secret", "smtp", "chat")]
    assert {"ledger.db", "mirror-acme.db", "serve.log"} <= {path.name for path in kept}
    for path in kept:
        if path.name != "crm.token":
            raw = path.read_bytes()
            assert not [one for one in known if one.encode() in raw], path
