"""Pages of `docs/` that are made from the code, so that they cannot tell anything else than the code does.

Each module here makes one page: `PAGE` is its file under `docs/`, `page()` its text. `python -m docs.generate`
(`make docs`) finds the modules and writes them all; a test fails when a written page is out of date.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""


def pages() -> dict[Path, str]:
    """Every generated page with its text."""
    made: dict[Path, str] = {}
    for found in pkgutil.iter_modules(__path__):
        if not found.name.startswith("_"):
            module = importlib.import_module(f"{__name__}.{found.name}")
            made[ROOT / "docs" / module.PAGE] = module.page()
    return made
