"""One file per family of resources; each has `ROUTES`, and every file in this folder is served."""

import importlib
import pkgutil

from connector.sandbox.dynamics.http import Route


def all_routes() -> list[Route]:
    """The routes of every file here. Where two fit a path, the one with more literal text is tried first."""
    routes: list[Route] = []
    for module in pkgutil.iter_modules(__path__):
        routes += importlib.import_module(f"{__name__}.{module.name}").ROUTES
    return sorted(routes, key=lambda route: route.rank)
