"""How a URL or a bind names a row: `leads(<guid>)`, `accounts(accountnumber='X')`, `$1`."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.errors import DataverseError, invalid_argument, missing, no_segment
from connector.sandbox.dynamics.values import Stored, coercion, guid

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_REFERENCE = re.compile(r"(?:https?://[^/]+)?(?:/?api/data/v\d+\.\d+)?/?([A-Za-z_]\w*)\((.*)\)$", re.DOTALL)
_PART = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*('(?:[^']|'')*'|[^,']+)\s*(?:,|$)")
UNSAFE = frozenset("/<>*%&:\\?+")
"""Characters in the value of an alternate key with which a row cannot be addressed in a URL."""


def parsed(entity: Entity, text: str) -> dict[str, Stored]:
    """What stands between the brackets, as column values: the primary key, or an alternate one. Raises DataverseError:
    400 for what is no key of the table.
    """
    plain = guid(text.strip("'")) if "=" not in text else None
    if plain is not None:
        return {entity.primary_id: plain}
    pairs: dict[str, str] = {}
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None:
            raise _malformed(entity, text)
        pairs[found[1]] = found[2]
        at = found.end()
    if not pairs:
        raise _malformed(entity, text)
    return _values(entity, pairs)


def _malformed(entity: Entity, text: str) -> DataverseError:
    message = f"Bad Request - Error in query syntax: '{text}' is not a key of {entity.set_name}."
    return DataverseError(400, "0x80060888", message)


def _values(entity: Entity, pairs: Mapping[str, str]) -> dict[str, Stored]:
    out: dict[str, Stored] = {}
    for name, literal in pairs.items():
        one = entity.property(name) or entity.attribute(name)
        if one is None:
            text = f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{entity.name}'."
            raise DataverseError(400, "0x0", text)
        text = literal.strip()
        value = text[1:-1].replace("''", "'") if text.startswith("'") else text
        if UNSAFE & set(value):
            raise _malformed(entity, text)
        try:
            out[one.name] = coercion(one)(value)
        except ValueError as error:
            raise _malformed(entity, text) from error
    if set(out) == {entity.primary_id}:
        return out
    if not any(set(key.attributes) == set(out) for key in entity.keys):
        names = ",".join(out)
        text = f"The specified key attributes are not a defined key for the {entity.name} entity: {names}"
        raise DataverseError(400, "0x80060890", text)
    return out


def find(org: "Org", entity: Entity, key: Mapping[str, Any]) -> str | None:
    """The id of the row with that key, or None. Raises DataverseError when the alternate key is not active yet."""
    if set(key) == {entity.primary_id}:
        return find_id(org, entity, key[entity.primary_id])
    used = next((one for one in entity.keys if set(one.attributes) == set(key)), None)
    if used is None or used.status != "Active":
        raise invalid_argument(f"The key of entity {entity.name} with attributes {','.join(key)} is not active.")
    test = " AND ".join(f'"{name}" = ? COLLATE NOCASE' for name in key)
    query = f'SELECT "{entity.primary_id}" FROM "{entity.name}" WHERE {test}'
    row = org.storage.reader().execute(query, list(key.values())).fetchone()
    return str(row[0]) if row else None


def find_id(org: "Org", entity: Entity, id: Any) -> str | None:
    """The id if there is a row of it, else None."""
    query = f'SELECT 1 FROM "{entity.name}" WHERE "{entity.primary_id}" = ?'
    return str(id) if org.storage.reader().execute(query, (id,)).fetchone() else None


def found(org: "Org", entity: Entity, key: Mapping[str, Any]) -> str:
    """The id of the row with that key. Raises DataverseError 404."""
    id = find(org, entity, key)
    if id is not None:
        return id
    if set(key) == {entity.primary_id}:
        raise missing(entity.name, str(key[entity.primary_id]))
    raise DataverseError(
        404, "0x80060891", f"A record with the specified key values does not exist in {entity.name} entity"
    )


def referenced(org: "Org", text: str, references: Mapping[str, str]) -> tuple[Entity, dict[str, Stored]]:
    """Table and key of a row given by URL, absolute or not, or by a Content-ID. Raises DataverseError."""
    if text.startswith("$"):
        name = text.partition("/")[0]
        if name not in references:
            message = f"Content-ID Reference: '{name}' does not exist in the batch context."
            raise DataverseError(400, "0x80060888", message)
        text = references[name]
    matched = _REFERENCE.match(text.strip())
    if matched is None:
        raise DataverseError(
            400, "0x80060888", f"URL was not parsed due to an ODataUnrecognizedPathException. '{text}'"
        )
    entity = org.by_set.get(matched[1])
    if entity is None:
        raise no_segment(matched[1])
    return entity, parsed(entity, matched[2])
