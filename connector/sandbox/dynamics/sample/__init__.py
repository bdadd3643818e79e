"""The sample org in Dynamics: the same people, lives and planted errors as in every CRM's sample.

`fill(org, people, seed)` fills an untouched environment. What goes wrong for whom, and how often, stands in
`connector/sandbox/sample/kinds.py`; `MAPPING` is what connector has to be told of the firm's own columns.

A lead's status is the label of its status reason; so every text that somebody typed into the status field of another
CRM is a status reason here, bound to Open unless it says that the lead is closed.
"""

from connector.sandbox.dynamics.sample.customized import MAPPING
from connector.sandbox.dynamics.sample.fill import fill
from connector.sandbox.sample.planted import Planted
from connector.sandbox.sample.tell import Truth

__all__ = ["MAPPING", "Planted", "Truth", "fill"]
