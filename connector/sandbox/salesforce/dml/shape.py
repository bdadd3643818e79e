"""The fields that records of one request name, resolved once for all records that name the same."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from connector.sandbox.salesforce import picklists
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.dml.checks import Check, checks
from connector.sandbox.salesforce.dml.results import BadRequestError, Options, Record, RowError
from connector.sandbox.salesforce.values import Coerce, Stored, WrongTypeError, coercion

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


class Column(NamedTuple):
    """One field as records name it: their key, the field, its type rule and its checks."""

    key: str
    field: FieldType
    coerce: Coerce
    checks: list[Check]


class Shape:
    """The columns of records with the same keys, and the error that all of them share, if any."""

    def __init__(self, columns: list[Column], error: RowError | None) -> None:
        self.columns = columns
        self.error = error
        self.names = [column.field.name for column in columns]

    def values(self, record: Record, options: Options) -> tuple[list[Stored], list[RowError]]:
        """The record's values in stored form, in the order of `columns`, and what is wrong with them."""
        stored: list[Stored] = []
        errors: list[RowError] = []
        for key, field, coerce, tests in self.columns:
            raw = record[key]
            try:
                value = coerce(raw)
            except WrongTypeError:
                errors.append(_wrong_type(field, raw, options))
                stored.append(None)
                continue
            for test in tests:
                error = test(value)
                if error is not None:
                    errors.append(error)
            stored.append(value)
        return stored, errors


class Shapes:
    """The shapes met in one request, by the keys of its records."""

    def __init__(self, org: "Org", found: ObjectType, options: Options, *, inserting: bool) -> None:
        self._org = org
        self._found = found
        self._options = options
        self._inserting = inserting
        self._known: dict[tuple[str, ...], Shape] = {}
        self._prefixes = {name: item.prefix for name, item in org.objects.items()}

    def of(self, record: Record) -> Shape:
        """The shape of a record. Raises BadRequestError for a field that does not exist or that the user cannot see."""
        keys = tuple(record)
        shape = self._known.get(keys)
        if shape is None:
            shape = self._known[keys] = self._resolve(keys)
        return shape

    def _resolve(self, keys: Iterable[str]) -> Shape:
        columns: list[Column] = []
        refused: list[str] = []
        access = self._org.access(self._options.user_id)
        for key in keys:
            if key.lower() in ("attributes", "id"):
                continue
            field = self._found.field(key)
            if field is None or not (self._options.system or access.sees(self._found, field)):
                text = f"No such column '{key}' on sobject of type {self._found.name}"
                raise BadRequestError("INVALID_FIELD", text)
            writable = field.createable if self._inserting else field.updateable
            if not self._options.system and not (writable and access.edits(self._found, field)):
                refused.append(field.name)
            if field.stored:
                tests = checks(picklists.filled(self._org, field), self._prefixes, inserting=self._inserting)
                columns.append(Column(key, field, coercion(field), tests))
        return Shape(columns, _read_only(refused) if refused else None)


def _read_only(names: list[str]) -> RowError:
    text = (
        f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field and"
        " verify that it is read/write for your profile or permission set."
    )
    return RowError("INVALID_FIELD_FOR_INSERT_UPDATE", text, tuple(names))


def _wrong_type(field: FieldType, raw: object, options: Options) -> RowError:
    if field.type in ("id", "reference"):
        return RowError("MALFORMED_ID", f"{field.label}: id value of incorrect type: {raw}", (field.name,))
    if options.from_json:
        kind = {"boolean": "boolean", "date": "date", "datetime": "datetime", "int": "int"}.get(field.type, "double")
        token = _TOKENS.get(type(raw), "START_OBJECT")
        text = (
            f"Cannot deserialize instance of {kind} from {token} value {raw} or request may be missing a required"
            " field at [line:1, column:1]"
        )
        raise BadRequestError("JSON_PARSER_ERROR", text)
    text = f"{field.label}: value not of required type: {raw}"
    return RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", text, (field.name,))


_TOKENS: dict[type, str] = {
    str: "VALUE_STRING",
    int: "VALUE_NUMBER_INT",
    float: "VALUE_NUMBER_FLOAT",
    bool: "VALUE_TRUE",
    list: "START_ARRAY",
}
