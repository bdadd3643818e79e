"""How a night went, for people: what `connector status` shows, and the digest in the morning begins with."""

from connector.lastnight.lines import is_at_work, lines_of, told_of

__all__ = ["is_at_work", "lines_of", "told_of"]
