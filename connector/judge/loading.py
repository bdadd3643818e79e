"""The rules of the folder `rules/`, with their options from the policy."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import msgspec
from pydantic import ValidationError

import connector.rules
from connector.case import Case, Verdict
from connector.errors import PolicyError
from connector.mistakes import mistake
from connector.model import Person
from connector.policy import Policy
from connector.rules._options import RuleOptions

Judge = Callable[[Person, Case, Any], Verdict | None]


class Rule(msgspec.Struct, frozen=True):
    """One rule. `name` as policies and people say it (`contact-status`), `order` its turn."""

    name: str
    order: int
    module: ModuleType
    options: RuleOptions
    judge: Judge


class Rules(msgspec.Struct, frozen=True):
    """The rules that are on, in their order. `off`: the names of those that are not."""

    on: tuple[Rule, ...]
    off: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Of the rules that are on."""
        return tuple(rule.name for rule in self.on)


def modules() -> dict[str, ModuleType]:
    """Every rule's module by the rule's name, in the order they run."""
    found = {}
    for module in pkgutil.iter_modules(connector.rules.__path__):
        if not module.name.startswith("_"):
            found[module.name.replace("_", "-")] = import_module(f"connector.rules.{module.name}")
    return dict(sorted(found.items(), key=lambda item: (item[1].ORDER, item[0])))


def load(policy: Policy, where: Callable[..., str] | None = None) -> Rules:
    """The rules with the options that the policy's `[rules.*]` give them.

    Args:
        policy: checked but for its rules' options
        where: names file and line of a key of the policy (`Loaded.where`), for errors

    Raises:
        PolicyError: `[rules]` or `[night]` names a rule that does not exist, or `[rules]` an option that it does not
            have; says where
    """
    place = where or (lambda *key: f"[{'.'.join(key[:-1])}] {key[-1]}")
    known = modules()
    for name in policy.file.rules:
        if name not in known:
            raise PolicyError(
                f"there is no rule {name!r}", where=place("rules", name), next=f"write one of {', '.join(known)}"
            )
    for name in policy.file.night.rules:
        if name not in known:
            raise PolicyError(
                f"there is no rule {name!r}", where=place("night", "rules"), next=f"write some of {', '.join(known)}"
            )
    rules = [_rule(name, module, policy.file.rules.get(name, {}), place) for name, module in known.items()]
    return Rules(
        tuple(rule for rule in rules if rule.options.on), tuple(rule.name for rule in rules if not rule.options.on)
    )


def _rule(name: str, module: ModuleType, given: dict[str, Any], place: Callable[..., str]) -> Rule:
    try:
        options = module.Options.model_validate(given)
    except ValidationError as wrong:
        first = mistake(wrong, module.Options, given, unknown=f"the rule {name} has no option {{!r}}")
        advice = f"`connector rules {name}` lists its options"
        raise PolicyError(first.what, where=place("rules", name, *first.key), next=advice) from None
    return Rule(name, module.ORDER, module, options, module.judge)
