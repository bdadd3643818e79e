"""Reads the `.table` files beside it: one table each, one line per column.

    entity | lead | leads | Lead | Lead | Leads | 4 | leadid | fullname | UserOwned | tracking concurrency audited
    LeadSourceCode | Picklist | CU | Lead Source | options=1 Advertisement; 2 Employee Referral

The first line holds logical name, entity set, schema name, label, plural, type code, primary key, primary name,
ownership and flags. Column lines hold schema name, type with its size, flags, label and details. Size: characters for
text, `min..max` and `,precision` for numbers. Flags: C valid for create, U for update, H not readable, N not audited, R
Recommended, A ApplicationRequired, S SystemRequired. Details: `to=a,b` (targets), `nav=` and `col=` (navigation
properties, of the lookup and of its target; `{attr} {target} {Target} {entity}` stand for names), `rel=` (the
relationship), `format=`, `behavior=`, `default=`, `set=` (a global option set), `custom`, and last `options=` or
`sql=`. A status option is written `state:number label`, a state option `number label>default status`. `@name` stands
for the columns in `name.columns`.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from connector.sandbox.dynamics.catalogue.types import LOOKUPS, Attribute, Entity, Navigation, Option

_TYPE = re.compile(r"(\w+)(?:\((?:(-?[\d.e]+)\.\.(-?[\d.e]+))?(\d+)?(?:,(\d+))?\))?$")
_REQUIRED = {"R": "Recommended", "A": "ApplicationRequired", "S": "SystemRequired"}
_FORMATS = {"String": "Text", "Memo": "TextArea", "Integer": "None", "DateTime": "DateAndTime"}
_RANGES: dict[str, tuple[float, float]] = {
    "Integer": (-2_147_483_648, 2_147_483_647),
    "BigInt": (-9_223_372_036_854_775_808, 9_223_372_036_854_775_807),
    "Money": (-922_337_203_685_477, 922_337_203_685_477),
    "Decimal": (-100_000_000_000, 100_000_000_000),
    "Double": (-100_000_000_000, 100_000_000_000),
}


@cache
def standard_entities() -> dict[str, Entity]:
    """Every table that an untouched environment has, by logical name, in alphabetical order."""
    found = {}
    schema_names = {}
    texts = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in _folder().glob("*.table")}
    for lines in texts.values():
        head = [part.strip() for part in lines[0].split("|")]
        schema_names[head[1]] = head[3]
    for name in sorted(texts):
        try:
            found[name] = _entity(texts[name], schema_names)
        except (ValueError, IndexError, KeyError) as error:
            raise ValueError(f"{name}.table: {error}") from error
    return found


def metadata_id(*names: str) -> str:
    """The MetadataId of a table, column or option set of an untouched environment: the same in every one."""
    return str(uuid5(NAMESPACE_DNS, ".".join((*names, "metadata.sandbox.example"))))


def _folder() -> Path:
    return Path(__file__).parent


def _entity(lines: list[str], schema_names: dict[str, str]) -> Entity:
    head = [part.strip() for part in lines[0].split("|")]
    if len(head) != 11 or head[0] != "entity":
        raise ValueError(f"not a table's first line: {lines[0]!r}")
    _, name, set_name, schema_name, label, plural, code, key, primary, ownership, flags = head
    columns: list[Attribute] = []
    for line in _expanded(lines[1:]):
        for made in _columns(name, line, schema_names):
            columns.append(_numbered(made, name, len(columns) + 1))
    words = flags.split()
    return Entity(
        name=name,
        set_name=set_name,
        schema_name=schema_name,
        label=label,
        plural=plural,
        code=int(code),
        id=metadata_id(name),
        primary_id=key,
        primary_name=primary,
        ownership=ownership,
        attributes=tuple(columns),
        activity="activity" in words,
        concurrency="concurrency" in words,
        tracking="tracking" in words,
        audited="audited" in words,
        writable="readonly" not in words,
        view="view" in words,
    ).indexed()


def _expanded(lines: list[str]) -> list[str]:
    out: list[str] = []
    for line in lines:
        if line.startswith("@"):
            out += _expanded((_folder() / f"{line[1:].strip()}.columns").read_text(encoding="utf-8").splitlines())
        elif line.strip() and not line.startswith("#"):
            out.append(line)
    return out


def _numbered(made: Attribute, entity: str, number: int) -> Attribute:
    from msgspec.structs import replace

    return replace(made, number=number, id=metadata_id(entity, made.name))


def _columns(entity: str, line: str, schema_names: dict[str, str]) -> list[Attribute]:
    """The column of a line, and the virtual ones that come with it."""
    parts = [part.strip() for part in line.split("|", 4)]
    schema_name, kind, flags, label = parts[:4]
    found = _TYPE.match(kind)
    if found is None:
        raise ValueError(f"no type: {line!r}")
    type_, low, high, size, precision = found.groups()
    details = _details(parts[4] if len(parts) > 4 else "")
    name = schema_name.lower()
    least, most = _RANGES.get(type_, (None, None))
    made = Attribute(
        name=name,
        schema_name=schema_name,
        label=label,
        type=type_,
        max_length=int(size or 0),
        min=float(low) if low else least,
        max=float(high) if high else most,
        precision=int(precision or 0),
        format=details.get("format", _FORMATS.get(type_, "")),
        behavior=details.get("behavior", "UserLocal" if type_ == "DateTime" else ""),
        required=next((word for flag, word in _REQUIRED.items() if flag in flags), "None"),
        createable="C" in flags,
        updateable="U" in flags,
        readable="H" not in flags,
        audited="N" not in flags,
        targets=tuple(details["to"].split(",")) if "to" in details else (),
        navigations=_navigations(entity, name, type_, details, schema_names),
        options=_options(type_, details.get("options", "")),
        option_set=details.get("set", f"{entity}_{name}" if "options" in details else ""),
        global_options="set" in details,
        default=int(details["default"]) if "default" in details else None,
        sql=details.get("sql"),
        custom="custom" in details,
    )
    return [made, *companions(made)]


def companions(of: Attribute) -> list[Attribute]:
    """The virtual columns that metadata lists beside a lookup, choice or Boolean: its name as text."""
    if of.name in ("owninguser", "owningteam"):
        return []
    if of.type in LOOKUPS:
        made = [_companion(of, "name", "String", 100)]
        if of.type in ("Owner", "Customer") or of.polymorphic:
            made.append(_companion(of, "type", "EntityName", 0))
        return made
    if of.type in ("Picklist", "State", "Status", "Boolean"):
        return [_companion(of, "name", "Virtual", 0)]
    return []


def _companion(of: Attribute, suffix: str, type_: str, length: int) -> Attribute:
    schema_name = of.schema_name + suffix.title()
    if suffix == "type" and of.name == "regardingobjectid":
        schema_name = "RegardingObjectTypeCode"
    return Attribute(
        name=schema_name.lower(),
        schema_name=schema_name,
        label="",
        type=type_,
        max_length=length,
        format="Text" if type_ == "String" else "",
        createable=False,
        updateable=False,
        attribute_of=of.name,
        audited=False,
        custom=of.custom,
    )


def _details(text: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for last in ("options=", "sql="):
        before, found, rest = text.partition(last)
        if found:
            out[last[:-1]] = rest.strip()
            text = before
    for word in text.split():
        key, _, value = word.partition("=")
        out[key] = value
    return out


def _navigations(
    entity: str, attr: str, type_: str, details: dict[str, str], schema_names: dict[str, str]
) -> tuple[Navigation, ...]:
    targets = ["owner"] if type_ == "Owner" else details["to"].split(",") if "to" in details else []
    single = details.get("nav", "{attr}" if len(targets) == 1 else "{attr}_{target}")
    collection = details.get("col", "{target}_{entity}_{attr}")
    made = []
    for target in targets:
        names: dict[str, Any] = {"attr": attr, "target": target, "entity": entity}
        names["Target"] = schema_names.get(target, target)
        seen = collection.format(**names)
        relationship = details.get("rel", seen).format(**names)
        made.append(Navigation(target=target, single=single.format(**names), collection=seen, schema_name=relationship))
    return tuple(made)


def _options(type_: str, text: str) -> tuple[Option, ...]:
    made = []
    for part in filter(None, (one.strip() for one in text.split(";"))):
        number, _, label = part.partition(" ")
        if type_ == "Status":
            state, _, number = number.partition(":")
            made.append(Option(value=int(number), label=label, state=int(state)))
        elif type_ == "State":
            label, _, status = label.partition(">")
            made.append(Option(value=int(number), label=label, default_status=int(status), invariant=label))
        else:
            made.append(Option(value=int(number), label=label))
    return tuple(made)
