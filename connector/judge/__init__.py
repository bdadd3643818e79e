"""The rules over one person: what ought to change, what else is wrong, and when time alone could change that. Pure.

loading.py     the rules of the folder `rules/` with their options from the policy
skipped.py     who is not judged at all
passes.py      the rules in their order, until nothing changes
left_alone.py  changes that are not made because somebody keeps taking them back
person.py      all of it, for one person
explain.py     the same, told step by step
"""

from connector.judge.explain import Explanation, explain
from connector.judge.loading import Rule, Rules, load, modules
from connector.judge.person import judge

__all__ = ["Explanation", "Rule", "Rules", "explain", "judge", "load", "modules"]
