"""The people of a sample org, whatever CRM keeps them: who they are, what happened to them, and what is wrong there.

Knows no CRM. A CRM's own sample gives `tell` its books, and what is told is written into them.
"""

from connector.sandbox.sample.planted import Planted
from connector.sandbox.sample.tell import Truth

__all__ = ["Planted", "Truth"]
