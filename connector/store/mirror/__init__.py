"""The mirror of an org; `Mirror` is the way in."""

from connector.store.mirror.intake import Witness
from connector.store.mirror.mirror import Mirror

__all__ = ["Mirror", "Witness"]
