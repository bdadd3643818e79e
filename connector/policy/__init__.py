"""The policy: the statuses, what each value means, and how far corrections may go."""

from connector.policy.place import Meaning, Place
from connector.policy.policy import Policy

__all__ = ["Meaning", "Place", "Policy"]
