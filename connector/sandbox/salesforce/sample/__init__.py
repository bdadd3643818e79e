"""A sample org that a RevOps person would recognise, with the classic errors planted in known amounts.

`fill(org, people, seed)` fills an untouched org. What goes wrong for whom, and how often, stands in `kinds.py`.
"""

from connector.sandbox.salesforce.sample.fill import Truth, fill
from connector.sandbox.salesforce.sample.planted import Planted

__all__ = ["Planted", "Truth", "fill"]
