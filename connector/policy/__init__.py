"""The policy: the statuses, what each value means, and how far corrections may go."""

from connector.policy.policy import Meaning, Place, Policy

__all__ = ["Meaning", "Place", "Policy"]
