"""A one-off remap of old status values, from a file of two columns: it makes a plan like any other."""

from connector.migrate.file import Pair, read
from connector.migrate.plan import plan

__all__ = ["Pair", "plan", "read"]
