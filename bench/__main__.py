"""Every performance figure against its target, as ratios in one run: `make bench`.

    python -m bench [--leads N]... [--people N] [--skewed N] [--migrate] [--parts]

--leads    how many leads the org has; may be said several times (100,000 and 1,000,000)
--people   how many people are judged in memory, and read and judged from a mirror (100,000)
--skewed   how many people are synced and judged with ten activities each, a hundredth of them with three in ten
           (1,000,000; 0: leave it out)
--migrate  the first run corrects by `connector migrate FILE` instead of by the policy's [remap]
--parts    also print each command's answer, and what it asked the org
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bench import adapter, judge, minimum, night, skewed, start
from bench.clock import TickingClock
from bench.crm import made, serving
from bench.figures import Figure, at_least, at_most, count, megabytes, per_second, percent, seconds, table, times
from bench.first_run import Product, Step, first_run, plain, prove, write_map
from bench.leads import RETIRED
from bench.process import Spent, together

MEMORY = 400_000_000
MOST_OF_PLAIN = 5.0
NIGHT = 0.05
NIGHT_CALLS = 40
ABOVE_MINIMUM = 0.10
HELP = 0.3
TRIED = 3
"""Records of each kind of change that go first."""


def main() -> None:
    """Measures and prints."""
    asked = _arguments()
    subprocess.run([sys.executable, "-m", "compileall", "-q", "connector", "bench"], check=True)  # as pip leaves it
    table("the command line", _start())
    table(f"judging {asked.people:,} people, one core", _judging(asked.people))
    if asked.skewed:
        _table_skewed(asked.skewed)
    for leads in asked.leads or [100_000, 1_000_000]:
        _size(leads, migrate=asked.migrate, parts=asked.parts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="the performance figures")
    parser.add_argument("--leads", type=int, action="append", metavar="N")
    parser.add_argument("--people", type=int, default=100_000, metavar="N")
    parser.add_argument("--skewed", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--migrate", action="store_true")
    parser.add_argument("--parts", action="store_true")
    return parser.parse_args()


def _start() -> list[Figure]:
    wall, cpu = start.help_time()
    return [at_most("connector --help", wall, HELP, seconds), Figure("  of it processor time", seconds(cpu))]


def _judging(people: int) -> list[Figure]:
    found = judge.main(people)
    return [
        at_least("judge, cases in memory", found["judge"], 60_000, per_second),
        at_least(f"read and judge, {judge.PER_PERSON} activities each", found["read and judge"], 25_000, per_second),
    ]


def _table_skewed(people: int) -> None:
    tenth, whole = skewed.apart(people // 10), skewed.apart(people)
    figures = [
        Figure("sync, without making the rows up", f"{whole.rows / whole.sync:,.0f} rows/s"),
        Figure("score, clock, all other rules; read and stored", per_second(people / whole.judge)),
        Figure("  sync and judge: processor time", f"{seconds(whole.sync)} {seconds(whole.judge)}"),
        Figure(f"peak memory with {tenth.people:,} people", megabytes(tenth.peak)),
        at_most(f"peak memory with {whole.people:,} people", whole.peak, MEMORY, megabytes),
        Figure("  ten times the people take so much more memory", times(whole.peak / tenth.peak)),
    ]
    table(f"a skewed org of {whole.people:,} people with {whole.activities:,} activities", figures)


def _size(leads: int, *, migrate: bool, parts: bool) -> None:
    """A first run and its nights in an org of so many leads, against two plain scripts in copies of it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, TickingClock(Path(name) / "clock") as clock:
        folder = Path(name)
        environment = {**os.environ, "CONNECTOR_CLOCK": str(clock.path)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        snapshot, mapping = made(folder, leads, environment), write_map(folder / "map.csv")
        floors = []
        for place, columns in (("lean", ()), ("wide", adapter.leads().shape.fields)):
            with serving(snapshot, folder / place, environment) as crm:
                floors.append(plain(crm, mapping, environment, columns))
                prove(crm, leads)
        with serving(snapshot, folder / "ours", environment) as crm:
            product = Product(crm, folder, environment, remap=not migrate)
            steps = first_run(product, migrate=mapping if migrate else None)
            prove(crm, leads)
            _tell(steps, parts)
            first = together(step.spent for step in steps.values())
            table(f"first run, {leads:,} leads, {_corrected(steps):,} corrected", _first(steps, first, *floors))
            table(f"API calls of it, {leads:,} leads", _calls(steps))
            back = night.after_first_run(product, crm, clock)
            _tell(back.steps, parts)
            usual = night.ordinary(product, crm, clock)
            _tell(usual.steps, parts)
            prove(crm, leads)
            alone = night.unattended(product, crm, clock)
            _tell(alone.steps, parts)
            table(f"nights after it, {leads:,} leads", _nights(back, usual, alone, first))
            nights = (steps, back.steps, usual.steps, alone.steps)
            every = together(step.spent for one in nights for step in one.values())
            table(f"memory, {leads:,} leads", [at_most("peak of any command", every.peak, MEMORY, megabytes)])


def _corrected(steps: Mapping[str, Step]) -> int:
    return int(steps["apply"].answer["applied"])


def _first(steps: Mapping[str, Step], first: Spent, lean: Spent, wide: Spent) -> list[Figure]:
    names = {"plan": "judge, plan"}
    figures = [
        Figure("plain script, eight columns: processor time", seconds(lean.cpu), "= 1 x"),
        Figure("plain script, all columns that we keep", f"{seconds(wide.cpu)} {times(wide.cpu / lean.cpu)}"),
    ]
    figures += [
        Figure(f"  {names.get(name, name)}", f"{seconds(step.spent.cpu)} {times(step.spent.cpu / lean.cpu)}")
        for name, step in steps.items()
    ]
    return [
        *figures,
        at_most("the whole first run", first.cpu / lean.cpu, MOST_OF_PLAIN, times),
        Figure("  against the plain script with all columns", times(first.cpu / wide.cpu)),
        Figure("  processor time, time on the wall", f"{seconds(first.cpu)} {seconds(first.seconds)}"),
    ]


def _calls(steps: Mapping[str, Step]) -> list[Figure]:
    made_, least = 0, 0
    figures = []
    for name, step in steps.items():
        if name == "sync":
            lowest = minimum.sync(step.answer["read"])
        elif name == "apply":
            lowest = minimum.apply(_corrected(steps), len(RETIRED) * TRIED)
        else:
            lowest = 0
        made_ += step.calls.total()
        least += lowest
        figures.append(Figure(f"  {name}", f"{step.calls.total()} of {lowest}"))
    return [*figures, at_most("above the minimum", made_ / least - 1, ABOVE_MINIMUM, percent)]


def _nights(back: night.Night, usual: night.Night, alone: night.Night, first: Spent) -> list[Figure]:
    returned = together(step.spent for step in back.steps.values())
    spent = together(step.spent for step in usual.steps.values())
    calls = sum((step.calls for step in usual.steps.values()), Counter[str]())
    run = alone.steps["run"]
    return [
        Figure("the first sync after: our own corrections come back", percent(returned.cpu / first.cpu)),
        at_most(f"a night, {alone.edited:,} edited (connector run)", run.spent.cpu / first.cpu, NIGHT, percent),
        Figure("  processor time, alerts included", seconds(run.spent.cpu)),
        at_most("  API calls besides row writes", minimum.besides_writes(run.calls), NIGHT_CALLS, count),
        at_most("a night by hand, in three commands: processor time", spent.cpu / first.cpu, NIGHT, percent),
        at_most("  time on the wall", spent.seconds / first.seconds, NIGHT, percent),
        Figure("  " + ", ".join(usual.steps), " + ".join(seconds(step.spent.cpu) for step in usual.steps.values())),
        at_most("  API calls besides row writes", minimum.besides_writes(calls), NIGHT_CALLS, count),
    ]


def _tell(steps: Mapping[str, Step], parts: bool) -> None:
    for name, step in steps.items() if parts else ():
        print(f"\n{name}: {step.spent.cpu:.2f} s, {step.spent.peak / 1e6:.0f} MB, {step.answer}")
        for call, times_ in sorted(step.calls.items()):
            print(f"    {times_:6} {call}")


if __name__ == "__main__":
    main()
