"""Validation rules: by the values in `when`, or by a formula as admins write it."""

from typing import TYPE_CHECKING, Any

from connector.errors import BadInput
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.formula.compile import Compiled, expand, moment
from connector.sandbox.salesforce.formula.terms import OLD
from connector.sandbox.salesforce.formula.tree import FormulaError
from connector.sandbox.salesforce.rules import ValidationRule
from connector.sandbox.salesforce.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def breaks(org: "Org", found: ObjectType, rule: ValidationRule, whole: dict[str, Any], old: dict[str, Any]) -> bool:
    """Whether a record that is to be as `whole`, and is as `old` (empty for a new one), is refused by the rule."""
    if not rule.active:
        return False
    if not rule.formula:
        return _all(rule.when, whole)
    compiled = _compiled(org, found, rule.formula)
    names = sorted({"Id", *compiled.columns})
    now = org.clock()
    test = moment(expand(compiled.term.sql, "new"), stamp(now), now.date().isoformat()).replace(OLD, "old")
    columns = ", ".join(f'? AS "{name}"' for name in names)
    values = [*(whole.get(name) for name in names), *(old.get(name) for name in names)]
    query = f"SELECT {test} FROM (SELECT {columns}) AS new, (SELECT {columns}) AS old"
    return bool(org.storage.db.execute(query, values).fetchone()[0])


def reads(org: "Org", found: ObjectType) -> list[str]:
    """The columns that the object's validation and duplicate rules look at."""
    names: dict[str, None] = {}
    for rule in org.rules.validation_rule:
        if rule.object.lower() == found.name.lower():
            wanted = sorted(_compiled(org, found, rule.formula).columns) if rule.formula else rule.when
            names.update(dict.fromkeys(wanted))
    for duplicate in org.rules.duplicate_rule:
        if duplicate.object.lower() == found.name.lower():
            names.update(dict.fromkeys(duplicate.match))
    known = (found.field(name) for name in names)
    return [field.name for field in known if field is not None and field.stored]


def check(org: "Org") -> None:
    """Raises BadInput for a rule whose formula cannot be understood."""
    for rule in org.rules.validation_rule:
        found = org.object(rule.object)
        if rule.formula and found is not None:
            try:
                _compiled(org, found, rule.formula)
            except FormulaError as error:
                text = f"validation rule of {rule.object}: {error}"
                raise BadInput(text, where="faults file", next="docs/sandbox.md says what formulas can do.") from error


def _compiled(org: "Org", found: ObjectType, formula: str) -> Compiled:
    key = f"rule {found.name} {formula}"
    known = org.cache.get(key)
    if not isinstance(known, Compiled):
        known = Compiled("rule", formula, found, org.objects, blank_as_zero=False, changes=True)
        if known.term.kind not in ("Boolean", "Null"):
            raise FormulaError(
                f"Formula result is data type ({known.term.kind}), incompatible with expected data type (Boolean)."
            )
        made = next((name for name in sorted(known.columns) if found.by_name[name.lower()].sql), None)
        if made is not None:
            raise FormulaError(f"This sandbox's rules cannot look at {made}.")
        org.cache[key] = known
    return known


def _all(when: dict[str, Any], whole: dict[str, Any]) -> bool:
    return all(
        (whole.get(name) if whole.get(name) is not None else "") in (wanted if isinstance(wanted, list) else [wanted])
        for name, wanted in when.items()
    )
