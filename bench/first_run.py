"""A first run from nothing to corrected: sync, plan (which judges everybody), approve, apply. And the plain script.

Both have a copy of the same org. Afterwards it is asked whether the work was done: no retired value may be left.

Corrected is either by the rule normalise, which has the retired values in the policy's [remap], or by `connector
migrate` with the same values in a file.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.crm import Crm
from bench.leads import RETIRED
from bench.process import Spent, spent

_CONFIG = """\
[[org]]
name = "bench"
url = "{url}"
ca_file = "{ca_file}"
login = "token"
token = "env:CONNECTOR_BENCH_TOKEN"
policy = "policy.toml"
state = "state"
api_share = 1.0
api_stop_at = 1.0
"""

_POLICY = """\
extends = "demand-gen"

[night]
rules = ["normalise"]
window = ""

[limits]  # a night may correct one person in a hundred; the first run, three in ten, has to be approved
rule = 1_000_000
run = 1_000_000

[remap.any]
"""


class Step(NamedTuple):
    """One command of ours: what it took, what it answered, and which requests the org got from it."""

    spent: Spent
    answer: Mapping[str, Any]
    calls: Counter[str]


class Product:
    """`connector`, as it is installed, pointed at an org. State and configuration live in `folder`."""

    def __init__(self, crm: Crm, folder: Path, environment: Mapping[str, str], *, remap: bool = True) -> None:
        self._crm = crm
        self._config = folder / "connector.toml"
        self._environment = {**environment, "CONNECTOR_BENCH_TOKEN": crm.token}
        self._config.write_text(_CONFIG.format(url=crm.https_url, ca_file=crm.ca_file))
        values = [f'"{old}" = "{new}"\n' for old, new in RETIRED.items()] if remap else []
        (folder / "policy.toml").write_text(_POLICY + "".join(values))

    def step(self, *arguments: str) -> Step:
        """Runs one command."""
        before = self._crm.calls()
        command = [sys.executable, "-m", "connector", "--config", str(self._config), *arguments, "--json"]
        took = spent(command, self._environment)
        return Step(took, json.loads(took.said), self._crm.calls() - before)


def write_map(path: Path) -> Path:
    """The retired values and their successors as a CSV file of two columns."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["from", "to"])
        writer.writerows(RETIRED.items())
    return path


def first_run(product: Product, *, migrate: Path | None = None) -> dict[str, Step]:
    """Runs it, step by step."""
    steps = {"sync": product.step("sync"), "plan": product.step("plan")}
    if migrate is not None:
        steps["migrate"] = product.step("migrate", str(migrate))
        plan = steps["migrate"].answer["plan"]
    else:
        plan = steps["plan"].answer["plan"]
        steps["approve"] = product.step("approve", plan, "--by", "bench", "--because", "it is a benchmark")
    steps["apply"] = product.step("apply", plan)
    return steps


def plain(crm: Crm, mapping: Path, environment: Mapping[str, str], columns: Sequence[str] = ()) -> Spent:
    """Runs the plain script; `columns`: what it asks for instead of its own eight."""
    command = [sys.executable, "-m", "bench.plain", crm.https_url, crm.token, crm.ca_file, str(mapping)]
    return spent([*command, *([",".join(columns)] if columns else [])], environment)


def prove(crm: Crm, leads: int) -> None:
    """Ends the benchmark if a retired value is left or a lead is missing."""
    left = crm.left()
    if left != {"retired": 0, "good": leads}:
        raise SystemExit(f"the work was not done: {left}")
