"""A sample org that a RevOps person would recognise, with the classic errors planted in known amounts.

`fill(org, people, seed)` fills an untouched org. What goes wrong for whom, and how often, stands in
`connector/sandbox/sample/kinds.py`.
"""

from connector.sandbox.salesforce.sample.fill import fill
from connector.sandbox.sample.planted import Planted
from connector.sandbox.sample.tell import Truth

__all__ = ["Planted", "Truth", "fill"]
